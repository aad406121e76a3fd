"""Which sources are due, and which are silent when they should not be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from collect.crawl.model import SiteResult
from collect.sites.model import Site
from collect.stated import parts_of
from store.sources import agency_of

SLACK = timedelta(hours=6)
"""A timer does not start at the same minute every night: what would be due so soon after it is due now."""
_GOVERNMENTS_DAY = (3, 31)
_DEPARTMENTS_DAY = (1, 31)
"""Last days for publishing: article 49 of the 条例 as revised in 2019 (国务院令第711号)."""


@dataclass(frozen=True, slots=True)
class Due:
    """A source, and when it is to be asked."""

    site: Site
    moment: datetime | None
    """When it is due; None for never: it is not enabled."""
    why: str

    def at(self, now: datetime) -> bool:
        """Whether it is to be asked now."""
        return self.moment is not None and self.moment <= now + SLACK


def schedule(sites: Sequence[Site], checks: Iterable[SiteResult], now: datetime, quiet_days: int) -> tuple[Due, ...]:
    """When each source is due.

    Args:
        sites: The sources.
        checks: What crawls said of them, in any order.
        now: Aware, UTC.
        quiet_days: Outside the months in which its reports are due, a source is asked no more often than this.
    """
    last = latest(checks)
    return tuple(_due(site, last.get(site.name), now, quiet_days) for site in sites)


def latest(checks: Iterable[SiteResult]) -> dict[str, SiteResult]:
    """The latest check of each source."""
    found: dict[str, SiteResult] = {}
    for check in checks:
        if check.site not in found or check.crawl >= found[check.site].crawl:
            found[check.site] = check
    return found


def _due(site: Site, last: SiteResult | None, now: datetime, quiet_days: int) -> Due:
    if not site.enabled:
        return Due(site, None, "it is not enabled")
    if last is None:
        return Due(site, now, "it was never asked")
    if not last.is_complete:
        return Due(site, last.finished, "the last time could not be brought to its end")
    days = site.every_days if now.month in site.due_months else max(site.every_days, quiet_days)
    return Due(site, last.started + timedelta(days=days), f"every {days} days" if days > 1 else "every day")


@dataclass(frozen=True, slots=True)
class Expectation:
    """What was to be expected of a source when it was last asked."""

    awaited: int | None = None
    """Year whose report is due and not there."""
    alarm: str = ""
    """Why its silence is an alarm; empty where it is none."""


@dataclass(frozen=True, slots=True)
class Held:
    """What the database has for one year."""

    agencies: frozenset[str]
    """Keys of agencies with a report."""
    names: frozenset[str]
    """Names as printed of agencies that are undecided."""
    origins: frozenset[str]
    """Addresses of the documents."""


def expect(site: Site, checks: Sequence[SiteResult], held: Held, now: datetime, patience_days: int = 3) -> Expectation:
    """What is to be expected of a source: last year's report, in the months in which it is due.

    While its agency may still publish in time, a source that can be reached and holds reports is only waited for. It is
    silent where it holds nothing, where it was not gone through to its end for some days, and once the legal day is past.

    Args:
        site: The source.
        checks: Its checks, in any order.
        held: What the database has for the year before ``now``'s.
        now: Aware.
        patience_days: So long it may fail before that is silence.
    """
    if not site.enabled or now.month not in site.due_months:
        return Expectation()
    year = now.year - 1
    if _is_there(site, held):
        return Expectation()
    what = f"the report for {year} is not there"
    last = latest(checks).get(site.name)
    if last is None:
        return Expectation(year, f"{what}, and the source was never asked")
    if last.error and (failing := _failing(checks, now, patience_days)):
        return Expectation(year, f"{what}, and the source {failing}: {last.error}")
    if not last.error and not last.reports:
        return Expectation(year, f"{what}, and the source yields nothing")
    day = legal_day(site, year)
    if now.date() > day:
        return Expectation(year, f"{what}, which was due on {day.isoformat()}")
    return Expectation(year)


def _failing(checks: Sequence[SiteResult], now: datetime, patience_days: int) -> str:
    """Since when it fails, once that is too long."""
    reached = max((check.finished for check in checks if check.is_complete), default=None)
    if reached is None:
        return "was never gone through to its end"
    too_long = now - reached > timedelta(days=patience_days)
    return f"was not gone through to its end since {reached.date().isoformat()}" if too_long else ""


def _is_there(site: Site, held: Held) -> bool:
    if site.agency:
        agency = agency_of(site.agency)
        return agency.key in held.agencies if agency else site.agency in held.names
    hosts = hosts_of(site)
    return any(parts_of(origin).hostname in hosts for origin in held.origins)


def hosts_of(site: Site) -> frozenset[str | None]:
    """The hosts that a source's documents lie on."""
    return frozenset({*(urlsplit(address).hostname for address in site.lists), *site.hosts})


def legal_day(site: Site, year: int) -> date:
    """The last day for publishing the report for ``year``: a department's, else that of governments."""
    agency = agency_of(site.agency)
    is_department = agency is not None and agency.kind != "government" and agency.level != "township"
    return date(year + 1, *(_DEPARTMENTS_DAY if is_department else _GOVERNMENTS_DAY))


def silent(expectations: Mapping[str, Expectation]) -> dict[str, str]:
    """The sources whose silence is an alarm, with why."""
    return {name: each.alarm for name, each in expectations.items() if each.alarm}
