"""Measures ingestion: pool scaling, memory, a second run, a Dask cluster. Prints rows of Markdown tables.

    python benchmarks/ingest.py                      all of it
    python benchmarks/ingest.py pool memory          some of: pool memory again dask
    python benchmarks/ingest.py memory --part 0.1    with a tenth of the documents

The documents are typeset for the purpose (``tests.typesetter``): web pages, Word files, texts and PDF of several layouts,
all of different content. What is timed is the whole of ``ingest``, the start of its processes included.
"""

from __future__ import annotations

import argparse
import io
import itertools
import os
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the typesetter is part of the tests, not of the package

import psutil  # noqa: E402
from distributed import LocalCluster  # noqa: E402
from sqlalchemy import Table, insert  # noqa: E402

from collect.model import Source  # noqa: E402
from extract.model import Document  # noqa: E402
from nianbao.batch import ingest  # noqa: E402
from nianbao.pipeline import READER_VERSION  # noqa: E402
from nianbao.workers import hired  # noqa: E402
from normalize.forms import forms  # noqa: E402
from normalize.model import Report  # noqa: E402
from store import schema  # noqa: E402
from store.compare import differences  # noqa: E402
from store.load import Store  # noqa: E402
from store.open import open_store  # noqa: E402
from tests.typesetter.compose import YEARS, paper_of, rules_of  # noqa: E402
from tests.typesetter.docx import DocxStyle, print_docx  # noqa: E402
from tests.typesetter.figures import BLANKS, SCALES, Shape, draw  # noqa: E402
from tests.typesetter.html import HtmlStyle, print_html  # noqa: E402
from tests.typesetter.model import Paper  # noqa: E402
from tests.typesetter.pdf import PdfStyle, print_pdf  # noqa: E402
from tests.typesetter.text import TextStyle, print_text  # noqa: E402

LONG_AGO = 1_600_000_000
KINDS = ("html", "docx", "txt")
DISTINCT = 90
"""Documents that are typeset; the others are these with something appended that no reader shows."""
REPEATS = 3


def paper(number: int, rng: Random) -> Paper:
    """A report of an agency of its own."""
    form = ("2021", "2021", "2019", "2014")[number % 4]
    first, last = YEARS[form]
    shape = Shape(rng.choice(SCALES), rng.choice(BLANKS))
    figures = draw(forms()[form].tables, rules_of(form), shape, rng)
    return paper_of(f"青禾市白鹭区{chinese(number)}街道办事处", rng.randint(first, last), form, figures, rng)


def chinese(number: int) -> str:
    """A number as a street's name."""
    return "".join("零甲乙丙丁戊己庚辛壬"[int(digit)] for digit in str(number))


def typeset(kind: str, number: int) -> bytes:
    """A report of that format."""
    rng = Random(number)
    printed = paper(number, rng)
    match kind:
        case "html":
            return print_html(printed, HtmlStyle(template=rng.choice(("cms", "layout", "word"))), rng)
        case "docx":
            return print_docx(printed, DocxStyle(), rng)
        case "txt":
            return print_text(printed, TextStyle(rng.choice(("tabs", "markdown", "lines"))), rng)
        case _:
            return print_pdf(printed, PdfStyle(), rng)


