"""A soak: one long run with hostile documents in it, beside the same run without them. Prints Markdown.

    python benchmarks/soak.py                 20,000 documents, 400 of them hostile
    python benchmarks/soak.py 4000            so many, 2 % of them hostile

Both runs go at the same time, so that whatever else the machine does slows both alike, and what is counted is processor
time: of the program, of its reading processes and of what they start. Every second somebody looks at memory, open files and
threads. The documents are web pages, texts, Word files and PDF of several layouts, each of an agency of its own; the hostile
ones are those of ``tests.hostile``, again and again. What these cost by themselves is measured by a third run of them alone.
"""

from __future__ import annotations

import argparse
import itertools
import os
import resource
import sqlite3
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the typesetter is part of the tests, not of the package

import psutil  # noqa: E402

from benchmarks.ingest import chinese, paper, typeset  # noqa: E402
from collect.archives import gather  # noqa: E402
from collect.errors import NianbaoError  # noqa: E402
from collect.model import Refusal  # noqa: E402
from nianbao.reading import read_source  # noqa: E402
from tests.hostile.every import every  # noqa: E402
from tests.hostile.model import Hostile  # noqa: E402
from tests.typesetter.pdf import PdfStyle, print_pdf  # noqa: E402

PAGE = ROOT / "docs" / "soak.md"
BEGIN, END = "<!-- soak -->", "<!-- end of soak -->"
DOCUMENTS = 20_000
HOSTILE_EVERY = 50
MIX = tuple("pdf docx docx docx docx".split() + ["html", "txt", "html"] * 15)  # noqa: SIM905 - reads better
"""Formats in turn: 60 % web pages, 30 % texts, 8 % Word files, 2 % PDF."""
TYPESET = 60
"""Documents of each format that are typeset; the others are these under the name of another agency. A PDF is always typeset."""
WORKERS = 2
FIRST = 10_000
"""All agencies have numbers of five digits, so that one name can take the place of another."""
DEAR = 1
"""Seconds of processor time from which a hostile input is left out: one that runs into the time limit costs as 8,000 reports."""


# documents -----------------------------------------------------------------------------------------------------------


