"""Full-text search over the prose of the reports.

Chinese has no spaces between words, and a word is most often two characters: so every pair of neighbouring characters is
a term, and a phrase is found as a row of pairs. White space, letter case and the width of letters and digits do not
count, nor where the printed lines break. What the index finds is looked up in the prose itself before it is shown.

SQLite: a contentless FTS5 table. PostgreSQL: a table of arrays of the same pairs under a GIN index.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import add
from typing import Any

from sqlalchemy import Connection, TextClause, bindparam, select, text

from collect.errors import ConfigurationError
from store.bulk import batched, insert_rows
from store.rows import section_text
from store.schema import section
from store.values import storable

SNIPPET = 30
"""Characters shown before and after what was found."""
_PAGE = 100
"""Reports looked up at a time, at most."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A place in the prose of a report that prints what was searched."""

    report_id: int
    agency: str
    year: int | None
    chapter: int
    """Official chapter, 1 to 6; 0 what precedes it."""
    heading: str
    before: str
    found: str
    """What stands there, as printed; it may hold white space."""
    after: str


@dataclass(frozen=True, slots=True)
class _Question:
    phrases: tuple[str, ...]
    agency: str
    year: int | None


class _Folding(dict[int, str | None]):
    """For ``str.translate``: what a character is to the search; None for white space and control characters."""

    def __missing__(self, code: int) -> str | None:
        self[code] = folded = _fold(chr(code))
        return folded


def _fold(character: str) -> str | None:
    if unicodedata.category(character) in {"Zs", "Zl", "Zp", "Cc", "Cf", "Cs"}:
        return None
    for form in (unicodedata.normalize("NFKC", character), character.lower()):
        character = form if len(form) == 1 else character
    character = character.lower() if len(character.lower()) == 1 else character
    # FTS5's ascii tokenizer takes every other character for a letter: so none of ours is ASCII.
    return chr(ord(character) + 0xFEE0) if "!" <= character <= "~" else character


_FOLDING = _Folding()


def fold(printed: str) -> str:
    """``printed`` as the search sees it."""
    return printed.translate(_FOLDING)


def terms(folded: str) -> list[str]:
    """Every pair of neighbouring characters, and the last character alone: each character begins one term."""
    return [*map(add, folded, folded[1:]), folded[-1]] if folded else []


def remember(connection: Connection, prose: Iterable[tuple[int, Sequence[str]]]) -> None:
    """Index the prose of reports: number of the report, texts of its sections."""
    if connection.dialect.name == "postgresql":
        rows: list[tuple[int, Any]] = [(number, sorted(_arrays(texts))) for number, texts in prose]
        insert_rows(connection, "report_search", ("report_id", "pairs"), rows)
    else:
        insert_rows(connection, "report_search", ("rowid", "pairs"), [(number, _line(texts)) for number, texts in prose])


def forget(connection: Connection, reports: Sequence[int]) -> None:
    """Take reports out of the index. Their sections must still be there: FTS5 wants to be told what it is to forget."""
    for some in batched(reports):
        if connection.dialect.name == "postgresql":
            statement = text("DELETE FROM report_search WHERE report_id IN :some").bindparams(bindparam("some", expanding=True))
            connection.execute(statement, {"some": list(some)})
            continue
        rows = [("delete", number, _line(texts)) for number, texts in _prose(connection, some).items()]
        insert_rows(connection, "report_search", ("report_search", "rowid", "pairs"), rows)


def build(connection: Connection) -> None:
    """Index all reports there are, in a new index."""
    numbers = connection.scalars(select(section.c.report_id).distinct().order_by(section.c.report_id)).all()
    for some in batched(numbers):
        remember(connection, _prose(connection, some).items())


def _prose(connection: Connection, reports: Sequence[int]) -> dict[int, list[str]]:
    query = select(section).where(section.c.report_id.in_(reports)).order_by(section.c.report_id, section.c.ordinal)
    found: dict[int, list[str]] = {}
    for row in connection.execute(query):
        found.setdefault(row.report_id, []).append(section_text(row.heading, row.text))
    return found


def _line(texts: Sequence[str]) -> str:
    # No phrase runs over the end of a section: its last character stands alone, and no pair begins with it.
    return " ".join(" ".join(terms(fold(each))) for each in texts)


