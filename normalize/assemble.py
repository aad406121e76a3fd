"""From placements to a report's cells: which form it follows, which cells it owes, and the structural certificate.

Sums prove nothing in an all-zero report, however its cells slide. So certainty rests on structure first: every row and column of
the form matched, exactly as many cells as the form has, and every printed number accounted for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache

from normalize.forms import FormCell, cells_by_row, family_of, forms
from normalize.model import Cell, CellKey, ExtraCell, Finding, Ignored, Severity, State, Tally
from normalize.numbers import Kind, Reading, read_number
from normalize.placing import Placement, TableReading, holds_number
from normalize.side_by_side import Share, share_of, whole
from normalize.sliding import set_slid_rows_aside

_CONFLICT = "printed more than once, differently"
PrintedRow = tuple[str, str]
"""Table and row."""
Peculiar = tuple[str, Severity, str]
"""Rule, severity and message of a finding."""


@dataclass(frozen=True, slots=True)
class Assembled:
    """A report's cells with what was found on the way."""

    form: str
    cells: tuple[Cell, ...]
    extra_cells: tuple[ExtraCell, ...]
    findings: tuple[Finding, ...]
    ignored: tuple[Ignored, ...]
    tally: Tally


def assemble(
    readings: Sequence[TableReading], year: int | None, only_year: int | None = None, undated: int | None = None
) -> Assembled:
    """The cells of one report.

    Args:
        readings: what became of the document's tables.
        year: the report's; it breaks ties between forms, nothing else.
        only_year: selects the placements of one year where tables print several side by side.
        undated: the year to which tables beside those belong that name none; not known, they are in doubt in each report.
    """
    share = whole(readings) if only_year is None else share_of(only_year, readings, undated)
    places = [p.forms for p in share.placements] or [p.forms for r in share.readings for p in r.panels]
    form = choose_form(places, year)
    chosen, repeated, conflicts = _one_each(share.placements)
    findings: list[Finding] = [*_unplaced(share.readings), *conflicts, *_notes(share.readings), *share.findings]
    cells = tuple(_cells(_owed(form, _row_forms(form, chosen)), chosen, findings))
    cells, slid = set_slid_rows_aside(cells, form, _sliding_rows(chosen))
    findings.extend((*slid, *_missing(cells), *_extras(share.extras)))
    ignored = (*(i for r in share.readings for i in r.ignored), *repeated)
    tally = _tally(share, cells, ignored)
    if tally.seen != tally.used + tally.ignored + tally.in_findings:
        message = f"{tally.seen} numbers printed, {tally.used} used, {tally.ignored} ignored, {tally.in_findings} in findings"
        findings.append(Finding("conservation.broken", Severity.DOUBT, message))
    return Assembled(form, cells, share.extras, tuple(findings), ignored, tally)


def choose_form(places: Sequence[frozenset[str]], year: int | None) -> str:
    """The form most of whose places are printed; each of ``places`` names the forms that have it.

    Where that are several, the year may decide between them. Empty without any place.
    """
    votes = Counter(form for place in places for form in place)
    most = max(votes.values(), default=0)
    leading = [form for form in forms().values() if votes[form.key] == most > 0]
    for form in leading:  # newest first
        if year is not None and form.from_year <= year:
            return form.key
    return leading[0].key if leading else ""


def _one_each(
    placements: Sequence[Placement],
) -> tuple[dict[CellKey, Placement], list[Ignored], list[Finding]]:
    """One placement a cell. A table printed twice alike is ignored; printed twice differently it is a doubt.

    So is one whose second print is in doubt where the first is not: equal prints under other words are no confirmation.
    """
    chosen: dict[CellKey, Placement] = {}
    repeated: list[Ignored] = []
    clashes: dict[CellKey, list[str]] = {}
    for placement in placements:
        first = chosen.setdefault(placement.key, placement)
        if first is placement:
            continue
        alike = first.cell.text.strip() == placement.cell.text.strip()
        if alike and (first.doubt or not placement.doubt):
            if holds_number(placement.cell.text):
                repeated.append(Ignored("table.repeated", placement.cell.text))
        else:
            clashes.setdefault(placement.key, [first.cell.text]).append(placement.cell.text)
    findings = [
        Finding("cell.conflict", Severity.DOUBT, f"{_CONFLICT}: {', '.join(texts)}", (str(key),), actual=texts[0])
        for key, texts in clashes.items()
    ]
    for key in clashes:
        first = chosen[key]
        chosen[key] = Placement(key, first.forms, first.cell, first.year, _CONFLICT)
    return chosen, repeated, findings


def _row_forms(form: str, chosen: Mapping[CellKey, Placement]) -> tuple[tuple[PrintedRow, str], ...]:
    """The rows a report prints, with the form each is of: the report's own, if that has it."""
    rows = {key[:2]: placement.forms for key, placement in chosen.items()}
    return tuple((row, form if form in having else max(having)) for row, having in rows.items())


@lru_cache(maxsize=64)
def _owed(form: str, printed: tuple[tuple[PrintedRow, str], ...]) -> tuple[FormCell, ...]:
    """The cells the report owes: its form's, but a family of rows printed as another form has it is owed as that form has it.

    A family is a row key up to its first dot: 2019 prints one row ``other`` where 2021 prints three, ``other.*``.
    """
    row_forms = dict(printed)
    family_forms: dict[tuple[str, str], str] = {}
    for (table, row), row_form in row_forms.items():
        family = (table, family_of(row))
        # A row of the report's own form outweighs a stray one of another.
        if family_forms.get(family) != form:
            family_forms[family] = row_form
    owed: list[FormCell] = []
    for of_form in cells_by_row():
        owing = row_forms.get((of_form.table, of_form.key)) or family_forms.get((of_form.table, of_form.family), form)
        if of_form.form == owing:
            owed.extend(of_form.cells)
    return tuple(owed)


