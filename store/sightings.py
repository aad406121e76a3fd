"""When documents were last found where they lie: noted many at a time, without opening a file."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import update

from store.bulk import batched
from store.documents import Run
from store.load import Store
from store.schema import document_path
from store.values import storable


def see_again(store: Store, names: Sequence[str], run: Run) -> None:
    """Note that in this run the paths of these public names hold what they held before."""
    if not names:
        return
    seen = update(document_path).where(document_path.c.current == 1, document_path.c.last_run < run.id).values(last_run=run.id)
    with store.writing() as connection:
        for some in batched(list(dict.fromkeys(map(storable, names)))):
            connection.execute(seen.where(document_path.c.document.in_(some)))