def _arrays(texts: Sequence[str]) -> set[str]:
    return {term for each in texts for folded in [fold(each)] for term in (*terms(folded), *folded)}


def search(
    connection: Connection, phrases: Sequence[str], *, agency: str = "", year: int | None = None, limit: int = 20
) -> list[Hit]:
    """Sections of current reports whose prose holds every phrase, in the order of loading, at most ``limit``.

    ``agency`` is a part of the agency's name.

    Raises:
        ConfigurationError: a phrase holds nothing that can be searched.
    """
    folded = tuple(fold(storable(phrase)) for phrase in phrases)
    if not folded or not all(folded):
        raise ConfigurationError("There is nothing to search for.", advice="Give a word or a phrase.")
    hits: list[Hit] = []
    for rows in _candidates(connection, _Question(folded, agency, year), min(limit, _PAGE)):
        hits += _hits(connection, rows, folded)
        if len(hits) >= limit:
            break
    return hits[:limit]


def _candidates(connection: Connection, question: _Question, size: int) -> Iterator[Sequence[Any]]:
    """Reports that the index names, in pages."""
    after = 0
    while True:
        statement, parameters = _page(connection, question)
        rows = connection.execute(statement, {**parameters, "after": after, "page": size}).all()
        yield rows
        if len(rows) < size:
            return
        after = rows[-1].id


def _page(connection: Connection, question: _Question) -> tuple[TextClause, Mapping[str, Any]]:
    parameters: dict[str, Any] = {}
    if connection.dialect.name == "postgresql":
        source = "report_search AS s JOIN report AS r ON r.id = s.report_id WHERE s.pairs @> :pairs AND s.report_id > :after"
        parameters["pairs"] = sorted({term for phrase in question.phrases for term in _sought(phrase)})
    else:
        source = (
            "report_search AS s CROSS JOIN report AS r ON r.id = s.rowid WHERE report_search MATCH :match AND s.rowid > :after"
        )
        parameters["match"] = " AND ".join(map(_match, question.phrases))
    conditions = " AND r.current = 1"
    if question.year is not None:
        conditions += " AND r.year = :year"
        parameters["year"] = question.year
    if question.agency:
        conditions += " AND r.agency LIKE :agency ESCAPE '\\'"
        escaped = question.agency.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        parameters["agency"] = f"%{storable(escaped)}%"
    number = "s.report_id" if connection.dialect.name == "postgresql" else "s.rowid"
    statement = f"SELECT r.id, r.agency, r.year FROM {source}{conditions} ORDER BY {number} LIMIT :page"  # noqa: S608 - no text of the user's
    return text(statement), parameters


def _sought(phrase: str) -> list[str]:
    return terms(phrase)[:-1] or [phrase]


def _match(phrase: str) -> str:
    """The phrase in FTS5's language. A single character begins a pair wherever it stands, or stands alone."""
    return f'"{phrase}" *' if len(phrase) == 1 else f'"{" ".join(terms(phrase)[:-1])}"'


def _hits(connection: Connection, rows: Sequence[Any], phrases: Sequence[str]) -> Iterator[Hit]:
    """The sections of some reports that hold every phrase; shown is the first phrase where it first stands."""
    reports = {row.id: row for row in rows}
    query = select(section).where(section.c.report_id.in_(reports)).order_by(section.c.report_id, section.c.ordinal)
    for each in connection.execute(query):
        row = reports[each.report_id]
        printed = section_text(each.heading, each.text)
        folded = fold(printed)
        if all(phrase in folded for phrase in phrases):
            start, end = _span(printed, folded.index(phrases[0]), len(phrases[0]))
            yield Hit(
                report_id=row.id,
                agency=row.agency,
                year=row.year,
                chapter=each.number,
                heading=each.heading,
                before=printed[max(0, start - SNIPPET) : start],
                found=printed[start:end],
                after=printed[end : end + SNIPPET],
            )


def _span(printed: str, start: int, length: int) -> tuple[int, int]:
    """Where characters of the folded text stand in the printed one."""
    kept = [place for place, character in enumerate(printed) if _FOLDING[ord(character)] is not None]
    return kept[start], kept[start + length - 1] + 1
