"""Repair with proof, over generated reports that a simulated recogniser misreads: Markdown for RESULTS.md.

How many reports are repaired right, sent to a person, or repaired wrong; and what happens where the agency itself erred, where
misreads make up for each other, and among zeros. The recogniser is ``tests/typesetter/misreads.py``.

    python benchmarks/repair.py [REPORTS_A_LINE]
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import log
from pathlib import Path
from random import Random

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from extract.model import Reading  # noqa: E402 - so that the script runs from anywhere
from nianbao.pipeline import read_reports  # noqa: E402
from normalize import repair  # noqa: E402
from normalize.forms import Form, forms  # noqa: E402
from normalize.model import CellKey, Identity, Report, State, Verdict  # noqa: E402
from normalize.settling import settled  # noqa: E402
from tests.typesetter.compose import random_paper  # noqa: E402
from tests.typesetter.figures import BLANKS, Shape, blank_out, break_rule, consistent  # noqa: E402
from tests.typesetter.html import HtmlStyle, print_html  # noqa: E402
from tests.typesetter.misreads import LIKE, Recogniser, doubted, misread, read_cells  # noqa: E402
from tests.typesetter.model import Figure  # noqa: E402

REPORTS = 700
SCALES = ("small", "medium", "large")
Readings = dict[CellKey, tuple[Reading, ...]]


@dataclass(frozen=True, slots=True)
class Printed:
    """A generated report: what is printed, and which cell the agency got wrong."""

    form: Form
    figures: Mapping[CellKey, Figure]
    wrong: CellKey | None
    right: Decimal
    """What the wrong cell should have been."""

    def inked(self, tables: Sequence[str]) -> list[CellKey]:
        """Cells of tables that print a number, in the form's order."""
        return [key for key, figure in self.figures.items() if key.table in tables and figure.printed.isdigit()]


def printed(rng: Random, *, broken: bool = False, scale: str = "", form: str = "") -> Printed:
    """A random report; ``broken``: one figure of one sum is the agency's error."""
    made = forms()[form or rng.choice(("2021", "2021", "2019", "2014"))]
    values = consistent(made.tables, made.rules, rng, scale or rng.choice(SCALES))
    wrong, right = None, Decimal(0)
    if broken:
        good = values
        values, wrong = break_rule(values, rng.choice(made.rules), rng)
        right = good[wrong]
    blanks = blank_out(values, made.tables, rng.choice(BLANKS), wrong, rng)
    return Printed(made, {k: Figure.blank() if k in blanks else Figure.of(v) for k, v in values.items()}, wrong, right)


RULED = ("applications", "disputes", "statistics")


def random_readings(report: Printed, rng: Random, misreads: int, doubts: int, tables: Sequence[str] = RULED) -> Readings:
    """So many cells misread, and so many read right without certainty."""
    pool = report.inked(tables)
    rng.shuffle(pool)
    readings = {key: misread(report.figures[key].printed, rng, Recogniser()) for key in pool[:misreads]}
    readings |= {key: doubted(report.figures[key].printed, rng) for key in pool[misreads : misreads + doubts]}
    return {key: said for key, said in readings.items() if said}


def outcome(report: Printed, readings: Mapping[CellKey, Sequence[Reading]]) -> str:
    """What becomes of it: ``right`` or ``wrong`` of those not sent to a person, with ``repaired`` before; or ``review``."""
    found = read(report, readings)
    repaired = [cell for cell in found.cells if cell.state is State.REPAIRED]
    if found.verdict is Verdict.REVIEW:
        return "review, changed" if repaired else "review"
    wrong = any(cell.value != report.figures[cell.key].value for cell in found.cells)
    return f"{'repaired ' if repaired else ''}{'wrong' if wrong else 'right'}"


def read(report: Printed, readings: Mapping[CellKey, Sequence[Reading]]) -> Report:
    """The report as read and settled."""
    cells = read_cells(report.form, report.figures, readings)
    return settled(Report(Identity("", "", 2023), report.form.key, Verdict.VERIFIED, cells))


# misread reports -------------------------------------------------------------------------------------------------------


def misread_line(count: int, misreads: int, doubts: tuple[int, int], tables: Sequence[str]) -> str:
    """One line of the first table."""
    found: Counter[str] = Counter()
    for seed in range(count):
        rng = Random(f"{misreads} {doubts} {tables} {seed}")
        report = printed(rng, form=rng.choice(("2021", "2019")) if tables == ("applications",) else "")
        readings = random_readings(report, rng, misreads, rng.randint(*doubts), tables)
        found[outcome(report, readings)] += 1
    share = f"{100 * found['repaired right'] / count:.0f} %"
    others = f"{doubts[0]} to {doubts[1]}" if doubts[1] else "none"
    where = "applications" if tables == ("applications",) else "any with rules"
    bad = found["repaired wrong"] + found["wrong"] + found["review, changed"]
    return f"| {where} | {misreads} | {others} | {count} | {share} | {found['review']} | {bad} |"


