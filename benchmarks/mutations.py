"""The invariant under attack: damaged tables, printed in many layouts, and whether a wrong number ever passes as certain.

    python -m benchmarks.mutations [COUNT] [SEED]

A Markdown table by kind of damage: how many were tried, how many read with certainty, sent to a person or refused, and the
silent errors (there must be none), each with the seed that makes it again.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from collect.errors import NianbaoError  # noqa: E402 - so that the script runs from anywhere
from nianbao.pipeline import read_reports  # noqa: E402
from normalize.model import Verdict  # noqa: E402
from tests.typesetter.compose import random_paper  # noqa: E402
from tests.typesetter.docx import DocxStyle, print_docx  # noqa: E402
from tests.typesetter.figures import BLANKS, SCALES, Shape  # noqa: E402
from tests.typesetter.html import HtmlStyle, print_html  # noqa: E402
from tests.typesetter.model import Paper  # noqa: E402
from tests.typesetter.mutations import Mutation, mutate  # noqa: E402
from tests.typesetter.pages import TableStyle  # noqa: E402
from tests.typesetter.pdf import PdfStyle, print_pdf  # noqa: E402
from tests.typesetter.text import TextStyle, print_text  # noqa: E402

COUNT = 2_000
PRINTERS: tuple[tuple[int, str, Callable[[Paper, Random], bytes]], ...] = (
    (10, "report.html", lambda paper, rng: print_html(paper, HtmlStyle(), rng)),
    (4, "report.txt", lambda paper, rng: print_text(paper, TextStyle("tabs"), rng)),
    (3, "report.docx", lambda paper, rng: print_docx(paper, DocxStyle(), rng)),
    (2, "report.pdf", lambda paper, rng: print_pdf(paper, PdfStyle(), rng)),
    (1, "unruled.pdf", lambda paper, rng: print_pdf(paper, PdfStyle(TableStyle(rules="none")), rng)),
)
"""Weight, name and printer."""


def damaged(seed: int) -> tuple[Mutation, str, bytes]:
    """One damaged report: what was done to it, its file's name and content."""
    rng = Random(seed)
    shape = Shape(rng.choice(SCALES), rng.choice(BLANKS))
    paper = random_paper(rng.choice(("2021", "2021", "2019", "2014")), shape, rng)
    mutation = mutate(paper, rng, rng.choice((1, 1, 1, 2)))
    fit = [each for each in PRINTERS if not ("merge" in mutation.name and each[1].endswith(".txt"))]  # text shows no spans
    _, name, printer = rng.choices(fit, [weight for weight, _, _ in fit])[0]
    return mutation, name, printer(mutation.paper, rng)


def attack(seed: int) -> tuple[str, str, list[str]]:
    """One damaged report: what was done to it, what became of it, and its silent errors."""
    mutation, name, content = damaged(seed)
    try:
        reports = read_reports(content, name)
    except NianbaoError as error:
        return mutation.name, error.code, []
    certain = all(report.verdict in {Verdict.VERIFIED, Verdict.INCONSISTENT} for report in reports)
    errors = [f"seed {seed}, {name}, {mutation.name}: {error}" for error in mutation.silent_errors(reports)]
    return mutation.name, "certain" if certain else "review", errors


def main() -> None:
    """Attack, and print what came of it."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    tried: Counter[tuple[str, str]] = Counter()
    silent: list[str] = []
    for seed in range(first, first + count):
        name, outcome, errors = attack(seed)
        for each in name.split(" + "):
            tried[each, outcome] += 1
            tried[each, "silent"] += bool(errors)
        silent += errors
    print("| damage | tried | certain | review | refused | silent errors |\n|---|---|---|---|---|---|")
    for name in sorted({name for name, _ in tried}):
        outcomes = {outcome: n for (each, outcome), n in tried.items() if each == name and outcome != "silent"}
        refused = sum(n for outcome, n in outcomes.items() if outcome not in {"certain", "review"})
        total = sum(outcomes.values())
        figures = (total, outcomes.get("certain", 0), outcomes.get("review", 0), refused, tried[name, "silent"])
        print(f"| {name} | {' | '.join(map(str, figures))} |")
    print(f"\n{count} damaged reports, {len(silent)} silent errors.")
    for each in silent[:40]:
        print(f"- {each}")


if __name__ == "__main__":
    main()
