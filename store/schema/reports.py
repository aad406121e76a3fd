"""Reports and their parts; what people corrected."""

from __future__ import annotations

from sqlalchemy import Column, Index, LargeBinary, UniqueConstraint, text

from store.columns import Figure, Measure
from store.schema.parts import id_, integer, part_of_report, places, reference, table, text_

report = table(
    "report",
    id_("Number of the report; stays the same when the document is read again."),
    reference("document_id", "document.id", "The document that prints it."),
    integer("ordinal", "Place among the reports of the document, from 0."),
    text_("agency", "Agency as printed in the title, or by the best evidence there is; may be empty."),
    reference("agency_id", "agency.id", "The agency, once known.", ondelete="SET NULL", nullable=True, index=True),
    integer("agency_read", "Number of the agency as the report itself says, before the alias file.", nullable=True),
    text_("agency_basis", "What decided: name, names, text, path, host, spelling or alias.", nullable=True),
    text_("agency_reason", "Why it is undecided: see docs/agencies.md.", nullable=True),
    integer("year", "Year the figures are for; NULL where the document does not say.", nullable=True),
    text_("scope", "own_office or jurisdiction where the report says so, else NULL.", nullable=True),
    text_("form", "Official form most of it follows; empty for prose."),
    text_("verdict", "verified, inconsistent, review or prose."),
    text_("title", "Title as printed."),
    text_("period", "Sentence or dates that state the period, as printed."),
    text_("published", "Date of publication where stated: ISO 8601; else empty."),
    integer("cells_expected", "Cells the printed tables should have."),
    integer("cells_found", "Cells read with a number or a printed blank."),
    integer("findings", "Number of findings."),
    integer("seen", "Printed numbers seen in the recognised tables: used + ignored + in_findings."),
    integer("used", "Printed numbers that became a cell or an extra cell."),
    integer("ignored", "Printed numbers set aside by a named rule."),
    integer("in_findings", "Printed numbers that ended in a finding."),
    integer("checks_holding", "Accounting rules that hold, each application counted."),
    integer("checks_failing", "Accounting rules that fail; see rule_check."),
    integer("checks_not_assessable", "Accounting rules that lack a cell; see rule_check."),
    integer("current", "1 unless another document's report counts for the same agency, year and scope."),
    reference("superseded_by", "report.id", "The report that replaces this one.", ondelete="SET NULL", nullable=True),
    text_("relation", "Not current: edition, mirror, copy or earlier of the one that is: see docs/time.md.", nullable=True),
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

cell_note = table(
    "cell_note",
    reference("report_id", "report.id", "The report.", primary_key=True),
    text_("form", "Form of the cell.", primary_key=True),
    text_("cell", "table.row.column of the cell.", primary_key=True),
    text_("state", "printed, blank, missing, repaired or corrected."),
    text_("printed", "Text as printed."),
    text_("note", "What the text says beyond the number."),
    text_("exact", "The number in full, where it is too long for the wide table of SQLite.", nullable=True),
    Column("confidence", Measure, doc="Below 1 where the reader doubts text or place; NULL is 1."),
    rowid=False,
)

provenance = table(
    "provenance",
    reference("report_id", "report.id", "The report.", primary_key=True),
    Column("cells", LargeBinary, nullable=False, doc="Place of every cell, packed: see store.provenance."),
)

extra_cell = part_of_report(
    "extra_cell",
    text_("table", "Table the agency added it to."),
    text_("row_label", "Label of the row, as printed."),
    text_("column_label", "Label of the column, as printed."),
    text_("printed", "Text as printed."),
    Column("value", Figure, doc="The number; NULL where there is none."),
    *places(),
)

section = part_of_report(
    "section",
    integer("number", "Official chapter, 1 to 6; 0 what precedes it."),
    text_("heading", "Heading as printed; empty for the preface."),
    text_("text", "Paragraphs separated by newlines, tables left out."),
    rowid=True,  # its rows are long
)

mention = part_of_report(
    "mention",
    text_("metric", "What is counted; empty where the sentence does not make it clear."),
    Column("value", Figure, doc="The number in its unit; NULL where the words give none (数十次)."),
    text_("unit", "Unit as printed."),
    integer("section", "Official chapter it stands in."),
    text_("cell", "table.row.column of the cell it restates, where it names one.", nullable=True),
    text_("kind", "count, share, amount or change."),
    text_("whose", "self, part, other_agency or other_period; empty without a metric."),
    text_("qualifier", "More on the role: channel, applicant, lead or joint."),
    integer("approximate", "1 where it is said to be only about right: 余, 近, 约."),
    integer("negated", "1 where a 0 is stated in words: 未收取, 没有收到."),
    integer("section_ordinal", "Which of the report's sections it stands in: section.ordinal.", nullable=True),
    integer("start", "Where the number begins in that section's text, in characters from 0.", nullable=True),
    integer("stop", "Behind its last character, the unit not included.", nullable=True),
    integer("sentence_start", "Where its sentence begins there; the view mentions has the sentence itself.", nullable=True),
    integer("sentence_stop", "Behind the last character of its sentence.", nullable=True),
    integer("whole", "Of a part or share: ordinal of the mention it is part of.", nullable=True),
    integer("base", "Of a share or change: ordinal of the mention whose figure it speaks of.", nullable=True),
)

finding = part_of_report(
    "finding",
    text_("rule", "Stable id of the rule."),
    text_("severity", "note, hint, fault or doubt."),
    text_("cells", "table.row.column of the cells involved, separated by spaces."),
    text_("expected", "What the rule expects."),
    text_("actual", "What is printed."),
    text_("message", "A sentence for people."),
)

cell_candidate = part_of_report(
    "cell_candidate",
    text_("form", "Form of the cell."),
    text_("cell", "table.row.column of a cell that stays uncertain."),
    text_("printed", "What it may read."),
    Column("value", Figure, doc="The number that would be; NULL for a printed blank."),
    Column("cost", Measure, nullable=False, doc="0 for the reader's choice; the dearer, the less likely: see docs/repair.md."),
    text_("source", "reader, or the rule that supposes it: joined, digit, like, left or right."),
    integer("fits", "1 where it is part of a combination of readings that satisfies every rule."),
)

rule_check = part_of_report(
    "rule_check",
    text_("rule", "Accounting rule."),
    text_("outcome", "fails or not_assessable; rules that hold are only counted, in report.checks_holding."),
    text_("cells", "table.row.column of the cells involved, separated by spaces."),
    text_("expected", "What the rule expects."),
    text_("actual", "What is printed."),
    text_("message", "A sentence for people, such as which cell lacks."),
)

ignored = part_of_report(
    "ignored",
    text_("rule", "Rule that set the number aside."),
    text_("printed", "The number as printed."),
    integer("times", "How often."),
)

correction = table(
    "correction",
    id_("Number of the correction. The table is append-only: a later row overrules an earlier one."),
    text_("sha256", "Document, by content, so that the correction survives a new reading.", index=True),
    integer("report_ordinal", "Report in that document, from 0."),
    text_("form", "Form of the cell."),
    text_("cell", "table.row.column of the cell."),
    Column("value", Figure, doc="The right number; NULL for a printed blank."),
    text_("printed", "Text as the person reads it."),
    text_("reason", "Why."),
    text_("person", "Who."),
    text_("time", "When: ISO 8601, UTC."),
    Column("old_value", Figure, doc="The number that counted before; NULL where there was none."),
    text_("old_printed", "Text as the reader had it; NULL in a row from before this was noted.", nullable=True),
    text_("old_state", "State of the cell before; NULL in a row from before this was noted.", nullable=True),
    integer("year", "Year of the report then: the row is laid over no report of another year. NULL fits any.", nullable=True),
)

report_reading = table(
    "report_reading",
    reference("report_id", "report.id", "A report that people corrected.", primary_key=True),
    text_("verdict", "The verdict on what the reader alone made of it."),
    text_("reading", "The decided cells, findings and rules as the reader alone had them: JSON, see store.overlaid."),
    rowid=False,
)