def varied(kind: str, content: bytes, number: int) -> bytes:
    """The document with other bytes that read the same."""
    match kind:
        case "html":
            return content + f"<!-- {number} -->".encode()
        case "docx":
            buffer = io.BytesIO(content)
            with zipfile.ZipFile(buffer, "a") as archive:
                archive.comment = str(number).encode()
            return buffer.getvalue()
        case "txt":
            return content + b"\n" * (number % 50) + b" " * (number // 50) + b"\n"
        case _:
            return content + f"\n%{number}\n".encode()


def archive(folder: Path, count: int, *, pdf_every: int) -> None:
    """Fill a folder with reports, each ``pdf_every``-th a PDF, the others web pages, Word files and texts in turn."""
    made: dict[tuple[str, int], bytes] = {}
    turns: dict[str, Iterator[int]] = {kind: itertools.count() for kind in (*KINDS, "pdf")}
    for number in range(count):
        kind = "pdf" if number % pdf_every == pdf_every - 1 else KINDS[number % len(KINDS)]
        copy, which = divmod(next(turns[kind]), DISTINCT // len(turns))
        content = made.setdefault((kind, which), b"") or typeset(kind, which + 1000 * list(turns).index(kind))
        made[kind, which] = content
        path = folder / f"{number // 500:03}" / f"{number:06}.{kind}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(varied(kind, content, copy) if copy else content)
        os.utime(path, (LONG_AGO, LONG_AGO))


def batch(folder: Path, db: Path, *, workers: int = 1, executor: str = "") -> float:
    """Seconds for a folder into a fresh database."""
    db.unlink(missing_ok=True)
    start = time.perf_counter()
    with hired(workers, executor) as crew, open_store(db) as store:
        ingest([folder], store, crew=crew)
    return time.perf_counter() - start


def pool(scratch: Path, part: float) -> Iterator[str]:
    """(b) One process against two."""
    count = round(600 * part)
    archive(scratch / "reports", count, pdf_every=4)
    ones: list[Watch] = []
    twos: list[Watch] = []
    for _ in range(REPEATS):
        ones.append(watched(scratch / "reports", scratch / "1.sqlite", workers=1))
        twos.append(watched(scratch / "reports", scratch / "2.sqlite", workers=2))
    best = min(one.seconds for one in ones) / min(two.seconds for two in twos)
    ratios = ", ".join(f"{one.seconds / two.seconds:.2f}" for one, two in zip(ones, twos, strict=True))
    one, two = (min(sum(each.processor.values()) for each in watches) for watches in (ones, twos))
    writer = min(next(iter(each.processor.values())) for each in twos)
    yield f"| {count} documents, one process against two: best of {REPEATS} | {best:.2f} times as fast |"
    yield f"| the same, run by run | {ratios} |"
    yield f"| the same, processor time of all processes: two against one | {two / one:.2f} times as much |"
    yield f"| the same, share of the writing process in it | {writer / two:.2f} |"
    yield f"| the same, bound by that on two idle processors | {2 * one / two:.2f} times as fast |"
    yield f"| values that differ between one process and two | {compared(scratch / '1.sqlite', scratch / '2.sqlite')} |"


@dataclass(slots=True)
class Watch:
    """What a program and the processes it started used: most bytes of memory at a time, and seconds of the processor."""

    program: int = 0
    reader: int = 0
    """The largest reading process."""
    together: int = 0
    processor: dict[int, float] = field(default_factory=dict)
    """By process; the program is the first."""
    seconds: float = 0.0

    def see(self, processes: list[psutil.Process]) -> None:
        """Looks at the processes, of which the program is the first."""
        sizes = []
        for process in processes:
            try:
                with process.oneshot():
                    sizes.append(process.memory_info().rss)
                    times = process.cpu_times()
                    self.processor[process.pid] = times.user + times.system
            except psutil.Error:
                sizes.append(0)
        self.program = max(self.program, sizes[0])
        self.reader = max([self.reader, *sizes[1:]])
        self.together = max(self.together, sum(sizes))


def watched(folder: Path, db: Path, *, workers: int) -> Watch:
    """Ingest a folder into a fresh database, by the command line, and watch it."""
    db.unlink(missing_ok=True)
    words = ["ingest", str(folder), "--db", str(db), "--quiet", "--workers", str(workers)]
    watch = Watch()
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "nianbao.cli", *words], cwd=ROOT, env={**os.environ, "PYTHONUTF8": "1"})
    program = psutil.Process(process.pid)
    while process.poll() is None:
        watch.see([program, *_children(program)])
        time.sleep(0.02)
    watch.seconds = time.perf_counter() - start
    if process.returncode:
        raise SystemExit(f"nianbao {' '.join(words)} failed")
    return watch


def _children(program: psutil.Process) -> list[psutil.Process]:
    try:
        return list(program.children(recursive=True))
    except psutil.Error:
        return []


def memory(scratch: Path, part: float) -> Iterator[str]:
    """(c) Peak memory of a small and of a tenfold run."""
    found: list[Watch] = []
    counts = [round(500 * part), round(5_000 * part)]
    for count in counts:
        folder = scratch / f"memory-{count}"
        archive(folder, count, pdf_every=20)
        found.append(watched(folder, scratch / f"memory-{count}.sqlite", workers=2))
    small, large = found
    for name, before, after in (
        ("the program", small.program, large.program),
        ("the largest reading process", small.reader, large.reader),
        ("all together", small.together, large.together),
    ):
        sizes = f"{before / 2**20:.0f} MB, {after / 2**20:.0f} MB"
        yield f"| peak memory of {name}, {counts[0]} and {counts[1]} documents | {sizes}: {after / before:.2f} times |"


def unread(source: Source) -> tuple[Document, tuple[Report, ...]]:
    """Nothing is to be read here: the database has it all."""
    raise AssertionError(f"{source.document} is read again")


