"""Prose against table: which cells a mention restates, and the mentions that disagree with theirs.

What a word means differs from report to report: 收到3646件 may count what was new, or that and what was carried in. So each
metric has several readings, each a sum of cells; a mention contradicts the table only if none of them gives its value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from normalize.mentions.sums import place_of
from normalize.mentions.whose import of_own_office, of_whole_area
from normalize.model import Cell, CellKey, Finding, Mention, Scope, Severity

Reading = tuple[CellKey, ...]
"""Cells whose sum a mention may state."""

_REFUSED: Final = ("state_secret", "law", "safety", "third_party", "internal", "process", "enforcement_file", "inquiry")
_UNAVAILABLE: Final = ("not_held", "needs_creation", "unclear")
_NOT_PROCESSED: Final = ("petition", "repeat", "publication", "excessive", "reconfirm")


def _total(*rows: str) -> Reading:
    return tuple(CellKey("applications", row, "total") for row in rows)


def _disputes(column: str, *rows: str) -> Reading:
    return tuple(CellKey("disputes", row, column) for row in rows)


def _counts(*rows: str) -> Reading:
    return tuple(CellKey("statistics", row, "count") for row in rows)


def _suits(column: str) -> tuple[Reading, ...]:
    return (
        _disputes(column, "suit_direct", "suit_after_review"),
        _disputes(column, "suit_direct"),
        _disputes(column, "suit_after_review"),
    )


_NEW_AND_CARRIED: Final = _total("new", "carried_in")
_SINCE_2019: Final[dict[tuple[str, str], tuple[Reading, ...]]] = {
    ("applications_received", ""): (_total("new"), _NEW_AND_CARRIED),
    ("applications_received", "natural_person"): ((CellKey("applications", "new", "natural_person"),),),
    ("applications_handled", ""): (_total("handled_total"), _NEW_AND_CARRIED, _total("new")),
    ("applications_carried_in", ""): (_total("carried_in"),),
    ("applications_carried_out", ""): (_total("carried_out"),),
    ("applications_granted", ""): (_total("granted"),),
    ("applications_partly_granted", ""): (_total("partial"),),
    ("applications_refused", ""): (_total(*(f"refused.{reason}" for reason in _REFUSED)),),
    ("applications_unavailable", ""): (_total(*(f"unavailable.{reason}" for reason in _UNAVAILABLE)),),
    ("applications_unavailable", "not_held"): (
        _total("unavailable.not_held"),
        _total("unavailable.not_held", "unavailable.needs_creation"),
    ),
    ("applications_unavailable", "unclear"): (_total("unavailable.unclear"),),
    ("applications_not_processed", ""): (_total(*(f"not_processed.{reason}" for reason in _NOT_PROCESSED)),),
    ("reviews", ""): (_disputes("total", "review"),),
    ("reviews_upheld", ""): (_disputes("upheld", "review"),),
    ("reviews_corrected", ""): (_disputes("corrected", "review"),),
    ("suits", ""): _suits("total"),
    ("suits_upheld", ""): _suits("upheld"),
    ("suits_corrected", ""): _suits("corrected"),
}
_DOCUMENTS: Final = CellKey("disclosure", "normative_documents", "issued")
_RESTATED: Final[dict[str, dict[tuple[str, str], tuple[Reading, ...]]]] = {
    "2021": {**_SINCE_2019, ("regulatory_documents", ""): ((_DOCUMENTS,),)},
    "2019": {
        **_SINCE_2019,
        ("regulatory_documents", ""): (
            (_DOCUMENTS._replace(column="newly_made"),),
            (_DOCUMENTS._replace(column="newly_disclosed"),),
        ),
    },
    "2014": {
        ("disclosed_items", ""): (_counts("disclosed"),),
        ("disclosed_by_channel", "website"): (_counts("channel.website"),),
        ("disclosed_by_channel", "weibo"): (_counts("channel.weibo"),),
        ("disclosed_by_channel", "wechat"): (_counts("channel.wechat"),),
        ("disclosed_by_channel", "gazette"): (_counts("channel.gazette"),),
        ("regulatory_documents", ""): (_counts("normative_documents_issued"), _counts("disclosed.normative_documents")),
        ("applications_received", ""): (_counts("received"),),
        ("applications_by_channel", "in_person"): (_counts("received.in_person"),),
        ("applications_by_channel", "fax"): (_counts("received.fax"),),
        ("applications_by_channel", "online"): (_counts("received.online"),),
        ("applications_by_channel", "letter"): (_counts("received.letter"),),
        ("applications_handled", ""): (_counts("closed"), _counts("answered"), _counts("received")),
        ("applications_answered", ""): (_counts("answered"), _counts("closed")),
        ("applications_granted", ""): (_counts("answered.granted"),),
        ("applications_partly_granted", ""): (_counts("answered.partial"),),
        ("applications_refused", ""): (_counts("answered.refused"),),
        ("applications_unavailable", "not_held"): (_counts("answered.not_existing"), _counts("answered.not_this_agency")),
        ("reviews", ""): (_counts("review"),),
        ("reviews_upheld", ""): (_counts("review.upheld"),),
        ("reviews_corrected", ""): (_counts("review.corrected"),),
        ("suits", ""): (_counts("suit"),),
        ("suits_upheld", ""): (_counts("suit.upheld"),),
        ("suits_corrected", ""): (_counts("suit.corrected"),),
        ("fee_collected", ""): (_counts("fees_charged"),),
        ("press_conferences", ""): (_counts("responses.press_conferences"),),
    },
}
"""The readings by form, metric and qualifier; the first names the cell, where it is a single one.