class Press:
    """Makes reports, each of an agency of its own."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, int], bytes] = {}

    def report(self, number: int) -> tuple[str, bytes]:
        """The format and the bytes of the report with that number."""
        kind = MIX[number % len(MIX)]
        agency = 2 * FIRST + number
        if kind == "pdf":
            rng = Random(agency)
            return kind, print_pdf(paper(agency, rng), PdfStyle(), rng)
        # The form goes by the number's last bits, so a document's twin is one of the same form.
        pattern = FIRST + agency % TYPESET
        if (kind, pattern) not in self._made:
            self._made[kind, pattern] = typeset(kind, pattern)
        return kind, renamed(kind, self._made[kind, pattern], chinese(pattern), chinese(agency))


def renamed(kind: str, content: bytes, old: str, new: str) -> bytes:
    """The same report of another agency."""
    if kind == "docx":
        stream = BytesIO()
        with zipfile.ZipFile(BytesIO(content)) as given, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
            for info in given.infolist():
                data = given.read(info)
                made.writestr(info, replaced(data, old, new) if info.filename == "word/document.xml" else data)
        return stream.getvalue()
    return replaced(content, old, new)


def replaced(content: bytes, old: str, new: str) -> bytes:
    """Text with one name for another."""
    if old.encode() not in content:
        raise ValueError(f"{old} is not printed")
    return content.replace(old.encode(), new.encode())


def fill(clean: Path, mixed: Path, alone: Path, count: int, hostile: Sequence[Hostile]) -> int:
    """Write the folders: reports; the same, every 50th replaced by a hostile input; those by themselves. Gives how many."""
    press, turns, replaced_ones = Press(), itertools.cycle(hostile), 0
    made: dict[str, bytes] = {}
    for number in range(count):
        kind, content = press.report(number)
        part = f"{number // 1000:03}"
        for folder in (clean, mixed, alone):
            (folder / part).mkdir(parents=True, exist_ok=True)
        good = f"{number:06}.{kind}"
        (clean / part / good).write_bytes(content)
        if number % HOSTILE_EVERY == HOSTILE_EVERY - 1:
            each = next(turns)
            content = made.setdefault(each.name, b"") or each.make()
            made[each.name] = content
            name = f"{number:06} {each.name}".replace("/", "_")
            (mixed / part / name).write_bytes(content)
            (alone / part / name).write_bytes(content)
            replaced_ones += 1
        else:
            os.link(clean / part / good, mixed / part / good)
    return replaced_ones


def affordable(inputs: Sequence[Hostile], folder: Path) -> Iterator[Hostile]:
    """Those that cost less than a second to read, or to refuse, or to die of."""
    for each in inputs:
        path = folder / each.name.replace("/", "_")
        path.write_bytes(each.make())
        child = os.fork()
        if not child:
            _die_of(path)
        _, _, usage = os.wait4(child, 0)
        path.unlink()
        if usage.ru_utime + usage.ru_stime < DEAR:
            yield each


def _die_of(path: Path) -> NoReturn:
    """Read a file, and end this process."""
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (1, 2):
        os.dup2(null, stream)
    resource.setrlimit(resource.RLIMIT_CPU, (DEAR + 1, DEAR + 1))
    resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))
    for item in gather([path]):
        if not isinstance(item, Refusal):
            with suppress(NianbaoError):
                read_source(item)
    os._exit(0)


# watching ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Look:
    """What a run uses at one moment. Sizes in bytes."""

    done: int
    """Documents that are in the database as read."""
    processor: float
    """Seconds so far, of all its processes."""
    program: int
    """Memory (RSS) of the process that writes."""
    reader: int
    """Memory of its largest reading process."""
    files: int
    """Open files of the program."""
    threads: int
    """Of the program."""
    processes: int


@dataclass(slots=True)
class Watched:
    """A run of ``nianbao ingest`` and what was seen of it."""

    folder: Path
    db: Path
    looks: list[Look] = field(default_factory=list)
    processor: float = 0.0
    _process: subprocess.Popen[bytes] | None = None
    _seen: dict[int, float] = field(default_factory=dict)

    def start(self) -> None:
        """Begin."""
        words = ["ingest", str(self.folder), "--db", str(self.db), "--quiet", "--workers", str(WORKERS)]
        environment = {**os.environ, "PYTHONUTF8": "1"}
        with Path(f"{self.db}.log").open("wb") as log:
            command = [sys.executable, "-m", "nianbao.cli", *words]
            self._process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)

    def look(self) -> bool:
        """See what it uses; False once it has ended."""
        assert self._process is not None
        program = psutil.Process(self._process.pid)
        try:
            own = program.memory_info().rss
            files, threads = program.num_fds(), program.num_threads()
            others = program.children(recursive=True)
            sizes = []
            for process in (program, *others):
                self._count(process, sizes)
        except psutil.Error:
            own = 0
        pid, status, usage = os.wait4(self._process.pid, os.WNOHANG)
        if pid:
            self._process.returncode = os.waitstatus_to_exitcode(status)
            if self._process.returncode not in {0, 1}:
                raise SystemExit(f"the run ended with {self._process.returncode}: {Path(f'{self.db}.log').read_text()[-2000:]}")
            self._seen[pid] = usage.ru_utime + usage.ru_stime
            self.processor = sum(self._seen.values())
            return False
        if own:
            readers = sizes[1:] or [0]
            self.looks.append(Look(done(self.db), sum(self._seen.values()), own, max(readers), files, threads, 1 + len(others)))
        return True

    def _count(self, process: psutil.Process, sizes: list[int]) -> None:
        """Note what one process has used, and what those have that it started and that have ended."""
        try:
            with process.oneshot():
                times = process.cpu_times()
                sizes.append(process.memory_info().rss)
            ended = times.children_user + times.children_system
            self._seen[process.pid] = times.user + times.system + ended
        except psutil.Error:
            pass

    def quarter(self, number: int, total: int) -> list[Look]:
        """What was seen while it read one of its four quarters."""
        return [look for look in self.looks if total * number // 4 <= look.done < total * (number + 1) // 4]


def done(db: Path) -> int:
    """Documents that are in the database as read."""
    try:
        with closing(sqlite3.connect(f"file:{db}?mode=ro", uri=True, timeout=1)) as connection:
            return int(connection.execute("SELECT count(*) FROM document").fetchone()[0])
    except sqlite3.Error:
        return 0


def watch(*runs: Watched) -> None:
    """Have them run side by side to their ends."""
    for run in runs:
        run.start()
    going = list(runs)
    while going:
        time.sleep(1)
        going = [run for run in going if run.look()]


# the tables ----------------------------------------------------------------------------------------------------------


def reports_of(db: Path) -> dict[str, tuple[object, ...]]:
    """What the database says of each good document, by its digest."""
    query = """SELECT d.sha256, r.agency, r.year, r.form, r.verdict, r.cells_found, r.findings
        FROM document d JOIN report r ON r.document_id = d.id"""
    with closing(sqlite3.connect(db)) as connection:
        return {sha256: tuple(rest) for sha256, *rest in connection.execute(query)}


def lines(clean: Watched, mixed: Watched, alone: Watched, count: int, hostile: int) -> Iterator[str]:
    """What was measured."""
    good = count - hostile
    yield f"| | {count:,} good | {good:,} good, {hostile} hostile |"
    yield "|---|---:|---:|"
    for name, of in (
        ("memory of the program, MB", lambda look: look.program / 2**20),
        ("memory of the largest reading process, MB", lambda look: look.reader / 2**20),
        ("open files of the program", lambda look: look.files),
        ("threads of the program", lambda look: look.threads),
        ("processes", lambda look: look.processes),
    ):
        cells = []
        for run in (clean, mixed):
            first, last = (list(map(of, run.quarter(number, run.looks[-1].done))) for number in (0, 3))
            cells.append(f"{median(first):.0f} ({max(first):.0f}), {median(last):.0f} ({max(last):.0f})")
        yield f"| {name}: first quarter, last quarter: median (most) | {' | '.join(cells)} |"
    for number, name in ((0, "first"), (3, "last")):
        rates = []
        for run in (clean, mixed):
            looks = run.quarter(number, run.looks[-1].done)
            spent = looks[-1].processor - looks[0].processor
            rates.append(f"{1000 * spent / max(looks[-1].done - looks[0].done, 1):.1f}")
        yield f"| processor time a document, {name} quarter, ms | {' | '.join(rates)} |"
    yield f"| processor time of all, s | {clean.processor:.0f} | {mixed.processor:.0f} |"
    yield f"| of which the hostile ones, by themselves | | {alone.processor:.0f} |"
    yield f"| database, MB | {clean.db.stat().st_size / 2**20:.0f} | {mixed.db.stat().st_size / 2**20:.0f} |"
    whole = clean.processor / mixed.processor
    each = (clean.processor / count) / ((mixed.processor - alone.processor) / good)
    yield ""
    yield f"Throughput beside the clean run, everything counted: {whole:.2f}; of the good documents alone: {each:.2f}."
    one, other = reports_of(clean.db), reports_of(mixed.db)
    same = sum(one.get(sha256) == said for sha256, said in other.items() if sha256 in one)
    yield f"Good documents of the mixed run that are in the database as the clean run has them: {same:,} of {good:,}."


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", nargs="?", type=int, default=DOCUMENTS)
    parser.add_argument("--keep", type=Path, help="folder for documents and databases; it stays")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/soak.md")
    given = parser.parse_args()
    with TemporaryDirectory() as name:
        scratch = given.keep or Path(name)
        scratch.mkdir(exist_ok=True)
        inputs = every()
        hostile = list(affordable(inputs, scratch))
        dear = [each.name for each in inputs if each not in hostile]
        print(f"left out as dear: {', '.join(dear) or 'none'}", file=sys.stderr, flush=True)
        folders = [scratch / each for each in ("clean", "mixed", "alone")]
        replaced_ones = fill(*folders, given.count, hostile)
        print(f"{given.count} documents made", file=sys.stderr, flush=True)
        clean, mixed, alone = (Watched(folder, scratch / f"{folder.name}.sqlite") for folder in folders)
        watch(clean, mixed)
        watch(alone)
        found = [*lines(clean, mixed, alone, given.count, replaced_ones)]
        found.append(f"Hostile inputs: {len(hostile)} of the {len(inputs)}, again and again; {len(dear)} dear ones are left out.")
        print("\n".join(found))
        if given.write:
            page = PAGE.read_text("utf-8")
            before, rest = page.split(BEGIN)
            PAGE.write_text(before + BEGIN + "\n\n" + "\n".join(found) + "\n\n" + END + rest.split(END)[1], "utf-8")


if __name__ == "__main__":
    main()
