"""Asking for what the search for copies found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, and_, func, or_, select

from normalize.clauses import is_stock
from normalize.passages import Comparison, clauses_of, compare
from store.copies import VERSION
from store.copy_prose import authors_of, texts_of
from store.schema import copy_cluster, copy_member, copy_pair, copy_search, report, run, section

COLUMNS = (
    *("cluster", "kind", "similarity", "shared", "numbers", "numbers_same", "chapter"),
    *("agency", "year", "published", "other_agency", "other_year", "other_published", "other_chapter", "passages"),
)
"""Of the list of pairs."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which pairs: every field that is set narrows them down."""

    agency: str = ""
    """A part of the name of either agency."""
    year: int | None = None
    """Of either report."""
    kind: str = ""
    cluster: int | None = None
    similarity: float = 0.0
    """At least."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two sections with the same text."""

    row: Any
    """``report_id``, ``ordinal``, ``kind`` ... of ``copy_pair``, and agencies, years and dates of both reports."""
    said: Comparison


def state(connection: Connection) -> tuple[Any, bool] | None:
    """The latest search, and whether it still holds: nothing was ingested since. None where there was none."""
    row = connection.execute(select(copy_search)).first()
    if row is None:
        return None
    last = connection.scalar(select(func.max(run.c.id))) or 0
    return row, row.version == VERSION and row.last_run == last


def clusters(connection: Connection, kind: str = "") -> Iterator[Any]:
    """The clusters, the largest first; ``agencies`` or ``years`` gives only those of several agencies, or of one."""
    query = (
        select(copy_cluster, report.c.agency, report.c.year, report.c.published, section.c.heading, section.c.text)
        .join(report, report.c.id == copy_cluster.c.report_id)
        .join(section, and_(section.c.report_id == copy_cluster.c.report_id, section.c.ordinal == copy_cluster.c.ordinal))
        .order_by(copy_cluster.c.agencies.desc(), copy_cluster.c.sections.desc(), copy_cluster.c.id)
    )
    if kind:
        query = query.where(copy_cluster.c.agencies > 1 if kind == "agencies" else copy_cluster.c.agencies == 1)
    yield from connection.execute(query)


def _pairs(asked: Asked) -> Select[Any]:
    other, there, member = report.alias("other"), section.alias("there"), copy_member
    names = [column.label(f"other_{column.name}") for column in (other.c.agency, other.c.year, other.c.published)]
    query = (
        select(copy_pair, report.c.agency, report.c.year, report.c.published, *names)
        .add_columns(section.c.number.label("chapter"), there.c.number.label("other_chapter"), member.c.cluster_id)
        .join(report, report.c.id == copy_pair.c.report_id)
        .join(other, other.c.id == copy_pair.c.other_report_id)
        .join(section, and_(section.c.report_id == copy_pair.c.report_id, section.c.ordinal == copy_pair.c.ordinal))
        .join(there, and_(there.c.report_id == copy_pair.c.other_report_id, there.c.ordinal == copy_pair.c.other_ordinal))
        .outerjoin(member, and_(member.c.report_id == copy_pair.c.report_id, member.c.ordinal == copy_pair.c.ordinal))
        .where(report.c.current == 1, other.c.current == 1, copy_pair.c.similarity >= asked.similarity)
        .order_by(
            member.c.cluster_id, report.c.year, report.c.agency, copy_pair.c.report_id, copy_pair.c.ordinal, copy_pair.c.kind
        )
    )
    if asked.agency:
        query = query.where(or_(*(c.contains(asked.agency, autoescape=True) for c in (report.c.agency, other.c.agency))))
    if asked.year is not None:
        query = query.where(or_(report.c.year == asked.year, other.c.year == asked.year))
    if asked.kind:
        query = query.where(copy_pair.c.kind == asked.kind)
    if asked.cluster is not None:
        query = query.where(member.c.cluster_id == asked.cluster)
    return query


def pairs(connection: Connection, asked: Asked, limit: int | None = None) -> Iterator[Pair]:
    """The pairs asked for with their passages, at most ``limit``."""
    rows = connection.execute(_pairs(asked).limit(limit))
    for some in rows.partitions(500):
        yield from _with_passages(connection, some)


def _with_passages(connection: Connection, rows: Sequence[Any]) -> Iterator[Pair]:
    who = authors_of(connection, {number for row in rows for number in (row.report_id, row.other_report_id)})
    keys = {key for row in rows for key in ((row.report_id, row.ordinal), (row.other_report_id, row.other_ordinal))}
    printed = texts_of(connection, keys)
    clauses = {key: clauses_of(printed[key], who[key[0]].names, _is_stock) for key in keys}
    for row in rows:
        yield Pair(row, compare(clauses[row.report_id, row.ordinal], clauses[row.other_report_id, row.other_ordinal]))


def _is_stock(sentence: Sequence[str]) -> list[bool]:
    """What is common by counting is known only while it is searched for; here it is shown with the rest."""
    return list(map(is_stock, sentence))


def listed(pair: Pair) -> tuple[Any, ...]:
    """A pair as a row of ``COLUMNS``."""
    row = pair.row
    passages = "\n".join(each.one for each in pair.said.passages)
    counted = (row.cluster_id, row.kind, row.similarity, row.shared, row.numbers, row.numbers_same, row.chapter)
    others = (row.other_agency, row.other_year, row.other_published, row.other_chapter)
    return (*counted, row.agency, row.year, row.published, *others, passages)
