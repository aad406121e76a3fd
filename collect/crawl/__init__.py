"""The crawler: asks agencies' sites for their reports, politely, and puts every answer into the archive."""
