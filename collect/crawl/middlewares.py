"""What stands between the spider and the network, beside Scrapy's own."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final, cast
from urllib.parse import urlsplit

from scrapy import signals
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from collect.archive.model import Role
from collect.crawl.download import reason_of
from collect.crawl.gate import Refused, slot_of
from collect.crawl.task import ARCHIVED, STEPS, Task, exchange_of, request_of

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.robotstxt import RobotParser

    from collect.archive.model import Capture
    from collect.crawl.spider import ReportSpider

_ROBOTS_SIZE: Final = 500 << 10
"""RFC 9309, 2.5: what of a robots file a crawler must read."""
_GONE: Final = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
_VALIDATORS: Final = ("If-None-Match", "If-Modified-Since")


class _Middleware:
    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> _Middleware:
        """See Scrapy."""
        return cls(crawler)

    @property
    def spider(self) -> ReportSpider:
        """The one spider, which holds what belongs to the crawl."""
        return cast("ReportSpider", self.crawler.spider)


class AtTheGate(_Middleware):
    """Refuses at once what would be refused in the end, and puts each question into its own host's line.

    A redirected or retried request comes through here too.
    """

    def process_request(self, request: Request) -> None:
        """See Scrapy."""
        if "task" not in request.meta:  # robots files are asked for by Scrapy
            request.meta["task"] = Task(self.spider.robots_for[urlsplit(request.url).netloc], Role.OTHER)
        self.spider.gate.check(request.url, request.meta["task"].site)
        request.meta["download_slot"] = slot_of(request.url)  # a redirected one would keep that of the host it comes from


class ObeyRobots(RobotsTxtMiddleware):
    """Scrapy's, where a robots file that cannot be had closes the host (RFC 9309, 2.3.1.4) and its Crawl-delay is kept."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        crawler.signals.connect(self._slow_down, signal=signals.robots_parsed)

    @property
    def _spider(self) -> ReportSpider:
        return cast("ReportSpider", self.crawler.spider)

    async def robot_parser(self, request: Request) -> RobotParser | None:
        """See Scrapy."""
        self._spider.robots_for.setdefault(urlsplit(request.url).netloc, request.meta["task"].site)
        return await super().robot_parser(request)

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        """See Scrapy."""
        try:
            super().process_request_2(rp, request)
        except IgnoreRequest as error:
            raise Refused("robots") from error

    async def _parse_robots(self, resp: Response, netloc: str, request: Request) -> None:
        if resp.status >= 500 or resp.status == HTTPStatus.TOO_MANY_REQUESTS:
            raise _NoRobotsError(f"status {resp.status}")
        if ARCHIVED not in resp.flags:
            self._spider.line.record(exchange_of(resp, request_of(resp).meta["task"]))
        await super()._parse_robots(resp.replace(body=self._rules(resp)[:_ROBOTS_SIZE]), netloc, request)

    def _rules(self, resp: Response) -> bytes:
        """The file, which may only have said that it is the one of the last time; nothing where there is none."""
        if resp.status != HTTPStatus.NOT_MODIFIED:
            return resp.body if resp.status < 300 else b""
        held = self._spider.line.last(resp.url)
        body = self._spider.line.content(held.sha256) if held is not None and held.sha256 else None
        if body is None:
            raise _NoRobotsError("status 304, and the archive does not hold it")
        return body

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        if isinstance(exc, _NoRobotsError) or not isinstance(exc, IgnoreRequest):  # else it led elsewhere: there is none
            why = str(exc) if isinstance(exc, _NoRobotsError) else reason_of(exc, f"//{netloc}")
            self._spider.gate.close(slot_of(f"//{netloc}"), f"its robots.txt cannot be had ({why})")
        super()._robots_error(exc, netloc)

    def _slow_down(self, robotparser: RobotParser, request: Request) -> None:
        seconds = robotparser.crawl_delay(self._robotstxt_useragent or "*")
        if seconds is not None:
            self._spider.gate.slow_down(slot_of(request.url), seconds)


class _NoRobotsError(IgnoreRequest):
    """The robots file cannot be had now."""


class Redirects(RedirectMiddleware):
    """Scrapy's, where the archive keeps each step."""

    def process_response(self, request: Request, response: Response, spider: object = None) -> Request | Response:  # noqa: ARG002
        """See Scrapy."""
        found: Request | Response = super().process_response(request, response)
        if not isinstance(found, Response):
            step = exchange_of(response.replace(body=b"", request=request), request.meta["task"], Role.OTHER)
            cast("ReportSpider", self.crawler.spider).line.record(step)
            found.meta[STEPS] = (*request.meta.get(STEPS, ()), step)
        return found


class FromTheArchive(_Middleware):
    """Answers from the archive what this crawl has captured already, and makes questions conditional on what it holds.

    Scrapy's HttpCacheMiddleware would hide the 304, store before anybody has looked whether the answer is a challenge page,
    and want whole responses kept beside the archive; this needs a tenth of it.
    """

    def process_request(self, request: Request) -> Response | None:
        """See Scrapy."""
        for name in _VALIDATORS:
            request.headers.pop(name, None)  # a redirected request carries those of where it came from
        request.headers["Cache-Control"] = "max-age=0"
        if request.meta["task"].again:
            return None
        key = (request.url, request.method, request.body)
        before = self.spider.line.in_crawl(*key)
        if before is not None:
            answer = self._replayed(before, request)
            if answer is not None:
                return answer
        held = self.spider.line.last(*key) if request.method == "GET" else None
        if held is not None and held.sha256:
            # Of a list the date is not believed: systems that draw it from a database often send one that never changes.
            dated = "" if request.meta["task"].role is Role.LIST else held.last_modified
            for name, value in zip(_VALIDATORS, (held.etag, dated), strict=True):
                if value:
                    request.headers[name] = value
        return None

    def _replayed(self, before: Capture, request: Request) -> Response | None:
        """What was captured, where it was an answer in itself: not a step of a redirect, nor an error."""
        if before.status in _GONE:
            return Response(request.url, before.status, flags=[ARCHIVED], request=request)
        if not before.sha256 or before.status not in {HTTPStatus.OK, HTTPStatus.NOT_MODIFIED}:
            return None
        body = self.spider.line.content(before.sha256)
        return None if body is None else Response(request.url, 200, body=body, flags=[ARCHIVED], request=request)
