"""A crawl: all sources at once, by Scrapy in a process of its own, and one writer of the archive, here."""

from __future__ import annotations

import json
import logging
import multiprocessing
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.util import find_spec
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any, Final

from collect.archive.model import Capture, Exchange
from collect.crawl.ledger import Ledger
from collect.crawl.model import CrawlArchive, Event, Politeness, SiteResult
from collect.crawl.wire import Call, Done, Order, Reading
from collect.errors import ConfigurationError, UnreadableError
from collect.sites.model import Site

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess

LOGGER: Final = logging.getLogger("collect.crawl")
_LIVES: Final = 3
"""So often the crawling process may die before the crawl is given up."""
_SILENCE: Final = 120.0
"""Seconds without a sign of life after which the process is taken for stuck."""


def crawl(
    sites: Sequence[Site],
    archive: CrawlArchive,
    *,
    now: Callable[[], datetime],
    politeness: Politeness,
    tell: Callable[[Event], None] | None = None,
) -> tuple[SiteResult, ...]:
    """Go through all sources, keep what they answer, and say what became of each.

    A crawl that was interrupted is gone on with: what it captured is not asked for again. Interrupted itself (Ctrl-C,
    SIGTERM), it stops at once and loses nothing: every answer was kept when it came. The results are kept in the archive, too.

    Args:
        sites: the sources that are due. They are asked as they are given; ``enabled`` is the caller's business.
        archive: it is written to from here only.
        now: the clock of what is kept; aware, UTC.
        politeness: how to behave.
        tell: hears every event; by default they are logged, as JSON, by the logger ``collect.crawl``.

    Raises:
        ConfigurationError: Scrapy is not installed, or a public site is to be asked without a contact.
        KeyboardInterrupt: it was told to stop.
    """
    require(sites, politeness)
    facts = archive.begin(now())
    post = _Post(archive, facts.number, now, tell or log, Ledger(archive, facts.number))
    without = find_spec("playwright") is None
    order = Order(tuple(site for site in sites if not (site.browser and without)), politeness, facts.number, facts.started.date())
    for site in sites:
        if site.browser and without:
            post.hear(Event("error", site.name, reason="its lists need a browser: run `pip install 'nianbao[browser]'`"))
    if order.sites:
        with _terminable():
            _run(order, post)
    results = post.ledger.results([site.name for site in sites], facts.started, now())
    for result in results:
        archive.keep_result(result)
    archive.finish(facts.number, now())
    return results


def require(sites: Sequence[Site], politeness: Politeness) -> None:
    """Whether a crawl may begin.

    Raises:
        ConfigurationError: see ``crawl``.
    """
    if find_spec("scrapy") is None:
        raise ConfigurationError(
            "Crawling needs Scrapy, which is not installed.", advice="Run `pip install 'nianbao[crawl]'` and try again."
        )
    if not politeness.contact and not all(site.private for site in sites):
        raise ConfigurationError(
            "A crawl of public sites needs a contact, which the sites are told.",
            advice="Give an e-mail or web address: --contact you@example.org, or NIANBAO_CONTACT.",
        )
    if any(not character.isprintable() or character in "()" for character in politeness.contact):
        raise ConfigurationError("The contact holds a character that no header may hold.", advice="Give a plain address.")


def log(event: Event) -> None:
    """An event as one line of JSON: what happened, where, and why."""
    level = {"error": logging.ERROR, "warning": logging.WARNING}.get(event.what, logging.INFO)
    if LOGGER.isEnabledFor(level):
        LOGGER.log(level, "%s", line_of(event))


def line_of(event: Event) -> str:
    """The line."""
    said: dict[str, object] = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": event.what}
    said |= {"site": event.site, "url": event.url, "reason": event.reason, **event.facts}
    return json.dumps({key: value for key, value in said.items() if value != ""}, ensure_ascii=False)


@dataclass(slots=True)
class _Post:
    """What answers the crawling process."""

    archive: CrawlArchive
    crawl: int
    now: Callable[[], datetime]
    tell: Callable[[Event], None]
    ledger: Ledger
    reading: str = ""
    """The address whose content the process is busy with."""

    def hear(self, event: Event) -> None:
        self.ledger.note(event)
        self.tell(event)

    def answer(self, call: Call) -> Any:  # noqa: ANN401 - whatever was asked for
        match call.name, call.arguments:
            case "record", (exchange,):
                return self._record(exchange)
            case "in_crawl", (url, method, body):
                return self.archive.in_crawl(self.crawl, url, method=method, request_body=body)
            case "last", (url, method, body):
                return self.archive.last(url, method=method, request_body=body)
            case "content", (sha256,):
                return self._content(sha256)
            case "known", (site,):
                return self.ledger.known(site)
            case "met", (site,):
                return self.ledger.met(site)
        raise ValueError(call.name)

    def _record(self, exchange: Exchange) -> Capture:
        """Keep it. A document that two sources lead to stays the first one's."""
        held = self.archive.last(exchange.url) if exchange.role.is_document and exchange.method == "GET" else None
        site = held.site if held is not None and held.role.is_document else exchange.site
        return self.archive.record(self.crawl, replace(exchange, moment=self.now(), site=site))

    def _content(self, sha256: str) -> bytes | None:
        try:
            return self.archive.content(sha256)
        except (UnreadableError, LookupError) as error:
            self.tell(Event("warning", reason=str(error)))
            return None


def _run(order: Order, post: _Post) -> None:
    """Have the process crawl; if it dies, another goes on where it was, without what killed it."""
    why = ""
    for _ in range(_LIVES):
        order = replace(order, asked=post.ledger.asked)
        why = _live(order, post)
        if not why:
            return
        post.tell(Event("warning", url=post.reading, reason=f"the crawling process died: {why}"))
        if post.reading:
            order = replace(order, crashed=order.crashed | {post.reading})
            post.reading = ""
    for site in order.sites:
        post.hear(Event("error", site.name, reason=f"the crawling process died {_LIVES} times, the last time by {why}"))


def _live(order: Order, post: _Post) -> str:
    """One process, from start to end. Gives what it died of, nothing if it came through."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs, order), name="nianbao crawl")
    process.start()
    theirs.close()
    try:
        return _serve(ours, post, process)
    finally:
        process.kill()
        process.join()
        ours.close()


def _work(connection: Connection, order: Order) -> None:
    from collect.crawl.process import run  # noqa: PLC0415 - only the process needs Scrapy

    run(connection, order)


def _serve(connection: Connection, post: _Post, process: SpawnProcess) -> str:
    while connection.poll(_SILENCE):
        try:
            message = connection.recv()
        except (EOFError, OSError):
            process.join(10)
            code = process.exitcode or 0
            return f"signal {-code}" if code < 0 else f"exit code {code}"
        match message:
            case Call():
                connection.send(post.answer(message))
            case Event():
                post.hear(message)
            case Reading(url):
                post.reading = url
            case Done():
                return ""
    return f"silence for {_SILENCE:g} seconds"


@contextmanager
def _terminable() -> Iterator[None]:
    """SIGTERM stops a crawl as Ctrl-C does."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
