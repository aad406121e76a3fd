"""Sources as data: what an agency's site is, where its lists are, and how its content management system lays them out."""
