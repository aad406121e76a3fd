"""`nianbao crawl` and `nianbao sources`: what the sites yield."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import click
from rich.text import Text

from collect.crawl.memory import MemoryArchive
from collect.crawl.model import Event, Politeness, SiteResult
from collect.crawl.run import crawl, line_of
from collect.sites.model import Site
from nianbao.show import clean, plain_table, say

_SHOWN = ("kept", "refused", "error", "warning")
_INDENT = {"list": "", "report": "  ", "attachment": "    ", "image": "    "}


def warn(event: Event) -> None:
    """Tell of what is wrong with the crawler itself; the rest is in the table."""
    if event.what == "warning":
        click.echo(f"warning: {event.reason} {event.url}".strip(), err=True)


class JsonLines:
    """A file that hears events: a line of JSON each."""

    def __init__(self, path: Path) -> None:
        self._stream = path.open("a", encoding="utf-8", buffering=1)

    def __call__(self, event: Event) -> None:
        """Write it down."""
        self._stream.write(line_of(event) + "\n")

    def __enter__(self) -> JsonLines:
        """Itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close the file."""
        self._stream.close()


def show_results(results: Sequence[SiteResult]) -> None:
    """Print what became of each source."""
    table = plain_table()
    for heading in ("source", "documents", "new", "changed", "vanished", "questions", "not modified"):
        table.add_column(heading, justify="left" if heading == "source" else "right")
    table.add_column("refused", overflow="fold")
    for result in results:
        numbers = (
            result.reports,
            len(result.new),
            len(result.changed),
            len(result.vanished),
            result.requests,
            result.not_modified,
        )
        table.add_row(result.site, *map(str, numbers), _refused(result))
    say(table)
    for result in results:
        if result.error:
            say(Text.assemble((f"{result.site}: ", "bold red"), clean(result.error)))


def _refused(result: SiteResult) -> str:
    return ", ".join(f"{number} {reason}" for reason, number in result.refused.items())


def show_sources(sites: Sequence[Site], *, as_json: bool) -> None:
    """Print the sources."""
    if as_json:
        click.echo(json.dumps([site.model_dump() for site in sites], ensure_ascii=False, indent=1))
        return
    table = plain_table()
    for heading in ("source", "whose", "family", "lists", "delay", "every"):
        table.add_column(heading, overflow="fold")
    for site in sites:
        whose = clean(site.title or site.agency or site.region)
        name = Text(site.name, "" if site.enabled else "dim strike")
        every = "day" if site.every_days == 1 else f"{site.every_days} days"
        table.add_row(name, whose, site.family or "(found)", "\n".join(map(clean, site.lists)), f"{site.delay:g} s", every)
    say(table)


def show_yield(site: Site, contact: str, limit: int, *, as_json: bool) -> bool:
    """Ask a source and print what it answers, as it comes. Nothing is kept.

    Returns:
        Whether its lists could be read and something was found on them.
    """
    events: list[Event] = []

    def hear(event: Event) -> None:
        if event.what in _SHOWN:
            events.append(event)
            if not as_json and event.facts.get("role") != "other":  # the next line says why it is none
                say(_line(event))

    politeness = Politeness(contact, max_requests=limit)
    (result,) = crawl([site], MemoryArchive(), now=lambda: datetime.now(UTC), politeness=politeness, tell=hear)
    if as_json:
        click.echo(json.dumps(_yield(site, result, events), ensure_ascii=False, indent=1))
    else:
        say(Text(""), *_closing(result, events))
    return bool(result.reports) and not result.error


def _line(event: Event) -> Text:
    url, via = clean(event.url), clean(str(event.facts.get("via", "")))
    if event.what == "kept":
        role = str(event.facts["role"])
        size = f"{int(event.facts['size']) / 1024:8.1f} KB"
        what = Text.assemble(
            (f"{_INDENT[role]}{role}".ljust(15), "bold" if role == "list" else ""), f"{event.facts['status']:>4} "
        )
        what.append(f"{size}  {event.facts.get('kind', ''):<5} {url}")
        title = clean(str(event.facts["title"]))
        return what.append(f"  {title}", "cyan") if title else what
    if event.what == "refused":
        evidence = clean(str(event.facts.get("evidence", "")))
        line = Text.assemble(("not taken".ljust(15), "yellow"), f"{event.reason}  {url}")
        return line.append(f"  ({evidence})" if evidence else f"  (on {via})" if via else "", "dim")
    return Text.assemble((event.what.ljust(15), "red"), clean(event.reason))


def _closing(result: SiteResult, events: Sequence[Event]) -> list[Text]:
    lines = [Text(f"{result.reports} documents by {result.requests} questions; family: {', '.join(_families(events)) or 'none'}")]
    if result.refused:
        lines.append(Text(f"not taken: {_refused(result)}"))
    others = sorted(
        {clean(event.url.split("/")[2]) for event in events if event.reason == "other_host" and event.url.count("/") > 1}
    )
    if others:
        lines.append(Text(f"links to other hosts, which `hosts` would have to name: {', '.join(others)}"))
    if not result.reports and not result.error:
        lines.append(Text("Nothing was found on its lists: see `link` and `family` in docs/sources.md.", "red"))
    return lines


def _families(events: Sequence[Event]) -> list[str]:
    return sorted({str(event.facts["family"]) for event in events if event.facts.get("family")})


def _yield(site: Site, result: SiteResult, events: Sequence[Event]) -> dict[str, Any]:
    facts = asdict(result) | {"started": result.started.isoformat(), "finished": result.finished.isoformat()}
    del facts["crawl"]
    return {
        "source": site.name,
        "families": _families(events),
        "result": facts,
        "pages": [{"url": event.url, **event.facts} for event in events if event.what == "kept"],
        "refused": [{"url": event.url, "reason": event.reason, **event.facts} for event in events if event.what == "refused"],
        "warnings": [event.reason for event in events if event.what == "warning"],
    }