# what must not be repaired -----------------------------------------------------------------------------------------------


def clear_scan(rng: Random) -> tuple[Printed, Readings]:
    """Everything certain, one wrong sum."""
    return printed(rng, broken=True), {}


def with_doubts(rng: Random) -> tuple[Printed, Readings]:
    """One wrong sum, and one to eight cells uncertain but right."""
    report = printed(rng, broken=True)
    return report, random_readings(report, rng, 0, rng.randint(1, 8))


def with_a_misread(rng: Random) -> tuple[Printed, Readings]:
    """One wrong sum, one misread, and up to four uncertain but right."""
    report = printed(rng, broken=True)
    return report, random_readings(report, rng, 1, rng.randint(0, 4))


def beside_the_error(rng: Random) -> tuple[Printed, Readings]:
    """One wrong sum, and every uncertain cell in its row or column, itself not among them."""
    report = printed(rng, broken=True)
    wrong = report.wrong
    pool = [k for k in report.inked(RULED) if wrong and k != wrong and (k.row == wrong.row or k.column == wrong.column)]
    rng.shuffle(pool)
    return report, {key: doubted(report.figures[key].printed, rng) for key in pool[: rng.randint(1, 8)]}


def the_error_itself(rng: Random) -> tuple[Printed, Readings]:
    """The reader doubts the very figure that the agency got wrong, and holds what it should have been possible."""
    report = printed(rng, broken=True)
    wrong = report.wrong
    if wrong is None:
        return report, {}
    cost = next(r.cost for r in doubted("8", rng)[1:])
    return report, {wrong: (Reading(report.figures[wrong].printed, 0.0), Reading(f"{report.right:f}", cost))}


def one_digit_everywhere(rng: Random) -> tuple[Printed, Readings]:
    """One digit is taken for the same other one wherever it is printed; the truth held possible in half of the reports."""
    report = printed(rng, scale="small")
    inked = report.inked(RULED)
    digits = sorted({digit for key in inked for digit in report.figures[key].printed})
    digit = rng.choice(digits) if digits else "8"
    other, third = rng.choice(LIKE[digit]), rng.choice([d for d in "12345679" if d != digit])
    held = rng.random() < 0.5
    readings = {}
    for key in inked:
        text = report.figures[key].printed
        taken = text.replace(digit, other)
        if digit in text and (taken[0] != "0" or taken == "0"):
            readings[key] = (Reading(taken, 0.0), Reading(text if held else text.replace(digit, third), rng.uniform(0.1, 3)))
    return report, readings


def seal(rng: Random) -> tuple[Printed, Readings]:
    """A block of the applications uncertain, as under a seal, up to two of its cells misread."""
    report = printed(rng, form=rng.choice(("2021", "2019")))
    table = next(table for table in report.form.tables if table.key == "applications")
    rows, columns = [row.key for row in table.rows if not row.heading], [column.key for column in table.columns]
    top, left = rng.randrange(len(rows) - 3), rng.randrange(len(columns) - 2)
    inside = set(rows[top : top + rng.randint(2, 5)]), set(columns[left : left + rng.randint(2, 4)])
    keys = [key for key in report.inked(("applications",)) if key.row in inside[0] and key.column in inside[1]]
    rng.shuffle(keys)
    bad = rng.randint(0, 2)
    readings = {key: misread(report.figures[key].printed, rng, Recogniser()) for key in keys[:bad]}
    readings |= {key: doubted(report.figures[key].printed, rng) for key in keys[bad:]}
    return report, {key: said for key, said in readings.items() if said}


def among_zeros(rng: Random) -> tuple[Printed, Readings]:
    """Tables of zeros, ten to forty of them uncertain, up to four read as 6 or 8."""
    report = printed(rng, scale="zero")
    keys = report.inked(RULED)
    rng.shuffle(keys)
    bad = rng.randint(0, 4)
    readings: Readings = {}
    for at, key in enumerate(keys[: rng.randint(10, 40)]):
        said = [rng.choice("68"), "0"] if at < bad else ["0", rng.choice("68")]
        readings[key] = (Reading(said[0], 0.0), Reading(said[1], rng.uniform(0.1, 4)))
    return report, readings


ADVERSE: tuple[tuple[str, Callable[[Random], tuple[Printed, Readings]]], ...] = (
    ("clear scan, one wrong sum of the agency's", clear_scan),
    ("the same, 1 to 8 cells uncertain but right", with_doubts),
    ("the same, and one misread", with_a_misread),
    ("the uncertain cells all in the row and column of the wrong sum", beside_the_error),
    ("one digit misread alike wherever it stands", one_digit_everywhere),
    ("a block of uncertain cells, 0 to 2 misread", seal),
    ("zeros, 10 to 40 uncertain, 0 to 4 misread", among_zeros),
    ("the wrong figure itself uncertain, the right one held possible", the_error_itself),
)


