"""Reading PDF: bytes to Report beside naive pdfplumber and camelot, on generated documents of several producers.

Every reader is followed by the same normalisation, so that "cells right" compares readers only. Processor time of one
process; the passes of all readers alternate, so that a busy machine slows all of them. What a reader costs once per process
(loading its library) is not counted.

    python benchmarks/reading.py [DOCUMENTS_PER_PRODUCER]
"""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from random import Random
from tempfile import NamedTemporaryFile
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import pdfplumber  # noqa: E402 - so that the script runs from anywhere
import pypdfium2  # noqa: E402

from collect.errors import NianbaoError  # noqa: E402
from extract.model import Document, Grid, GridCell, Line  # noqa: E402
from nianbao.pipeline import read, read_document, understand  # noqa: E402
from normalize.model import Report, State  # noqa: E402
from tests.strategies import Order  # noqa: E402
from tests.typesetter.docx import DocxStyle, print_docx  # noqa: E402
from tests.typesetter.figures import Shape  # noqa: E402
from tests.typesetter.html import HtmlStyle, print_html  # noqa: E402
from tests.typesetter.model import Paper  # noqa: E402
from tests.typesetter.pdf import PdfStyle, print_pdf  # noqa: E402
from tests.typesetter.programs import chromium, libreoffice  # noqa: E402

WORD = DocxStyle(font="Noto Serif CJK SC")
DOCUMENTS = 6
PASSES = 3
SLOW_PASSES = 1
"""Of camelot, which takes seconds a document."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A generated document and what it prints."""

    producer: str
    content: bytes
    pages: int
    paper: Paper


def samples(count: int) -> list[Sample]:
    """So many documents of each producer that this machine has."""
    printers: dict[str, Callable[[Paper], bytes]] = {
        "ReportLab": lambda paper: print_pdf(paper, PdfStyle(), Random(1)),
    }
    if shutil.which("soffice"):
        printers["LibreOffice"] = lambda paper: libreoffice(print_docx(paper, WORD, Random(1)), "docx", "pdf")
    if shutil.which("chromium"):
        printers["Chromium"] = lambda paper: chromium(print_html(paper, HtmlStyle("print"), Random(1)))
    found = []
    for producer, printer in printers.items():
        for seed in range(count):
            paper = Order("2021", Shape("large" if seed % 2 else "small"), seed).paper()
            content = printer(paper)
            found.append(Sample(producer, content, len(pypdfium2.PdfDocument(content)), paper))
    return found


# readers -------------------------------------------------------------------------------------------------------------


def by_nianbao(content: bytes) -> tuple[Report, ...]:
    """The way of the product."""
    return read(content, "report.pdf").reports


def by_pdfium_alone(content: bytes) -> tuple[Report, ...]:
    """The floor: pdfium opens the file, loads every page and gives its bare text. Nothing is understood."""
    document = pypdfium2.PdfDocument(content)
    for page in document:
        page.get_textpage().get_text_range()
    document.close()
    return ()


def by_pdfplumber(content: bytes) -> tuple[Report, ...]:
    """What a newcomer writes: text and tables of every page."""
    with pdfplumber.open(BytesIO(content)) as pdf:
        pages = []
        for page in pdf.pages:
            pages.append((page.extract_text(), page.extract_tables()))
            page.close()
    return understood(pages)


def by_camelot(content: bytes) -> tuple[Report, ...]:
    """Tables of every page; it reads no prose, so that comes from pdfium."""
    import camelot  # noqa: PLC0415 - not everybody has it

    with NamedTemporaryFile(suffix=".pdf") as file:
        file.write(content)
        file.flush()
        tables: list[Any] = list(camelot.read_pdf(file.name, pages="all", flavor="lattice"))
    document = pypdfium2.PdfDocument(content)
    texts = [page.get_textpage().get_text_range() for page in document]
    document.close()
    return understood([(text, [t.df.to_numpy().tolist() for t in tables if t.page == n]) for n, text in enumerate(texts, 1)])


def understood(pages: Sequence[tuple[str, Sequence[Sequence[Sequence[str | None]]]]]) -> tuple[Report, ...]:
    """Text and bare tables of each page through ``normalize``; the first page's first line is the title."""
    blocks: list[Line | Grid] = []
    for text, tables in pages:
        blocks += [Line(line) for line in text.splitlines()]
        blocks += [Grid(tuple(cells_of(table))) for table in tables]
    try:
        return understand(Document("application/pdf", tuple(blocks)), "report.pdf").reports
    except NianbaoError:
        return ()


