"""A database that cannot be used: read-only, locked, of something else, damaged, too new."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

from benchmarks.faults import inputs, state
from benchmarks.faults.disks import STORE, refused
from benchmarks.faults.programs import anybody_may_run, run, start_function
from benchmarks.faults.rows import Job, Row, message
from store import open as opening
from store.migrations import VERSION_TABLE

PART = "A database that cannot be used"
IMPATIENT = 400
"""Milliseconds to wait for another writer, here."""


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _something_else(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE photos (id INTEGER)")


def _newer(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(f"UPDATE {VERSION_TABLE} SET version_num = '9999'")


def _cut(path: Path, share: float) -> None:
    os.truncate(path, int(path.stat().st_size * share))


def _spoil(path: Path) -> None:
    """Pages in the middle are overwritten, as a failing disk would."""
    with path.open("r+b") as file:
        for page in range(8, path.stat().st_size // 4096 - 8, 3):
            file.seek(page * 4096)
            file.write(os.urandom(4096))


STRANGE: tuple[tuple[str, Callable[[Path], object], str], ...] = (
    ("a folder", _folder, "is a folder. Give the path of a database file."),
    ("not SQLite: text", lambda path: path.write_text("no database, only text\n" * 500), "is not a database"),
    ("of something else", _something_else, "is a database of something else"),
    ("of a newer schema", _newer, "Install the present version of Nianbao."),
    ("cut off in its first page", lambda path: _cut(path, 0.002), ""),
    ("cut off in the middle", lambda path: _cut(path, 0.5), "take a copy of it from before, or make it anew"),
    ("with spoilt pages", _spoil, "take a copy of it from before, or make it anew"),
)
"""What the file is, how it becomes so, and what is said."""


def strange(folder: Path, _seed: int) -> Iterable[Row]:
    """Files that are no database of ours, or no whole one: refused with a sentence, and left as they are."""
    good, archive, log = folder / "good.sqlite", inputs.reports(folder / "archive"), folder / "log"
    run(("ingest", archive, "--db", good, "--quiet"), log)
    _checkpoint(good)
    for what, spoil, says in STRANGE:
        db = Path(shutil.copy(good, folder / "reports.sqlite"))
        spoil(db)
        before = db.read_bytes() if db.is_file() else b""
        wrong, said = list[str](), ""
        for words in (("ingest", archive, "--db", db, "--quiet", "--reread"), ("status", "--db", db)):
            ended = run(words, log)
            wrong += [f"{words[0]}: {each}" for each in refused(ended, STORE, says)]
            said = said or message(ended.said, folder)
        if db.is_file() and db.read_bytes() != before:
            wrong.append("the file was changed")
        yield Row(PART, what, 2, said, wrong)
        _remove(db)
    yield _empty(folder, archive, good, log)


def _empty(folder: Path, archive: Path, good: Path, log: Path) -> Row:
    db = folder / "reports.sqlite"
    db.touch()
    ended = run(("status", "--db", db), log)
    wrong = refused(ended, STORE, "holds no reports. Run `nianbao ingest")
    said = message(ended.said, folder)
    wrong += [each.said[-300:] for each in [run(("ingest", archive, "--db", db, "--quiet"), log)] if each.code]
    return Row(PART, "an empty file", 2, f"{said} An ingest fills it.", wrong + state.unlike(db, good))


def read_only(folder: Path, _seed: int) -> Iterable[Row]:
    """A file, and a folder, that this user may not write: reading works, writing is refused with a sentence."""
    archive, log = inputs.reports(folder / "archive"), folder / "log"
    log.touch()
    log.chmod(0o666)
    more = folder / "more"
    more.mkdir()
    (more / "new.txt").write_text((archive / "00.txt").read_text("utf-8").replace("甲山区", "亥山区"), "utf-8")
    for what, file_mode, folder_mode in (("the file is read-only", 0o444, 0o777), ("its folder is read-only", 0o444, 0o555)):
        place = folder / what.replace(" ", "-")
        place.mkdir()
        db = place / "reports.sqlite"
        run(("ingest", archive, "--db", db, "--quiet"), log)
        _checkpoint(db)
        reference = state.parts(db)
        db.chmod(file_mode)
        place.chmod(folder_mode)
        ended = run(("ingest", more, "--db", db, "--quiet", "--workers", "1"), log, nobody=True)
        wrong = refused(ended, STORE, "SQLite writes beside it")
        said = message(ended.said, folder)
        reading = run(("status", "--db", db), log, nobody=True)
        wrong += [f"reading: {reading.said[-300:]}"] if reading.code else []
        db.chmod(0o666)
        place.chmod(0o777)
        if state.parts(db) != reference:
            wrong.append("something was written")
        _checkpoint(db)  # root's own log goes
        again = run(("ingest", more, "--db", db, "--quiet", "--workers", "1"), log, nobody=anybody_may_run())
        wrong += [f"when it may be written: {again.said[-300:]}"] if again.code else []
        yield Row(PART, f"{what} (as an unprivileged user)", 3, f"{said} Reading works.", wrong)


def locked(folder: Path, _seed: int) -> Iterable[Row]:
    """Another program holds the writer's place: shorter than is waited for, and longer."""
    archive, log = inputs.reports(folder / "archive"), folder / "log"
    reference = folder / "whole.sqlite"
    run(("ingest", archive, "--db", reference, "--quiet"), log)
    for what, patience, held in (("locked for a while", 30_000, 2.0), ("locked for long", IMPATIENT, 600.0)):
        db = folder / f"{held}.sqlite"
        opening.open_store(db).close()
        words = ("ingest", archive, "--db", db, "--quiet", "--workers", "1")
        other = start_function(partial(_hold, db, held), folder / "other")
        while "held" not in (folder / "other").read_text():
            time.sleep(0.01)
        ended = run(words, log, partial(_wait, patience))
        is_held = not other.is_over()
        other.kill()
        other.wait()
        if patience > IMPATIENT:
            wrong = [f"exit code {ended.code}: {ended.said[-300:]}"] if ended.code or is_held else []
            said = "It waits, and ends well."
        else:
            said = message(ended.said, folder)
            wrong = refused(ended, STORE, "Another program is writing to it: try again when that has ended.")
            wrong += state.torn(db, state.parts(reference))
            again = run(words, log)
            wrong += [again.said[-300:]] if again.code else []
        yield Row(PART, what, 1, said, wrong + state.unlike(db, reference))


def _hold(db: Path, seconds: float) -> None:
    """Hold the writer's place. In a process of its own: a fork would take our own locks for its own."""
    with closing(sqlite3.connect(db, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        print("held", flush=True)
        time.sleep(seconds)
        connection.execute("COMMIT")


def _wait(milliseconds: int) -> None:
    opening.BUSY_MILLISECONDS = milliseconds


def _checkpoint(db: Path) -> None:
    with closing(sqlite3.connect(db)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _remove(db: Path) -> None:
    for path in (db, *db.parent.glob(f"{db.name}-*")):
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def jobs() -> Iterator[Job]:
    """All of them."""
    yield Job("file: strange", strange)
    yield Job("file: read-only", read_only)
    yield Job("file: locked", locked)
