"""The commands that are killed, and how often each."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import timedelta
from functools import cached_property, partial
from pathlib import Path

from benchmarks.faults import inputs, state
from benchmarks.faults.kills import Scenario, Victim, must, tried
from benchmarks.faults.programs import Running, by_twos, run, start, start_function
from benchmarks.faults.rows import Job
from nianbao.nightly.journal import last_closed
from nianbao.nightly.summary import NightSummary
from store.migrations import HEAD, REVISIONS
from store.publication import integrity, schema_version
from tests.scripted_nights import START


class FirstIngest(Scenario):
    """A folder into a new database, in this process."""

    name = "ingest, first run, 1 process"
    workers = 1

    def prepare(self) -> None:
        inputs.reports(self.place / "archive")

    def words(self) -> Sequence[str | Path]:
        return ("ingest", self.place / "archive", "--db", self.db, "--workers", str(self.workers), "--quiet")


class FirstIngestByTwo(FirstIngest):
    """The same with two reading processes."""

    name = "ingest, first run, 2 workers"
    workers = 2


class Reingest(FirstIngest):
    """The same folder later: files revised, removed, renamed and new."""

    name = "ingest over revised, renamed, removed files"

    def prepare(self) -> None:
        super().prepare()
        must(self.begin())
        inputs.revised(self.place / "archive")


class Crawls(FirstIngest):
    """Four nights of a crawl (WARC files)."""

    name = "archive ingest (WARC)"

    def prepare(self) -> None:
        inputs.crawl_archive(self.place / "archive")

    def words(self) -> Sequence[str | Path]:
        return ("archive", "ingest", self.place / "archive", "--db", self.db, "--workers", "1", "--quiet")


class Rebuild(Crawls):
    """The database made anew, in the place of a former one."""

    name = "rebuild --replace (WARC)"

    def prepare(self) -> None:
        super().prepare()
        must(start(super().words(), self.log))

    def words(self) -> Sequence[str | Path]:
        return ("rebuild", self.place / "archive", "--db", self.db, "--replace", "--workers", "1", "--quiet")

    def after_kill(self) -> Iterable[str]:
        yield from super().after_kill()
        if state.parts(self.db) != self.whole:
            yield "the former database is not what it was"
        yield from state.torn(self.db.with_name(f"{self.db.name}.part"), self.whole)

    def after_all(self) -> Iterable[str]:
        yield from super().after_all()
        yield from (f"left over: {path.name}" for path in self.place.glob("*.part*"))


class Recording(Scenario):
    """The archive of a crawl, while it is written."""

    name = "the archive of a crawl, while it is written"

    def prepare(self) -> None:
        inputs.crawl_archive(self.base / "made")  # some answers say when they were made: every run is to record the same

    def begin(self) -> Running:
        return start_function(partial(inputs.record_nights, self.place / "archive", 4), self.log)

    @cached_property
    def whole(self) -> Mapping[tuple[str, int], str]:
        """There is no database."""
        return {}

    def after_kill(self) -> Iterable[str]:
        """A tail that was torn is told, and no more than that."""
        if inputs.is_archive(self.place / "archive"):
            found = run(("archive", "verify", self.place / "archive"), self.log)
            if found.code not in {0, 1} or found.has_traceback:
                yield f"verify: {found.said[-300:]}"

    def after_all(self) -> Iterable[str]:
        found = run(("archive", "verify", self.place / "archive"), self.log)
        if found.code:
            yield f"verify: {found.said[-300:]}"
        if inputs.answers(self.place / "archive") != inputs.answers(self.after / "archive"):
            yield "other answers"


class Derived(Scenario):
    """A command that works on a database alone."""

    def prepare(self) -> None:
        inputs.reports(self.place / "archive")
        must(start(("ingest", self.place / "archive", "--db", self.db, "--quiet"), self.log))


class Settle(Derived):
    """Names of agencies settled by an alias file."""

    name = "agencies settle"

    def prepare(self) -> None:
        super().prepare()
        (self.place / "aliases.toml").write_text(inputs.ALIASES, "utf-8")

    def words(self) -> Sequence[str | Path]:
        return ("agencies", "settle", self.place / "aliases.toml", "--db", self.db)


class Copies(Derived):
    """Sections with the same text, searched anew."""

    name = "copies find"

    def words(self) -> Sequence[str | Path]:
        return ("copies", "find", "--db", self.db)


class Continuity(Derived):
    """The years compared anew."""

    name = "continuity --recompute"

    def words(self) -> Sequence[str | Path]:
        return ("continuity", "--recompute", "--db", self.db)


class Migration(Scenario):
    """A database of an earlier schema, opened."""

    def __init__(self, base: Path, schema: str) -> None:
        super().__init__(base / schema)
        self.schema = schema
        self.name = f"migration from {schema}"

    def prepare(self) -> None:
        shutil.copy(inputs.old_databases(self.base / "databases")[self.schema], self.db)
        if int(self.schema) % 2:  # as it was; the others undo by a journal, as a copy that was handed on does
            with closing(sqlite3.connect(self.db)) as connection:
                connection.execute("PRAGMA journal_mode = WAL")

    def words(self) -> Sequence[str | Path]:
        return ("status", "--db", self.db)

    @cached_property
    def whole(self) -> Mapping[tuple[str, int], str]:
        """Not compared by parts: the tables are others."""
        return {}

    def after_kill(self) -> Iterable[str]:
        """Either version, whole."""
        state.recover(self.db)
        found = schema_version(self.db)
        side = self.before if found == self.schema else self.after
        if found not in {self.schema, HEAD}:
            yield f"of schema {found}"
        elif every_row(self.db) != every_row(side / self.db.name):
            yield f"of schema {found}, and not what it was {side.name}"
        yield from integrity(self.db)

    def after_all(self) -> Iterable[str]:
        yield from super().after_all()
        logs = {f"{self.db.name}{suffix}" for suffix in ("", "-wal", "-shm")}
        beside = [path for path in self.place.iterdir() if path.name not in logs]
        if [path.name for path in beside] != [f"{self.db.name}.schema-{self.schema}"]:
            yield f"beside the database lie {beside}"
        elif every_row(beside[0]) != every_row(self.before / self.db.name):
            yield "the copy made before is not what was there"


def every_row(path: Path) -> dict[str, list[str]]:
    """All rows of all tables."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as connection:
        connection.execute("BEGIN")
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")]
        return {name: sorted(map(repr, connection.execute(f'SELECT * FROM "{name}"'))) for name in names}


