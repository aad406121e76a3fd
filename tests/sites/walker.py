"""The least crawler that ``collect.sites`` allows for: no politeness, no archive. For tests of those modules."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from collect.sites.families import family_of
from collect.sites.model import Ask, Page, Site
from collect.sites.trouble import Trouble, trouble_of
from collect.sites.walk import Walk


@dataclass(slots=True)
class Harvest:
    """What a walk over a source brought home."""

    documents: dict[str, Page] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)
    troubles: dict[str, Trouble] = field(default_factory=dict)
    families: dict[str, str] = field(default_factory=dict)


def fetch(ask: Ask) -> Page:
    """Ask, following redirects; an address that fails thrice raises."""
    url, method, body = ask.url, ask.method, ask.body
    for _ in range(8):
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(parts.netloc, timeout=10)
        headers = dict(ask.headers)
        if method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, parts._replace(scheme="", netloc="", fragment="").geturl(), body or None, headers)
            response = connection.getresponse()
            content = response.read()
        except (ConnectionError, http.client.HTTPException):
            continue
        finally:
            connection.close()
        if response.status in {301, 302}:
            url, method, body = urljoin(url, response.headers["Location"]), "GET", ""
        elif response.status not in {429, 502, 503}:
            return Page(url.partition("#")[0], content, response.headers.get("Content-Type", ""), response.status)
    raise AssertionError(url)


def harvest(site: Site) -> Harvest:
    """Go over all lists of a source and take every report with its parts."""
    home, walk = Harvest(), Walk(site)
    asks = list(walk.take(ask for url in site.lists for ask in (Ask(url),)))
    while asks:
        for link in _heard(asks, walk, site, home):
            _take(link, site, home, walk, asks)
    return home


def _heard(asks: list[Ask], walk: Walk, site: Site, home: Harvest) -> Iterator[str]:
    page = fetch(asks.pop(0))
    trouble = trouble_of(page)
    if trouble or page.status >= 400:
        if trouble:
            home.troubles[page.url] = trouble
        return
    family = family_of(page, site)
    home.families[page.url] = family.name
    listing = family.listing(page, site)
    if listing.itself:
        home.documents[page.url], home.roles[page.url] = page, "report"
    links, further = walk.heard(listing)
    asks += further
    yield from (link.url for link in links)


def _take(url: str, site: Site, home: Harvest, walk: Walk, asks: list[Ask]) -> None:
    page = fetch(Ask(url))
    trouble = trouble_of(page)
    if trouble:
        home.troubles[url] = trouble
        return
    detail = family_of(page, site).detail(page, site)
    if detail.listing is not None:
        links, further = walk.heard(detail.listing)
        asks += further
        for link in links:
            _take(link.url, site, home, walk, asks)
        return
    home.documents[page.url], home.roles[page.url] = page, "report"
    for links, role in ((detail.attachments, "attachment"), (detail.images, "image")):
        for link in links:
            home.documents[link.url], home.roles[link.url] = fetch(Ask(link.url)), role