The fees of the forms of 2019 and 2021 are administrative charges (行政事业性收费), not those of applications: no mention
restates them. A whole year's training or policy explainers in prose are rarely those of the table of 2014 and are left out.
"""
_NEWEST: Final = "2021"
RESTATABLE: Final = tuple(
    dict.fromkeys(readings[0][0] for form in _RESTATED.values() for readings in form.values() if len(readings[0]) == 1)
)
"""Every cell that ``Mention.key`` can name."""


def _readings(mention: Mention, form: str) -> tuple[Reading, ...]:
    if mention.whose not in {"self", "part"} or mention.approximate or mention.value is None:
        return ()
    if mention.whose == "part" and not mention.qualifier:
        return ()
    return _RESTATED.get(form or _NEWEST, {}).get((mention.metric, mention.qualifier), ())


def cell_of(mention: Mention, form: str) -> CellKey | None:
    """The cell a mention restates under a form (the newest for a report without tables), where it is a single one."""
    readings = _readings(mention, form)
    return readings[0][0] if readings and len(readings[0]) == 1 else None


def evidence_for_cells(found: Sequence[Mention], form: str, scope: Scope | None) -> tuple[tuple[CellKey, Mention], ...]:
    """The mentions that can only mean one cell, with that cell: what a figure that was read without certainty may be held to.

    收到3646件 is none, since it may count what was carried in too; nor is a count that the report states twice differently.
    """
    meant: dict[CellKey, list[Mention]] = {}
    for mention in found:
        readings = _readings(mention, form)
        if len(readings) == 1 and len(readings[0]) == 1 and mention.whose == "self" and not _of_another_scope(mention, scope):
            meant.setdefault(readings[0][0], []).append(mention)
    return tuple((key, same[0]) for key, same in meant.items() if len({mention.value for mention in same}) == 1)


def check_mentions(found: Sequence[Mention], cells: Mapping[CellKey, Cell], scope: Scope | None = None) -> tuple[Finding, ...]:
    """A hint for every mention that disagrees with the cells it restates, with both places.

    No contradiction is: a cell without a number; a count of another level, agency, year or of a part; the office's own count
    beside a table of the whole jurisdiction (``scope``) and the reverse; a count that the report itself states differently
    elsewhere; an item of a count that already disagrees.
    """
    findings = []
    stated: dict[tuple[str, str], set[Decimal | None]] = {}
    for mention in found:
        if mention.whose == "self":
            stated.setdefault((mention.metric, mention.qualifier), set()).add(mention.value)
    questioned: set[int] = set()
    forms = dict.fromkeys(cell.form for cell in cells.values())  # in the cells' order: a set would have another in each process
    for at, mention in enumerate(found):
        readings = [reading for form in forms for reading in _readings(mention, form)] if mention.value is not None else []
        if not readings or len(stated.get((mention.metric, mention.qualifier), ())) > 1 or _of_another_scope(mention, scope):
            continue
        sums = [(reading, total) for reading in readings if (total := _sum(reading, cells, mention)) is not None]
        if not sums or any(mention.value == total for _, total in sums):
            continue
        questioned.add(at)
        if mention.whole in questioned:
            continue
        findings.append(_disagreement(mention, *sums[0], cells))
    return tuple(findings)


def _of_another_scope(mention: Mention, scope: Scope | None) -> bool:
    if scope is Scope.JURISDICTION:
        return of_own_office(mention.sentence)
    return scope is Scope.OWN_OFFICE and of_whole_area(mention.sentence)


def _sum(reading: Reading, cells: Mapping[CellKey, Cell], mention: Mention) -> Decimal | None:
    """The sum of a reading in the mention's unit; None where a cell has no number."""
    values = [cells[key].value if key in cells else None for key in reading]
    if any(value is None for value in values):
        return None
    total = sum((value for value in values if value is not None), Decimal(0))
    return total * 10_000 if mention.unit == "元" else total


def _disagreement(mention: Mention, reading: Reading, total: Decimal, cells: Mapping[CellKey, Cell]) -> Finding:
    printed = " + ".join(cells[key].printed or "0" for key in reading)
    names = " + ".join(map(str, reading))
    return Finding(
        "mention.disagrees",
        Severity.HINT,
        f"The prose counts {mention.value} {mention.unit} ({place_of(mention)}), the table {printed} ({names}):"
        f" {mention.sentence}",
        cells=tuple(map(str, reading)),
        expected=str(mention.value),
        actual=str(total),
    )
