"""The views on continuity: every outcome, the breaks with their places, sums across levels. Standard SQL."""

from __future__ import annotations

from normalize.continuity.model import Outcome, kind_of

CODES = {
    Outcome.HOLDS: "h",
    Outcome.FIRST_YEAR: "f",
    Outcome.MISSING_YEAR: "y",
    Outcome.SCOPE_DIFFERS: "o",
    Outcome.NO_CELL: "c",
    Outcome.NO_TABLE: "t",
    Outcome.NO_NUMBER: "n",
    Outcome.IN_DOUBT: "?",
    Outcome.SUPERSEDED: "e",
    Outcome.RENAMED: "R",
    Outcome.MERGED: "M",
    Outcome.SPLIT: "P",
    Outcome.SHIFTED: "S",
    Outcome.BLANK: "B",
    Outcome.RESTATED: "A",
    Outcome.SIGN: "G",
    Outcome.TRANSPOSED: "T",
    Outcome.DIGIT: "D",
    Outcome.MOVED: "V",
    Outcome.NEGATIVE: "N",
    Outcome.JUMP: "J",
}
"""The letter of each class in ``continuity_step.outcomes``."""

_WHOSE = """\
  s.agency_id, COALESCE(a.name, s.agency) AS agency, a.kind, a.level,
  COALESCE(g.province, '') AS province, COALESCE(g.city, '') AS city, COALESCE(g.county, '') AS county"""
_PLACES = """\
LEFT JOIN agency AS a ON a.id = s.agency_id LEFT JOIN region AS g ON g.code = a.region_code"""


def continuity_views() -> dict[str, str]:
    """The SELECT of each view by name."""
    letter = "SUBSTR(s.outcomes, c.ordinal + 1, 1)"
    classes = " ".join(f"WHEN '{code}' THEN '{outcome}'" for outcome, code in CODES.items())
    standings = " ".join(f"WHEN '{code}' THEN '{kind_of(outcome)}'" for outcome, code in CODES.items())
    return {
        "continuity_outcomes": (
            "SELECT s.report_id, s.earlier_id, s.agency_id, r.year, e.year AS earlier_year, s.link, c.rule, c.part,\n"
            f'  CASE {letter} {classes} END AS "class",\n'
            f"  CASE {letter} {standings} END AS standing\n"
            "FROM continuity_step AS s CROSS JOIN continuity_rule AS c JOIN report AS r ON r.id = s.report_id\n"
            "LEFT JOIN report AS e ON e.id = s.earlier_id"
        ),
        "continuity_breaks": (
            f'SELECT b.report_id, s.earlier_id, r.year, e.year AS earlier_year, s.link, b.rule, b.part, b."class", b.severity,\n'
            f"{_WHOSE},\n"
            "  r.scope, r.form, e.form AS earlier_form, b.cells, b.expected, b.actual, b.difference, b.message, p.document,\n"
            "  q.document AS earlier_document\n"
            "FROM continuity AS b JOIN continuity_step AS s ON s.report_id = b.report_id JOIN report AS r ON r.id = b.report_id\n"
            f"LEFT JOIN report AS e ON e.id = s.earlier_id {_PLACES}\n"
            "LEFT JOIN document_path AS p ON p.document_id = r.document_id AND p.ordinal = 0\n"
            "LEFT JOIN document_path AS q ON q.document_id = e.document_id AND q.ordinal = 0"
        ),
        "level_sums": (
            "SELECT s.report_id, r.year, r.agency_id, a.name AS agency, a.level, s.cell, s.whole, s.parts, s.counted,\n"
            "  s.expected, s.outcome\n"
            "FROM level_sum AS s JOIN report AS r ON r.id = s.report_id LEFT JOIN agency AS a ON a.id = r.agency_id"
        ),
    }
