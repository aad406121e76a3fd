"""The tables.

Fixed tables are written out here and created by migrations; the wide tables, one per official form, are generated from
the form data. Every column's ``doc`` goes into the ``data_dictionary`` table.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    UniqueConstraint,
    column,
    table,
    text,
)
from sqlalchemy.schema import SchemaItem

from normalize.forms import Form, FormTable, forms
from store.columns import Digest, Figure, Measure, Words
from store.wide import column_name, expected_name, found_name

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id(doc: str) -> Column[int]:
    return Column("id", Integer, primary_key=True, doc=doc)


def _text(
    name: str, doc: str, *, nullable: bool = False, primary_key: bool = False, unique: bool = False, index: bool = False
) -> Column[str]:
    return Column(name, Words, nullable=nullable, primary_key=primary_key, unique=unique or None, index=index or None, doc=doc)


def _integer(name: str, doc: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, Integer, nullable=nullable, doc=doc)


def _long(name: str, doc: str) -> Column[int]:
    return Column(name, BigInteger().with_variant(Integer(), "sqlite"), nullable=False, doc=doc)


def _ordinal(doc: str) -> Column[int]:
    return Column("ordinal", Integer, primary_key=True, autoincrement=False, doc=doc)


def _reference(
    name: str,
    target: str,
    doc: str,
    *,
    ondelete: str = "CASCADE",
    nullable: bool = False,
    primary_key: bool = False,
    index: bool = False,
) -> Column[int]:
    key = ForeignKey(target, ondelete=ondelete)
    return Column(name, key, nullable=nullable, primary_key=primary_key, autoincrement=False, index=index or None, doc=doc)


def _table(name: str, *parts: SchemaItem, rowid: bool = True, autoincrement: bool = False) -> Table:
    """A table; on SQLite a STRICT one, without a rowid where the primary key is all that finds a row."""
    return Table(
        name,
        metadata,
        *parts,
        sqlite_strict=True,
        sqlite_with_rowid=rowid,
        sqlite_autoincrement=autoincrement,
    )


def _part_of_report(name: str, *columns: Column[Any], rowid: bool = False) -> Table:
    """A table of a report's parts, in printed order."""
    return _table(
        name,
        _reference("report_id", "report.id", "The report.", primary_key=True),
        _ordinal("Place among the report's rows of this table, from 0."),
        *columns,
        rowid=rowid,
    )


def _places() -> tuple[Column[Any], ...]:
    """Where something was printed: page and box, or line and field."""
    return (
        _integer("page", "Page, from 1; NULL in a document without pages.", nullable=True),
        *(
            Column(name, Measure, doc=f"{side} of the printed box: PDF points, origin top left.")
            for name, side in (("x0", "Left side"), ("top", "Top"), ("x1", "Right side"), ("bottom", "Bottom"))
        ),
        _integer("line", "Text: line; HTML and DOCX: table row; from 1.", nullable=True),
        _integer("field", "Field of the line or cell of the row, from 1; 0 is the whole line.", nullable=True),
    )


run = _table(
    "run",
    _id("Number of the run."),
    _text("started", "When it started: ISO 8601, UTC."),
    _text("finished", "When it finished; NULL if it was interrupted.", nullable=True),
    _text("reader", "Version of the reading code."),
    _text("arguments", "What it was asked to do."),
    _text("counts", "What became of the documents: JSON; NULL if it was interrupted.", nullable=True),
)

document = _table(
    "document",
    _id("Number of the document, in the order of first arrival."),
    Column(
        "sha256",
        Digest,
        nullable=False,
        unique=True,
        doc="SHA-256 of the content, as bytes (hexadecimal in the views): the document's identity.",
    ),
    _text("media_type", "Format, found from the content."),
    _text("producer", "Program that made the file, as the file says."),
    _integer("pages", "Number of pages; 0 in a format without pages."),
    Column("size", Integer, nullable=False, index=True, doc="Size in bytes."),
    _text("reader", "Version of the reading code that gave what is stored."),
    _reference("first_run", "run.id", "Run that first loaded it.", ondelete="NO ACTION"),
    _reference("last_run", "run.id", "Run that last changed what is stored of it.", ondelete="NO ACTION"),
)

document_path = _table(
    "document_path",
    _reference("document_id", "document.id", "The content found there.", primary_key=True),
    _ordinal("Place among the names of this content, from 0: the one it was first found under, which the views show."),
    _text("document", "Path relative to the ingested folder; archive.zip/member in an archive."),
    _text("origin", "Full path or URL."),
    _integer("current", "1 if the path last held this content, 0 if other content has replaced it."),
    _reference("first_run", "run.id", "Run that first found this content there.", ondelete="NO ACTION"),
    UniqueConstraint("document", "document_id"),
    rowid=False,
)

