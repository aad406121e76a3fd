"""The wide tables, one per official form, generated from the form data, and what is said of them."""

from __future__ import annotations

from functools import cache

from sqlalchemy import Column, Table

from normalize.forms import Form, FormTable, forms
from store.columns import Figure
from store.schema.parts import integer, reference, table, text_
from store.wide import column_name, expected_name, found_name

data_dictionary = table(
    "data_dictionary",
    text_("relation", "Table of this database.", primary_key=True),
    text_("name", "Its column.", primary_key=True),
    integer("position", "Place of the column in the table, from 0."),
    text_("form", "Form, for a column that is a cell of a form.", nullable=True),
    text_("table", "Table of the form.", nullable=True),
    text_("row", "Row of that table.", nullable=True),
    text_("column", "Column of that table.", nullable=True),
    text_("cell", "table.row.column: the public name of the cell.", nullable=True),
    text_("label_zh", "Labels as the official form prints them.", nullable=True),
    text_("label_en", "The same in English.", nullable=True),
    text_("unit_zh", "Unit of the number.", nullable=True),
    text_("unit_en", "The same in English.", nullable=True),
    integer("signed", "1 where negative numbers are in order.", nullable=True),
    text_("description", "What the column holds."),
    rowid=False,
)

generated = table(
    "generated",
    text_("name", "What was generated from the forms.", primary_key=True),
    text_("fingerprint", "SHA-256 of what it was generated as."),
)


@cache
def _form_table(form: Form) -> Table:
    return table(
        f"form_{form.key}",
        reference("report_id", "report.id", "The report.", primary_key=True),
        # Copies of two columns of report: sums over the whole country then read this table alone.
        integer("year", "Year the figures are for, as in report.", nullable=True),
        integer("current", "1 unless a newer document reports the same, as in report.", nullable=True),
        *(count for part in form.tables for count in _counts(part)),
        *(
            Column(column_name(cell.key), Figure, doc=f"{cell.en}. NULL is no number: cell_note tells blank from missing.")
            for cell in form.cells()
        ),
    )


def _counts(part: FormTable) -> tuple[Column[int], Column[int]]:
    """What the view ``block`` shows: kept in the wide row, so that no view needs a join to know which tables are printed."""
    where = f"of {part.title_en} that the report prints in this form; NULL where it prints no such table"
    return (
        integer(expected_name(part), f"Cells {where}, missing ones included.", nullable=True),
        integer(found_name(part), f"Cells {where}, read with a number or a printed blank.", nullable=True),
    )


FORM_TABLES = {form.key: _form_table(form) for form in forms().values()}
"""One wide table per official form, by the form's key."""
