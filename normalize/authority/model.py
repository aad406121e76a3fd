"""What the authority files know of an agency, and what resolving a printed name gives."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from normalize.gazetteer import Level


@dataclass(frozen=True, slots=True)
class Agency:
    """An agency under its canonical name."""

    key: str
    """Identity: ``320813:health``, ``320813/经济开发区:finance``, ``371312:small_business:中小企业发展服务中心``."""
    name: str
    """Canonical name with the places it needs to be told from others (淮安市洪泽区卫生健康局)."""
    region_code: str
    """Code of its division (gazetteer); empty for bodies of the nation."""
    level: Level
    kind: str
    """Kind of body, a key of bodies.toml; ``institution`` and ``other`` for bodies that no kind covers."""
    group: str
    """``government``, ``department``, ``vertical``, ``mass``, ``institution``, ``zone`` or ``party``."""
    area: str = ""
    """Area without a code that it belongs to: a development zone, a township that the gazetteer lacks."""
    system: bool = False
    """A whole system of bodies (山东省邮政管理系统), not one of them."""


class Reason(StrEnum):
    """Why a name is undecided."""

    NO_NAME = "no_name"
    """The report names no agency."""
    NO_REGION = "no_region"
    """The name has no place (区统计局), and the evidence names none that fits."""
    NO_BODY = "no_body"
    """The name has no body (我局)."""
    UNKNOWN_REGION = "unknown_region"
    """The name begins with a place that the gazetteer does not have."""
    SEVERAL_REGIONS = "several_regions"
    """The place is the name of several, and the evidence does not tell which."""
    CONFLICT = "conflict"
    """Pieces of evidence speak for different places."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """The agency meant, or the candidates and why none was chosen."""

    agency: Agency | None
    candidates: tuple[Agency, ...] = ()
    """All agencies it may be, where it is undecided; may be empty."""
    reason: Reason | None = None
    basis: str = ""
    """What decided: ``name``, ``names``, ``text``, ``path``, ``host``, ``spelling``, or what spoke for candidates."""
    joint: tuple[Agency, ...] = ()
    """Further agencies that the name gives as authors of the same report."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a report says about its agency."""

    printed: str
    """The name as identity found it."""
    year: int | None = None
    names: tuple[str, ...] = ()
    """Other names: titles, publisher, signature, breadcrumb, author; most telling first."""
    text: str = ""
    """The prose."""
    origin: str = ""
    """Path or address."""
    index_numbers: tuple[str, ...] = ()
    """索引号: often begins with the code of an organisation, and so of its division."""
