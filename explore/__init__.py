"""How people see it: a Datasette plugin with pages of its own. One door: ``explore.app.application``.

Reads the database through ``store``; nothing but ``explore.review`` writes, and that only for who holds the token.
"""
