"""Where the examples of a page run: a folder with what they name, sites that answer on this machine, servers that are asked.

An example runs as it is printed. What cannot be on this machine has a stand-in (``Place.stand_ins``): wherever the page prints
the one, in a command, a file or an output, the test has the other. That is the only change.
"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import regex
from click.testing import CliRunner

from collect.archive.archive import Archive
from nianbao import cli
from tests.browsing import real_store
from tests.crawls import PAGE_2024, made
from tests.examples import ROOT, Block, blocks, words
from tests.sites import Scenario

REPORTS = ROOT / "fixtures" / "reports"
PATIENCE = 240
"""Seconds after which an example is taken for one that never ends."""
EXIT = "; echo $?"
"""At the end of a command: its exit code is part of what it shows."""


@dataclass
class Place:
    """Where one page's examples run."""

    folder: Path
    stand_ins: dict[str, str] = field(default_factory=dict)
    before: dict[str, Callable[[], object]] = field(default_factory=dict)
    """What happens in the world before a command, by a part of it."""
    finds_nothing: frozenset[str] = frozenset()
    """Commands that find nothing in what is there, and say so with exit code 1; what they ask is there in real archives."""
    asked_of_servers: tuple[str, ...] = ()
    """Addresses of the page that a server it starts must answer."""

    def real(self, printed: str) -> str:
        """A text of the page with the stand-ins."""
        for there, here in self.stand_ins.items():
            printed = printed.replace(there, here)
        return printed

    def put(self, block: Block) -> None:
        """Make the file that a block is, or go on with it."""
        path = self.folder / block.marked("file")
        path.parent.mkdir(parents=True, exist_ok=True)
        before = path.read_text("utf-8") + "\n" if block.marked("more") else ""
        path.write_text(before + self.real(block.text) + "\n", "utf-8")

    def run(self, command: str) -> tuple[int, str]:
        """What a command gives: exit code and output."""
        for part, happen in self.before.items():
            if part in command:
                happen()
        command = self.real(command)
        if words(command)[:2] == ["nianbao", "browse"]:
            return 0, self._serve(command)
        if words(command)[0] == "nianbao":
            result = run(command.removesuffix(EXIT))
            return (0, f"{result.output}{result.exit_code}\n") if command.endswith(EXIT) else (result.exit_code, result.output)
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            command, shell=True, capture_output=True, text=True, timeout=PATIENCE, check=False, env={**os.environ, "PATH": path}
        )
        return done.returncode, done.stdout + done.stderr

    def _serve(self, command: str) -> str:
        """Start the server, ask it for every address of the page, end it as Ctrl+C would. Its port is any free one."""
        seen = self.folder / "seen-by-the-browser"
        browser = self.folder / "a-browser"
        browser.write_text(f'#!/bin/sh\necho "$1" > "{seen}"\n')
        browser.chmod(0o755)
        line = [sys.executable, "-m", "nianbao.cli", *words(command)[1:], "--port", "0"]
        environment = {**os.environ, "BROWSER": f"{browser} %s"}
        with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment) as server:
            try:
                said = server.stdout.readline()
                address = regex.match(r"http://127\.0\.0\.1:\d+/", said)
                assert address, said
                for path in self.asked_of_servers or ("/",):
                    with urlopen(address[0].rstrip("/") + path, timeout=PATIENCE) as answer:
                        assert answer.status == 200, path
            finally:
                server.send_signal(signal.SIGINT)
                said += server.communicate(timeout=PATIENCE)[0]
        assert "--open" not in command or seen.read_text().strip() == address[0]
        assert "Traceback" not in said, said
        return said


def run(command: str) -> Any:
    """What a ``nianbao`` command gives; in this process, and with one process for reading."""
    given = words(command)[1:]
    if given[0] in {"ingest", "accuracy", "rebuild"} and "--workers" not in given and "--executor" not in given:
        given += ["--workers", "1"]
    before = signal.signal(signal.SIGALRM, _give_up)
    signal.alarm(PATIENCE)
    try:
        return CliRunner().invoke(cli.main, given, catch_exceptions=False)
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _give_up(*_: object) -> None:
    raise AssertionError(f"after {PATIENCE} seconds it has not ended")


# The places


@contextmanager
def place_of(page: Path, folder: Path, demo: Path) -> Iterator[Place]:
    """The place where a page's examples run, made in an empty folder. ``demo`` is a database of the fixtures' reports."""
    make = _PLACES.get(page.name, _plain)
    with make(Place(folder), page.read_text("utf-8"), demo) as place:
        yield place


