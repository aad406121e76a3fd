"""Measures the checks across years and levels on a whole store of reports that follow each other, and counts what they find.

    REPORTS=100000 python -m benchmarks.continuity [--keep reports.sqlite]

Breaks of every class are planted (``benchmarks.histories``), so that the run also says whether each was found as what it
is, and whether anything else was. Times are processor time, reading and writing included; making and loading the reports
is not counted.
"""

from __future__ import annotations

import argparse
import os
import resource
import time
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import text

from benchmarks.histories import RULES, Histories, alias_file
from normalize.continuity.model import Outcome, kind_of
from normalize.continuity.rules import rule_set
from store.agencies import use_aliases
from store.continuity import update
from store.continuity_views import CODES
from store.load import Store
from store.open import open_store

REPORTS = 20_000
INCREMENT = 500
"""Reports that an ingest adds: so many are read again with a changed figure."""


def fill(store: Store, histories: Histories) -> dict[str, tuple[str, ...]]:
    """Load them; gives the classes planted, by document."""
    planted: dict[str, tuple[str, ...]] = {}
    run, reports = store.begin_run("benchmark"), iter(histories)
    with store.loading(run) as loader:
        while some := list(islice(reports, 1000)):
            for each in some:
                loader.load(each.facts, [each.report])
                if each.outcomes:
                    planted[each.facts.document] = each.outcomes
    store.finish_run(run, {})
    use_aliases(store, alias_file(histories))
    return planted


def found_in(store: Store) -> tuple[dict[str, tuple[str, ...]], Counter[tuple[str, str, str]]]:
    """The classes found of what is planted, by document, and breaks of rules and parts that nothing was planted in."""
    classes = {code: outcome for outcome, code in CODES.items()}
    parts = [(part.rule, part.key) for part in rule_set().parts]
    places = [parts.index(rule) for rule in RULES]
    others = [place for place in range(len(parts)) if place not in places]
    query = (
        "SELECT p.document, s.outcomes FROM continuity_step AS s JOIN report AS r ON r.id = s.report_id"
        " JOIN document_path AS p ON p.document_id = r.document_id"
    )
    found: dict[str, tuple[str, ...]] = {}
    stray: Counter[tuple[str, str, str]] = Counter()
    with store.reading() as connection:
        for document, letters in connection.execute(text(query)):
            found[document] = tuple(classes[letters[place]].value for place in places)
            for place in others:
                outcome = classes[letters[place]]
                if kind_of(outcome) in {kind_of(Outcome.MOVED), kind_of(Outcome.IN_DOUBT), kind_of(Outcome.RENAMED)}:
                    stray[(*parts[place], outcome.value)] += 1
    return found, stray


def wrong(planted: dict[str, tuple[str, ...]], found: dict[str, tuple[str, ...]]) -> list[tuple[str, str, str, str]]:
    """Document, rule, class planted, class found, where they differ."""
    return [
        (document, rule, want, got)
        for document in planted.keys() | found.keys()
        for (rule, _), want, got in zip(
            RULES, planted.get(document, ("",) * len(RULES)), found.get(document, ("",) * len(RULES)), strict=True
        )
        if want != got
    ]


def exceeded_in(store: Store) -> set[tuple[str, int, str]]:
    """Jurisdictions whose parts exceed them: agency, year, cell."""
    with store.reading() as connection:
        rows = connection.execute(text("SELECT agency, year, cell FROM level_sums WHERE outcome = 'exceeded'"))
        return {(row[0], row[1], row[2]) for row in rows}


def lines(reports: int, keep: Path | None = None) -> Iterator[str]:
    """Everything, as markdown."""
    with TemporaryDirectory() as folder, open_store(keep or Path(folder) / "reports.sqlite") as store:
        histories = Histories(reports)
        planted = fill(store, histories)
        before = _peak()
        start = time.process_time()
        done = update(store)
        seconds = time.process_time() - start
        steps = sum(outcomes[0] != "first_year" for outcomes in planted.values())
        yield f"{done.reports:,} reports of {done.agencies:,} agencies, {steps:,} steps from year to year,"
        each = 1e6 * seconds / done.reports
        yield f"{len(rule_set().parts)} rules and parts each: {seconds:.1f} s of one processor, {each:.0f} µs a report."
        yield f"Memory at its peak: {_peak():.0f} MB, {_peak() - before:.0f} MB more than before."
        yield ""
        yield from _class_lines(store, planted, histories)
        yield ""
        yield from _increment_lines(store)


def _class_lines(store: Store, planted: dict[str, tuple[str, ...]], histories: Histories) -> Iterator[str]:
    found, stray = found_in(store)
    faults = wrong(planted, found)
    counts = Counter((rule, outcome) for outcomes in planted.values() for (rule, _), outcome in zip(RULES, outcomes, strict=True))
    missed = Counter((rule, want) for _, rule, want, _ in faults)
    yield "| rule | class | planted | found as such |"
    yield "|---|---|---|---|"
    for rule, outcome in sorted(counts):
        yield f"| {rule} | {outcome} | {counts[rule, outcome]:,} | {counts[rule, outcome] - missed[rule, outcome]:,} |"
    meant = {(each.agency, each.year, "applications.granted.total") for each in histories.exceeded}
    exceeded = exceeded_in(store)
    yield f"| levels.parts_exceed_whole | exceeded | {len(meant):,} | {len(meant & exceeded):,} |"
    yield ""
    beside = sum(stray.values()) + len(exceeded - meant)
    yield f"Found otherwise than planted: {len(faults)}. Found where nothing was planted: {beside}."
    yield from (f"- {each}" for each in sorted(faults)[:10])
    yield from (f"- {each}: {count}" for each, count in sorted(stray.items())[:10])


def _increment_lines(store: Store) -> Iterator[str]:
    """What an ingest that touches a few agencies has to pay."""
    with store.writing() as connection:
        numbers = connection.scalars(text("SELECT DISTINCT agency_id FROM report WHERE agency_id IS NOT NULL ORDER BY 1")).all()
        step = max(1, len(numbers) // INCREMENT)
        chosen = [{"n": number} for number in numbers[::step][:INCREMENT]]
        connection.execute(text("INSERT INTO continuity_stale VALUES (:n, '')"), chosen)
    start = time.process_time()
    done = update(store, levels=False)
    seconds = time.process_time() - start
    each = 1000 * seconds / len(chosen)
    yield (
        f"After a load that touched {len(chosen):,} agencies: {seconds:.2f} s, {each:.1f} ms an agency "
        f"({done.reports:,} reports of {done.agencies:,} agencies read again, those joined by successions included)."
    )
    start = time.process_time()
    update(store, levels=False)
    yield f"Where nothing changed: {1000 * (time.process_time() - start):.1f} ms."


def _peak() -> float:
    """The largest size this process had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Print the measurements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", type=Path, help="where to leave the database")
    arguments = parser.parse_args()
    for line in lines(int(os.environ.get("REPORTS", REPORTS)), arguments.keep):
        print(line, flush=True)


if __name__ == "__main__":
    main()
