"""A folder of hostile inputs with good reports between them, and what a run made of it."""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from collect.names import printable_name
from tests.hostile.good import FORMATS, report
from tests.hostile.model import Hostile

GOOD = "好"
"""What the names of the good reports begin with, behind their place."""


def write(folder: Path, inputs: Sequence[Hostile], good: int) -> None:
    """Every input, the good reports spread evenly between them; a name says where it stands."""
    folder.mkdir(parents=True, exist_ok=True)
    places = len(inputs) + good
    turns = iter(range(good))
    waiting = iter(inputs)
    for place in range(places):
        if (place + 1) * good // places > place * good // places:
            number = next(turns)
            kind = FORMATS[number % len(FORMATS)]
            (folder / f"{place:03} {GOOD}{number}.{kind}").write_bytes(report(number, kind))
        else:
            hostile = next(waiting)
            (folder / name_of(place, hostile)).write_bytes(hostile.make())


def name_of(place: int, hostile: Hostile) -> str:
    """What an input is called in the folder: names that are the attack stay as they are."""
    return hostile.name if hostile.kind == "name" else f"{place:03} {hostile.name}"


@dataclass
class Found:
    """What a database holds of one file, members of an archive included."""

    failures: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)

    def accords(self, hostile: Hostile) -> bool:
        """Whether that is what is to become of an input."""
        failed = all(map(hostile.allows, self.failures))
        return failed and bool(self.failures) == bool(hostile.codes) and self.verdicts == Counter(verified=hostile.reads)


def found_in(db: Path) -> Mapping[str, Found]:
    """By name of the file."""
    found: dict[str, Found] = defaultdict(Found)
    with closing(sqlite3.connect(db)) as connection:
        for document, reason in connection.execute("SELECT document, reason FROM failure"):
            found[outermost(document)].failures[reason] += 1
        query = "SELECT p.document, r.verdict FROM report r JOIN document_path p USING (document_id)"
        for document, verdict in connection.execute(query):
            found[outermost(document)].verdicts[verdict] += 1
    return found


def outermost(document: str) -> str:
    """The file that a document lies in."""
    return document.partition("/")[0]


def good_reports(db: Path) -> list[tuple[Any, ...]]:
    """Everything that the good reports' figures say, in order: the same whatever was read beside them."""
    with closing(sqlite3.connect(db)) as connection:
        query = f"""SELECT agency, year, form, verdict, "table", "row", "column", value, printed, state
            FROM cells WHERE document GLOB '??? {GOOD}*' ORDER BY 1, 2, 3, 5, 6, 7"""
        return list(connection.execute(query))


def judged(db: Path, inputs: Sequence[Hostile]) -> Iterator[tuple[Hostile, Found]]:
    """Every input with what became of it."""
    found = {name if is_name else name[4:]: what for name, what in found_in(db).items() for is_name in (False, True)}
    for hostile in inputs:
        yield hostile, found.get(printable_name(hostile.name), Found())