def fill(store: Store, names: list[str], contents: list[bytes]) -> None:
    """Put documents into the database in bulk: a report with three findings each, cells left out."""
    run = store.begin_run(READER_VERSION)
    by_table: dict[Table, list[dict[str, Any]]] = {
        t: [] for t in (schema.document, schema.document_path, schema.report, schema.finding)
    }
    for number, (name, content) in enumerate(zip(names, contents, strict=True), 1):
        by_table[schema.document].append(
            {
                "first_run": run.id,
                "id": number,
                "sha256": sha256(content).hexdigest(),
                "size": len(content),
                "media_type": "text/plain",
            }
            | {"producer": "", "pages": 0, "reader": run.reader, "last_run": run.id}
        )
        by_table[schema.document_path].append(
            {"document": name, "origin": "", "first_run": run.id, "document_id": number, "ordinal": 0, "current": 1}
        )
        counts = dict.fromkeys(("seen", "used", "ignored", "in_findings"), 0)
        checks = dict.fromkeys(("checks_holding", "checks_failing", "checks_not_assessable"), 0)
        by_table[schema.report].append(
            counts
            | checks
            | {"id": number, "document_id": number, "ordinal": 0, "agency": f"青禾市第{number}局", "year": 2023, "form": "2021"}
            | {"verdict": "verified", "title": "", "period": "", "published": "", "cells_expected": 200, "cells_found": 200}
            | {"findings": 3, "current": 1}
        )
        by_table[schema.finding] += [
            {"report_id": number, "ordinal": place, "rule": rule, "severity": "note", "cells": ""}
            | {"expected": "", "actual": "", "message": ""}
            for place, rule in enumerate(("cell.blank", "cell.blank", "cell.unit"))
        ]
    with store.writing() as connection:
        for table, rows_of in by_table.items():
            connection.execute(insert(table), rows_of)


class Opened:
    """Counts the files under a folder that this process opens, as the interpreter reports them."""

    def __init__(self, folder: Path) -> None:
        self.count = 0
        self._top = f"{folder}{os.sep}"
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" and isinstance(arguments[0], str) and arguments[0].startswith(self._top):
            self.count += 1


def again(scratch: Path, part: float) -> Iterator[str]:
    """(d) A second run over an unchanged archive."""
    count = round(100_000 * part)
    folder = scratch / "files"
    names = [f"{number // 1000:03}/{number:06}.txt" for number in range(count)]
    contents = [f"{number}\n".encode() * (20 + number % 997) for number in range(count)]
    for name, content in zip(names, contents, strict=True):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, (LONG_AGO, LONG_AGO))
    opened = Opened(folder)
    with open_store(scratch / "again.sqlite") as store:
        fill(store, names, contents)
        start = time.perf_counter()
        first = ingest([folder], store, read=unread)
        by_hash, before = time.perf_counter() - start, opened.count
        start, start_cpu = time.perf_counter(), time.process_time()
        second = ingest([folder], store, read=unread)
        seconds, cpu = time.perf_counter() - start, time.process_time() - start_cpu
    counted = (second.documents, second.verdicts, second.findings) == (first.documents, first.verdicts, first.findings)
    yield f"| second run over {count} unchanged files: files opened | {opened.count - before} (first run: {before}) |"
    yield f"| the same: seconds, of which of the processor | {seconds:.1f}, {cpu:.1f} (first run, all by hash: {by_hash:.1f}) |"
    yield f"| the same: documents known, and summary as before | {second.known}, {'yes' if counted else 'NO'} |"


def dask(scratch: Path, part: float) -> Iterator[str]:
    """(f) A cluster of two worker processes against this machine's pool."""
    count = round(200 * part)
    archive(scratch / "shared", count, pdf_every=10)
    near = batch(scratch / "shared", scratch / "near.sqlite", workers=2)
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0", silence_logs=50) as cluster:
        address = str(cluster.scheduler_address).replace("tcp://", "dask://")
        far = batch(scratch / "shared", scratch / "far.sqlite", executor=address)
    yield f"| {count} documents by Dask (2 workers): time beside the pool's | {far / near:.2f} |"
    yield f"| values that differ from the pool's | {compared(scratch / 'near.sqlite', scratch / 'far.sqlite')} |"


def compared(one: Path, other: Path) -> str:
    """How many values two databases have otherwise, all tables compared."""
    with open_store(one, create=False) as first, open_store(other, create=False) as second:
        found = differences(first, second)
    return "none" if not found else f"at least {len(found)}, such as {found[0]}"


PARTS: dict[str, Callable[[Path, float], Iterator[str]]] = {"pool": pool, "memory": memory, "again": again, "dask": dask}


def rows(names: list[str], part: float = 1.0) -> Iterator[str]:
    """The rows of the chosen measurements."""
    for name in names:
        with TemporaryDirectory() as folder:
            yield from PARTS[name](Path(folder), part)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", choices=[*PARTS, []], default=list(PARTS))
    parser.add_argument("--part", type=float, default=1.0, help="Share of the documents to take.")
    given = parser.parse_args()
    print("| ingesting | |\n|---|---|")
    for row in rows(given.names or list(PARTS), given.part):
        print(row, flush=True)


if __name__ == "__main__":
    main()
