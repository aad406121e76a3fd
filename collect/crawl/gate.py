"""What every question passes before it is asked, and what the answers say of the hosts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from time import monotonic
from typing import Final
from urllib.parse import urlsplit

from scrapy.exceptions import IgnoreRequest

from collect.crawl.guard import refusal
from collect.crawl.model import Event, Politeness
from collect.sites.load import hosts_of
from collect.sites.model import Site


class Refused(IgnoreRequest):
    """A question is not asked."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


ROBOTS: Final = "/robots.txt"
CLOSED: Final = "closed"
"""Reason of a question that is not asked since its host or its source has been given up: told once, as the source's error."""


class Gate:
    """Hosts and budgets of one crawl.

    Hosts are told apart by name alone: http and https, with and without ``www.``, and whatever ports, share one rate, and so do
    two sources.
    """

    def __init__(
        self, sites: Sequence[Site], politeness: Politeness, asked: Mapping[str, int], tell: Callable[[Event], None]
    ) -> None:
        self._sites = {site.name: site for site in sites}
        self._politeness = politeness
        self._tell = tell
        self._asked = Counter(asked)
        self._started: dict[str, float] = {}
        self._failures: Counter[str] = Counter()
        self._closed: dict[str, str] = {}
        self._answered: dict[str, tuple[float, float]] = {}
        self._told: set[tuple[str, str]] = set()
        self._delays: defaultdict[str, float] = defaultdict(lambda: politeness.delay)
        for site in sites:
            for place in hosts_of(site):
                host = slot_of(f"//{place}")
                self._delays[host] = max(self._delays[host], site.delay)

    def delay(self, host: str) -> float:
        """Least seconds between an answer of the host and the next question to it."""
        return self._delays[host]

    def wait(self, url: str) -> float:
        """Seconds until the host may be asked; whoever asked it before this process may have done so just now."""
        host, now = slot_of(url), monotonic()
        answered, rest = self._answered.setdefault(host, (now, 0.0))
        return answered + max(rest, self._delays[host]) - now

    def rest(self, url: str, seconds: float) -> None:
        """The host has just answered, or failed to; it is not to be asked for so long, nor for its delay."""
        self._answered[slot_of(url)] = monotonic(), seconds

    def slow_down(self, host: str, seconds: float) -> None:
        """The host asks for a longer delay."""
        self._delays[host] = max(self._delays[host], seconds)

    def check(self, url: str, name: str) -> None:
        """Whether a source's crawl may ask for that address now.

        Raises:
            Refused: it may not.
        """
        reason = refusal(url, self._sites[name])
        is_robots = not reason.startswith("bad") and urlsplit(url).path == ROBOTS
        if reason and not (is_robots and reason == "excluded"):
            raise Refused(reason)
        host = slot_of(url)
        if host in self._closed:
            self._give_up(name, host, f"{host} is left alone: {self._closed[host]}")
        if is_robots:
            return  # no budget of one source may keep the rules of a host from another
        if self._asked[name] >= self._politeness.max_requests:
            self._give_up(name, "", f"stopped after {self._politeness.max_requests} questions; not all was asked for")
        if monotonic() - self._started.setdefault(name, monotonic()) > self._politeness.max_seconds:
            self._give_up(name, "", f"stopped after {self._politeness.max_seconds:g} seconds; not all was asked for")

    def _give_up(self, name: str, host: str, sentence: str) -> None:
        if (name, host) not in self._told:
            self._told.add((name, host))
            self._tell(Event("error", name, reason=sentence))
        raise Refused(CLOSED)

    def count(self, name: str) -> None:
        """A question is being asked for that source."""
        self._asked[name] += 1

    def answered(self, url: str) -> None:
        """The host answered as a host in good health does."""
        self._failures[slot_of(url)] = 0

    def failed(self, url: str, why: str) -> None:
        """The host did not answer, or says that it is not well. Too often in a row, and it is left alone."""
        host = slot_of(url)
        self._failures[host] += 1
        if self._failures[host] >= self._politeness.failures:
            self.close(host, f"{self._failures[host]} questions in a row failed, the last with {why}")

    def close(self, host: str, why: str) -> None:
        """Ask nothing more of the host in this crawl."""
        self._closed.setdefault(host, why)


def slot_of(url: str) -> str:
    """The name under which the questions to a host wait in line. ``www.`` before it makes no other machine."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".").removeprefix("www.")
    except ValueError:
        return ""
