"""Accuracy over generated corpora: the tables of docs/accuracy.md, written into it.

python benchmarks/accuracy.py [digital] [scans] [hard] [harder] [errors] [PAPERS]

All parts without a name; PAPERS of a form and producer.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import regex

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from nianbao.accuracy import measure  # noqa: E402 - so that the script runs from anywhere
from nianbao.show_accuracy import markdown  # noqa: E402
from tests.typesetter.corpus import write_corpus  # noqa: E402
from tests.typesetter.scanners import clear, scanners  # noqa: E402
from tests.typesetter.scanners import harder as mixed  # noqa: E402

PAGE = ROOT / "docs" / "accuracy.md"


def digital(folder: Path, papers: int) -> None:
    """Every digital format and producer."""
    write_corpus(folder, papers or 8)


def scans(folder: Path, papers: int) -> None:
    """Every kind of scan."""
    write_corpus(folder, papers or 3, by=scanners())


def hard(folder: Path, papers: int) -> None:
    """Hard scans alone, each another mixture: 20,000 cells, none of which the thresholds were set on."""
    write_corpus(folder, papers or 44, seed=23, by=scanners()[-1:])


def harder(folder: Path, papers: int) -> None:
    """Scans that are hard in other ways: copies of copies, fax, coarse, photographed, handled, other stamps."""
    write_corpus(folder, papers or 2, seed=29, by=mixed())


def errors(folder: Path, papers: int) -> None:
    """Clear scans of reports in which the agency's own figures break a rule: nothing may be repaired into agreement."""
    write_corpus(folder, papers or 34, broken_share=1.0, by=(clear(),))


PARTS: dict[str, Callable[[Path, int], None]] = {
    "digital": digital,
    "scans": scans,
    "hard": hard,
    "harder": harder,
    "errors": errors,
}


def main() -> None:
    """Generates, measures, writes."""
    named = [word for word in sys.argv[1:] if word in PARTS]
    papers = next((int(word) for word in sys.argv[1:] if word.isdigit()), 0)
    silent = 0
    for part in named or PARTS:
        with TemporaryDirectory() as folder:
            PARTS[part](Path(folder), papers)
            accuracy = measure(Path(folder), workers=2)
        table = markdown(accuracy)
        marked = regex.compile(rf"(?<=<!-- {part} -->\n).*?(?=<!-- end -->)", regex.DOTALL)
        PAGE.write_text(marked.sub(lambda _, table=table: table + "\n", PAGE.read_text("utf-8"), count=1), "utf-8")
        print(table)
        for error in accuracy.errors:
            print(f"\n{error}", file=sys.stderr)
        silent += accuracy.total.silent
    sys.exit(1 if silent else 0)


if __name__ == "__main__":
    main()
