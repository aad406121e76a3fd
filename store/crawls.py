"""Which crawls of an archive the database has taken in, each as one run."""

from __future__ import annotations

from sqlalchemy import func, select

from store.documents import Run
from store.load import Store
from store.schema import run


def crawl_key(archive: str, number: int) -> str:
    """What ``run.crawl`` says of a crawl; ``archive`` is the archive's own name."""
    return f"{number} {archive}"


def taken_in(store: Store, archive: str, reader: str | None = None) -> frozenset[int]:
    """Numbers of the crawls that runs have taken in to their end; of this version of the reader, if it is given."""
    query = select(run.c.crawl).where(run.c.crawl.endswith(f" {archive}", autoescape=True), run.c.finished.is_not(None))
    if reader is not None:
        query = query.where(run.c.reader == reader)
    with store.reading() as connection:
        return frozenset(int(key.partition(" ")[0]) for key in connection.scalars(query))


def interrupted(store: Store, key: str, reader: str) -> Run | None:
    """The run that was taking in this crawl when it was interrupted, if it is the last there is: it can be gone on with."""
    last = select(func.max(run.c.id)).scalar_subquery()
    query = select(run.c.id).where(run.c.id == last, run.c.crawl == key, run.c.reader == reader, run.c.finished.is_(None))
    with store.reading() as connection:
        number = connection.scalar(query)
    return None if number is None else Run(number, reader)


def has_other_runs(store: Store, archive: str) -> bool:
    """Whether something else was ever taken in than crawls of this archive."""
    ours = run.c.crawl.endswith(f" {archive}", autoescape=True)
    with store.reading() as connection:
        return connection.scalar(select(func.count()).select_from(run).where(run.c.crawl.is_(None) | ~ours)) != 0
