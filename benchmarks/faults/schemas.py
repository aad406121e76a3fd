"""Databases as every earlier schema made them: each by its own version of the program, out of the project's history.

    python -m benchmarks.faults.schemas

writes ``tests/data/schemas.tar.xz``. A commit stands for a schema if its steps up to there are the present ones, byte for
byte. No commit does for 0003, so that is 0002's database, one step on. Each takes two runs over some fixtures (one file is
revised in between), and what its commands then derive; decisions and sources are put in by hand.
"""

from __future__ import annotations

import io
import lzma
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from benchmarks.faults.inputs import REPORTS, ROOT, SCHEMAS

COMMITS = {
    "0001": "86a27fe",
    "0002": "0f7a5ce",
    "0004": "d9f3511",
    "0005": "32d08de",
    "0006": "ab2afc3",
    "0007": "d86d8aa",
    "0008": "82741dd",
    "0009": "8fd2d36",
    "0010": "d122f9f",
    "0011": "8fb6c49",
    "0012": "3c2ac3c",
    "0013": "5ffbf40",
}
NAMES = ("hedong-2021.txt", "shanghai-office-2019.html", "shiqiao-town-2017.html", "yunxi-county-2015.html")
DERIVED = {"0007": ("continuity",), "0008": ("copies", "find")}
"""Commands, from the schema on that they write to."""
DECISION = {
    "report_ordinal": 0,
    "form": "2021",
    "cell": "applications.new.total",
    "value": 3607,
    "printed": "3607",
    "reason": "the page is clear",
    "person": "a reader",
    "time": "2025-01-01T00:00:00+00:00",
    "old_value": 3601,
    "old_printed": "3601",
    "old_state": "printed",
    "year": 2021,
}
SOURCE = {
    "source": "suqian",
    "title": "宿迁",
    "agency": "宿迁市人民政府",
    "region": "321300",
    "address": "http://www.suqian.gov.cn/",
}
DECIDED = "SELECT d.sha256 FROM report r JOIN document d ON d.id = r.document_id WHERE form = '2021' ORDER BY r.id"
"""Rows put in by hand; a schema takes the columns that it has."""


def archive(folder: Path) -> Path:
    """What is taken in: fixtures, one of them under a second agency's name, one damaged."""
    folder.mkdir()
    for name in NAMES:
        shutil.copy(REPORTS / name, folder)
    text = (REPORTS / NAMES[0]).read_text("utf-8")
    (folder / "hexi.txt").write_text(text.replace("河东区", "河西区"), "utf-8")
    (folder / "hedong-2022.txt").write_text(text.replace("2021", "2022"), "utf-8")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4 cut off")
    return folder


def revise(folder: Path) -> None:
    """One of them is published anew."""
    path = folder / "hexi.txt"
    path.write_text(path.read_text("utf-8").replace("年度", "年 度", 1) + "\n（更正）\n", "utf-8")


def make(schema: str, folder: Path) -> Path:
    """The database of a schema, by its own program."""
    program, db, files = folder / "program", folder / f"{schema}.sqlite", archive(folder / "archive")
    program.mkdir()
    packed = subprocess.run(["git", "-C", ROOT, "archive", COMMITS[schema]], check=True, capture_output=True).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
        tar.extractall(program, filter="data")
    _run(program, "ingest", files, "--db", db)
    revise(files)
    _run(program, "ingest", files, "--db", db)
    for since, words in DERIVED.items():
        if schema >= since:
            _run(program, *words, "--db", db)
    return db


def _run(program: Path, *words: str | Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(program), "PYTHONUTF8": "1"}
    subprocess.run(
        [sys.executable, "-m", "nianbao.cli", *words], check=True, cwd=program, env=environment, stdout=subprocess.DEVNULL
    )


def one_step_on(source: Path, target: Path, schema: str) -> Path:
    """The same database, brought to a schema by the steps alone."""
    shutil.copy(source, target)
    config = Config()
    config.set_main_option("script_location", "store:migrations")
    engine = create_engine(f"sqlite:///{target}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, schema)
    engine.dispose()
    with closing(sqlite3.connect(target)) as connection, connection:
        connection.execute(
            "INSERT INTO seen_file (path, document, size, modified_ns, looked_ns, sha256)"
            " SELECT origin, document, 1, 1, 9, lower(hex(sha256)) FROM document_path JOIN document ON id = document_id"
            " WHERE current = 1"
        )
    return target


def complete(path: Path) -> None:
    """What no command puts in; then the file as small as it goes."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        decide(connection)
        _insert(connection, "source", {**SOURCE, "agency_key": "321300", "enabled": 1, "every_days": 1, "alarm": ""})
        numbers = ("requests", "not_modified", "documents", "new_documents", "changed_documents", "vanished_documents")
        times = {"started": "2025-01-01T00:00:00+00:00", "finished": "2025-01-01T00:10:00+00:00"}
        check = {"source": "suqian", "crawl": 1, **times, **dict.fromkeys(numbers, 1), "refused": "{}", "error": ""}
        _insert(connection, "source_check", check)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("VACUUM")


def decide(connection: sqlite3.Connection) -> None:
    """A decision on the first report on the form of 2021."""
    (digest,) = connection.execute(DECIDED).fetchone()
    _insert(connection, "correction", {**DECISION, "sha256": digest.hex() if isinstance(digest, bytes) else digest})


def _insert(connection: sqlite3.Connection, table: str, row: dict[str, object]) -> None:
    columns = {each[1] for each in connection.execute(f"PRAGMA table_info({table})")}
    held = {name: value for name, value in row.items() if name in columns}
    if held:
        marks = ", ".join("?" * len(held))
        connection.execute(f"INSERT INTO {table} ({', '.join(held)}) VALUES ({marks})", list(held.values()))


def main() -> None:
    """Make them all."""
    packed = io.BytesIO()
    with TemporaryDirectory() as name, tarfile.open(fileobj=packed, mode="w") as tar:
        made: dict[str, Path] = {}
        for schema in COMMITS:
            folder = Path(name) / schema
            folder.mkdir()
            made[schema] = make(schema, folder)
            complete(made[schema])
            print(schema, made[schema].stat().st_size)
        made["0003"] = one_step_on(made["0002"], Path(name) / "0003.sqlite", "0003")
        complete(made["0003"])
        for schema, path in sorted(made.items()):
            entry = tarfile.TarInfo(f"{schema}.sqlite")
            entry.size = path.stat().st_size
            with path.open("rb") as file:
                tar.addfile(entry, file)
    SCHEMAS.write_bytes(lzma.compress(packed.getvalue(), preset=9 | lzma.PRESET_EXTREME))


if __name__ == "__main__":
    main()
