"""Hostile inputs: what the open web may send instead of a report, made by small functions, the same every time.

``model`` says what an input is and what is to become of it; a module each makes those of one class; ``every`` lists them.
``folder`` writes them between good reports, and judges what a run made of both.
"""
