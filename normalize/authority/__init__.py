"""Authority control: from a printed name and what else a report says to the agency meant, under its canonical name.

``resolve`` is the door. What evidence does not decide stays undecided, with its candidates and the reason.
"""