document_warning = _table(
    "document_warning",
    _reference("document_id", "document.id", "The document.", primary_key=True),
    _ordinal("Place among the document's warnings, from 0."),
    _text("code", "Stable id of the warning."),
    _text("message", "What the reader noticed."),
    _integer("page", "Page it concerns, from 1.", nullable=True),
)

region = _table(
    "region",
    _text("code", "Administrative division code (GB/T 2260; townships nine digits), as text.", primary_key=True),
    _text("name", "Present name, or the last one."),
    _text("level", "province, city, county or township."),
    _text("parent_code", "Code of the division it belongs to.", nullable=True),
    _text("province", "Name of its province."),
    _text("city", "Name of its city, prefecture or the like; empty where there is none.", index=True),
    _text("county", "Name of its county, district or the like; empty where there is none."),
    _integer("since", "Year it was made, where that was after 2006.", nullable=True),
    _integer("until", "Year it ended.", nullable=True),
)

region_heir = _table(
    "region_heir",
    _reference("code", "region.code", "A division that ended.", primary_key=True),
    _text("heir_code", "Code of a division that took it over.", primary_key=True),
    _integer("year", "Year of that."),
    rowid=False,
)

agency = _table(
    "agency",
    _id("Number of the agency."),
    _text("key", "What it is told from others by: division, area and kind, or its own name.", unique=True),
    _text("name", "Canonical name; the latest, where it was renamed."),
    _integer("name_year", "Year of the report that the name is of.", nullable=True),
    Column("region_code", ForeignKey("region.code"), index=True, doc="Where it is; NULL for bodies of the nation."),
    _text("level", "nation, province, city, county or township."),
    _text("kind", "Kind of body, as in agency_kind; institution or other where no kind covers it."),
    _text("category", "government, department, vertical, mass, institution, zone or party."),
    _text("area", "Area without a code that it belongs to, such as a development zone."),
    _integer("system", "1 for a whole system of bodies, such as all postal offices of a province."),
    Index(None, "kind", "level"),
)

agency_kind = _table(
    "agency_kind",
    _text("kind", "Kind of body.", primary_key=True),
    _text("category", "government, department, vertical or mass."),
    _text("label", "Usual name of such a body."),
    _text("successor", "Kind that took its work over.", nullable=True),
    _integer("year", "Year of that.", nullable=True),
    rowid=False,
)

agency_succession = _table(
    "agency_succession",
    _reference("agency_id", "agency.id", "An agency that ended, as the alias file says.", primary_key=True),
    _reference("successor_id", "agency.id", "The agency that went on with its work.", primary_key=True),
    _integer("year", "Year of that."),
    rowid=False,
)

agency_alias = _table(
    "agency_alias",
    _ordinal("Place in the alias file, from 0; the first that fits a report counts."),
    _text("printed", "Name as reports print it.", index=True),
    _text("document", "Pattern of the document's name or address; * fits all."),
    _integer("first_year", "First reporting year it holds for.", nullable=True),
    _integer("last_year", "Last reporting year it holds for.", nullable=True),
    _reference("agency_id", "agency.id", "The agency meant."),
)

