"""`nianbao copies`: sections with the same text, in the terminal and as CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import click
from rich.text import Text
from sqlalchemy import Connection

from collect.errors import ConfigurationError
from nianbao.show import clean, plain_table, say
from store.copies import Found
from store.copy_query import COLUMNS, Asked, Pair, clusters, listed, pairs, state
from store.load import Store
from store.writers import harmless, whole_file

_NONE = 1
_SHOWN = 120
"""Characters of a passage in a list."""
_CLUSTER = ("id", "agencies", "places", "sections", "first_year", "last_year", "agency", "year", "published", "heading", "text")


def say_found(found: Found) -> None:
    """Print what a search found."""
    lines = (
        f"{found.sections} sections of {found.reports} reports; {found.compared} say enough of their own to be compared",
        f"{found.common_clauses} clauses and {found.common_sentences} sentences are everybody's",
        f"{found.clusters} clusters with {found.members} sections",
        f"{found.between_agencies} sections have the same text as another agency's",
        f"{found.between_years} have the same text as their own agency's of an earlier year",
    )
    click.echo("\n".join(lines), err=True)


def _check(connection: Connection) -> None:
    """Say so where the search is missing or older than what was ingested.

    Raises:
        ConfigurationError: nobody searched yet.
    """
    latest = state(connection)
    if latest is None:
        raise ConfigurationError("Nobody has searched this database for copies.", advice="Run `nianbao copies find` first.")
    if not latest[1]:
        click.echo("Documents were ingested since the last search: run `nianbao copies find` again.", err=True)


def show_clusters(store: Store, kind: str, limit: int, file: Path | None) -> int:
    """Print the largest clusters, or write all of them; gives the exit code."""
    with store.reading() as connection:
        _check(connection)
        found = clusters(connection, kind)
        if file is not None:
            return _write(file, _CLUSTER, ([getattr(row, name) for name in _CLUSTER] for row in found))
        rows = list(islice(found, limit + 1))
    if not rows:
        say("No two sections have the same text.")
        return _NONE
    table = plain_table()
    for heading in ("cluster", "agencies", "places", "sections", "years", "earliest"):
        table.add_column(heading)
    table.add_column("text", overflow="fold", ratio=1)
    for row in rows[:limit]:
        numbers = map(str, (row.id, row.agencies, row.places, row.sections))
        table.add_row(*numbers, _span(row.first_year, row.last_year), clean(f"{row.agency} {row.year or ''}"), _start(row.text))
    say(table)
    if len(rows) > limit:
        say(f"There are more than {limit}: --limit shows more, --csv writes all.")
    return 0


def show_pairs(store: Store, asked: Asked, limit: int, file: Path | None) -> int:
    """Print pairs with their passages, or write all of them; gives the exit code."""
    with store.reading() as connection:
        _check(connection)
        if file is not None:
            return _write(file, COLUMNS, map(listed, pairs(connection, asked)))
        found = list(pairs(connection, asked, limit + 1))
    if not found:
        say("No section of these has the same text as another.")
        return _NONE
    for pair in found[:limit]:
        _print(pair)
    if len(found) > limit:
        say(f"There are more than {limit}: --limit shows more, --csv writes all.")
    return 0


def _print(pair: Pair) -> None:
    row = pair.row
    percent = f"{100 * row.similarity:.0f} %"
    say(Text(clean(f"{row.agency} {row.year or ''} chapter {row.chapter}{_published(row.published)}"), "bold"))
    same = (
        f"  same text as {row.other_agency} {row.other_year or ''} chapter {row.other_chapter}{_published(row.other_published)}"
    )
    say(clean(same))
    numbers = f"; {row.numbers_same} of {row.numbers} numbers are the same" if row.numbers else ""
    say(f"  {percent} alike, {row.shared} characters{numbers} (cluster {row.cluster_id})")
    for passage in pair.said.passages:
        say(Text(f"    {_start(passage.one)}"))
    say("")


def _published(date: str) -> str:
    return f", published {date}" if date else ""


def _span(first: int | None, last: int | None) -> str:
    return "" if first is None else str(first) if first == last else f"{first}-{last}"


def _start(text: str) -> str:
    line = clean(text)
    return line if len(line) <= _SHOWN else line[:_SHOWN] + "…"


def _write(file: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write rows as CSV in UTF-8 with a byte order mark, as the exports are, whole or not at all."""
    count = 0
    with whole_file(file) as part, part.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        for row in rows:
            writer.writerow(["" if value is None else harmless(value) if isinstance(value, str) else value for value in row])
            count += 1
    click.echo(f"{count} rows written to {file}", err=True)
    return 0
