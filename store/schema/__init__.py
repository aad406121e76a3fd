"""The tables.

Fixed tables are written out and created by migrations; the wide tables, one per official form, are generated from the form
data. Every column's ``doc`` goes into the ``data_dictionary`` table.
"""

from __future__ import annotations

from sqlalchemy import column
from sqlalchemy import table as relation

from store.schema.agencies import agency, agency_alias, agency_candidate, agency_kind, agency_succession, region, region_heir
from store.schema.continuity import continuity, continuity_rule, continuity_stale, continuity_step, level_sum, neighbour_proof
from store.schema.copies import copy_cluster, copy_member, copy_pair, copy_search
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
    report_reading,
    rule_check,
    section,
)
from store.schema.series import indicator, indicator_cell, indicator_form, metric
from store.schema.sources import source, source_check
from store.schema.time import past_sighting, revision, revision_cell, revision_section, run_root, tenure

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
    "continuity",
    "continuity_rule",
    "continuity_stale",
    "continuity_step",
    "copy_cluster",
    "copy_member",
    "copy_pair",
    "copy_search",
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
    "indicator",
    "indicator_cell",
    "indicator_form",
    "level_sum",
    "mention",
    "metadata",
    "metric",
    "neighbour_proof",
    "past_sighting",
    "provenance",
    "region",
    "region_heir",
    "report",
    "report_reading",
    "revision",
    "revision_cell",
    "revision_section",
    "rule_check",
    "run",
    "run_root",
    "section",
    "seen_file",
    "source",
    "source_check",
    "tenure",
]

FIXED = tuple(metadata.sorted_tables)
"""The tables that migrations create, each after those it refers to."""

block = relation("block", column("report_id"), column("form"), column("table"), column("cells_expected"), column("cells_found"))
"""The view of the tables that each report prints, in which form, with the counts of their cells."""