def cells_of(table: Sequence[Sequence[str | None]]) -> Iterator[GridCell]:
    """A table of rows as cells: None is what a merged cell covers."""
    for row, texts in enumerate(table):
        for column, text in enumerate(texts):
            if text is not None:
                yield GridCell(row, column, "".join(text.split("\n")))


# measuring -----------------------------------------------------------------------------------------------------------


def right(sample: Sample, reports: Sequence[Report]) -> int:
    """Printed cells that were read as printed."""
    figures = sample.paper.figures
    return sum(
        (cell.value, cell.state) == (figures[cell.key].value, figures[cell.key].state)
        for report in reports
        for cell in report.cells
        if cell.state is not State.MISSING and cell.key in figures
    )


def measured(readers: dict[str, Callable[[bytes], tuple[Report, ...]]], of: Sequence[Sample]) -> dict[str, tuple[float, int]]:
    """Processor seconds (best pass over all samples) and cells right of each reader."""
    seconds: dict[str, list[float]] = {name: [] for name in readers}
    cells = {name: sum(right(sample, reader(sample.content)) for sample in of) for name, reader in readers.items()}
    for number in range(PASSES):
        for name, reader in readers.items():
            if name == "camelot" and number >= SLOW_PASSES:
                continue
            start = time.process_time()
            for sample in of:
                reader(sample.content)
            seconds[name].append(time.process_time() - start)
    return {name: (min(taken), cells[name]) for name, taken in seconds.items()}


def stages(of: Sequence[Sample]) -> tuple[float, float]:
    """Processor seconds for reading and for normalising, best of the passes."""
    documents = [read_document(sample.content, "report.pdf") for sample in of]
    extract, normalize = [], []
    for _ in range(PASSES):
        start = time.process_time()
        for sample in of:
            read_document(sample.content, "report.pdf")
        middle = time.process_time()
        for document in documents:
            understand(document, "report.pdf")
        extract.append(middle - start)
        normalize.append(time.process_time() - middle)
    return min(extract), min(normalize)


def lines(count: int = DOCUMENTS) -> Iterator[str]:
    """The table, as Markdown."""
    readers: dict[str, Callable[[bytes], tuple[Report, ...]]] = {
        "pdfium, bare text": by_pdfium_alone,
        "nianbao": by_nianbao,
        "pdfplumber": by_pdfplumber,
    }
    try:
        import camelot  # noqa: F401, PLC0415 - only whether it is there
    except ImportError:
        yield "camelot-py is not installed here: `pip install camelot-py`."
        yield ""
    else:
        readers["camelot"] = by_camelot
    of = samples(count)
    present = list(dict.fromkeys(sample.producer for sample in of))
    absent = [name for name in ("LibreOffice", "Chromium") if name not in present]
    if absent:
        yield f"Not on this machine, so not among the producers: {', '.join(absent)}."
        yield ""
    yield "| producer | documents, pages | reader | ms a page | ms a document | pdfplumber / it | cells right |"
    yield "|---|---|---|---|---|---|---|"
    sums: dict[str, list[float]] = {name: [0.0, 0.0] for name in readers}
    for producer in present:
        mine = [sample for sample in of if sample.producer == producer]
        found = measured(readers, mine)
        yield from rows(producer, mine, found)
        for name, (seconds, cells) in found.items():
            sums[name] = [sums[name][0] + seconds, sums[name][1] + cells]
    yield from rows("all", of, {name: (seconds, int(cells)) for name, (seconds, cells) in sums.items()})
    extract, normalize = stages(of)
    yield ""
    yield f"Of nianbao's time, normalising takes {normalize / (extract + normalize):.0%}."


def rows(producer: str, of: Sequence[Sample], found: dict[str, tuple[float, int]]) -> Iterator[str]:
    """A row for each reader."""
    pages, printed = sum(sample.pages for sample in of), sum(len(sample.paper.figures) for sample in of)
    for name, (seconds, cells) in found.items():
        ratio = found["pdfplumber"][0] / seconds
        counted = "–" if name == "pdfium, bare text" else f"{cells} of {printed}"
        page, document = 1000 * seconds / pages, 1000 * seconds / len(of)
        yield f"| {producer} | {len(of)}, {pages} | {name} | {page:.1f} | {document:.1f} | {ratio:.1f} | {counted} |"


if __name__ == "__main__":
    for line in lines(int(sys.argv[1]) if len(sys.argv) > 1 else DOCUMENTS):
        print(line)
