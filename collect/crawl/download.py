"""How questions go out: one at a time to each host, and none before its delay after the last answer is over.

Scrapy's own handler and resolver do the work. They are extended where they would let a question out too early or to the
wrong machine. AutoThrottle sees to longer delays where a host is slow; turns and the least delay are kept here, since in Scrapy

- questions are spaced from sending to sending, so that a server may see two closer together than the delay;
- a slot without a delay lets several questions out before it counts the first as being asked;
- AutoThrottle shortens a slot's delay down to the global one, not to the slot's own;
- a slot that was idle for a minute is dropped, and with it what robots.txt said.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, cast

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.extensions.throttle import AutoThrottle
from scrapy.resolver import CachingHostnameResolver
from twisted.internet.error import ConnectError as TxConnectError
from twisted.internet.error import ConnectionClosed
from twisted.internet.interfaces import IHostResolution, IResolutionReceiver
from zope.interface import implementer

from collect.crawl.gate import Refused, slot_of
from collect.crawl.guard import is_public
from collect.crawl.model import Event

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.core.downloader import Slot
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.internet.interfaces import IAddress

    from collect.crawl.spider import ReportSpider

OVERLOADED: Final = frozenset({429, 503})
_NO_ANSWER: Final = (
    DownloadFailedError,
    DownloadConnectionRefusedError,
    ResponseDataLossError,
    TxConnectError,
    ConnectionClosed,
    OSError,
)
_BACK_OFF: Final = 2.0
"""By how much the wait grows with every failed try."""


class PoliteHandler(HTTP11DownloadHandler):
    """The last thing before the network: checks once more, counts, and starts the host's delay when the answer is there."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool.retryAutomatically = False  # Twisted would ask again at once
        self._spider = cast("ReportSpider", crawler.spider)

    async def download_request(self, request: Request) -> Response:
        """As Scrapy's, when it is the request's turn and under the rules of the gate."""
        gate, site, url = self._spider.gate, request.meta["task"].site, request.url
        gate.check(url, site)
        async with self._spider.turns[slot_of(url)]:
            while (wait := gate.wait(url)) > 0:
                await asyncio.sleep(wait)
            gate.check(url, site)  # others may have learnt something meanwhile
            gate.count(site)
            return await self._ask(request)

    async def _ask(self, request: Request) -> Response:
        gate, url, wait = self._spider.gate, request.url, 0.0
        slot: Slot = self._crawler.engine.downloader.slots[request.meta["download_slot"]]
        try:
            response = await super().download_request(request)
            if response.status in OVERLOADED or response.status >= 500:
                gate.failed(url, f"status {response.status}")
                wait = self._wait(request, response, slot)
            else:
                gate.answered(url)
            self._told(request, response.status)
        except DownloadCancelledError:  # too large: the host is well
            self._told(request, 0)
            raise
        except Exception as error:
            gate.failed(url, type(error).__name__)
            self._told(request, 0)
            raise
        finally:
            gate.rest(url, max(wait, slot.delay))
        return response

    def _told(self, request: Request, status: int) -> None:
        self._spider.tell(Event("asked", request.meta["task"].site, request.url, facts={"status": status}))

    def _wait(self, request: Request, response: Response, slot: Slot) -> float:
        """Seconds until the host may be asked again."""
        asked = retry_after(response.headers.get("Retry-After"))
        if asked is None:
            delay = max(slot.delay, self._spider.gate.delay(slot_of(request.url)))
            return float(delay * _BACK_OFF ** (1 + request.meta.get("retry_times", 0)))
        if asked > self._spider.politeness.longest_wait:
            why = f"it asked to be left alone for {asked:.0f} seconds ({response.status})"
            self._spider.gate.close(slot_of(request.url), why)
            return 0.0
        return asked


def retry_after(header: bytes | None) -> float | None:
    """The seconds that a ``Retry-After`` asks for, written as such or as a date; None where it says nothing."""
    text = (header or b"").decode("ascii", "replace").strip()
    if text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


def reason_of(error: BaseException | None, url: str) -> str:
    """Why there is no answer, in a word."""
    if isinstance(error, Refused):
        return error.reason
    if isinstance(error, DownloadCancelledError) or (isinstance(error, IgnoreRequest) and "DOWNLOAD_MAXSIZE" in str(error)):
        return "too_large"
    if isinstance(error, IgnoreRequest):
        return "redirect_loop" if "redirect" in str(error) else "ignored"
    if isinstance(error, DownloadTimeoutError):
        return "timeout"
    if isinstance(error, CannotResolveHostError):
        from twisted.internet import reactor  # noqa: PLC0415 - importing it installs one

        refused = getattr(reactor.nameResolver, "refused", ())
        return "private_address" if slot_of(url) in refused else "no_such_host"
    if "certificate verify failed" in str(error):
        return "certificate"
    return "no_answer" if isinstance(error, _NO_ANSWER) else f"fault_{type(error).__name__}"


class Throttle(AutoThrottle):
    """AutoThrottle that takes a 304 for the good answer it is.

    Scrapy's lowers a delay after a 200 only: on a night when nothing has changed, one slow answer would slow down all others.
    """

    def _adjust_delay(self, slot: Slot, latency: float, response: Response) -> None:
        if response.status == HTTPStatus.NOT_MODIFIED:
            response = response.replace(status=200)
        super()._adjust_delay(slot, latency, response)


class GuardedResolver(CachingHostnameResolver):
    """Gives only addresses that may be connected to.

    Twisted connects to exactly what the resolver gives, IP addresses in whatever spelling included: a name cannot mean
    another machine in between (DNS rebinding).
    """

    def __init__(self, reactor: Any, cache_size: int, private: frozenset[str]) -> None:  # noqa: ANN401 - Twisted's reactor
        super().__init__(reactor, cache_size)
        self._private = private
        self.refused: set[str] = set()
        """Hosts that turned out to be private."""

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: Any) -> GuardedResolver:  # noqa: ANN401 - Scrapy's process, not its crawler
        """See Scrapy."""
        settings = crawler.settings
        return cls(reactor, settings.getint("DNSCACHE_SIZE"), frozenset(settings.getlist(PRIVATE_HOSTS)))

    def resolveHostName(  # noqa: N802 - Twisted's name
        self,
        resolutionReceiver: Any,  # noqa: ANN401, N803 - Twisted's
        hostName: str,  # noqa: N803
        *arguments: Any,  # noqa: ANN401
        **more: Any,  # noqa: ANN401
    ) -> IHostResolution:
        """See Twisted."""
        receiver = resolutionReceiver
        if slot_of(f"//{hostName}") not in self._private:
            receiver = _PublicOnly(resolutionReceiver, lambda: self.refused.add(hostName))
        return super().resolveHostName(receiver, hostName, *arguments, **more)


PRIVATE_HOSTS: Final = "PRIVATE_HOSTS"
"""Setting: hosts that may lie on private addresses."""


@implementer(IResolutionReceiver)
class _PublicOnly:
    def __init__(self, receiver: Any, refused: Any) -> None:  # noqa: ANN401 - Twisted's
        self._receiver = receiver
        self._refused = refused

    def resolutionBegan(self, resolution: IHostResolution) -> None:  # noqa: N802
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: IAddress) -> None:  # noqa: N802
        if is_public(address.host):
            self._receiver.addressResolved(address)
        else:
            self._refused()

    def resolutionComplete(self) -> None:  # noqa: N802
        self._receiver.resolutionComplete()
