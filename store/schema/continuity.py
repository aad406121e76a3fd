"""What was found across years and levels. All of it follows from the reports, and is computed anew where they change."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary

from store.columns import Figure
from store.schema.parts import integer, ordinal, reference, table, text_

continuity_rule = table(
    "continuity_rule",
    ordinal("Place of the outcome in continuity_step.outcomes, from 0."),
    text_("rule", "Stable id of the rule."),
    text_("part", "Row or series that it is applied to."),
    text_("text", "The rule, in Chinese."),
    text_("text_en", "The same in English."),
    text_("edition", "Digest of rules and code by which the outcomes in this database were found."),
    rowid=False,
)

continuity_step = table(
    "continuity_step",
    reference("report_id", "report.id", "A current report: the later year of the step.", primary_key=True),
    reference(
        "earlier_id",
        "report.id",
        "The report before it, one of them where agencies merged; NULL for a first one.",
        ondelete="SET NULL",
        nullable=True,
        index=True,
    ),
    text_("link", "first, same, renamed, merged or split: how the agency went on between the two."),
    reference("agency_id", "agency.id", "The agency, once known.", ondelete="SET NULL", nullable=True, index=True),
    text_("agency", "Name as printed, of an agency that is undecided; else empty.", index=True),
    text_("outcomes", "A letter for each of continuity_rule: the class the step ends in; spelt out in continuity_outcomes."),
    integer("breaks", "Outcomes that are a break."),
)

continuity = table(
    "continuity",
    reference("report_id", "report.id", "The report of the later year.", primary_key=True),
    text_("rule", "Stable id of the rule.", primary_key=True),
    text_("part", "Row or series.", primary_key=True),
    text_("class", "What the disagreement looks like, or what explains it: see docs/continuity.md."),
    text_("severity", "hint, or note where another edition or a reorganisation explains it."),
    text_("cells", "table.row.column of the later report's cells that do not fit, separated by spaces."),
    text_("expected", "What the year before leads to, a figure for each cell."),
    text_("actual", "What is printed, likewise."),
    Column("difference", Figure, doc="Actual less expected; of the totals, in a row. NULL where there is none."),
    text_("message", "A sentence for people."),
    Index(None, "rule", "class"),
    rowid=False,
)

continuity_stale = table(
    "continuity_stale",
    Column("agency_id", Integer, primary_key=True, autoincrement=False, doc="An agency whose reports changed; 0 if undecided."),
    text_("agency", "Name as printed, of an agency that is undecided; else empty.", primary_key=True),
    rowid=False,
)

level_sum = table(
    "level_sum",
    reference("report_id", "report.id", "A government's report for its whole jurisdiction.", primary_key=True),
    text_("cell", "table.row.column.", primary_key=True),
    Column("whole", Figure, nullable=False, doc="What that report prints."),
    Column("parts", Figure, nullable=False, doc="Sum of the own figures of the agencies within it."),
    integer("counted", "Agencies in that sum."),
    integer("expected", "Agencies within the jurisdiction that report in any year."),
    text_("outcome", "equal, within (a part is a lower bound), exceeded or doubtful (exceeded, but not read with certainty)."),
    rowid=False,
)

neighbour_proof = table(
    "neighbour_proof",
    reference("report_id", "report.id", "A report whose uncertain cells other years' reports settled.", primary_key=True),
    reference(
        "earlier_id",
        "report.id",
        "The report for the year before that was asked.",
        ondelete="SET NULL",
        nullable=True,
        index=True,
    ),
    reference(
        "later_id", "report.id", "The report for the year after that was asked.", ondelete="SET NULL", nullable=True, index=True
    ),
    Column("before", LargeBinary, nullable=False, doc="What the report said before, packed: see store.neighbours."),
)
