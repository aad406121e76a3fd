"""A disk that is full: under the database, under what is exported, published and crawled."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import click

from benchmarks.faults import inputs, scenarios, state
from benchmarks.faults.programs import Ended, by_twos, run, start_function
from benchmarks.faults.rows import Job, Row, message
from nianbao.cli import main
from store.migrations import REVISIONS

PART = "A full disk"
STORE, CONFIGURATION = 74, 78


class Disk:
    """A folder that holds so many bytes: a tmpfs; where none can be mounted, files of at most that size."""

    def __init__(self, folder: Path, *, is_mounted: bool) -> None:
        self.folder = folder
        self.is_mounted = is_mounted
        self._limit = resource.RLIM_INFINITY

    @property
    def kind(self) -> str:
        """How it is made full."""
        return "tmpfs" if self.is_mounted else "RLIMIT_FSIZE, since nothing can be mounted here"

    def resize(self, size: int) -> None:
        """Let it hold so many bytes, 0 for all that are asked for."""
        self._limit = size or resource.RLIM_INFINITY
        if self.is_mounted:
            subprocess.run(["mount", "-o", f"remount,size={size or '1g'}", self.folder], check=True)

    def before(self) -> None:
        """To be called in the process that is to meet its end."""
        by_twos()
        if not self.is_mounted:
            resource.setrlimit(resource.RLIMIT_FSIZE, (self._limit, self._limit))

    def clear(self) -> None:
        """Make it empty."""
        self.resize(0)
        for path in self.folder.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()


@contextmanager
def disk(folder: Path) -> Iterator[Disk]:
    """A small disk at a folder that is made for it."""
    folder.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", "size=1g,mode=777", "nianbao-faults", folder]
    is_mounted = os.geteuid() == 0 and subprocess.run(command, check=False, capture_output=True).returncode == 0
    try:
        yield Disk(folder, is_mounted=is_mounted)
    finally:
        if is_mounted:
            subprocess.run(["umount", "-l", folder], check=True)


def refused(ended: Ended, code: int, says: str) -> list[str]:
    """What is wrong with how a command ended that could not do its work."""
    wrong = []
    if ended.code != code:
        wrong.append(f"exit code {ended.code} instead of {code}: {ended.said[-300:]}")
    if ended.has_traceback or "error: " not in ended.said:
        wrong.append(f"no sentence: {ended.said[-300:]}")
    if says not in ended.said:
        wrong.append(f"it does not say {says!r}: {ended.said[-300:]}")
    return wrong


def under_the_database(folder: Path, _seed: int) -> Iterable[Row]:
    """Ingest into disks of many sizes, from too small for the tables to just too small for the last write."""
    log, reference = folder / "log", folder / "whole" / "reports.sqlite"
    archive = inputs.reports(folder / "archive")
    reference.parent.mkdir()

    def words(db: Path) -> Sequence[str | Path]:
        return ("ingest", archive, "--db", db, "--workers", "1", "--quiet")

    run(words(reference), log, by_twos)
    whole = state.parts(reference)
    with disk(folder / "disk") as small:
        db, said, wrong, times = small.folder / "reports.sqlite", "", list[str](), 0
        needed = reference.stat().st_size
        for share in (5, 40, 80, 110, 130, 150, 170, 180, 190, 200, 205, 210, 215, 220):
            small.clear()
            small.resize(needed * share // 100)
            ended = run(words(db), log, small.before)
            if ended.code == 0:
                break
            times += 1
            said = message(ended.said, small.folder)
            faults = refused(ended, STORE, "Make room") + state.torn(db, whole)
            small.resize(0)
            again = run(words(db), log, small.before)
            faults += [f"with room: {again.said[-300:]}"] if again.code else state.unlike(db, reference)
            wrong += [f"{share} %: {each}" for each in faults]
        yield Row(PART, f"ingest, under database and WAL ({small.kind})", times, said, wrong)


def under_a_migration(folder: Path, _seed: int) -> Iterable[Row]:
    """A database of an older schema where there is no room for its copy, and then none for the change itself."""
    log = folder / "log"
    folder.joinpath("whole").mkdir()
    old = inputs.old_databases(folder / "databases")[REVISIONS[-2]]
    reference = Path(shutil.copy(old, folder / "whole" / "reports.sqlite"))
    run(("status", "--db", reference), log)
    with disk(folder / "disk") as small:
        db = small.folder / "reports.sqlite"
        for fault, percent, says in (
            ("for the copy kept first", 130, "no copy of it can be kept"),
            ("for the change", 215, "Make room"),
        ):
            small.clear()
            shutil.copy(old, db)
            before = scenarios.every_row(db)
            small.resize(old.stat().st_size * percent // 100)
            ended = run(("status", "--db", db), log, small.before)
            wrong = refused(ended, STORE, says)
            if scenarios.every_row(db) != before:
                wrong.append("the database is not what it was")
            said = message(ended.said, small.folder)
            small.resize(0)
            run(("status", "--db", db), log, small.before)
            wrong += state.unlike(db, reference)
            yield Row(PART, f"migration, no room {fault} ({small.kind})", 1, said, wrong)


def under_what_is_written(folder: Path, _seed: int) -> Iterable[Row]:
    """Exports beside a former file, on a disk with no room for the new one."""
    log, db = folder / "log", folder / "reports.sqlite"
    archive = inputs.reports(folder / "archive")
    run(("ingest", archive, "--db", db, "--quiet"), log)
    for form, size in (("csv", 20_000), ("parquet", 12_000), ("xlsx", 12_000), ("dta", 20_000), ("datapackage", 40_000)):
        what = () if form == "datapackage" else ("cells",)
        with disk(folder / f"disk-{form}") as small:
            output = small.folder / ("all.zip" if form == "datapackage" else f"cells.{form}")
            output.write_text("former\n")
            words = ("export", *what, "--format", form, "--output", output, "--db", db)
            small.resize(size)
            ended = run(words, log, small.before)
            wrong = refused(ended, CONFIGURATION, "free space")
            wrong += [f"left over: {path.name}" for path in small.folder.iterdir() if path != output]
            if output.read_bytes() != b"former\n":
                wrong.append("the former file is gone")
            said = message(ended.said, small.folder)
            small.resize(0)
            again = run(words, log, small.before)
            wrong += [again.said[-300:]] if again.code or output.stat().st_size < 100 else []
            yield Row(PART, f"export as {form} ({small.kind})", 1, said, wrong)


def under_the_night(folder: Path, _seed: int) -> Iterable[Row]:
    """The published copy's disk is full: what is published stays, and the next night makes up for it."""
    log = folder / "log"
    with disk(folder / "disk") as small:
        place = small.folder / "night"
        night = partial(_night_with_public, place, small.folder / "public")
        start_function(partial(night, 0), log).wait()
        published = small.folder / "public" / "reports.sqlite"
        former = published.read_bytes()
        used = sum(path.stat().st_size for path in small.folder.rglob("*") if path.is_file())
        small.resize(used + 700_000)
        ended = start_function(partial(night, 1), log, small.before).wait()
        wrong = [] if ended.code == 11 and not ended.has_traceback else [f"exit code {ended.code}: {ended.said[-300:]}"]
        if published.read_bytes() != former:
            wrong.append("what is published is not the former")
        said = message(ended.said, small.folder)
        small.resize(0)
        ended = start_function(partial(night, 2), log, small.before).wait()
        wrong += [f"with room: {ended.said[-300:]}"] if ended.code else []
        wrong += state.integrity(published)
        if published.read_bytes() == former:
            wrong.append("nothing new was published")
        wrong += [f"left over: {path.name}" for path in published.parent.glob(".*")]
        yield Row(PART, f"the night, under database and published copy ({small.kind})", 1, said, wrong)


