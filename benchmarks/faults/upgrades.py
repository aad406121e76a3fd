"""A database of every earlier schema: opened, kept a copy of, brought to the present one, and gone on with."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

from benchmarks.faults import inputs, schemas
from benchmarks.faults.disks import STORE, refused
from benchmarks.faults.programs import Ended, run
from benchmarks.faults.rows import Job, Row, message
from store.content import content_of
from store.migrations import HEAD, REVISIONS, VERSION_TABLE
from store.open import open_store
from store.publication import integrity, schema_version
from store.safety_copy import copy_path

PART = "A database of an earlier schema"


def figures(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every figure: of each form, the rows of the cells that all schemas have, and the text of every chapter."""
    held: dict[str, list[tuple[object, ...]]] = {}
    with closing(sqlite3.connect(path)) as connection:
        for form in ("form_2014", "form_2019", "form_2021"):
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({form})")]
            cells = ", ".join(f'"{each}"' for each in sorted(columns) if each.count("__") == 2)
            held[form] = connection.execute(f'SELECT report_id, {cells} FROM "{form}" ORDER BY 1').fetchall()
        held["section"] = connection.execute("SELECT report_id, ordinal, heading, text FROM section ORDER BY 1, 2").fetchall()
        held["finding"] = connection.execute("SELECT report_id, rule, message FROM finding ORDER BY 1, ordinal").fetchall()
        held["failure"] = connection.execute("SELECT document, reason FROM failure ORDER BY 1").fetchall()
        held["correction"] = connection.execute("SELECT form, cell, value, reason, person FROM correction").fetchall()
        names = "SELECT p.document, d.size FROM document_path AS p JOIN document AS d ON d.id = p.document_id ORDER BY 1, 2"
        held["document"] = connection.execute(names).fetchall()
    return held


def upgraded(schema: str, old: Path, folder: Path) -> tuple[list[str], Ended, Path]:
    """Open a database of a schema by a command; what is wrong then, how it ended, and the database."""
    db = Path(shutil.copy(old, folder / f"{schema}.sqlite"))
    before = figures(db)
    ended = run(("status", "--db", db), folder / "log")
    wrong = [f"exit code {ended.code}: {ended.said[-300:]}"] if ended.code else integrity(db)
    copy = copy_path(db, schema)
    if schema_version(db) != HEAD:
        wrong.append(f"it is of schema {schema_version(db)}")
    if not copy.exists() or figures(copy) != before or schema_version(copy) != schema:
        wrong.append("the copy kept is not what was there")
    wrong += [f"{name} is not what it was" for name, rows in figures(db).items() if rows != before[name]]
    wrong += [f"no {name}: nothing is shown" for name, rows in before.items() if not rows]
    return wrong, ended, db


def every_schema(folder: Path, _seed: int) -> Iterable[Row]:
    """Each is upgraded, and takes in the same documents again: then it says what a new one does."""
    fresh, log = folder / "fresh.sqlite", folder / "log"
    # Also the file that was revised since: schemas before 0004 knew no agencies, and what is read no more has none.
    files = (schemas.archive(folder / "earlier"), schemas.archive(folder / "later"))
    schemas.revise(files[1])
    run(("ingest", files[0], "--db", fresh, "--quiet"), log)
    with closing(sqlite3.connect(fresh)) as connection:
        schemas.decide(connection)
        connection.commit()
    for each in files:
        run(("ingest", each, "--db", fresh, "--quiet", "--reread"), log)
    for schema, old in inputs.old_databases(folder / "databases").items():
        wrong, ended, db = upgraded(schema, old, folder)
        said = " ".join(ended.said.split("\n", 1)[0].split()).replace(f"{folder}/", "")
        for each in files:
            again = run(("ingest", each, "--db", db, "--quiet", "--reread"), log)
            wrong += [f"exit code {again.code}: {again.said[-300:]}"] if again.code else []
        with open_store(fresh) as one, open_store(db) as other:
            if content_of(one) != content_of(other):
                wrong.append("after an ingest it says something else than a new database")
        yield Row(PART, f"{schema} → {HEAD}", 1, said, wrong)
    yield _newer(fresh, log, folder)


def _newer(fresh: Path, log: Path, folder: Path) -> Row:
    with closing(sqlite3.connect(fresh)) as connection:
        connection.execute(f"UPDATE {VERSION_TABLE} SET version_num = '{int(HEAD) + 1:04}'")
        connection.commit()
    ended = run(("status", "--db", fresh), log)
    return Row(PART, "a newer one", 1, message(ended.said, folder), refused(ended, STORE, "Install the present version"))


def jobs() -> Iterator[Job]:
    """All of them."""
    yield Job(f"schema: {REVISIONS[0]} to {REVISIONS[-2]}", every_schema)
