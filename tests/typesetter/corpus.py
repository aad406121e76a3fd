"""A corpus with known truth, in the layout that ``nianbao accuracy`` reads: documents, truth.csv and docs.csv (docs/accuracy.md).

Printers are named by what they imitate; a further kind of document is one more entry of ``printers``.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from random import Random
from typing import NamedTuple

from normalize.forms import forms
from tests.typesetter.compose import random_paper, rules_of
from tests.typesetter.docx import DocxStyle, print_docx
from tests.typesetter.figures import BLANKS, SCALES, Shape
from tests.typesetter.html import HtmlStyle, print_html
from tests.typesetter.model import Paper
from tests.typesetter.pages import TableStyle
from tests.typesetter.pdf import PdfStyle, print_pdf
from tests.typesetter.programs import chromium, libreoffice
from tests.typesetter.text import TextStyle, print_text

TRUTH_COLUMNS = ("doc", "form", "year", "agency", "table", "row", "column", "value")
DOCS_COLUMNS = ("doc", "format", "producer", "form", "year", "agency", "consistent")
_LATIN = DocxStyle(font="Noto Serif CJK SC")


class Printer(NamedTuple):
    """One way to make a document of a paper."""

    producer: str
    suffix: str
    make: Callable[[Paper, Random], bytes]
    format: str = ""
    """What the corpus calls its format, where that is not the suffix."""


def printers() -> tuple[Printer, ...]:
    """The printers that this machine has."""
    found = [
        Printer("ReportLab", "pdf", lambda paper, rng: print_pdf(paper, PdfStyle(), rng)),
        Printer("ReportLab, open rules", "pdf", lambda paper, rng: print_pdf(paper, PdfStyle(TableStyle(rules="open")), rng)),
        Printer("Word", "docx", lambda paper, rng: print_docx(paper, DocxStyle(), rng)),
        Printer("CMS", "html", lambda paper, rng: print_html(paper, HtmlStyle(), rng)),
        Printer(
            "Word, GB18030", "html", lambda paper, rng: print_html(paper, HtmlStyle(template="word", encoding="gb18030"), rng)
        ),
        Printer("tabs", "txt", lambda paper, rng: print_text(paper, TextStyle("tabs"), rng)),
        Printer("one cell a line", "txt", lambda paper, rng: print_text(paper, TextStyle("lines"), rng)),
    ]
    if shutil.which("soffice"):
        found.append(Printer("LibreOffice", "pdf", lambda paper, rng: libreoffice(print_docx(paper, _LATIN, rng), "docx", "pdf")))
    if shutil.which("chromium"):
        found.append(Printer("Chromium", "pdf", lambda paper, rng: chromium(print_html(paper, HtmlStyle("print"), rng))))
    return tuple(found)


def papers(count: int, seed: int, broken_share: float = 0.25) -> Iterator[Paper]:
    """So many papers of each form; in a share of them the agency's own figures break a rule."""
    for form in forms():
        for number in range(count):
            rng = Random(f"{seed} {form} {number}")
            broken = rng.choice([rule.id for rule in rules_of(form)]) if rng.random() < broken_share else ""
            yield random_paper(form, Shape(rng.choice(SCALES), rng.choice(BLANKS), broken), rng)


def write_corpus(
    folder: Path, count: int, seed: int = 1, broken_share: float = 0.25, by: tuple[Printer, ...] | None = None
) -> None:
    """Write a corpus: so many papers of each form from each printer."""
    (folder / "docs").mkdir(parents=True, exist_ok=True)
    with _table(folder / "truth.csv", TRUTH_COLUMNS) as truth, _table(folder / "docs.csv", DOCS_COLUMNS) as docs:
        number = 0
        for at, printer in enumerate(printers() if by is None else by):
            for paper in papers(count, seed * 1000 + at, broken_share):
                number += 1
                name = f"g{number:04}"
                content = printer.make(paper, Random(f"{seed} {name}"))
                (folder / "docs" / f"{name}.{printer.suffix}").write_bytes(content)
                docs.add(_facts(name, printer, paper))
                for row in _truth(name, paper):
                    truth.add(row)


def _facts(name: str, printer: Printer, paper: Paper) -> Mapping[str, object]:
    return {
        "doc": name,
        "format": printer.format or printer.suffix,
        "producer": printer.producer,
        "form": paper.form,
        "year": paper.year,
        "agency": paper.agency,
        "consistent": int(not paper.broken),
    }


def _truth(name: str, paper: Paper) -> Iterator[Mapping[str, object]]:
    for key, figure in paper.figures.items():
        value = "" if figure.value is None else f"{figure.value:f}"
        yield {"doc": name, "form": paper.form, "year": paper.year, "agency": paper.agency, **key._asdict(), "value": value}


class _table:  # noqa: N801 - reads as a function
    """A csv file being written."""

    def __init__(self, path: Path, columns: tuple[str, ...]) -> None:
        self._file = path.open("w", encoding="utf-8", newline="")
        self._writer = csv.DictWriter(self._file, columns, lineterminator="\n")

    def __enter__(self) -> _table:
        self._writer.writeheader()
        return self

    def add(self, row: Mapping[str, object]) -> None:
        """One more row."""
        self._writer.writerow(row)

    def __exit__(self, *_: object) -> None:
        self._file.close()
