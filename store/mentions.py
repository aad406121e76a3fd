"""Stored mentions, put together again with the sentences they stand in."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, select

from normalize.model import CellKey, Mention
from store.schema import mention, section


def mentions_of(connection: Connection, report_id: int) -> Iterator[Mention]:
    """What the prose of a report counts, in order."""
    printed = select(section.c.ordinal, section.c.text).where(section.c.report_id == report_id)
    texts = {row.ordinal: row.text for row in connection.execute(printed)}
    for row in connection.execute(select(mention).where(mention.c.report_id == report_id).order_by(mention.c.ordinal)):
        sentence = texts.get(row.section_ordinal, "")[row.sentence_start or 0 : row.sentence_stop or 0]
        yield Mention(
            *(row.metric, row.value, row.unit, sentence, row.section),
            key=CellKey.named(row.cell) if row.cell else None,
            section_ordinal=row.section_ordinal or 0,
            start=row.start or 0,
            stop=row.stop or 0,
            kind=row.kind,
            approximate=bool(row.approximate),
            negated=bool(row.negated),
            whose=row.whose,
            qualifier=row.qualifier,
            whole=row.whole,
            base=row.base,
            sentence_start=row.sentence_start or 0,
        )
