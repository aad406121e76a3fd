"""The one spider of a crawl: from lists to reports to their parts, for all sources at once."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from http import HTTPStatus
from typing import Any, Final

import regex
from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import HtmlResponse, Response
from scrapy.utils.response import get_meta_refresh
from twisted.python.failure import Failure
from w3lib.url import canonicalize_url

from collect.archive.model import Capture, Exchange, Role
from collect.crawl.download import reason_of
from collect.crawl.due import is_due
from collect.crawl.gate import CLOSED, Gate, Refused
from collect.crawl.guard import refusal
from collect.crawl.model import Event
from collect.crawl.reading import DEEPEST, Follow, Reading, read
from collect.crawl.task import ARCHIVED, STEPS, Task, exchange_of, request_of
from collect.crawl.wire import Line, Order
from collect.crawl.wire import Reading as ReadingNow
from collect.sites.model import Ask, Page, Site
from collect.sites.trouble import Kind, Trouble, trouble_of
from collect.sites.walk import Walk

_GONE: Final = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
_FOR_GOOD: Final = frozenset({HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.PERMANENT_REDIRECT})
_NOT_FOUND: Final = "not_found"
_SESSION: Final = regex.compile(r";jsessionid=[^?#/]*", regex.IGNORECASE)
_PRIORITY: Final = {Role.LIST: 30, Role.REPORT: 20, Role.ATTACHMENT: 10, Role.IMAGE: 10}


class ReportSpider(Spider):
    """Asks, has the answers read, and has them kept."""

    name = "nianbao"

    def __init__(self, order: Order, line: Line) -> None:
        super().__init__()
        self.order = order
        self.line = line
        self.politeness = order.politeness
        self.gate = Gate(order.sites, order.politeness, order.asked, self.tell)
        self._sites = {site.name: site for site in order.sites}
        self.turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        """Whose turn it is to ask a host."""
        self.robots_for: dict[str, str] = {}
        """For which source the robots file of a host and port is asked for."""
        self._known: dict[str, Capture] = {}
        self._spelt: dict[str, str] = {}
        self._moving: dict[str, list[Sequence[Exchange]]] = {}
        self._unlisted: dict[str, tuple[Capture, ...]] = {}
        self._absent: dict[str, list[Request]] = {}
        self._under_way: Counter[str] = Counter()
        """Questions of each source that have neither been answered nor failed."""
        self._walks: dict[tuple[str, str], Walk] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **more: Any) -> ReportSpider:  # noqa: ANN401 - as Scrapy passes them
        """See Scrapy."""
        spider: ReportSpider = super().from_crawler(crawler, *args, **more)
        crawler.signals.connect(spider.dropped, signal=signals.request_dropped)
        crawler.signals.connect(spider.idle, signal=signals.spider_idle)
        return spider

    def site(self, task: Task) -> Site:
        """The source that a task is for."""
        return self._sites[task.site]

    def tell(self, event: Event) -> None:
        """Let whoever started the crawl know."""
        self.line.tell(event)

    async def start(self) -> AsyncIterator[Request]:
        """The lists of every source. The rest comes of them."""
        for site in self.order.sites:
            for request in self._open(site, [*self._lists(site)]):
                yield request

    def _lists(self, site: Site) -> Iterator[Request]:
        known = {capture.url: capture for capture in self.line.known(site.name)}
        self._known |= known
        self._unlisted[site.name] = tuple(known.values())
        for url in (*known, *self.line.met(site.name)):
            self._spelt.setdefault(canonicalize_url(url), url)
        for url in site.lists:
            task = Task(site.name, Role.LIST, root=url)
            yield from self._asks(self._walk(task).take([Ask(url)]), task)

    def _open(self, site: Site, asked: list[Request], answered: int = 0) -> list[Request]:
        """What is asked now: when nothing of the source is under way any more, what was put off."""
        self._under_way[site.name] += len(asked) - answered
        while not self._under_way[site.name]:
            more = self._put_off(site)
            if not more:
                break
            self._under_way[site.name] += len(more)
            asked = [*asked, *more]
        return asked

    def _put_off(self, site: Site) -> list[Request]:
        """The known documents that no list has shown; after them those that were not where they had been."""
        if site.name in self._unlisted:
            captures = self._unlisted.pop(site.name)
            due = [each for each in captures if self._is_due(each) and not refusal(each.url, site)]
            if due:
                return [self._known_again(site, each) for each in due]
        return self._absent.pop(site.name, [])

    def _known_again(self, site: Site, capture: Capture) -> Request:
        # What a part leads to is found from its report's page: else the crawl would go a step further every night.
        depth = 0 if capture.role is Role.REPORT else DEEPEST
        return self._request(Ask(capture.url), Task(site.name, capture.role, capture.via, capture.title, depth=depth))

    def _walk(self, task: Task) -> Walk:
        """What keeps count of the pages of one of the source's lists."""
        return self._walks.setdefault((task.site, task.root), Walk(self._sites[task.site]))

    def _is_due(self, capture: Capture) -> bool:
        return is_due(capture, self.order.today, self.politeness.recheck_days)

    def _asks(self, asks: Iterable[Ask], task: Task) -> Iterator[Request]:
        for ask in asks:
            yield self._request(ask, task)

    def _request(self, ask: Ask, task: Task) -> Request:
        url = _SESSION.sub("", ask.url.partition("#")[0])
        if ask.method == "GET":
            url = self._spelt.setdefault(canonicalize_url(url), url)
        headers = dict(ask.headers)
        if ask.method == "POST":
            headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
        return Request(
            url,
            self.answered,
            ask.method,
            headers,
            ask.body,
            priority=_PRIORITY[task.role],
            errback=self.failed,
            meta={"task": task},
        )

    def answered(self, response: Response) -> list[Request]:
        """Keep an answer and follow what it leads to."""
        task: Task = response.meta["task"]
        try:
            found = [*self._answer(response, task)]
        except Exception as error:  # the source cannot be said to have been gone through
            found = []
            why = f"a fault of ours at {response.url} ({type(error).__name__}: {error})"
            self.tell(Event("error", task.site, response.url, why))
        return self._open(self.site(task), found, answered=1)

    def _answer(self, response: Response, task: Task) -> Iterator[Request]:
        if response.status in _GONE:
            self._gone(response, task)
        elif response.status == HTTPStatus.NOT_MODIFIED:
            yield from self._not_modified(response, task)
        elif 200 <= response.status < 300:
            yield from self._content(response, task, response.body)
        else:
            self._failing(response, task)

    def _failing(self, response: Response, task: Task) -> None:
        """An answer that is none: an error, or a guard of the site."""
        trouble = self._trouble(self._page(response, task, response.body))
        if 400 <= response.status < 500:
            self._keep(response, task, Role.OTHER)
        told = trouble is not None and trouble.kind is not Kind.EMPTY
        reason = trouble.kind.value if trouble is not None and told else f"http_{response.status}"
        self._refuse(task, response.url, reason, f"status {response.status}")

    def _trouble(self, page: Page) -> Trouble | None:
        if page.url in self.order.crashed:
            return None
        with suppress(Exception), self._reading(page.url):  # whatever a page does to its reader
            return trouble_of(page)
        return None

    def _gone(self, response: Response, task: Task) -> None:
        """A document that was there is gone if it is still not there when asked again, after everything else."""
        held = self.line.last(response.url)
        replayed = ARCHIVED in response.flags
        if held is None or not held.role.is_document or not (held.sha256 or replayed):
            if not replayed:
                self._keep(response, task, Role.OTHER)
            self._refuse(task, response.url, _NOT_FOUND)
        elif held.sha256 and task.again:
            self._keep(response, task, held.role)
        elif held.sha256:
            self._absent.setdefault(task.site, []).append(self._once_more(response, task))

    def _once_more(self, response: Response, task: Task) -> Request:
        """The question again, without conditions."""
        return self._request(Ask(response.url), replace(task, again=True)).replace(dont_filter=True)

    def _not_modified(self, response: Response, task: Task) -> Iterator[Request]:
        asked = request_of(response)
        held = self.line.last(asked.url, asked.method, asked.body)
        body = self.line.content(held.sha256) if held is not None and held.sha256 else None
        if body is not None:
            yield from self._content(response, task, body)
        elif not task.again:
            yield self._once_more(response, task)
        else:
            self._refuse(task, response.url, "http_304")

    def _content(self, response: Response, task: Task, body: bytes) -> Iterator[Request]:
        reading = self._read(self._page(response, task, body), task, redirected=STEPS in response.meta)
        if ARCHIVED not in response.flags:
            self._keep(response, task, reading.role, reading)
        if reading.role.is_document:
            for steps in (response.meta.get(STEPS, ()), *self._moving.pop(response.url, ())):
                self._moved(steps)
        onward = self._refreshed(response.url, body) if task.role is Role.LIST and reading.listing is None else ""
        if onward:
            yield from self._asks(self._walk(task).take([Ask(onward)]), task)
            return
        if reading.refused:
            self._refuse(task, response.url, reading.refused, reading.evidence)
        yield from self._follow(response, task, reading)

    def _page(self, response: Response, task: Task, body: bytes) -> Page:
        content_type = (response.headers.get("Content-Type") or b"").decode("latin-1").lower()
        status = 200 if response.status == HTTPStatus.NOT_MODIFIED else response.status
        return Page(response.url, body, content_type, status, self._sites[task.site].encoding)

    def _read(self, page: Page, task: Task, *, redirected: bool) -> Reading:
        if page.url in self.order.crashed:
            return Reading(Role.OTHER, "crashed", "reading it ended the crawler's process")
        try:
            with self._reading(page.url):
                return read(page, task, self._sites[task.site], redirected=redirected)
        except Exception as error:  # whatever a page does to its reader, the others are gone on with
            return Reading(Role.OTHER if task.role is Role.LIST else task.role, "unreadable", f"{type(error).__name__}: {error}")

    @contextmanager
    def _reading(self, url: str) -> Iterator[None]:
        """Should the process die of what that address holds, it is known."""
        self.line.tell(ReadingNow(url))
        try:
            yield
        finally:
            self.line.tell(ReadingNow(""))

    def _keep(self, response: Response, task: Task, role: Role, reading: Reading | None = None) -> None:
        capture = self.line.record(exchange_of(response, task, role))
        facts = {"status": response.status, "role": role.value, "size": capture.size, "sha256": capture.sha256}
        facts |= {"new": capture.is_new, "via": task.via, "title": task.title}
        if reading is not None:
            facts |= {"kind": reading.kind, "family": reading.family.name if reading.family else ""}
        self.tell(Event("kept", task.site, response.url, facts=facts))

    def _follow(self, response: Response, task: Task, reading: Reading) -> Iterator[Request]:
        site, via = self._sites[task.site], response.url
        if reading.listing is not None:
            walk = self._walk(task)
            for link in reading.listing.reports:
                self._note_refusal(task, link.url, via)
            links, further = walk.heard(reading.listing)
            if reading.family is not None:
                further += walk.take(reading.family.starts(site))
            onward = Task(task.site, Role.LIST, via, root=task.root, family=reading.family)
            yield from self._asks(further, onward)
            for link in links:
                yield from self._document(Follow(Ask(link.url), Role.REPORT, link.text), replace(onward, role=Role.REPORT))
        for found in reading.follow:
            if not self._note_refusal(task, found.ask.url, via):
                yield from self._document(found, Task(task.site, found.role, via, root=task.root, family=reading.family))

    def _document(self, found: Follow, task: Task) -> Iterator[Request]:
        """Ask for a document, unless it is known and not due."""
        request = self._request(found.ask, replace(task, role=found.role, title=found.title, depth=found.depth))
        known = self._known.get(request.url)
        if known is None or found.ask.method != "GET" or self._is_due(known):
            yield request

    def _refreshed(self, url: str, body: bytes) -> str:
        """Where a page sends the browser on; empty where it does not, or to itself."""
        _, onward = get_meta_refresh(HtmlResponse(url, body=body, encoding="latin-1"))
        return "" if onward is None or onward == url else onward

    def _note_refusal(self, task: Task, url: str, via: str) -> bool:
        reason = refusal(url, self._sites[task.site])
        if reason:
            self.tell(Event("refused", task.site, url, reason, {"via": via}))
        return bool(reason)

    def _refuse(self, task: Task, url: str, reason: str, evidence: str = "") -> None:
        self.tell(Event("refused", task.site, url, reason, {"evidence": evidence, "via": task.via}))
        if task.role is Role.LIST and (reason != _NOT_FOUND or not task.via):  # paging may lead beyond a list's end
            self.tell(Event("error", task.site, url, f"the list {url} cannot be read: {reason}"))

    def failed(self, failure: Failure) -> list[Request]:
        """Say why there is no answer."""
        request: Request = failure.request  # type: ignore[attr-defined] # Scrapy adds it
        task: Task = request.meta["task"]
        reason = reason_of(failure.value, request.url)
        if reason != CLOSED:  # said already, of the whole source
            self._refuse(task, request.url, reason, "" if isinstance(failure.value, Refused) else str(failure.value))
        return self._open(self.site(task), [], answered=1)

    def dropped(self, request: Request) -> None:
        """What was asked for already: also at the end of a redirect, in a circle or to where a document has moved."""
        self._redirected(request)
        for each in self._open(self.site(request.meta["task"]), [], answered=1):
            self.crawler.engine.crawl(each)

    def idle(self) -> None:
        """Nothing is under way: so all must have been answered, failed or dropped."""
        for name, number in self._under_way.items():
            if number or name in self._unlisted or name in self._absent:
                self.tell(Event("error", name, reason=f"{number} questions were lost: a fault of the crawler"))

    def _redirected(self, request: Request) -> None:
        steps = request.meta.get(STEPS, ())
        if any(step.url == request.url for step in steps):
            self._refuse(request.meta["task"], request.url, "redirect_loop")
        elif steps:
            there = self.line.in_crawl(request.url)
            if there is None:
                self._moving.setdefault(request.url, []).append(steps)
            elif there.role.is_document:
                self._moved(steps)

    def _moved(self, steps: Sequence[Exchange]) -> None:
        """A known document that is permanently redirected to one is no more where it was. Any other redirect says nothing."""
        for index, step in enumerate(steps):
            held = self.line.last(step.url)
            if (
                held is not None
                and held.role.is_document
                and held.sha256
                and all(each.status in _FOR_GOOD for each in steps[index:])
            ):
                self.line.record(replace(step, role=held.role))