class Export(Derived):
    """A table to a file that is there already."""

    def __init__(self, base: Path, what: str, form: str) -> None:
        super().__init__(base / f"{what}-{form}")
        self.what, self.form = what, form
        self.name = f"export {what} as {form}" if what else f"export as {form}"

    def prepare(self) -> None:
        super().prepare()
        self.output.write_text("former\n")

    @property
    def output(self) -> Path:
        """The file that is written."""
        return self.place / ("reports.zip" if self.form == "datapackage" else f"{self.what}.{self.form}")

    def words(self) -> Sequence[str | Path]:
        what = () if self.form == "datapackage" else (self.what,)
        return ("export", *what, "--format", self.form, "--output", self.output, "--db", self.db)

    def after_kill(self) -> Iterable[str]:
        yield from super().after_kill()
        if self.output.read_bytes() not in {b"former\n", (self.after / self.output.name).read_bytes()}:
            yield "neither the former file nor the new one"

    def after_all(self) -> Iterable[str]:
        yield from super().after_all()
        if self.output.read_bytes() != (self.after / self.output.name).read_bytes():
            yield "another file"
        yield from (f"left over: {path.name}" for path in self.place.iterdir() if path.name.startswith("."))


EXPORTS = (("panel", "csv"), ("cells", "parquet"), ("", "datapackage"))
NIGHTS = [
    {name: {f"{number}.txt": f"verified {name}{number}局" for number in range(6)} for name in ("alpha", "beta", "gamma")},
    {
        "alpha": {"0.txt": None, "1.txt": "verified alpha新局", "9.txt": "verified alpha9局"},
        "beta": {"2.txt": "inconsistent beta2局", "3.txt": "budget"},
        "gamma": {"x.txt": "budget"},
    },
]


