"""What one year's report says of the next: figures that must carry over, and what a break looks like.

Pure functions over the figures of two years (``YearFigures``); which report follows which is decided in ``lines``, the
rules are data (``rules.toml``), ``judge`` gives every rule's outcome for a step from year to year, ``levels`` compares a
jurisdiction with its agencies.
"""
