"""What an answer is taken for, and what it leads to. Nothing here asks a network or an archive."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlsplit

import regex

from collect.archive.model import Role
from collect.crawl.sniff import DOCUMENTS, PAGES, kind_of
from collect.crawl.task import Task
from collect.sites.families import family_of
from collect.sites.model import Ask, Detail, Family, Link, Listing, Page, Site
from collect.sites.trouble import Kind, trouble_of

_HOME: Final = regex.compile(r"/?(?:(?:index|default|main|home)\.\w{2,6})?", regex.IGNORECASE)
_EMPTY: Final = Kind.EMPTY.value
DEEPEST: Final = 2
"""A report's page, its parts (other editions among them), and what those show."""


@dataclass(frozen=True, slots=True)
class Follow:
    """Something to ask next, and for what."""

    ask: Ask
    role: Role
    title: str = ""
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """What one answer gave."""

    role: Role
    """What it is kept as: ``OTHER`` where it was refused."""
    refused: str = ""
    """Why it was not taken for what it was asked for."""
    evidence: str = ""
    listing: Listing | None = None
    """Where it lists reports: these are followed by whoever keeps count of the list's pages."""
    follow: tuple[Follow, ...] = ()
    family: Family | None = None
    kind: str = ""
    """What it is by its first bytes."""


def read(page: Page, task: Task, site: Site, *, redirected: bool = False) -> Reading:
    """Judge an answer by its content.

    Args:
        page: the answer, with status 200.
        task: what it was asked for.
        site: whose it is.
        redirected: it came from another address than was asked: the home page in place of a document is a soft 404.
    """
    kind = kind_of(page.body)
    refused, evidence = _refused(page, task, site, kind, redirected=redirected)
    if refused and not (refused == _EMPTY and task.role is Role.LIST and kind in PAGES):
        return Reading(Role.OTHER, refused, evidence, kind=kind)
    if task.role is Role.IMAGE or kind not in PAGES:
        return Reading(task.role, kind=kind)
    family = task.family or family_of(page, site)
    found = (_listing if task.role is Role.LIST else _document)(page, task, site, family)
    if refused and not (found.listing and (found.listing.reports or found.listing.further)):  # a short list has hardly any text
        return Reading(Role.OTHER, refused, evidence, kind=kind)
    return replace(found, kind=kind, family=family)


def _refused(page: Page, task: Task, site: Site, kind: str, *, redirected: bool) -> tuple[str, str]:
    if kind == "empty":
        return _EMPTY, "no byte in it"
    if task.role is Role.LIST:
        if kind not in PAGES:
            return "not_a_list", kind
    elif kind not in DOCUMENTS:
        return "not_a_document", kind
    elif task.role is Role.IMAGE and kind != "image":
        trouble = trouble_of(page)
        return (trouble.kind.value, trouble.evidence) if trouble else ("not_an_image", kind)
    elif redirected and is_home(page.url, site):
        return "soft_404", "redirected to the home page"
    trouble = trouble_of(page) if kind in PAGES else None
    return (trouble.kind.value, trouble.evidence) if trouble else ("", "")


def is_home(url: str, site: Site) -> bool:
    """Whether an address is that of a home page, or of one of the source's lists."""
    parts = urlsplit(url)
    return (_HOME.fullmatch(parts.path) is not None and not parts.query) or url in site.lists


def _listing(page: Page, task: Task, site: Site, family: Family) -> Reading:
    listing = family.listing(page, site)
    if not listing.itself:
        return Reading(Role.LIST, listing=listing)
    found = family.detail(page, site)
    return Reading(Role.REPORT, listing=listing, follow=tuple(_parts(found, task)))


def _document(page: Page, task: Task, site: Site, family: Family) -> Reading:
    if task.depth >= DEEPEST:
        return Reading(task.role)
    found = family.detail(page, site)
    if found.listing is not None and task.role is Role.REPORT:
        return Reading(Role.LIST, listing=found.listing)
    return Reading(task.role, follow=tuple(_parts(found, task)))


def _parts(found: Detail, task: Task) -> list[Follow]:
    depth = task.depth + 1
    parts = [Follow(ask, Role.REPORT, task.title, depth) for ask in found.further]
    parts += [_link(link, Role.ATTACHMENT, depth) for link in found.attachments]
    return parts + [_link(link, Role.IMAGE, depth) for link in found.images]


def _link(link: Link, role: Role, depth: int) -> Follow:
    return Follow(Ask(link.url), role, link.text, depth)
