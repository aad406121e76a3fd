"""The tables.

Fixed tables are written out and created by migrations; the wide tables, one per official form, are generated from the form
data. Every column's ``doc`` goes into the ``data_dictionary`` table.
"""

from __future__ import annotations

from sqlalchemy import column
from sqlalchemy import table as relation

from store.schema.agencies import agency, agency_alias, agency_candidate, agency_kind, agency_succession, region, region_heir
from store.schema.documents import document, document_path, document_warning, failure, run, seen_file
from store.schema.forms import FORM_TABLES, data_dictionary, generated
from store.schema.parts import metadata
from store.schema.reports import (
    cell_candidate,
    cell_note,
    correction,
    extra_cell,
    finding,
    ignored,
    mention,
    provenance,
    report,
    rule_check,
    section,
)

__all__ = [
    "FIXED",
    "FORM_TABLES",
    "agency",
    "agency_alias",
    "agency_candidate",
    "agency_kind",
    "agency_succession",
    "block",
    "cell_candidate",
    "cell_note",
    "correction",
    "data_dictionary",
    "document",
    "document_path",
    "document_warning",
    "extra_cell",
    "failure",
    "finding",
    "generated",
    "ignored",
    "mention",
    "metadata",
    "provenance",
    "region",
    "region_heir",
    "report",
    "rule_check",
    "run",
    "section",
    "seen_file",
]

FIXED = tuple(metadata.sorted_tables)
"""The tables that migrations create, each after those it refers to."""

block = relation("block", column("report_id"), column("form"), column("table"), column("cells_expected"), column("cells_found"))
"""The view of the tables that each report prints, in which form, with the counts of their cells."""