class Night(Scenario):
    """The second night: crawl (scripted), ingest, checks, build, gates, publish, report."""

    name = "the night"

    def __init__(self, base: Path) -> None:
        super().__init__(base)
        self.public = self.place / "public" / self.db.name

    def prepare(self) -> None:
        must(start_function(lambda: publish_night(self.place, 0), self.log))

    def begin(self) -> Running:
        return start_function(lambda: publish_night(self.place, 1), self.log, by_twos)

    def after_kill(self) -> Iterable[str]:
        yield from super().after_kill()
        sides = [side / "public" / self.db.name for side in (self.before, self.after)]
        if state.parts(self.public) not in [state.parts(side) for side in sides]:
            yield "what is published is neither the former nor the new"
        yield from integrity(self.public)

    def after_all(self) -> Iterable[str]:
        yield from super().after_all()
        yield from state.unlike(self.public, self.after / "public" / self.db.name)
        yield from (f"left over: {path.name}" for path in self.public.parent.glob(".*"))


def publish_night(folder: Path, number: int) -> None:
    """The night of that number, unless it is over; ends with a message if it publishes nothing."""
    day = (START + timedelta(days=number)).date().isoformat()
    over = last_closed(folder / "night" / "journal.json")
    if over is not None and over.started.startswith(day):
        return  # killed behind its last step: once more would be another night
    summary = night_summary(folder, number)
    if summary.outcome != "published":
        raise SystemExit(f"{summary.outcome}: {summary.headline}")


def night_summary(folder: Path, number: int, **settings: object) -> NightSummary:
    """The night of that number, over a scripted crawl."""
    from nianbao.nightly.config import Gates  # noqa: PLC0415 - preloaded
    from nianbao.nightly.night import Orders, run_night  # noqa: PLC0415 - preloaded
    from tests.scripted_nights import Clockwork, ScriptedCollecting, config_in  # noqa: PLC0415 - preloaded

    clock = Clockwork()
    for _ in range(number):
        clock.next_night()
    config = config_in(folder).model_copy(update={"gates": Gates(silent_sources=1), **settings})
    # Real reports beside the scripted ones, whose every cell is filled, fill fewer.
    orders = Orders(overruled={"fill": "other documents come in between"})
    return run_night(config, ScriptedCollecting(folder / "web", NIGHTS), clock, orders)


PLAN: tuple[tuple[Callable[[Path], Scenario], Mapping[Victim, int]], ...] = (
    (FirstIngest, {Victim.ALL: 24}),
    (FirstIngestByTwo, {Victim.ALL: 12, Victim.MAIN: 16, Victim.WORKER: 12}),
    (Reingest, {Victim.ALL: 24}),
    (Recording, {Victim.ALL: 10}),
    (Crawls, {Victim.ALL: 20}),
    (Rebuild, {Victim.ALL: 16}),
    (Settle, {Victim.ALL: 10}),
    (Copies, {Victim.ALL: 10}),
    (Continuity, {Victim.ALL: 10}),
    *((partial(Migration, schema=schema), {Victim.ALL: 3}) for schema in REVISIONS[:-1]),
    *((partial(Export, what=what, form=form), {Victim.ALL: 6}) for what, form in EXPORTS),
    (Night, {Victim.ALL: 24}),
)
"""Which command is killed how often while it runs."""


def jobs(share: int = 100) -> Iterator[Job]:
    """A job for each command; ``share`` percent of the kills."""
    for make, victims in PLAN:
        wanted = {victim: max(1, count * share // 100) for victim, count in victims.items()}
        name = make(Path()).name
        yield Job(f"kill: {name}", partial(tried, make, wanted))