def _night_with_public(folder: Path, public: Path, number: int) -> None:
    summary = scenarios.night_summary(folder, number, published=public / "reports.sqlite")
    print(f"error: {summary.headline}")
    raise SystemExit(summary.exit_code)


def under_the_crawl(folder: Path, _seed: int) -> Iterable[Row]:
    """The archive of a crawl: what was recorded stays readable, and the crawl is gone on with."""
    log, reference = folder / "log", folder / "whole"
    inputs.crawl_archive(reference)
    with disk(folder / "disk") as small:
        wrong, said, times = list[str](), "", 0
        for size in (4_096, 100_000, 150_000, 200_000, 250_000, 300_000):
            small.clear()
            small.resize(size)
            place = small.folder / "archive"
            ended = start_function(partial(_crawl, place, 1), log, small.before).wait()
            if ended.code == 0:
                continue
            times += 1
            wrong += [f"{size} bytes: {each}" for each in refused(ended, CONFIGURATION, "free space")]
            said = message(ended.said, small.folder)
            small.resize(0)
            if place.exists():
                found = run(("archive", "verify", place), log)
                wrong += (
                    [f"{size} bytes, verify: {found.said[-300:]}"]
                    if found.code not in {0, 1, CONFIGURATION} or found.has_traceback
                    else []
                )
            ended = start_function(partial(_crawl, place, 4), log, small.before).wait()
            wrong += [f"{size} bytes, with room: {ended.said[-300:]}"] if ended.code else []
            found = run(("archive", "verify", place), log)
            wrong += [f"{size} bytes, verify at last: {found.said[-400:]}"] if found.code else []
            if inputs.answers(place) != inputs.answers(reference):
                wrong.append(f"{size} bytes: the archive holds other answers")
        yield Row(PART, f"the archive of a crawl ({small.kind})", times, said, wrong)


def _crawl(folder: Path, nights: int) -> None:
    """So many nights into an archive, as a command; what was broken off is gone on with, as the crawler does."""
    main.commands["work"] = click.Command("work", callback=lambda: inputs.record_nights(folder, nights))
    main(["work"], prog_name="nianbao")


def jobs() -> Iterator[Job]:
    """All of them."""
    for work in (under_the_database, under_a_migration, under_what_is_written, under_the_night, under_the_crawl):
        yield Job(f"disk: {work.__name__.replace('_', ' ')}", work)
