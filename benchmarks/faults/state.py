"""What a database holds after a fault: whether it is whole, and the same as an undisturbed run's."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from functools import cache
from hashlib import sha256
from pathlib import Path

from store.compare import differences
from store.content import content_of
from store.open import open_store
from store.publication import integrity

ACROSS = {
    "continuity",
    "continuity_step",
    "level_sum",
    "neighbour_proof",
    "copy_cluster",
    "copy_member",
    "copy_pair",
    "revision",
    "tenure",
}
ACROSS |= {"revision_cell", "revision_section", "document_path", "past_sighting"}
"""Tables that say what documents say of each other, and where they were found; they follow when all are in."""
_LINKS = {"id", "report_id", "document_id", "current", "superseded_by", "relation", "agency_id", "agency_read", "agency_basis"}
_LINKS |= {"agency_reason", "first_run", "last_run"}
"""Columns that say nothing of the document itself."""

Parts = Mapping[tuple[str, int], str]
"""By SHA-256 and place in the document: a digest of everything stored of a report. Place -1 is the document."""


def parts(path: Path) -> dict[tuple[str, int], str]:
    """A digest of all that is stored of each report and document."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as connection:
        connection.execute("BEGIN")
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'report'").fetchone():
            return {}
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        documents = {n: s.hex() if isinstance(s, bytes) else s for n, s in connection.execute("SELECT id, sha256 FROM document")}
        places = connection.execute("SELECT id, document_id, ordinal FROM report").fetchall()
        owners = {"report_id": {number: (documents[owner], ordinal) for number, owner, ordinal in places}}
        owners["document_id"] = {number: (digest, -1) for number, digest in documents.items()}
        held: dict[tuple[str, int], list[str]] = {owner: [] for some in owners.values() for owner in some.values()}
        for name in names:
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({name})")]
            key = next((each for each in ("report_id", "document_id") if each in columns), None)
            owner_of = {"report": "report_id", "document": "document_id"}.get(name, key)
            if owner_of is None or name in ACROSS:
                continue
            kept = ", ".join(f'"{each}"' for each in columns if each not in _LINKS) or "1"
            number = "id" if name in owners or name in {"report", "document"} else owner_of
            for owner, *values in connection.execute(f'SELECT {number}, {kept} FROM "{name}"'):
                held[owners[owner_of][owner]].append(f"{name} {values!r}")
    return {owner: sha256("\n".join(sorted(rows)).encode()).hexdigest() for owner, rows in held.items()}


def recover(path: Path) -> None:
    """Let SQLite undo what a killed writer left, as whoever opens the database next does."""
    with closing(sqlite3.connect(path, timeout=30)) as connection:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()


def torn(path: Path, whole: Parts) -> list[str]:
    """What is wrong with a database after a fault: its pages, or a document that is neither in nor out.

    ``whole``: all that there may be.
    """
    if not path.exists() or path.stat().st_size == 0:
        return []
    recover(path)
    wrong = integrity(path)
    held = parts(path)
    wrong += [f"half stored: {owner}" for owner, digest in held.items() if whole.get(owner, digest) != digest]
    wrong += [f"unknown: {owner}" for owner in held if owner not in whole]
    documents = {digest for digest, place in held if place == -1}
    missing = [owner for owner in whole if owner[0] in documents and owner not in held]
    return wrong + [f"lost of a stored document: {owner}" for owner in missing]


def unlike(path: Path, reference: Path) -> list[str]:
    """Where two databases differ, in words. When a file was written is its maker's, not the database's."""
    with open_store(reference, create=False) as one, open_store(path, create=False) as other:
        differing = [each for each in differences(one, other) if each.column != "modified_ns"]
        found = [f"{d.table} {d.key} {d.column}: {d.one!r} / {d.other!r}"[:300] for d in differing[:5]]
        if content_of(other) != _digest(reference, reference.stat().st_mtime_ns):
            found.append("another digest of the content")
    return found + integrity(path)


@cache
def _digest(path: Path, _written: int) -> str:
    with open_store(path, create=False) as store:
        return content_of(store)