def adverse_line(name: str, make: Callable[[Random], tuple[Printed, Readings]], count: int) -> str:
    """One line of the second table."""
    found: Counter[str] = Counter()
    for seed in range(count):
        rng = Random(f"{name} {seed}")
        found[outcome(*make(rng))] += 1
    kept, right = found["right"], found["repaired right"]
    bent = found["repaired wrong"] + found["review, changed"]
    return f"| {name} | {count} | {kept} | {right} | {found['review']} | {bent} | {found['wrong']} |"


def limit_line(odds: int, count: int) -> str:
    """What another limit on the cost of a repair would give, in one line of the third table."""
    kept, repair.LIMIT = repair.LIMIT, log(odds)
    try:
        found: dict[str, Counter[str]] = {name: Counter() for name in ("misread", "doubts", "itself")}
        for seed in range(count):
            rng = Random(f"limit {seed}")
            report = printed(rng)
            readings = random_readings(report, rng, rng.randint(1, 3), rng.randint(0, 8))
            found["misread"][outcome(report, readings)] += 1
            found["itself"][outcome(*the_error_itself(Random(f"limit {seed}")))] += 1
        for seed in range(4 * count):
            found["doubts"][outcome(*with_doubts(Random(f"limit {seed}")))] += 1
    finally:
        repair.LIMIT = kept
    right, bent = (
        100 * found[name][what] / count for name, what in (("misread", "repaired right"), ("itself", "repaired wrong"))
    )
    return f"| 1 in {odds} | {right:.0f} % | {found['doubts']['repaired wrong']} of {4 * count} | {bent:.0f} % |"


def digital(count: int) -> str:
    """Digital documents with one wrong sum: none has anything uncertain, so none is repaired."""
    verdicts: Counter[str] = Counter()
    repaired = 0
    for seed in range(count):
        rng = Random(f"digital {seed}")
        form = rng.choice(list(forms()))
        paper = random_paper(form, Shape(rng.choice(SCALES), "none", rng.choice(forms()[form].rules).id), rng)
        for report in read_reports(print_html(paper, HtmlStyle(), rng), f"{seed}.html"):
            verdicts[report.verdict] += 1
            repaired += sum(cell.state is State.REPAIRED for cell in report.cells)
    said = ", ".join(f"{number} {verdict}" for verdict, number in sorted(verdicts.items()))
    return f"{count} digital reports with one wrong sum: {said}; cells repaired: {repaired}."


def proof() -> str:
    """The proof of one repair, as it is stored."""
    for seed in range(1000):
        rng = Random(f"proof {seed}")
        report = printed(rng, form="2021", scale="medium")
        found = read(report, random_readings(report, rng, 1, 3, ("applications",)))
        for finding in found.findings:
            if finding.rule == "cell.repaired" and finding.message.count(" + ") > 5:
                return f"> {finding.message}."
    raise RuntimeError("no report was repaired")


def main() -> None:
    """Measures and prints."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else REPORTS
    start = time.process_time()
    print(
        "Reports with misread cells. In 85 % of them the recogniser holds the truth possible.\n\n"
        "| table | misread | others uncertain | reports | repaired right | sent to a person | wrong |\n"
        "|---|---:|---:|---:|---:|---:|---:|"
    )
    for tables in (RULED, ("applications",)):
        for misreads in (1, 2, 3):
            for doubts in ((0, 0), (1, 8)):
                print(misread_line(count, misreads, doubts, tables))
    print(
        "\nReports that must not be bent. Only of the last kind some are: no arithmetic can tell it from a misread.\n\n"
        "| | reports | kept as printed | repaired right | sent to a person | bent | wrong, not noticed |\n"
        "|---|---:|---:|---:|---:|---:|---:|"
    )
    for name, make in ADVERSE:
        print(adverse_line(name, make, count))
    print(
        "\nHow likely the reader must hold a number for it to replace its choice (`normalize.repair.LIMIT`):\n\n"
        "| limit | 1 to 3 misread, 0 to 8 uncertain: repaired right | agency's wrong sum, 1 to 8 uncertain: bent "
        "| agency's wrong figure uncertain itself: bent |\n"
        "|---|---:|---:|---:|"
    )
    for odds in (2, 5, 10, 20):
        print(limit_line(odds, count))
    print(f"\n{digital(100)}\n\nThe proof of one repair:\n\n{proof()}")
    print(f"\n{time.process_time() - start:.0f} s of processor time in all.", file=sys.stderr)


if __name__ == "__main__":
    main()
