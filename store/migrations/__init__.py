"""The steps by which the fixed tables came to be; the wide tables are generated (``store.generate``).

A change of the fixed tables is one new file in ``versions`` and its revision at the end of ``REVISIONS``.
"""

VERSION_TABLE = "schema_version"
REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010", "0011", "0012", "0013", "0014")
"""Every revision, oldest first."""
HEAD = REVISIONS[-1]
