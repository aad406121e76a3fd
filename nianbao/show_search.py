"""`nianbao search`: where the prose of the reports says something."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from nianbao.show import clean, plain_table, say
from store.load import Store
from store.search import Hit, search


def show_search(store: Store, phrases: Sequence[str], *, agency: str, year: int | None, limit: int) -> int:
    """Print the places; gives the exit code, 1 if there is none.

    Raises:
        ConfigurationError: there is nothing to search for in the phrases.
    """
    with store.reading() as connection:
        hits = search(connection, phrases, agency=agency, year=year, limit=limit + 1)
    if not hits:
        say("No prose in the database says so.")
        return 1
    table = plain_table()
    for name in ("agency", "year", "chapter"):
        table.add_column(name, overflow="fold")
    table.add_column("text", overflow="fold", ratio=1)
    for hit in hits[:limit]:
        table.add_row(clean(hit.agency), str(hit.year or ""), str(hit.chapter), _snippet(hit))
    say(table)
    if len(hits) > limit:
        say(f"There are more than {limit}: --limit shows more, --agency and --year narrow it down.")
    return 0


def _snippet(hit: Hit) -> Text:
    return Text.assemble(_line(hit.before), (_line(hit.found), "bold"), _line(hit.after))


def _line(printed: str) -> str:
    return clean(" ".join(printed.split())) if printed.strip() else ""