def _sliding_rows(chosen: Mapping[CellKey, Placement]) -> list[tuple[CellKey, ...]]:
    """The cells of each printed row whose places are to be confirmed by the sums. A line table is one row."""
    rows: dict[tuple[str, str], list[CellKey]] = {}
    for key, placement in chosen.items():
        if placement.may_slide and not placement.doubt:
            rows.setdefault((key.table, "" if key.table in _lines() else key.row), []).append(key)
    return [tuple(keys) for keys in rows.values()]


@cache
def _lines() -> frozenset[str]:
    """Tables of which only one line is printed."""
    return frozenset(table.key for form in forms().values() for table in form.tables if table.orientation == "line")


def _cells(owed: Iterable[FormCell], chosen: Mapping[CellKey, Placement], findings: list[Finding]) -> Iterator[Cell]:
    """Read the placed cells; a doubt about place or text leaves one missing, with the text in a finding."""
    for wanted in owed:
        form, key = wanted.form, wanted.key
        placement = chosen.get(key)
        if placement is None:
            yield Cell(form, key, None, "", State.MISSING)
            continue
        printed = placement.cell
        text = printed.text
        value, state, note, peculiar = _content(text, wanted.unit, wanted.column_label, wanted.signed, placement.doubt)
        if peculiar:
            findings.append(Finding(*peculiar, (str(key),), actual=text))
        # Where the place is in doubt, readings of the text settle nothing.
        held = () if placement.doubt else printed.readings
        yield Cell(form, key, value, text, state, note, printed.box, printed.locus, printed.confidence, held)


@lru_cache(maxsize=8192)
def _content(text: str, unit: str, column: str, signed: bool, doubt: str) -> tuple[Decimal | None, State, str, Peculiar | None]:
    """Value, state and note of a cell with a text and a doubt about its place under a form's column, and what is odd about it."""
    reading = read_number(text, unit, signed=signed)
    state, note = _state(reading, doubt), reading.note
    if reading.kind is Kind.NUMBER and unit == "万元" and "unit" not in note and "万元" not in column:
        note = "; ".join(filter(None, (note, "no unit printed in the cell; taken as 万元")))
    return reading.value if state is State.PRINTED else None, state, note, _peculiarity(text, reading, state, doubt)


def _peculiarity(text: str, reading: Reading, state: State, doubt: str) -> Peculiar | None:
    """What there is to say about a placed cell, if anything."""
    if doubt and doubt != _CONFLICT:
        return "cell.place_uncertain", Severity.DOUBT, doubt
    if reading.kind is Kind.TEXT:
        return "cell.not_a_number", Severity.DOUBT, reading.doubt
    if reading.doubt:
        return "cell.odd_number", Severity.DOUBT, reading.doubt
    if state is State.BLANK:
        said = "printed blank" if reading.kind is Kind.EMPTY else f"printed {text.strip()}, not a number"
        return "cell.blank", Severity.NOTE, said
    return None


def _state(reading: Reading, doubt: str) -> State:
    if doubt or reading.kind is Kind.TEXT:
        return State.MISSING
    if reading.kind is Kind.NUMBER:
        return State.PRINTED if reading.value is not None else State.MISSING
    return State.BLANK


def _unplaced(readings: Sequence[TableReading]) -> Iterator[Finding]:
    for reading in readings:
        for gap in reading.unplaced:
            yield Finding(gap.rule, Severity.DOUBT, gap.reason, tuple(str(k) for k in gap.keys), actual=" | ".join(gap.printed))


def _notes(readings: Sequence[TableReading]) -> Iterator[Finding]:
    for reading in readings:
        for rule, message in reading.notes:
            yield Finding(rule, Severity.NOTE, message)


def _missing(cells: Sequence[Cell]) -> Iterator[Finding]:
    """One finding a table for cells that nothing was found for."""
    by_table: dict[str, list[str]] = {}
    missing = State.MISSING
    for cell in cells:
        if cell.state is missing and not cell.printed:
            by_table.setdefault(cell.key.table, []).append(str(cell.key))
    for table, names in by_table.items():
        yield Finding("cells.missing", Severity.DOUBT, f"{len(names)} cells of {table} were not found", tuple(names))


def _extras(extras: Sequence[ExtraCell]) -> Iterator[Finding]:
    for label in dict.fromkeys((e.table, e.row_label) for e in extras):
        printed = " | ".join(e.printed for e in extras if (e.table, e.row_label) == label)
        yield Finding("table.extra", Severity.NOTE, f"not in the form, kept as extra cells: {label[1]}", actual=printed)


def _tally(share: Share, cells: Sequence[Cell], ignored: Sequence[Ignored]) -> Tally:
    """Where the numbers of a report's tables ended. What other years' reports claim is none of its own."""
    printed = State.PRINTED
    used = {c.key for c in cells if c.state is printed}
    repeated = sum(i.rule == "table.repeated" for i in ignored)
    placed = {id(p.cell): p for p in share.placements if holds_number(p.cell.text)}
    sure = [p.key in used for p in placed.values()].count(True)
    kept = sum(holds_number(e.printed) for e in share.extras)
    lost = sum(holds_number(t) for r in share.readings for u in r.unplaced for t in u.printed)
    doubtful = len(placed) - sure
    seen = sum(r.seen for r in share.readings) - share.elsewhere
    return Tally(seen, sure - repeated + kept, len(ignored), doubtful + lost + share.homeless)
