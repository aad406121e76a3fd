"""Uncertain cells settled by the form's own arithmetic, each with its proof; docs/repair.md says what is sound and why.

A cell that was read with certainty is never changed: sums that fail over such cells are the agency's own error. An uncertain
cell is *confirmed* where the reader's choice is the only combination of readings that satisfies every sum, and *repaired* where
another one is, two rules force it independently, and the reader itself thought it likely enough. All else is for a person, and
then nothing is changed in the whole report.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from math import log

from normalize.candidates import Guess, How, chosen, guesses, is_uncertain, place_in_form
from normalize.checks import Equation, check, rule_book
from normalize.forms import Form
from normalize.model import Candidate, Cell, CellKey, Finding, State
from normalize.proof import Step, confirmation, doubt, proof
from normalize.solve import STEPS, Solutions, Sum, Value, components, solve

LIMIT = log(5)
"""Cost up to which a reading may replace the reader's choice: one in five. The sums cannot tell a misread figure from one that
the agency itself got wrong; only the ink can, so the ink must have left real doubt."""
_WITNESSES = 2
_PROBABLE = 3
"""Solutions that a person is shown."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """What a cell must be by evidence outside the form's rules: a count in the prose, the neighbour year's report."""

    key: CellKey
    value: Decimal
    source: str
    """A clause for people: ``the report for 2022 carries 3 out``."""
    report: str = ""
    """Which other year's report says so; empty for the report's own prose."""


@dataclass(frozen=True, slots=True)
class Settled:
    """A report's cells after repair."""

    cells: tuple[Cell, ...]
    findings: tuple[Finding, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    """What the cells that stay uncertain may say."""


@dataclass(slots=True)
class _Problem:
    """The uncertain cells as unknowns 0, 1, ... and the rules as sums over them."""

    keys: tuple[CellKey, ...]
    cells: Mapping[CellKey, Cell]
    guesses: tuple[tuple[Guess, ...], ...]
    anchors: Mapping[int, Sequence[Anchor]]
    sums: list[Sum] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    """What each sum says to people."""

    def choice(self, unknown: int) -> Guess | None:
        """What the reader took the cell for."""
        return chosen(self.cells[self.keys[unknown]])

    def guess(self, unknown: int, amount: Decimal) -> Guess:
        """The cheapest reading that counts ``amount``."""
        return next(guess for guess in self.guesses[unknown] if guess.amount == amount)

    def is_changed(self, unknown: int, amount: Decimal) -> bool:
        """Whether that is not what the reader chose."""
        choice = self.choice(unknown)
        return choice is None or choice.amount != amount


@dataclass(slots=True)
class _Outcome:
    """What becomes of each unknown."""

    repaired: dict[int, Decimal] = field(default_factory=dict)
    confirmed: list[int] = field(default_factory=list)
    doubts: dict[int, str] = field(default_factory=dict)
    """Why it stays uncertain."""
    fitting: dict[int, set[Decimal]] = field(default_factory=lambda: defaultdict(set))
    """Amounts that are part of a solution."""


def settle(form: Form, cells: Sequence[Cell], anchors: Sequence[Anchor] = ()) -> Settled:
    """Confirm or repair the uncertain cells of a report, or say why that cannot be done."""
    if not any(map(is_uncertain, cells)):
        return Settled(tuple(cells))
    problem = _problem(form, {cell.key: cell for cell in cells}, anchors)
    outcome = _Outcome()
    for members in components(len(problem.keys), problem.sums):
        if not problem.guesses[members[0]]:
            outcome.doubts[members[0]] = "none of its readings is a number"
            continue
        own = [each for each in problem.sums if each.terms[0][0] in members]
        solutions = solve({u: _values(problem.guesses[u]) for u in members}, own, _PROBABLE, STEPS)
        for solution in solutions.found:
            for unknown, amount in zip(members, solution, strict=True):
                outcome.fitting[unknown].add(amount)
        picked = _picked(problem, members, own) if len(solutions.found) > 1 else None
        if picked is not None:
            solutions = picked
        reasons = _reasons(problem, members, own, solutions, is_picked=picked is not None)
        if reasons:
            outcome.doubts.update({unknown: reasons.get(unknown, "its sums hold other cells in doubt") for unknown in members})
            continue
        for unknown, amount in zip(members, solutions.found[0], strict=True):
            if problem.is_changed(unknown, amount):
                outcome.repaired[unknown] = amount
            else:
                outcome.confirmed.append(unknown)
    settled = _settled(problem, cells, outcome)
    held = "other cells of the report stay in doubt" if outcome.doubts else ""
    if outcome.repaired and any(each.outcome == "fails" for each in check(form, {cell.key: cell for cell in settled.cells})):
        held = "the agency's own sums fail elsewhere"
    if outcome.repaired and held:
        outcome.doubts.update({u: f"the rules force {amount:f}, but {held}" for u, amount in outcome.repaired.items()})
        outcome.repaired.clear()
        settled = _settled(problem, cells, outcome)
    return settled


def _values(readings: Sequence[Guess]) -> tuple[Value, ...]:
    """Each amount once, at its least cost: in a sum a blank is a 0."""
    least: dict[Decimal, float] = {}
    for guess in readings:
        least.setdefault(guess.amount, guess.cost)
    return tuple(Value(amount, cost) for amount, cost in least.items())


# the rules as sums -----------------------------------------------------------------------------------------------------


def _problem(form: Form, cells: Mapping[CellKey, Cell], anchors: Sequence[Anchor]) -> _Problem:
    held = guesses(cells)
    keys = tuple(sorted(held))
    place = {key: unknown for unknown, key in enumerate(keys)}
    evidence: dict[int, list[Anchor]] = defaultdict(list)
    for anchor in anchors:
        if anchor.key in place:
            evidence[place[anchor.key]].append(anchor)
    problem = _Problem(keys, cells, tuple(held[key] for key in keys), evidence)
    book = rule_book(form, cells)
    for equation in book.equations:
        names = [book.cells[index] for index in equation.terms]
        if not _is_usable(equation, names, problem, place):
            continue
        signs = [1] * len(equation.left) + [-1] * len(equation.right)
        known = [(key, sign) for key, sign in zip(names, signs, strict=True) if key not in place]
        constant = sum((sign * (cells[key].value or Decimal(0)) for key, sign in known), Decimal(0))
        terms = tuple((place[key], sign) for key, sign in zip(names, signs, strict=True) if key in place)
        if terms:
            problem.sums.append(Sum(terms, constant))
            problem.steps.append(Step(equation.rule, tuple(names[: len(equation.left)]), tuple(names[len(equation.left) :])))
    return problem


def _is_usable(equation: Equation, names: Sequence[CellKey], problem: _Problem, place: Mapping[CellKey, int]) -> bool:
    """Whether the rule proves anything: every cell is there, and no total or set of parts is, or may be, left out as a blank."""
    cells = problem.cells
    if any(key not in cells or (key not in place and cells[key].state is State.MISSING) for key in names):
        return False
    if any(key in place and not problem.guesses[place[key]] for key in names):
        return False  # and so a cell without a guess is a component by itself
    if len(equation.left) != 1:
        return True
    total, parts = names[0], names[1:]
    if total in place:
        if any(guess.value is None for guess in problem.guesses[place[total]]):
            return False
    elif cells[total].state is State.BLANK:
        return False
    return not all(key not in place and cells[key].state is State.BLANK for key in parts)


# what other years say --------------------------------------------------------------------------------------------------


def _picked(problem: _Problem, members: Sequence[int], own: Sequence[Sum]) -> Solutions | None:
    """Of several solutions the one that the neighbour years' reports single out; None where they do not.

    What is carried over does not always arrive, so one report only confirms the reader's own choice. To change a cell takes
    the reports of both years, each of which speaks of another cell.
    """
    stated = _stated_elsewhere(problem, members)
    if stated is None:
        return None
    domains = {u: _values(problem.guesses[u]) for u in members}
    for unknown, (amount, _) in stated.items():
        domains[unknown] = tuple(value for value in domains[unknown] if value.amount == amount)
    if not all(domains.values()):
        return None
    solutions = solve(domains, own, _PROBABLE, STEPS)
    if solutions.only is None:
        return None
    is_changed = any(problem.is_changed(u, amount) for u, amount in zip(members, solutions.only, strict=True))
    witnesses = {report for _, report in stated.values()}
    return None if is_changed and len(witnesses) < _WITNESSES else solutions


def _stated_elsewhere(problem: _Problem, members: Sequence[int]) -> dict[int, tuple[Decimal, str]] | None:
    """What other reports say of each unknown, and which; None where none does, or where evidence contradicts itself."""
    stated: dict[int, tuple[Decimal, str]] = {}
    for unknown in members:
        anchors = problem.anchors.get(unknown, ())
        if len({anchor.value for anchor in anchors}) > 1:
            return None
        for anchor in anchors:
            if anchor.report:
                stated[unknown] = anchor.value, anchor.report
    return stated or None


# what is accepted ------------------------------------------------------------------------------------------------------


def _reasons(
    problem: _Problem, members: Sequence[int], own: Sequence[Sum], solutions: Solutions, *, is_picked: bool
) -> dict[int, str]:
    """Why cells of a component cannot be settled, by unknown; empty where all can."""
    if not own:
        return {u: why for u in members if (why := _why_not_anchored(problem, u))}
    if not solutions.complete and len(solutions.found) < 2:
        return dict.fromkeys(members, "too many readings to try them all")
    if not solutions.found:
        return dict.fromkeys(members, "no combination of its readings satisfies the rules")
    if len(solutions.found) > 1:
        differing = [len({s[i] for s in solutions.found}) > 1 for i in range(len(members))]
        said = "more than one reading satisfies the rules"
        return {u: said for u, differs in zip(members, differing, strict=True) if differs}
    amounts = dict(zip(members, solutions.found[0], strict=True))
    slide = _slide_doubts(problem, amounts)
    known = set(_stated_elsewhere(problem, members) or ()) if is_picked else set()
    found = {}
    for unknown, amount in amounts.items():
        why = slide.get(unknown) or _why_not(problem, unknown, amount, own, known)
        if why:
            found[unknown] = why
    return found


def _why_not(problem: _Problem, unknown: int, amount: Decimal, own: Sequence[Sum], known: Collection[int]) -> str:
    """Why the only solution's amount is not accepted for a cell; empty where it is. ``known`` are those picked by anchors."""
    kinds = {guess.value is None for guess in problem.guesses[unknown] if guess.amount == amount}
    if len(kinds) > 1:
        return "0 and blank count the same in every sum"
    speaking = [each for each in own if any(term == unknown for term, _ in each.terms)]
    if not problem.is_changed(unknown, amount):
        if len(speaking) < _WITNESSES and unknown not in derivable(own, known=known):
            return "only one rule speaks of it, and of another uncertain cell"
        return ""
    said = f"the rules force {amount:f}"
    guess = problem.guess(unknown, amount)
    anchors = problem.anchors.get(unknown, ())
    if guess.value is None:
        return f"{said}, which would be a blank"
    if any(anchor.value != amount for anchor in anchors):
        return f"{said}, but {anchors[0].source}"
    if guess.how.is_supposed:
        return f"{said}, which the reader did not see"
    if guess.cost > LIMIT:
        return f"{said}, which the reader thought too unlikely"
    is_forced = is_forced_twice(unknown, own) or (anchors and unknown in derivable(own))
    if not is_forced and not (known and unknown in derivable(own, known=known)):
        return f"{said}, but no two rules do so independently"
    return ""


def _why_not_anchored(problem: _Problem, unknown: int) -> str:
    """A cell that no rule speaks of can only be confirmed, by evidence from elsewhere."""
    choice = problem.choice(unknown)
    anchors = problem.anchors.get(unknown, ())
    if choice is None or choice.value is None or not anchors:
        return "no rule speaks of it"
    wrong = next((anchor for anchor in anchors if anchor.value != choice.value), None)
    return f"read as {choice.value:f}, but {wrong.source}" if wrong else ""


def derivable(sums: Sequence[Sum], without: int = -1, known: Collection[int] = ()) -> set[int]:
    """Unknowns that follow from the certain cells by one sum after the other, whatever readings there are.

    ``without`` is a sum that is not to be used, by its place; ``known`` are unknowns that need not follow.
    """
    known = set(known)
    grew = True
    while grew:
        grew = False
        for place, each in enumerate(sums):
            open_ones = [unknown for unknown, _ in each.terms if unknown not in known] if place != without else []
            if len(open_ones) == 1:
                known.add(open_ones[0])
                grew = True
    return known


def is_forced_twice(unknown: int, sums: Sequence[Sum]) -> bool:
    """Whether the unknown still follows when any one of the sums is taken away."""
    speaking = sum(any(term == unknown for term, _ in each.terms) for each in sums)
    return speaking >= _WITNESSES and all(unknown in derivable(sums, without) for without in range(len(sums)))


def _slide_doubts(problem: _Problem, amounts: Mapping[int, Decimal]) -> dict[int, str]:
    """Doubts about rows that are taken to have slid: every cell must then be its neighbour's."""
    found: dict[int, str] = {}
    rows: dict[tuple[str, str], list[int]] = defaultdict(list)
    for unknown in amounts:
        rows[problem.keys[unknown][:2]].append(unknown)
    for row in rows.values():
        if not any(problem.guess(u, amounts[u]).how in {How.LEFT, How.RIGHT} for u in row if problem.is_changed(u, amounts[u])):
            continue
        row.sort(key=lambda u: place_in_form(problem.cells[problem.keys[u]]))
        read = [choice.amount if (choice := problem.choice(u)) else None for u in row]
        now = [amounts[u] for u in row]
        if now[:-1] != read[1:] and now[1:] != read[:-1]:
            found.update(dict.fromkeys(row, "a neighbour's number fits here, but the row as a whole has not slid"))
    return found


# what is said ----------------------------------------------------------------------------------------------------------


def _settled(problem: _Problem, cells: Sequence[Cell], outcome: _Outcome) -> Settled:
    changed = {problem.keys[u]: problem.guess(u, amount) for u, amount in outcome.repaired.items()}
    sure = {problem.keys[u] for u in outcome.confirmed}
    after = tuple(_after(cell, changed.get(cell.key), sure) for cell in cells)
    amounts = {cell.key: cell.value or Decimal(0) for cell in after}
    findings = [
        proof(
            cell, changed[cell.key], _steps_of(problem, cell.key), amounts, len(problem.keys), elsewhere=_said_elsewhere(problem)
        )
        for cell in cells
        if cell.key in changed
    ]
    if sure:
        findings.append(confirmation([cell.key for cell in cells if cell.key in sure], _said_elsewhere(problem)))
    place = {key: unknown for unknown, key in enumerate(problem.keys)}
    doubtful = [(cell, place[cell.key]) for cell in cells if cell.key in place and place[cell.key] in outcome.doubts]
    findings.extend(doubt(cell, problem.guesses[u], outcome.doubts[u]) for cell, u in doubtful)
    candidates = tuple(each for cell, u in doubtful for each in _candidates(cell, problem.guesses[u], outcome.fitting[u]))
    return Settled(after, tuple(findings), candidates)


def _after(cell: Cell, guess: Guess | None, sure: set[CellKey]) -> Cell:
    if guess is not None:
        note = "; ".join(filter(None, (cell.note, f"repaired: read as {cell.printed.strip() or 'blank'}")))
        return cell._replace(value=guess.value, state=State.REPAIRED, note=note, readings=())
    return cell._replace(readings=()) if cell.key in sure else cell


def _said_elsewhere(problem: _Problem) -> tuple[str, ...]:
    """What other reports say of the uncertain cells, in words."""
    return tuple(dict.fromkeys(a.source for u in sorted(problem.anchors) for a in problem.anchors[u] if a.report))


def _steps_of(problem: _Problem, key: CellKey) -> list[Step]:
    return [step for step in problem.steps if key in step.left or key in step.right]


def _candidates(cell: Cell, readings: Sequence[Guess], fitting: set[Decimal]) -> Iterator[Candidate]:
    """The reader's readings, and of what is only supposed that which fits."""
    for guess in readings:
        fits = guess.amount in fitting
        if fits or not guess.how.is_supposed:
            yield Candidate(cell.form, cell.key, guess.text, guess.value, round(guess.cost, 3), guess.how.value, fits)
