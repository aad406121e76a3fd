"""Lists that only a script draws: a browser draws them, and is given nothing but what the crawl itself fetches.

Every question of the browser is answered through Scrapy, so that guard, robots files, rates and budgets hold for it as for
everything else; the browser itself has no network.
"""

from __future__ import annotations

import os
import shutil
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, cast

from scrapy import Request, signals
from scrapy.exceptions import DownloadFailedError, IgnoreRequest
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from collect.archive.model import Role
from collect.crawl.task import Task

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from collect.crawl.spider import ReportSpider

_OF_A_BROWSER: Final = "of_a_browser"
"""Key of a request's meta: the browser asks."""
_NEEDLESS: Final = frozenset({"image", "media", "font", "stylesheet"})
_PATIENCE: Final = 120.0
"""Seconds that scripts may go on asking."""
_NO_NETWORK: Final = (
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--proxy-server=http://127.0.0.1:9",
    "--disable-background-networking",
)
_PASSED_ON: Final = frozenset({"accept", "content-type", "x-requested-with", "referer"})


class Drawn:
    """Has the lists of sources with ``browser = true`` drawn."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self._playwright: Any = None
        self._browser: Any = None
        crawler.signals.connect(self._close, signal=signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Drawn:
        """See Scrapy."""
        return cls(crawler)

    async def process_request(self, request: Request) -> Response | None:
        """See Scrapy."""
        task: Task = request.meta["task"]
        spider = cast("ReportSpider", self.crawler.spider)
        wanted = task.role is Role.LIST and request.method == "GET" and spider.site(task).browser
        if not wanted or _OF_A_BROWSER in request.meta:
            return None
        try:
            status, drawn = await self._draw(request.url, task)
        except Exception as error:
            raise DownloadFailedError(f"the browser gave up: {error}") from error
        if status >= HTTPStatus.BAD_REQUEST:
            return Response(request.url, status, request=request)
        headers = {"Content-Type": "text/html; charset=utf-8", "X-Drawn-By": "chromium"}
        return Response(request.url, headers=headers, body=drawn, request=request)

    async def _draw(self, url: str, task: Task) -> tuple[int, bytes]:
        """Status of the page and what it looks like when its scripts ask for nothing more."""
        page = await self._page()
        try:
            await page.route("**/*", lambda route: self._answer(route, task, url))
            answer = await page.goto(url, wait_until="networkidle", timeout=_PATIENCE * 1000)
            return (answer.status if answer else 504), (await page.content()).encode()
        finally:
            await page.context.close()

    async def _answer(self, route: Any, task: Task, via: str) -> None:  # noqa: ANN401 - Playwright's
        """Fetch for the browser what it asks for."""
        asked = route.request
        if asked.resource_type in _NEEDLESS:
            await route.abort()
            return
        headers = {name: value for name, value in asked.headers.items() if name in _PASSED_ON}
        meta = {"task": Task(task.site, Role.OTHER, via), _OF_A_BROWSER: True}
        request = Request(
            asked.url, NO_CALLBACK, asked.method, headers, asked.post_data_buffer or b"", meta=meta, dont_filter=True
        )
        try:
            response = await self.crawler.engine.download_async(request)
        except IgnoreRequest:
            await route.abort("blockedbyclient")
            return
        except Exception:  # the page goes on without it, as in any browser
            await route.abort("failed")
            return
        told = (response.headers.get("Content-Type") or b"").decode("latin-1")
        await route.fulfill(status=response.status, body=response.body, headers={"Content-Type": told} if told else {})

    async def _page(self) -> Any:  # noqa: ANN401 - Playwright's
        if self._browser is None:
            from playwright.async_api import async_playwright  # noqa: PLC0415 - only who needs it has it

            self._playwright = await async_playwright().start()
            self._browser = await self._playwright.chromium.launch(
                executable_path=os.environ.get("NIANBAO_CHROMIUM") or shutil.which("chromium"),
                chromium_sandbox=os.geteuid() != 0,  # it refuses to run as root within one
                args=list(_NO_NETWORK),
            )
        spider = cast("ReportSpider", self.crawler.spider)
        context = await self._browser.new_context(user_agent=spider.politeness.user_agent, service_workers="block")
        return await context.new_page()

    async def _close(self) -> None:
        if self._browser is not None:
            await self._browser.close()
            await self._playwright.stop()
