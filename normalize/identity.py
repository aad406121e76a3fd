"""Identity: whose report it is, for which year and whose figures, as the document itself says.

Evidence is taken in a fixed order (DESIGN.md): title, period sentence, preface, running heads, metadata, signature,
origin. The publication date and the clock are no evidence. What contradicts the choice becomes a finding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

import regex

from extract.model import Document, Grid
from normalize.agencies import in_narrative, in_preface, in_signature, is_agency, is_generic, tidy
from normalize.authority.names import is_clear
from normalize.body import Body
from normalize.evidence import Reading, Trust, YearStatement, year_statements
from normalize.model import Finding, Identity, Severity
from normalize.origin import agency_in_origin, title_in_origin
from normalize.prose import folded
from normalize.scope import stated_scope
from normalize.titles import MAX_LINE, Title, bare_region, best_title, head_title, read_title, title_of_page
from normalize.years import iso_date

_PUBLISHED = regex.compile(
    r"(?:(?:发布|公开|生成|成文|印发|公布|更新|发文|添加)?(?:日期|时间)：|^(?=\d{4}[-/年]\d\d?[-/月]\d\d?.{0,12}来源))"
)
_FALLBACKS = {"signature", "origin_number"}


def _grid_titles(document: Document) -> Iterator[Title]:
    """Titles in table cells: some pages keep the whole head of the page in a table."""
    for block in document.blocks:
        if isinstance(block, Grid):
            for cell in block.cells[:40]:
                title = read_title(cell.text) if len(folded(cell.text)) <= MAX_LINE else None
                if title:
                    yield title


def _title(reading: Reading) -> Title | None:
    """The document's title: of the body and the page's heading the one that says most, else metadata, cells, heads."""
    periods = {period.year for period in reading.periods if period.year and period.explicit}
    candidates = [*reading.titles, *reading.headings()]
    agreeing = [title for title in candidates if title.year in periods]
    best = best_title(agreeing) or best_title(candidates)
    fuller = best_title(candidates)
    if best and fuller and not best.agency and fuller.agency and fuller.year == best.year:
        best = fuller
    others: tuple[Callable[[], Iterable[Title]], ...] = (
        reading.page_titles,
        partial(_grid_titles, reading.document),
        partial(_running_titles, reading),
        partial(_loose_titles, reading),
    )
    for more in others:
        if best is None:
            best = best_title(more())
    return best


def _running_titles(reading: Reading) -> Iterator[Title]:
    return (title for text in reading.furniture() if (title := head_title(text)))


def _loose_titles(reading: Reading) -> Iterator[Title]:
    """Titles like "X局2021年年度报告": enough only where the document speaks of 信息公开."""
    if "信息公开" in reading.whole():
        yield from (title for text in reading.front if (title := read_title(text, loose=True)))


def _government_of(place: str, reading: Reading) -> str:
    """The government of a place in "XX市政府信息公开年度报告", if the document names it elsewhere; else the place."""
    names = [*in_preface(reading.opening), in_signature(reading.lines), *map(tidy, reading.metadata("publisher"))]
    for ending in ("人民政府", "政府"):
        if any(folded(name).removesuffix("办公室").endswith(folded(place) + ending) for name in names):
            return place + ending
    return place


def _beside_title(reading: Reading, title: Title | None) -> str:
    """An agency on a line of its own directly round the title, as on a title page."""
    if title is None or title.first < 0:
        return ""
    for at in (title.first - 1, title.behind, title.behind + 1):
        if 0 <= at < len(reading.front) and is_agency(reading.front[at]) and not is_generic(reading.front[at]):
            return tidy(reading.front[at])
    return ""


def _agencies(reading: Reading, title: Title | None, origin: str) -> Iterator[tuple[str, str]]:
    """Names and where each is from, the surest first."""
    if title and title.agency:
        yield (_government_of(title.agency, reading) if bare_region(title) else title.agency), "title"
    for other in (*reading.headings(), *reading.titles, *reading.page_titles()):
        if other.agency and (title is None or title.year is None or other.year in (None, title.year)):
            yield other.agency, "title"
    yield _beside_title(reading, title), "title_page"
    for name in in_preface(reading.opening) or in_preface(reading.paragraphs[:12]):
        yield name, "preface"
    yield in_signature(reading.lines), "signature"
    for name in reading.metadata("publisher"):
        yield tidy(name), "publisher"
    for text in reading.furniture():
        running = head_title(text)
        yield running.agency if running else (tidy(text) if is_agency(text) else ""), "running_head"
    for name in reading.metadata("author"):
        yield tidy(name) if is_agency(name) and len(folded(name)) >= 4 else "", "author"
    yield in_narrative(reading.paragraphs), "narrative"
    yield (agency_in_origin(origin) if origin else ""), "origin"


def _agency(reading: Reading, title: Title | None, origin: str) -> tuple[str, str]:
    """The agency and its source: the first whole name, else the first that is at least the end of one."""
    first = ("", "")
    for name, source in _agencies(reading, title, origin):
        if name and not is_generic(name):
            return name, source
        if name and not first[0]:
            first = (name, source)
    return first


def _agency_findings(agency: str, source: str, origin: str) -> Iterator[Finding]:
    if not agency:
        yield Finding(
            "identity.no_agency",
            Severity.DOUBT,
            "No agency is named in the title, the preface, the signature, the metadata or the file name.",
        )
    elif source == "origin":
        yield Finding(
            "identity.agency_from_origin",
            Severity.HINT,
            "The document names no agency; it is taken from the file name, folder or address.",
            actual=origin,
        )


def _support(chosen: YearStatement, statements: tuple[YearStatement, ...]) -> bool:
    """Another kind of statement, not a weak one, agrees with the choice."""
    return any(s.year == chosen.year and s.source != chosen.source and s.trust > Trust.WEAK for s in statements)


def _year_findings(statements: tuple[YearStatement, ...]) -> Iterator[Finding]:
    if not statements:
        yield Finding("identity.no_year", Severity.DOUBT, "No statement of the reporting year was found anywhere.")
        return
    chosen = statements[0]
    if chosen.source in _FALLBACKS:
        message = "The reporting year is inferred from the date under the report or from a number in its path; nothing states it."
        yield Finding("identity.year_inferred", Severity.DOUBT, message, actual=chosen.printed)
    elif chosen.source == "origin":
        message = "The document states no reporting year; it is taken from the file name or address."
        yield Finding("identity.year_from_origin", Severity.HINT, message, actual=chosen.printed)
    told: set[tuple[str, int]] = set()
    for other in statements[1:]:
        if other.year == chosen.year or (other.source, other.year) in told or other.source == "signature":
            continue
        told.add((other.source, other.year))
        severe = not _support(chosen, statements) and other.trust >= min(chosen.trust, Trust.FAIR)
        yield Finding(
            "identity.year_conflict",
            Severity.DOUBT if severe else Severity.HINT,
            f"The {chosen.source} says {chosen.year}, the {other.source} says {other.year}.",
            expected=chosen.printed,
            actual=other.printed,
        )


def _period(reading: Reading, year: int | None) -> tuple[str, tuple[Finding, ...]]:
    """The period as printed (the one of the report's year first) and what is wrong with it."""
    stated = reading.periods
    explicit = [period for period in stated if period.explicit]
    ordered = sorted(explicit or stated, key=lambda p: (p.year != year, p.damaged))
    findings = tuple(
        Finding(
            "identity.period_damaged",
            Severity.NOTE,
            "The statistical period is printed damaged; it is not used.",
            actual=p.printed,
        )
        for p in explicit
        if p.damaged
    )
    return (ordered[0].printed if ordered else ""), findings


def _published(reading: Reading) -> str:
    """The date of publication (ISO), from metadata or a line of the page; never used for the year."""
    for value in reading.metadata("published"):
        if date := iso_date(value):
            return date
    for line in (*reading.front[:20], *reading.lines[-6:]):
        match = _PUBLISHED.search(folded(line)) if len(folded(line)) <= MAX_LINE * 2 else None
        if match and (date := iso_date(folded(line)[match.end() :][:24])):
            return date
    return ""


def identify(document: Document, origin: str, body: Body | None = None) -> Identity:
    """Whose report a document (or one report's part of it) is, and for which year.

    Args:
        document: A document whose blocks are one report's.
        origin: Path, folder names, file name or address; percent-encoding is resolved here. May be empty.
        body: The document's, where it is known.

    Returns:
        The identity with its findings: ``identity.no_year``, ``identity.year_inferred``, ``identity.year_from_origin``,
        ``identity.year_conflict``, ``identity.no_agency``, ``identity.agency_from_origin``, ``identity.period_damaged``.
    """
    reading = Reading.of(document, body or Body(document.blocks))
    title = _title(reading)
    statements = year_statements(reading, title, origin)
    agency, source = _agency(reading, title, origin)
    year = statements[0].year if statements else None
    # Where the name says it all, nobody asks for the others; to find them takes longer than to understand it.
    names = () if is_clear(agency, year) else dict.fromkeys(name for name, _ in _agencies(reading, title, origin) if name)
    period, damaged = _period(reading, year)
    named = title or title_in_origin(origin)
    return Identity(
        title=named.text if named else next((t.text for text in reading.metadata("title") if (t := title_of_page(text))), ""),
        agency=agency,
        year=year,
        period=period,
        published=_published(reading),
        scope=stated_scope(reading.opening, reading.paragraphs, named.text if named else ""),
        findings=(*_agency_findings(agency, source, origin), *_year_findings(statements), *damaged),
        names=tuple(names),
    )
