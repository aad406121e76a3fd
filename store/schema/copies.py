"""Sections that print the same text: found over the whole store by ``nianbao copies find`` (``store.copies``)."""

from __future__ import annotations

from sqlalchemy import Column

from store.columns import Measure
from store.schema.parts import id_, integer, ordinal, reference, table, text_

copy_search = table(
    "copy_search",
    id_("Always 1: the latest search replaces what the one before found."),
    text_("version", "Version of the method."),
    integer("last_run", "Number of the last run of ingest when it was made; later runs are not in it."),
    integer("reports", "Current reports with prose."),
    integer("sections", "Their sections, prefaces left out."),
    integer("compared", "Sections that say enough of their own to be compared."),
    integer("common_clauses", "Clauses printed in so many cities that they carry no evidence."),
    integer(
        "common_sentences", "Sentences that so many agencies print, each beside something else, that they carry none either."
    ),
)

copy_cluster = table(
    "copy_cluster",
    id_("Number of the cluster; another one after the next search."),
    reference("report_id", "report.id", "The report of its representative, the section of the earliest report.", index=True),
    integer("ordinal", "Place of the representative among its report's sections."),
    integer("sections", "Sections in the cluster."),
    integer("agencies", "Agencies they are of."),
    integer("places", "Cities (or else provinces) these lie in: 1 for a text that one city prescribes."),
    integer("first_year", "Year of the earliest report.", nullable=True),
    integer("last_year", "Year of the latest.", nullable=True),
)

copy_member = table(
    "copy_member",
    reference("report_id", "report.id", "The report.", primary_key=True),
    ordinal("Its section, as in section."),
    reference("cluster_id", "copy_cluster.id", "The cluster it belongs to.", index=True),
    rowid=False,
)

copy_pair = table(
    "copy_pair",
    reference("report_id", "report.id", "The later report; who took from whom, if anyone did, is not known.", primary_key=True),
    ordinal("Its section, as in section."),
    text_("kind", "agencies: of another agency; years: of an earlier year of the same agency.", primary_key=True),
    reference("other_report_id", "report.id", "The report with the same text.", index=True),
    integer("other_ordinal", "Its section, as in section."),
    Column("similarity", Measure, nullable=False, doc="Share of what either says of its own that both say (Jaccard), 0.5 to 1."),
    integer("shared", "Characters of the passages in both, names and numbers aside."),
    integer("numbers", "Numbers that stand in passages of both, years aside."),
    integer("numbers_same", "Those that are the same in both."),
    rowid=False,
)