report = _table(
    "report",
    _id("Number of the report; stays the same when the document is read again."),
    _reference("document_id", "document.id", "The document that prints it."),
    _integer("ordinal", "Place among the reports of the document, from 0."),
    _text("agency", "Agency as printed in the title, or by the best evidence there is; may be empty."),
    _reference("agency_id", "agency.id", "The agency, once known.", ondelete="SET NULL", nullable=True, index=True),
    _integer("agency_read", "Number of the agency as the report itself says, before the alias file.", nullable=True),
    _text("agency_basis", "What decided: name, names, text, path, host, spelling or alias.", nullable=True),
    _text("agency_reason", "Why it is undecided: see docs/agencies.md.", nullable=True),
    _integer("year", "Year the figures are for; NULL where the document does not say.", nullable=True),
    _text("scope", "own_office or jurisdiction where the report says so, else NULL.", nullable=True),
    _text("form", "Official form most of it follows; empty for prose."),
    _text("verdict", "verified, inconsistent, review or prose."),
    _text("title", "Title as printed."),
    _text("period", "Sentence or dates that state the period, as printed."),
    _text("published", "Date of publication where stated: ISO 8601; else empty."),
    _integer("cells_expected", "Cells the printed tables should have."),
    _integer("cells_found", "Cells read with a number or a printed blank."),
    _integer("findings", "Number of findings."),
    _integer("seen", "Printed numbers seen in the recognised tables: used + ignored + in_findings."),
    _integer("used", "Printed numbers that became a cell or an extra cell."),
    _integer("ignored", "Printed numbers set aside by a named rule."),
    _integer("in_findings", "Printed numbers that ended in a finding."),
    _integer("checks_holding", "Accounting rules that hold, each application counted."),
    _integer("checks_failing", "Accounting rules that fail; see rule_check."),
    _integer("checks_not_assessable", "Accounting rules that lack a cell; see rule_check."),
    _integer("current", "1 unless a newer document reports the same agency, year and scope."),
    _reference("superseded_by", "report.id", "The report that replaces this one.", ondelete="SET NULL", nullable=True),
    UniqueConstraint("document_id", "ordinal"),
    Index(None, "agency", "year", "scope"),
    # For counting by any of these. It does not begin with current, or SQLite would look up all current reports in it
    # where it could look up an agency.
    Index("ix_report_standing", "year", "form", "verdict", "current", "cells_found"),
    # Nearly all are NULL: only the others are looked up.
    Index(
        None, "superseded_by", sqlite_where=text("superseded_by IS NOT NULL"), postgresql_where=text("superseded_by IS NOT NULL")
    ),
    autoincrement=True,
)

cell_note = _table(
    "cell_note",
    _reference("report_id", "report.id", "The report.", primary_key=True),
    _text("form", "Form of the cell.", primary_key=True),
    _text("cell", "table.row.column of the cell.", primary_key=True),
    _text("state", "printed, blank, missing, repaired or corrected."),
    _text("printed", "Text as printed."),
    _text("note", "What the text says beyond the number."),
    _text("exact", "The number in full, where it is too long for the wide table of SQLite.", nullable=True),
    Column("confidence", Measure, doc="Below 1 where the reader doubts text or place; NULL is 1."),
    rowid=False,
)

provenance = _table(
    "provenance",
    _reference("report_id", "report.id", "The report.", primary_key=True),
    Column("cells", LargeBinary, nullable=False, doc="Place of every cell, packed: see store.provenance."),
)

extra_cell = _part_of_report(
    "extra_cell",
    _text("table", "Table the agency added it to."),
    _text("row_label", "Label of the row, as printed."),
    _text("column_label", "Label of the column, as printed."),
    _text("printed", "Text as printed."),
    Column("value", Figure, doc="The number; NULL where there is none."),
    *_places(),
)

section = _part_of_report(
    "section",
    _integer("number", "Official chapter, 1 to 6; 0 what precedes it."),
    _text("heading", "Heading as printed; empty for the preface."),
    _text("text", "Paragraphs separated by newlines, tables left out."),
    rowid=True,  # its rows are long
)

mention = _part_of_report(
    "mention",
    _text("metric", "What is counted."),
    Column("value", Figure, nullable=False, doc="The count."),
    _text("unit", "Unit as printed."),
    _text("sentence", "The sentence."),
    _integer("section", "Official chapter it stands in."),
    _text("cell", "table.row.column of the cell it restates, where it names one.", nullable=True),
)

finding = _part_of_report(
    "finding",
    _text("rule", "Stable id of the rule."),
    _text("severity", "note, hint, fault or doubt."),
    _text("cells", "table.row.column of the cells involved, separated by spaces."),
    _text("expected", "What the rule expects."),
    _text("actual", "What is printed."),
    _text("message", "A sentence for people."),
)

agency_candidate = _part_of_report(
    "agency_candidate",
    _text("key", "Key of an agency that the printed name may mean, or that is a further author."),
    _text("name", "Its canonical name."),
    _text("region_code", "Where it is; empty for bodies of the nation."),
    _text("kind", "Kind of body."),
    _integer("joint", "1 for a further author of the same report, 0 where only one of the candidates can be right."),
)

rule_check = _part_of_report(
    "rule_check",
    _text("rule", "Accounting rule."),
    _text("outcome", "fails or not_assessable; rules that hold are only counted, in report.checks_holding."),
    _text("cells", "table.row.column of the cells involved, separated by spaces."),
    _text("expected", "What the rule expects."),
    _text("actual", "What is printed."),
    _text("message", "A sentence for people, such as which cell lacks."),
)

