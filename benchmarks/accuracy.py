"""Accuracy over a generated corpus: the table of docs/accuracy.md, written into it.

python benchmarks/accuracy.py [PAPERS_A_FORM_AND_PRODUCER]        writes the table between the marks of docs/accuracy.md
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import regex

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from nianbao.accuracy import measure  # noqa: E402 - so that the script runs from anywhere
from nianbao.show_accuracy import markdown  # noqa: E402
from tests.typesetter.corpus import write_corpus  # noqa: E402

PAGE = ROOT / "docs" / "accuracy.md"
PAPERS = 8
MARKED = regex.compile(r"(?<=<!-- table -->\n).*?(?=<!-- end -->)", regex.DOTALL)


def main() -> None:
    """Generates, measures, writes."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else PAPERS
    with TemporaryDirectory() as folder:
        write_corpus(Path(folder), count)
        accuracy = measure(Path(folder), workers=2)
    table = markdown(accuracy)
    PAGE.write_text(MARKED.sub(lambda _: table + "\n", PAGE.read_text("utf-8")), "utf-8")
    print(table)
    for error in accuracy.errors:
        print(f"\n{error}", file=sys.stderr)
    sys.exit(1 if accuracy.total.silent else 0)


if __name__ == "__main__":
    main()
