"""Whose site a document lies on: the agency's own, a stranger's, or one that cannot be told."""

from __future__ import annotations

from enum import IntEnum
from functools import lru_cache
from urllib.parse import urlsplit

import regex

from normalize.authority.places import in_host, may_be_host, read_address
from normalize.gazetteer import Region, gazetteer

_WEB = regex.compile(r"https?://", regex.IGNORECASE)
_HOST = regex.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?:cn|com|net|org|gov|edu|info|top|tw|hk|cc|vip)(?:[:_]\d{2,5})?")
_NUMBERS = regex.compile(r"\d{1,3}(?:\.\d{1,3}){3}(?:[:_]\d{2,5})?")


class Standing(IntEnum):
    """How far a site is to be trusted with an agency's report."""

    FOREIGN = 0
    """No site of a government (an aggregator, an encyclopaedia), or that of another place."""
    UNKNOWN = 1
    """No site is known (a file of the user's), a bare number, or a government's that does not say which."""
    OWN = 2
    """The site of the agency's place, or of one that it lies in."""


def site_of(origin: str, document: str = "") -> str:
    """The host a document was fetched from: that of its address, else the folder that a crawler named after it; may be empty."""
    if _WEB.match(origin):
        try:
            return (urlsplit(origin).hostname or "").lower()
        except ValueError:
            return ""
    parts = (part.lower() for part in document.split("/")[:-1])
    found = next((part for part in parts if _HOST.fullmatch(part) or _NUMBERS.fullmatch(part)), "")
    return found.replace("_", ":").partition(":")[0]


@lru_cache(maxsize=100_000)
def standing(site: str, region_code: str | None) -> Standing:
    """How a site stands to an agency of that division (None: the division is not known; empty: a body of the nation)."""
    if not site or _NUMBERS.fullmatch(site):
        return Standing.UNKNOWN
    if not site.endswith((".gov.cn", ".gov")):
        return Standing.FOREIGN
    region = gazetteer().region(region_code) if region_code else None
    if region_code is None or (region_code and region is None):
        return Standing.UNKNOWN
    address = read_address(f"http://{site}/")
    places = in_host(address)
    if region is None:
        return Standing.FOREIGN if places else Standing.UNKNOWN
    outer = (region, *gazetteer().ancestors(region))
    if any(_nested(region, place) for place in places) or any(may_be_host(place, address) for place in outer):
        return Standing.OWN
    return Standing.FOREIGN if places else Standing.UNKNOWN


def _nested(one: Region, other: Region) -> bool:
    known = gazetteer()
    return known.within(one, other) or known.within(other, one)
