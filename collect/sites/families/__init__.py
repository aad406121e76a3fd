"""Content management systems, one small module each. A new one: its module, and its place in ``FAMILIES``."""

from __future__ import annotations

from collect.sites.families.gkmlpt import Gkmlpt
from collect.sites.families.hanweb import Hanweb
from collect.sites.families.jpaas import Jpaas
from collect.sites.families.openness import Openness
from collect.sites.families.plain import Plain
from collect.sites.families.trs import Trs
from collect.sites.families.vsb import Vsb
from collect.sites.model import Family, Page, Site

FAMILIES: tuple[Family, ...] = (Gkmlpt(), Jpaas(), Hanweb(), Openness(), Vsb(), Trs(), Plain())
"""In the order they are asked; the first that knows a page has it."""


def family_of(page: Page, site: Site) -> Family:
    """The family that a page was made by: what the source's table says, else the first that knows it."""
    named = [family for family in FAMILIES if family.name == site.family]
    return next(iter(named), None) or next(family for family in FAMILIES if family.matches(page))
