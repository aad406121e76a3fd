"""Several at once: two runs, readers, decisions, a night and exports, all on one database."""

from __future__ import annotations

import csv
import re
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from random import Random
from urllib.request import urlopen

from benchmarks.faults import inputs, scenarios, state
from benchmarks.faults.programs import Running, by_twos, run, start, start_function
from benchmarks.faults.rows import Job, Row
from normalize.correcting import Decision
from normalize.model import CellKey
from store.corrections import OvertakenError, corrections, decide
from store.open import open_store
from store.query import find_reports

PART = "Several at once"


def _ingest(archive: Path, db: Path, log: Path) -> Running:
    return start(("ingest", archive, "--db", db, "--workers", "1", "--quiet"), log, by_twos)


def _ends(*running: Running) -> list[str]:
    return [
        f"exit code {ended.code}: {ended.said[-400:]}" for ended in [each.wait() for each in running] if ended.code or ended.said
    ]


def two_runs(folder: Path, seed: int) -> Iterable[Row]:
    """Two ingests at once into a new database, of one folder and of two: nothing lost or doubled."""
    archive, other = inputs.reports(folder / "archive"), inputs.more_reports(folder / "other")
    chance = Random(f"{seed} two runs")
    for what, second in (("of one folder", archive), ("of two folders", other)):
        reference = folder / f"{second.name}.sqlite"
        for each in (archive, second):
            _ends(_ingest(each, reference, folder / "log"))
        whole, wrong, times = state.parts(reference), list[str](), 6
        for number in range(times):
            db = folder / f"{second.name}-{number}.sqlite"
            one = _ingest(archive, db, folder / "log1")
            time.sleep(chance.uniform(0, 0.5) if number else 0)
            wrong += _ends(one, _ingest(second, db, folder / "log2"))
            wrong += state.torn(db, whole)
            wrong += _unlike_in_any_order(db, reference)
        yield Row(PART, f"two ingests {what}", times, "both end well; the content is that of one after the other", wrong)


def _unlike_in_any_order(db: Path, reference: Path) -> list[str]:
    """Differences but for the order of a content's names: which run comes first is chance."""
    found = [each for each in state.unlike(db, reference) if not each.startswith(("document_path", "seen_file", "past_sighting"))]
    return found + (["other names"] if _names(db) != _names(reference) else [])


def _names(db: Path) -> Counter[tuple[object, ...]]:
    with closing(sqlite3.connect(db)) as connection:
        return Counter(connection.execute("SELECT document, sha256, current FROM document_path, document WHERE id = document_id"))


def readers(folder: Path, _seed: int) -> Iterable[Row]:
    """Whoever reads meanwhile sees whole documents only, and as many reports as rows of figures."""
    archive, db, reference = inputs.reports(folder / "archive"), folder / "reports.sqlite", folder / "whole.sqlite"
    _ends(_ingest(archive, reference, folder / "log"))
    whole, wrong, looks, states = state.parts(reference), list[str](), 0, set[int]()
    for _ in range(4):
        open_store(db).close()
        running = _ingest(archive, db, folder / "log")
        while not running.is_over():
            held = state.parts(db)
            torn = [str(owner) for owner, digest in held.items() if whole.get(owner) != digest]
            documents = {digest for digest, place in held if place == -1}
            torn += [str(owner) for owner in whole if owner[0] in documents and owner not in held]
            wrong += [f"half seen: {each}" for each in torn]
            looks += 1
            states.add(len(held))
        wrong += _ends(running) + state.unlike(db, reference)
        for path in folder.glob(f"{db.name}*"):
            path.unlink()
    if len(states) < 4:
        wrong.append(f"the readers saw only {len(states)} states: nothing is shown")
    yield Row(PART, "readers while an ingest writes (WAL)", looks, f"{len(states)} states seen, every document whole", wrong)


def deciding(folder: Path, seed: int) -> Iterable[Row]:
    """Decisions on cells, and pages asked of the browser face, while an ingest writes."""
    archive, later = inputs.reports(folder / "archive"), inputs.more_reports(folder / "later")
    db, alone = folder / "reports.sqlite", folder / "alone.sqlite"
    _ends(_ingest(archive, db, folder / "log"))
    for each in (archive, later):
        _ends(_ingest(each, alone, folder / "log"))
    browsing = start(("browse", "--db", db, "--port", "0"), folder / "browse")
    address = _address(folder / "browse")
    chance, made, asked, wrong = Random(f"{seed} deciding"), 0, 0, list[str]()
    for each in (later, archive, later, archive):
        running = start(("ingest", each, "--db", db, "--workers", "1", "--quiet", "--reread"), folder / "log", by_twos)
        while not running.is_over():
            _decide(db, chance, made)
            made += 1
            for path in ("", "review"):
                wrong += _page(address + path)
                asked += 1
        wrong += _ends(running)
    browsing.kill_session()
    with open_store(db, create=False) as store:
        kept = corrections(store)
    if len(kept) != made:
        wrong.append(f"{made} decisions were made and {len(kept)} are there")
    wrong += state.integrity(db)
    with closing(sqlite3.connect(db)) as one, closing(sqlite3.connect(alone)) as other:
        count = "SELECT (SELECT count(*) FROM document), (SELECT count(*) FROM report), (SELECT count(*) FROM form_2021)"
        if one.execute(count).fetchone() != other.execute(count).fetchone():
            wrong.append("documents were lost or doubled")
    outcome = f"the ingest ends well, {made} decisions and {asked} pages: all kept, all answered"
    yield Row(PART, "ingest while the browser face serves and people decide", made + asked, outcome, wrong)


