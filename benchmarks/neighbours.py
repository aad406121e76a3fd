"""What reports of the years before and after settle in a report that is uncertain, and whether they ever bend one: Markdown.

A report whose carried figures, and some of what they are balanced with, are uncertain, up to two of them misread; the reports of
the years before and after say what was carried over, and in every tenth pair that is not what arrived. The recogniser is
``tests/typesetter/misreads.py``.

    python -m benchmarks.neighbours [REPORTS_A_LINE]
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from random import Random

from benchmarks.repair import Printed, Readings, printed, read
from normalize.model import CellKey, Report, State, Verdict
from normalize.repair import Anchor
from normalize.settling import settled
from tests.typesetter.misreads import LIKE, Recogniser, doubted, misread

REPORTS = 2000
BROKEN = 0.1
CARRIED = ("carried_in", "carried_out")
Break = Callable[[Decimal, Random], Decimal]


def uncertain(report: Printed, rng: Random) -> Readings:
    """Figures of a column or two uncertain in both carried rows and some others, up to two of them misread."""
    columns = sorted({key.column for key in report.figures if key.row == "new"} - {"total"})
    wanted = {*rng.sample(columns, rng.randint(1, 2)), "total"}
    rows = {*CARRIED, *rng.sample(("new", "handled_total", "granted"), rng.randint(0, 2))}
    keys = [key for key in report.inked(("applications",)) if key.column in wanted and key.row in rows]
    rng.shuffle(keys)
    bad = rng.randint(0, 2)
    alike = rng.random() < 0.3  # the same slip in several cells, so that their sums still hold
    other = {digit: rng.choice(LIKE[digit]) for digit in "0123456789"}
    readings: Readings = {}
    for at, key in enumerate(keys):
        text = report.figures[key].printed
        said = misread(text, rng, Recogniser()) if at < bad else doubted(text, rng)
        if alike and at < bad + 2 and said:
            taken = "".join(other[digit] for digit in text)
            said = (said[0]._replace(text=taken), *(r for r in doubted(text, rng)[:1]))
            said = (said[0], said[1]._replace(cost=rng.uniform(0.1, 3)))
        if said and (said[0].text == "0" or said[0].text[0] != "0"):
            readings[key] = said
    return readings


def off_by_a_few(value: Decimal, rng: Random) -> Decimal:
    """Another count."""
    return max(value + rng.choice((-3, -2, -1, 1, 2, 3)), Decimal(0))


def like_a_misread(value: Decimal, rng: Random) -> Decimal:
    """A figure that looks like it: the worst that the neighbour can print."""
    digits = list(f"{value:f}")
    at = rng.randrange(len(digits))
    digits[at] = rng.choice(LIKE[digits[at]])
    return Decimal("".join(digits))


def anchors(report: Printed, rng: Random, share: float, fault: Break) -> Iterator[Anchor]:
    """What the neighbours print; with both years or one of them there."""
    there = rng.choice((CARRIED, CARRIED, CARRIED[:1], CARRIED[1:]))
    for row in there:
        is_broken = rng.random() < share
        for key, figure in report.figures.items():
            if key.table == "applications" and key.row == row and figure.value is not None:
                value = fault(figure.value, rng) if is_broken else figure.value
                yield Anchor(key, value, f"the report for {row} says {value:f}", row)


def line(name: str, count: int, share: float, fault: Break) -> tuple[str, int]:
    """One line of the table, and how many reports came out wrong."""
    found: Counter[str] = Counter()
    for seed in range(count):
        rng = Random(f"neighbours {name} {seed}")
        report = printed(rng, form=rng.choice(("2021", "2019")), scale=rng.choice(("small", "medium", "large")))
        readings = uncertain(report, rng)
        alone = read(report, readings)
        if alone.verdict is not Verdict.REVIEW:
            found["settled without"] += 1
            continue
        known = settled(alone, tuple(anchors(report, rng, share, fault)))
        found[_outcome(report, known)] += 1
    wrong = found["wrong"]
    cells = f"{found['settled without']} | {found['confirmed']} | {found['repaired']} | {found['review']} | {wrong}"
    return f"| {name} | {count} | {cells} |", wrong


def _outcome(report: Printed, known: Report) -> str:
    values: dict[CellKey, Decimal | None] = {cell.key: cell.value for cell in known.cells}
    is_repaired = any(cell.state is State.REPAIRED for cell in known.cells)
    if known.verdict is Verdict.REVIEW:
        return "wrong" if is_repaired else "review"
    if any(report.figures[key].value != value for key, value in values.items()):
        return "wrong"
    return "repaired" if is_repaired else "confirmed"


LINES: tuple[tuple[str, float, Break], ...] = (
    ("what is carried over arrives", 0.0, off_by_a_few),
    ("a tenth of it does not: off by 1 to 3", BROKEN, off_by_a_few),
    ("a tenth of it does not: looks like a misread", BROKEN, like_a_misread),
)


def main() -> None:
    """Measures and prints."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else REPORTS
    print("| carry-over | reports | settled without | confirmed | repaired | sent to a person | wrong |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for name, share, fault in LINES:
        print(line(name, count, share, fault)[0])


if __name__ == "__main__":
    main()
