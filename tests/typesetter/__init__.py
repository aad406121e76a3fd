"""The typesetter: prints a constructed report in the ways real ones are printed.

``model`` says what is printed, ``figures`` makes consistent figures and breaks one rule, ``plan`` lays the official tables
out cell by cell, and ``html``, ``docx``, ``text`` and ``pdf`` print the plan. What was constructed is the truth a reader is
held against.
"""