def _decide(db: Path, chance: Random, number: int) -> None:
    """Somebody says what a cell prints, whether somebody else did before or not."""
    with open_store(db, create=False) as store:
        wanted = chance.choice(find_reports(store, "山区")).id
        decision = Decision("2021", CellKey("applications", "new", "total"), None, str(number), "someone", "", "look")
        try:
            decide(store, wanted, decision, base=None)
        except OvertakenError as error:
            decide(store, wanted, decision, base=error.other.id)


def _address(log: Path) -> str:
    """Where the browser face says that it is."""
    for _ in range(3000):
        if (told := re.search(r"http://\S+/", log.read_text("utf-8") if log.exists() else "")) is not None:
            return told[0]
        time.sleep(0.01)
    raise RuntimeError(f"the browser face does not start: {log.read_text()}")


def _page(address: str) -> list[str]:
    """What is wrong with a page."""
    try:
        with urlopen(address, timeout=60) as answer:
            return [] if answer.status == 200 else [f"{address}: {answer.status}"]
    except OSError as error:
        return [f"{address}: {error}"]


def nights(folder: Path, _seed: int) -> Iterable[Row]:
    """An ingest while the night takes in and publishes: both end well, and what is published is whole."""
    place, wrong = folder / "night", list[str]()
    archive = inputs.reports(folder / "archive")
    wrong += _ends(start_function(partial(scenarios.publish_night, place, 0), folder / "log"))
    db, public = place / "reports.sqlite", place / "public" / "reports.sqlite"
    night = start_function(partial(scenarios.publish_night, place, 1), folder / "log1", by_twos)
    wrong += _ends(night, _ingest(archive, db, folder / "log2"))
    reference = folder / "whole"
    wrong += _ends(start_function(partial(scenarios.publish_night, reference, 0), folder / "log"))
    wrong += _ends(start_function(partial(scenarios.publish_night, reference, 1), folder / "log"))
    wrong += _ends(_ingest(archive, reference / "reports.sqlite", folder / "log"))
    whole = state.parts(reference / "reports.sqlite")
    wrong += state.torn(db, whole) + state.torn(public, whole)
    if state.parts(db) != whole:
        wrong.append("documents are lost")
    wrong += _ends(start_function(partial(scenarios.publish_night, place, 2), folder / "log"))
    if state.parts(public) != whole:
        wrong.append("the next night does not publish all")
    yield Row(
        PART, "ingest while the night publishes", 1, "both end well; what is published is whole, the next night has all", wrong
    )


def exports(folder: Path, _seed: int) -> Iterable[Row]:
    """Exports while an ingest writes: each is the state of one moment, every report in it with all its cells."""
    archive, db, reference = inputs.reports(folder / "archive"), folder / "reports.sqlite", folder / "whole.sqlite"
    _ends(_ingest(archive, reference, folder / "log"))
    run(("export", "cells", "--format", "csv", "--output", folder / "whole.csv", "--db", reference), folder / "log")
    whole, wrong, times, sizes = _cells(folder / "whole.csv"), list[str](), 0, set[int]()
    for _ in range(4):
        open_store(db).close()
        running = _ingest(archive, db, folder / "log")
        while not running.is_over():
            ended = run(("export", "cells", "--format", "csv", "--output", folder / "now.csv", "--db", db), folder / "log2")
            wrong += [ended.said[-300:]] if ended.code else []
            held = _cells(folder / "now.csv")
            wrong += [f"half exported: {key}" for key, count in held.items() if whole[key] != count and "again" not in key[0]]
            times += 1
            sizes.add(len(held))
        wrong += _ends(running)
        for path in folder.glob(f"{db.name}*"):
            path.unlink()
    outcome = f"{len(sizes)} states exported, every report with all its cells"
    yield Row(PART, "exports while an ingest writes", times, outcome, wrong)


def _cells(path: Path) -> Counter[tuple[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return Counter((row["document"], row["year"]) for row in csv.DictReader(file))


def searches(folder: Path, _seed: int) -> Iterable[Row]:
    """Copies searched and years compared while an ingest writes; a last search finds the same as alone."""
    archive, later = inputs.reports(folder / "archive"), inputs.more_reports(folder / "later")
    db, alone, wrong, times = folder / "reports.sqlite", folder / "alone.sqlite", list[str](), 0
    for each in (archive, later):
        _ends(_ingest(each, alone, folder / "log"))
    _ends(_ingest(archive, db, folder / "log"))
    running = _ingest(later, db, folder / "log")
    works: tuple[tuple[str, ...], ...] = (("copies", "find"), ("continuity", "--recompute"))
    while not running.is_over():
        for words in works:
            ended = run((*words, "--db", db), folder / "log2")
            wrong += [f"{words[0]}: {ended.said[-300:]}"] if ended.code or "error" in ended.said else []
            times += 1
    wrong += _ends(running)
    for each in (db, alone):
        run(("copies", "find", "--db", each), folder / "log2")
        run(("continuity", "--db", each), folder / "log2")
    yield Row(
        PART,
        "copies and continuity while an ingest writes",
        times,
        "all end well; at last as alone",
        wrong + state.unlike(db, alone),
    )


def jobs() -> Iterator[Job]:
    """All of them."""
    works: tuple[Callable[[Path, int], Iterable[Row]], ...] = (two_runs, readers, deciding, nights, exports, searches)
    for work in works:
        yield Job(f"together: {work.__name__.replace('_', ' ')}", work)