@contextmanager
def _plain(place: Place, text: str, demo: Path) -> Iterator[Place]:
    """A folder like the source's, with what the examples name."""
    folder = place.folder
    for name in ("fixtures", "benchmarks"):
        (folder / name).symlink_to(ROOT / name)
    shutil.copytree(ROOT / "docs", folder / "docs", ignore=shutil.ignore_patterns("_build"))
    shutil.copy(REPORTS / "suqian-2024.pdf", folder / "report.pdf")
    shutil.copy(REPORTS / "bailu-yunxi.zip", folder / "2023.zip")
    for name in ("reports", "scans", "home"):
        (folder / name).mkdir()
        shutil.copy(REPORTS / "hedong-2021.txt", folder / name)
    (folder / "home" / "reports").symlink_to(REPORTS)
    _corpus(folder / "CORPUS")
    for name in ("demo.sqlite", "reports.sqlite"):
        if f"ingest fixtures/reports --db {name}" not in text and f"ingest ~/reports 2023.zip --db {name}" not in text:
            shutil.copy(demo, folder / name)
    place.finds_nothing = frozenset(
        {
            "nianbao copies list --kind agencies",
            "nianbao copies show 沭阳县财政局 --year 2021",
            "nianbao revisions",
            "nianbao show 宿迁市人民政府 2024 --as-of 2025-03-01",
            "nianbao compare --metric review_correction_rate --kind government --level county --within 宿迁市 --csv peers.csv",
            "nianbao search 复议 撤销 --db reports.sqlite",
        }
    )
    yield place


def _corpus(folder: Path) -> None:
    """A document and its truth, as `nianbao accuracy` takes them."""
    folder.mkdir()
    shutil.copy(REPORTS / "hedong-2021.txt", folder)
    rows = (ROOT / "fixtures" / "figures" / "hedong-2021.csv").read_text("utf-8").splitlines()
    names = {0: "doc,", **dict.fromkeys(range(1, len(rows)), "hedong-2021,")}
    (folder / "truth.csv").write_text("\n".join(f"{names[n]}{row}" for n, row in enumerate(rows)) + "\n", "utf-8")


@contextmanager
def _of_readme(place: Place, text: str, demo: Path) -> Iterator[Place]:
    """The same, and a site with the page's source and the night as its own page has it."""
    with _plain(place, text, demo), _site(place, "suqian"):
        night = (ROOT / "docs" / "nightly.md").read_text("utf-8")
        place.put(next(block for block in blocks(night) if block.marked("file") == "night.toml"))
        yield place


@contextmanager
def _of_browser(place: Place, text: str, demo: Path) -> Iterator[Place]:  # noqa: ARG001 - as all places are made
    """A database with a report in doubt, and the addresses of the page's table."""
    real_store(place.folder / "reports.sqlite")
    place.asked_of_servers = tuple(_as_address(each) for each in regex.findall(r"^\|[^|]+\|.*?`(/[^`]*)`", text, regex.MULTILINE))
    yield place


def _as_address(printed: str) -> str:
    return regex.sub(r"[^\x00-\x7f]+", lambda found: "".join(f"%{each:02X}" for each in found[0].encode()), printed)


@contextmanager
def _of_archive(place: Place, text: str, demo: Path) -> Iterator[Place]:  # noqa: ARG001 - see above
    """An archive of four nights."""
    made(place.folder / "archive")
    with Archive.open(place.folder / "archive") as archive:
        shown = next(each for each in archive.captures(crawl=1) if each.url == PAGE_2024)
    printed = regex.search(r"record +nianbao-000001\.warc\.gz#(\d+)", text)[1]
    place.stand_ins = {printed: shown.record.partition("#")[2]}  # an archive has a name of its own: offsets differ
    yield place


@contextmanager
def _of_crawl(place: Place, text: str, demo: Path) -> Iterator[Place]:  # noqa: ARG001 - see above
    """A site, and a source that names it."""
    with _site(place, "suqian"):
        yield place


@contextmanager
def _of_sources(place: Place, text: str, demo: Path) -> Iterator[Place]:  # noqa: ARG001 - see above
    """A site in the place of the one that the page's table names."""
    with _site(place, "") as base:
        block = next(block for block in blocks(text) if block.marked("file"))
        (source,) = tomllib.loads(block.text).values()
        (address,) = source["lists"]
        # A site on this machine is asked only where its source allows that, and need not be waited for.
        place.stand_ins = {f'lists = ["{address}"]': f'lists = ["{base}"]\nprivate = true\ndelay = 0', address: base}
        yield place


@contextmanager
def _of_night(place: Place, text: str, demo: Path) -> Iterator[Place]:  # noqa: ARG001 - see above
    """A site and its source; before the command whose exit code the page shows, a report goes lost."""
    with _site(place, "suqian"):
        place.before[EXIT] = lambda: _lose(place.folder / "reports.sqlite")
        yield place


@contextmanager
def _site(place: Place, name: str) -> Iterator[str]:
    """A site of three reports, with a source of that name if there is one; gives the address of its list."""
    with Scenario(seed=3, kinds=("trs",), reports=3, others=2, faults=False).serve() as served:
        (layout,) = served.layouts.values()
        if name:
            served.write_sources(place.folder / "sources")
            written = place.folder / "sources" / "local.toml"
            written.write_text(written.read_text("utf-8").replace("[trs]", f"[{name}]"), "utf-8")
        yield f"{layout.base}{layout.column}"


def _lose(database: Path) -> None:
    with sqlite3.connect(database) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("DELETE FROM report WHERE id = (SELECT MAX(id) FROM report)")
    connection.close()


_PLACES: dict[str, Callable[[Place, str, Path], Any]] = {
    "README.md": _of_readme,
    "archive.md": _of_archive,
    "browse.md": _of_browser,
    "crawl.md": _of_crawl,
    "nightly.md": _of_night,
    "sources.md": _of_sources,
}
