"""The archive of crawls in the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from http import HTTPStatus
from pathlib import Path

from rich.console import RenderableType
from rich.text import Text

from collect.archive.archive import Archive
from collect.archive.check import Examination
from collect.archive.model import Capture, Exchange
from collect.archive.volumes import Damaged
from collect.errors import ConfigurationError
from collect.limits import readable_size
from nianbao.crawled import Taken
from nianbao.show import clean, facts_table, plain_table, say

_LARGEST = 20
"""Problems that are shown one by one."""


def show_crawls(archive: Archive) -> None:
    """Every crawl: when, how much was asked, what came of it."""
    counts = archive.counts()
    table = plain_table()
    for name in ("crawl", "started", "finished"):
        table.add_column(name)
    for name in ("exchanges", "addresses", "new contents", "documents", "sources", "broken off"):
        table.add_column(name, justify="right")
    for crawl in archive.crawls():
        results = archive.results(crawl.number)
        broken = sum(not result.is_complete for result in results)
        figures = (*counts.get(crawl.number, (0, 0, 0, 0)), len(results), broken)
        table.add_row(str(crawl.number), _time(crawl.started), _time(crawl.finished), *map(str, figures))
    say(table)


def show_captures(archive: Archive, captures: Iterable[Capture]) -> None:
    """What addresses answered, in the order they were asked, and what became of the sources."""
    table = plain_table()
    for name in ("crawl", "time", "status", "role", "size", "", "address"):
        table.add_column(name, justify="right" if name == "size" else "left", overflow="fold")
    crawls = set()
    for each in captures:
        crawls.add(each.crawl)
        size = readable_size(each.size) if each.sha256 else ""
        word = "" if not each.settles else "new" if each.is_new else "same" if each.sha256 else "gone"
        row = (str(each.crawl), _time(each.moment), str(each.status), each.role.value, size, word, clean(each.url))
        table.add_row(*row)
    say(table)
    for number in sorted(crawls):
        for result in archive.results(number):
            if result.error:
                say(Text(f"crawl {number}: {clean(result.site)} was not gone through: {clean(result.error)}", "yellow"))


def show_address(archive: Archive, what: str, output: Path | None) -> None:
    """Everything that an address answered, and the last exchange that brought content in full; or one exchange, by its record.

    Raises:
        ConfigurationError: the archive knows no such thing, or it holds no content to write.
    """
    captures = archive.find(what)
    if not captures:
        raise ConfigurationError(f"The archive {archive.root} knows no {what}.", advice="`nianbao archive list` shows addresses.")
    brought = (each for each in reversed(captures) if each.sha256 and each.settles and each.status != HTTPStatus.NOT_MODIFIED)
    chosen = next(brought, captures[-1])
    if output is not None:
        if not chosen.sha256:
            raise ConfigurationError(f"{what} held no content.", advice="Name another record.")
        output.write_bytes(archive.content(chosen.sha256))
    show_captures(archive, captures)
    _show_exchange(archive.exchange(chosen), chosen)


def _show_exchange(exchange: Exchange, capture: Capture) -> None:
    facts: list[tuple[str, RenderableType]] = [
        ("record", capture.record),
        ("document", clean(capture.name)),
        ("sha256", capture.sha256 or "none"),
    ]
    facts += [("via", f"{clean(exchange.via)} {clean(exchange.title)}".strip())] if exchange.via else []
    say(facts_table(facts))
    say(Text(f"{exchange.method} {clean(exchange.url)}", "bold"))
    for name, value in exchange.request:
        say(Text(f"  {clean(name)}: {clean(value)}"))
    say(Text(str(exchange.status), "bold"))
    for name, value in exchange.headers:
        say(Text(f"  {clean(name)}: {clean(value)}"))


def show_damages(archive: Archive, damages: Sequence[Damaged]) -> None:
    """What the index was made of, and what could not be read."""
    rows = archive.index_rows()
    facts = {"files": "volume", "crawls": "crawl", "addresses": "address", "exchanges": "capture", "contents": "content"}
    say(facts_table([(name, str(len(rows[table]))) for name, table in facts.items()]))
    for each in damages[:_LARGEST]:
        say(Text(f"{each.place}: {each.reason}", "red"))
    if len(damages) > _LARGEST:
        say(Text(f"… and {len(damages) - _LARGEST} more", "red"))


def show_examination(found: Examination) -> None:
    """What was looked at, and what is wrong."""
    records = ", ".join(f"{count} {kind}" for kind, count in sorted(found.records.items()))
    verdict = Text("sound", "bold green") if found.is_sound else Text(f"{len(found.problems)} problems", "bold red")
    size = readable_size(found.size)
    say(
        facts_table(
            [
                ("files", f"{found.volumes} ({size})"),
                ("records", records),
                ("contents", str(found.contents)),
                ("verdict", verdict),
            ]
        )
    )
    for problem in found.problems[:_LARGEST]:
        say(Text(f"{problem.place}: {problem.message}", "red"))
    if len(found.problems) > _LARGEST:
        say(Text(f"… and {len(found.problems) - _LARGEST} more", "red"))


class TakenTable:
    """What became of each crawl that was taken in."""

    def __init__(self) -> None:
        self._table = plain_table()
        for name in ("crawl", "started", "documents", "new or changed", "unchanged", "rejected", "gone"):
            self._table.add_column(name, justify="left" if name == "started" else "right")
        self.is_interrupted = False

    def add(self, taken: Taken) -> None:
        """A crawl."""
        done, crawl = taken.summary, taken.crawl
        figures = (done.documents, done.loaded, done.known, done.rejected, taken.gone)
        self._table.add_row(str(crawl.number), _time(crawl.started), *map(str, figures))
        self.is_interrupted = done.interrupted

    def render(self) -> RenderableType:
        """The table, or the word that there was nothing to do."""
        return self._table if self._table.row_count else Text("Every finished crawl is in the database.")


def _time(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S") if moment else "not yet"
