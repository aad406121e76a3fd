"""The crawling process: Scrapy, set up, with a line to whoever started it."""

from __future__ import annotations

import logging
import os
import signal
from multiprocessing.connection import Connection
from traceback import format_exc
from typing import Any, Final

from scrapy.crawler import CrawlerProcess
from scrapy.utils.asyncio import create_looping_call

from collect.crawl.download import PRIVATE_HOSTS
from collect.crawl.gate import slot_of
from collect.crawl.model import Event, Politeness
from collect.crawl.spider import ReportSpider
from collect.crawl.wire import Alive, Done, Line, Order
from collect.sites.load import hosts_of

HEARTBEAT: Final = 5.0
"""Seconds between two signs of life."""
_ROBOTS: Final = "scrapy.downloadermiddlewares.robotstxt"


def run(connection: Connection, order: Order) -> None:
    """Crawl, and say so when it is done. Ends at once when nobody listens any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started it ends it
    line = Line(connection)
    try:
        _Telling.on(line)
        process = CrawlerProcess(settings(order))
        process.crawl(ReportSpider, order=order, line=line)
        _watch(connection, line)
        process.start(install_signal_handlers=False)
        line.tell(Done())
    except (BrokenPipeError, ConnectionError, EOFError):
        os._exit(1)
    except Exception:  # the last thing that this process can say
        line.tell(Event("warning", reason=format_exc()))
        os._exit(1)


def _watch(connection: Connection, line: Line) -> None:
    """Nothing is read from the line but answers, at once: what comes unasked is its end."""
    import asyncio  # noqa: PLC0415 - Scrapy has set the loop

    asyncio.get_event_loop().add_reader(connection.fileno(), lambda: os._exit(1))
    create_looping_call(lambda: line.tell(Alive())).start(HEARTBEAT, now=True)


class _Telling(logging.Handler):
    """Hands warnings of Scrapy and Twisted on."""

    def __init__(self, line: Line) -> None:
        super().__init__(logging.WARNING)
        self._line = line

    @classmethod
    def on(cls, line: Line) -> None:
        logging.getLogger().addHandler(cls(line))
        logging.getLogger().setLevel(logging.WARNING)

    def emit(self, record: logging.LogRecord) -> None:
        """See logging."""
        if record.name == _ROBOTS:
            return  # the gate says it
        self._line.tell(Event("warning", reason=self.format(record), facts={"logger": record.name}))


def settings(order: Order) -> dict[str, Any]:
    """Scrapy's settings for a crawl."""
    politeness: Politeness = order.politeness
    here = "collect.crawl"
    private = sorted({slot_of(f"//{host}") for site in order.sites if site.private for host in hosts_of(site)})
    return {
        "USER_AGENT": politeness.user_agent,
        "ROBOTSTXT_OBEY": True,
        "ROBOTSTXT_USER_AGENT": "nianbao",
        "DEFAULT_REQUEST_HEADERS": {"Accept": "*/*", "Accept-Language": "zh-CN,zh;q=0.9"},
        # One question at a time to each host. The least delay is the handler's business.
        "CONCURRENT_REQUESTS": max(1, politeness.parallel),
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "DOWNLOAD_DELAY": 0.01,  # with none, a slot would let out all that waits in it
        "DOWNLOAD_DELAY_JITTER": 0,
        "AUTOTHROTTLE_ENABLED": True,
        "AUTOTHROTTLE_START_DELAY": 0,
        "DOWNLOAD_HANDLERS": {
            "http": f"{here}.download.PoliteHandler",
            "https": f"{here}.download.PoliteHandler",
            **dict.fromkeys(("file", "ftp", "s3", "data")),
        },
        "TWISTED_DNS_RESOLVER": f"{here}.download.GuardedResolver",
        PRIVATE_HOSTS: private,
        "DOWNLOADER_MIDDLEWARES": {
            "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,  # knows one source only
            "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
            f"{here}.middlewares.AtTheGate": 50,
            f"{here}.middlewares.ObeyRobots": 100,
            f"{here}.middlewares.FromTheArchive": 120,
            **({f"{here}.browser.Drawn": 130} if any(site.browser for site in order.sites) else {}),
            "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,  # a challenge would lead us in a circle
            "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
            f"{here}.middlewares.Redirects": 600,
        },
        "SCHEDULER_MEMORY_QUEUE": "scrapy.squeues.FifoMemoryQueue",
        "EXTENSIONS": {"scrapy.extensions.throttle.AutoThrottle": None, f"{here}.download.Throttle": 0},
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "HTTPPROXY_ENABLED": False,  # a proxy would resolve the names where nobody looks
        "COOKIES_ENABLED": False,  # no session is kept; and it would fetch a list of domains from strangers
        "REDIRECT_MAX_TIMES": 5,
        "RETRY_TIMES": politeness.retries,
        "DOWNLOAD_TIMEOUT": politeness.timeout,
        "DOWNLOAD_MAXSIZE": politeness.max_size,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_VERIFY_CERTIFICATES": politeness.verify_certificates,
        "HTTPERROR_ALLOW_ALL": True,
        "RETRY_GIVE_UP_LOG_LEVEL": "DEBUG",
        "LOG_INSTALL_ROOT_HANDLER": False,
        "LOG_LEVEL": "WARNING",
        "LOGSTATS_INTERVAL": 0,
        "STATS_DUMP": False,
        "URLLENGTH_LIMIT": 0,  # the guard's: what Scrapy drops, nobody hears of
    }