ignored = _part_of_report(
    "ignored",
    _text("rule", "Rule that set the number aside."),
    _text("printed", "The number as printed."),
    _integer("times", "How often."),
)

failure = _table(
    "failure",
    _text("document", "Name of the document that could not be loaded.", primary_key=True),
    _text("sha256", "SHA-256 of its content."),
    _text("origin", "Full path or URL."),
    _text("code", "Kind of error."),
    _text("reason", "Finer code within the kind."),
    _text("message", "What happened."),
    _text("advice", "What to do."),
    _text("reader", "Version of the reading code."),
    _text("time", "When: ISO 8601, UTC."),
    _reference("run_id", "run.id", "Run it happened in.", ondelete="NO ACTION"),
)

seen_file = _table(
    "seen_file",
    _text("path", "Absolute path or URL of a file that was taken in.", primary_key=True),
    _text("document", "Public name it had then; an archive's members begin with it.", primary_key=True),
    _long("size", "Size in bytes, then."),
    _long("modified_ns", "Time of its last change, then: nanoseconds since 1970; -1 if unknown."),
    _long("looked_ns", "When that was looked up: nanoseconds since 1970."),
    _text("sha256", "SHA-256 of its content; NULL for an archive.", nullable=True),
    Column("members", LargeBinary, doc="Archive: what it held and what was passed over, packed: see store.seen."),
)

correction = _table(
    "correction",
    _id("Number of the correction. The table is append-only: a later row overrules an earlier one."),
    _text("sha256", "Document, by content, so that the correction survives a new reading.", index=True),
    _integer("report_ordinal", "Report in that document, from 0."),
    _text("form", "Form of the cell."),
    _text("cell", "table.row.column of the cell."),
    Column("value", Figure, doc="The right number; NULL for a printed blank."),
    _text("printed", "Text as the person reads it."),
    _text("reason", "Why."),
    _text("person", "Who."),
    _text("time", "When: ISO 8601, UTC."),
)

data_dictionary = _table(
    "data_dictionary",
    _text("relation", "Table of this database.", primary_key=True),
    _text("name", "Its column.", primary_key=True),
    _integer("position", "Place of the column in the table, from 0."),
    _text("form", "Form, for a column that is a cell of a form.", nullable=True),
    _text("table", "Table of the form.", nullable=True),
    _text("row", "Row of that table.", nullable=True),
    _text("column", "Column of that table.", nullable=True),
    _text("cell", "table.row.column: the public name of the cell.", nullable=True),
    _text("label_zh", "Labels as the official form prints them.", nullable=True),
    _text("label_en", "The same in English.", nullable=True),
    _text("unit_zh", "Unit of the number.", nullable=True),
    _text("unit_en", "The same in English.", nullable=True),
    _integer("signed", "1 where negative numbers are in order.", nullable=True),
    _text("description", "What the column holds."),
    rowid=False,
)

generated = _table(
    "generated",
    _text("name", "What was generated from the forms.", primary_key=True),
    _text("fingerprint", "SHA-256 of what it was generated as."),
)

FIXED = tuple(metadata.sorted_tables)
"""The tables that migrations create, each after those it refers to."""


@cache
def _form_table(form: Form) -> Table:
    return _table(
        f"form_{form.key}",
        _reference("report_id", "report.id", "The report.", primary_key=True),
        # Copies of two columns of report: sums over the whole country then read this table alone.
        _integer("year", "Year the figures are for, as in report.", nullable=True),
        _integer("current", "1 unless a newer document reports the same, as in report.", nullable=True),
        *(count for table in form.tables for count in _counts(table)),
        *(
            Column(column_name(cell.key), Figure, doc=f"{cell.en}. NULL is no number: cell_note tells blank from missing.")
            for cell in form.cells()
        ),
    )


def _counts(table: FormTable) -> tuple[Column[int], Column[int]]:
    """What the view ``block`` shows: kept in the wide row, so that no view needs a join to know which tables are printed."""
    where = f"of {table.title_en} that the report prints in this form; NULL where it prints no such table"
    return (
        _integer(expected_name(table), f"Cells {where}, missing ones included.", nullable=True),
        _integer(found_name(table), f"Cells {where}, read with a number or a printed blank.", nullable=True),
    )


FORM_TABLES = {form.key: _form_table(form) for form in forms().values()}
"""One wide table per official form, by the form's key."""

block = table("block", column("report_id"), column("form"), column("table"), column("cells_expected"), column("cells_found"))
"""The view of the tables that each report prints, in which form, with the counts of their cells."""
