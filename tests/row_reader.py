"""The scripted reader as reading processes get it: with the rows' layout of a new SQLite database."""

from __future__ import annotations

from nianbao.reading import Reader, RowReader
from store.rows import Preparation
from store.schema import FORM_TABLES
from tests.scripted_reader import reader

PREPARATION = Preparation({form: [c.name for c in table.columns] for form, table in FORM_TABLES.items()}, "sqlite")


def with_rows(read: Reader = reader) -> RowReader:
    """A reader whose reports become rows."""
    return RowReader(read, PREPARATION)
