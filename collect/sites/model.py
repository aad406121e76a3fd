"""A source, the pages it answers with, and what is found on them. Pages are bytes: nothing here asks a network."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Literal, Protocol
from urllib.parse import urlsplit

import regex
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from collect.stated import codec_of


def _address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"{url!r} is no address: it begins with http:// or https:// and a host")
    if parts.username or parts.password:
        raise ValueError("it holds a user's name: sites that ask for one are not gone to")
    return url


def _expression(pattern: str) -> str:
    try:
        regex.compile(pattern)
    except regex.error as error:
        raise ValueError(f"{pattern!r} is no regular expression ({error})") from error
    return pattern


def _host(name: str) -> str:
    if "/" in name or urlsplit(f"//{name}").hostname is None:
        raise ValueError(f"{name!r} is no host: give the name alone (files.example.gov.cn), with its port if it has one")
    return name.lower()


def _encoding(name: str) -> str:
    if name and not codec_of(name):
        raise ValueError(f"{name!r} is no encoding: gb18030 and utf-8 are the usual ones")
    return name


def _month(number: int) -> int:
    if not 1 <= number <= 12:
        raise ValueError(f"{number} is no month")
    return number


Address = Annotated[str, AfterValidator(_address)]
Expression = Annotated[str, AfterValidator(_expression)]
Host = Annotated[str, AfterValidator(_host)]
Encoding = Annotated[str, AfterValidator(_encoding)]
Month = Annotated[int, AfterValidator(_month)]
FamilyName = Literal["", "trs", "hanweb", "jpaas", "gkmlpt", "openness", "vsb", "plain"]


class Site(BaseModel):
    """One table of ``sources/*.toml``. Outsiders write it, so every mistake in it is told by field."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_.-]*$")
    """Unique; the key of the table in the file."""
    title: str = ""
    agency: str = ""
    """Whose reports these are, where the site is one agency's; else empty."""
    region: str = ""
    """Division code or name, where the site is a whole division's."""
    lists: tuple[Address, ...] = Field(min_length=1)
    """Addresses of the pages that list reports, or of the first of them."""
    family: FamilyName = ""
    """Content management system; found from the pages where empty."""
    encoding: Encoding = ""
    """Of its pages, where they are misread without it."""
    link: Expression = ""
    """Regular expression that the text or title of a link to a report matches; the usual titles where empty."""
    exclude: Expression = ""
    """Regular expression of addresses never to ask for."""
    hosts: tuple[Host, ...] = ()
    """Further hosts that attachments and lists lie on; those of ``lists`` are always allowed."""
    delay: float = Field(default=2.0, ge=0)
    """Least seconds between two questions to one host; the robots file's Crawl-delay holds where it is longer."""
    every_days: int = Field(default=1, ge=1)
    """How often it is gone through."""
    due_months: tuple[Month, ...] = (1, 2, 3, 4)
    """Months in which new reports are expected: silence then is an alarm."""
    browser: bool = False
    """Its lists are drawn by scripts that no family knows: fetch them through a browser (extra ``[browser]``)."""
    enabled: bool = True
    private: bool = False
    """Its host may be a private or loopback address: for tests and intranets."""


@dataclass(frozen=True, slots=True)
class Page:
    """An answer, as families and recognisers see it."""

    url: str
    """Where it was found in the end, after redirects: relative links start from here."""
    body: bytes = field(repr=False)
    content_type: str = ""
    status: int = 200
    encoding: str = ""
    """What the source's table says of its encoding; empty: found from header, page and bytes."""


@dataclass(frozen=True, slots=True)
class Ask:
    """An address to be asked next."""

    url: str
    method: Literal["GET", "POST"] = "GET"
    body: str = ""
    """Form data of a POST, url-encoded."""
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """A link to what is taken for a report, or for a part of one."""

    url: str
    text: str
    """What it says, title attribute included."""
    published: date | None = None
    """The date printed beside it, or in its address."""
    year: int | None = None
    """The year it reports on, as its text says."""
    doubtful: bool = False
    """It may be something else: a list of reports (``2023年``), or another kind of report. The reader decides."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What a list page holds."""

    reports: tuple[Link, ...] = ()
    further: tuple[Ask, ...] = ()
    """Further pages of the list, the data behind it, and lists it leads to. What was asked before may be among them."""
    entries: tuple[str, ...] = ()
    """Addresses of all that the page links to, reports or not, paging aside. A page of a list that links to nothing that an
    earlier page did not ends the list: ``collect.sites.walk`` keeps count of it."""
    itself: bool = False
    """The page is itself a report, although it was taken for a list: keep it as one."""


@dataclass(frozen=True, slots=True)
class Detail:
    """What a report's page leads to."""

    attachments: tuple[Link, ...] = ()
    """Files: pdf, doc, docx, wps, ofd, xls, zip, and other editions (超链版, 图片版)."""
    images: tuple[Link, ...] = ()
    """Pictures in the text that may be tables, not logos and icons."""
    further: tuple[Ask, ...] = ()
    """Where the text itself lies when the page draws it by script, and further pages of it. They are parts of the report."""
    listing: Listing | None = None
    """The page turned out to be a list: go on as with any list, and do not keep the page as a report."""


class Family(Protocol):
    """One content management system: how its lists and pages are laid out."""

    name: str

    def matches(self, page: Page) -> bool:
        """Whether the page was made by it."""

    def starts(self, site: Site) -> tuple[Ask, ...]:
        """What to ask first."""

    def listing(self, page: Page, site: Site) -> Listing:
        """What a list page, or the data behind it, holds."""

    def detail(self, page: Page, site: Site) -> Detail:
        """What a report's page leads to."""
