"""What a report's own text shows of another report: another year or another agency left standing. Hints, nothing more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from normalize.authority.model import Resolution
from normalize.clauses import own_names
from normalize.foreign_names import foreign_names
from normalize.gazetteer import gazetteer
from normalize.model import Finding, Identity, Section, Severity
from normalize.stale_years import stale_years

_QUOTED = 100
"""Characters of a sentence that a finding quotes."""


def leftovers(sections: Sequence[Section], identity: Identity, resolution: Resolution) -> tuple[Finding, ...]:
    """The findings of both kinds, one for each year and each name, in the order of the text."""
    own, year = resolution.agency, identity.year
    findings: list[Finding] = []
    if year is not None:
        names = own_names(identity.agency, own.name if own else "", _places(own.region_code) if own else ())
        for stale, quoted in _grouped((str(s.year), s.sentence) for s in stale_years(sections, year, names)):
            message = f"speaks of {stale} as the reporting year: {quoted}"
            findings.append(Finding("copy.other_year", Severity.HINT, message, expected=str(year), actual=stale))
    if own is not None and not resolution.joint:
        for name, quoted in _grouped((f.name, f.sentence) for f in foreign_names(sections, own, year)):
            message = f"speaks of {name} as if of {own.name}: {quoted}"
            findings.append(Finding("copy.other_agency", Severity.HINT, message, expected=own.name, actual=name))
    return tuple(findings)


def _places(code: str) -> tuple[str, ...]:
    region = gazetteer().region(code)
    return tuple(each.name for each in (*gazetteer().ancestors(region), region)) if region else ()


def _grouped(found: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Each year or name with its first sentence, and how many more there are."""
    sentences: dict[str, list[str]] = {}
    for what, sentence in found:
        sentences.setdefault(what, []).append(sentence)
    return [
        (what, _quote(each[0]) + (f" (and {len(each) - 1} more)" if len(each) > 1 else "")) for what, each in sentences.items()
    ]


def _quote(sentence: str) -> str:
    line = " ".join(sentence.split())
    return f"「{line if len(line) <= _QUOTED else line[:_QUOTED] + '…'}」"
