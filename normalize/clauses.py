"""The prose cut into clauses, with what differs from agency to agency and from year to year masked.

Two agencies that print one text differ in their names and their numbers; two years of one agency in their years and
numbers. So a clause is compared without them: ``@`` stands for the agency, its places and its pronouns (我局, 全县), ``0`` for
every number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

import regex

from normalize.gazetteer import stem
from normalize.prose import Folded, fold, folded

SHINGLE = 5
"""Characters of a shingle, the smallest stretch that is compared."""
SELF = "@"
NUMBER = "0"
_STOP = regex.compile(r"[，。；：！？\n|]")
_HAN_NUMBER = "[〇零一二两三四五六七八九十百千万]"
_NUMBER = regex.compile(
    rf"\d[\d.,%‰]*|[二贰][〇零○◯Oo0]{_HAN_NUMBER}{{2}}(?=年)"
    rf"|{_HAN_NUMBER}+(?=[余多]?(?:条|件|次|篇|份|期|场|批|起|宗|例|部|册|人|户|类|家|个(?!体|性|别|人)))"
)
_PRONOUN = regex.compile(
    r"(?:我|本|全)(?:省|市|县|区|旗|州|盟|镇|乡|街道|街|局|委|办|厅|中心|单位|机关|部门|院|系统|辖区)(?:机关|系统)?"
    r"|[省市县区旗州](?=委|政府|级|直|本级)"
)
_PLACE = regex.compile(r"^\p{Han}{1,12}?(?:特别行政区|自治区|自治州|自治县|自治旗|[省市州盟县区旗镇乡]|街道)(?=\p{Han})")
_SELVES = regex.compile(rf"[省市县区旗州镇乡]?{SELF}+")
_SENTENCE_STOPS = frozenset("。！？")
_NO_COUNT_BEFORE, _NO_COUNT_BEHIND = frozenset("第〔[("), frozenset("年月日号〕])")
_REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of a text between two stops."""

    masked: str
    """What is compared."""
    start: int
    end: int
    """Where it stands in the folded paragraph."""
    sentence: int
    """Which sentence of the paragraph it is part of."""


@lru_cache(maxsize=_REMEMBERED)
def own_names(printed: str, canonical: str = "", places: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The ways in which a text may name its own agency, the longest first.

    Args:
        printed: The agency's name as the report prints it.
        canonical: Its canonical name, where it is known.
        places: Names of the divisions it lies in, its own included (江苏省, 宿迁市, 沭阳县).
    """
    names = {folded(name) for name in (printed, canonical, *places) if name}
    if not places:
        names |= _printed_places(folded(printed))
    names |= {stem(name) for name in names if len(name) <= 12 and len(stem(name)) >= 2}
    names |= {body for whole in (printed, canonical) if (body := _body(folded(whole), names))}
    return tuple(sorted((name for name in names if len(name) >= 2 and not _STOP.search(name)), key=lambda n: (-len(n), n)))


def _printed_places(printed: str) -> set[str]:
    """The divisions that a name begins with, read from its letters alone: the fallback where none is known."""
    found, rest = set(), printed
    while match := _PLACE.match(rest):
        found.add(match.group())
        rest = rest[match.end() :]
    return found


def _body(name: str, places: Iterable[str]) -> str:
    """What is left of a name without its places (财政局); empty where that is too short to be told from other words."""
    for place in sorted(places, key=len, reverse=True):
        if place != name and name.startswith(place):
            name = name[len(place) :]
    return name if len(name) >= 3 else ""


def _mask(text: str, names: Sequence[str]) -> str:
    for name in names:
        if name in text:
            text = text.replace(name, SELF)
    return str(_SELVES.sub(SELF, _PRONOUN.sub(SELF, _NUMBER.sub(NUMBER, text))))


def masked_sentences(text: str, names: Sequence[str]) -> list[list[str]]:
    """The masked clauses of each sentence of a text, stops left out; its paragraphs are separated by newlines."""
    whole = _mask("\n".join(map(folded, text.split("\n"))), names)
    # Splitting by a pattern takes five times as long.
    for stop in "！？\n":
        whole = whole.replace(stop, "。")
    for stop in "；：|":
        whole = whole.replace(stop, "，")
    sentences = ([clause for clause in sentence.split("，") if clause] for sentence in whole.split("。") if sentence)
    return [clauses for clauses in sentences if clauses]


def placed_clauses(paragraph: str, names: Sequence[str]) -> tuple[Folded, list[Clause]]:
    """The same clauses of one paragraph, with their places."""
    source = fold(paragraph)
    masked = _STOP.split(_mask(source.text, names))
    found: list[Clause] = []
    start = sentence = 0
    # No mask holds a stop or takes one away, so both texts have the same clauses.
    for clause, printed in zip(masked, _STOP.split(source.text), strict=True):
        end = start + len(printed)
        if clause:
            found.append(Clause(clause, start, end, sentence))
        sentence += source.text[end : end + 1] in _SENTENCE_STOPS
        start = end + 1
    return source, found


def counts(clause: str, names: Sequence[str]) -> list[str]:
    """The numbers of a folded clause, in order; years, dates and numbers of articles and documents left out."""
    for name in names:
        clause = clause.replace(name, SELF)
    return list(_counts(clause))


def _counts(text: str) -> Iterator[str]:
    for match in _NUMBER.finditer(text):
        start, end = match.span()
        if text[start - 1 : start] not in _NO_COUNT_BEFORE and text[end : end + 1] not in _NO_COUNT_BEHIND:
            yield match.group()


@cache
def stock_clauses() -> tuple[str, ...]:
    """The form's fixed text and the phrases that all reports share, masked: what carries no evidence of copying.

    Source: stock.txt beside this file, after the official forms (国办公开办函〔2019〕60号, 〔2021〕30号) and the 条例.
    """
    lines = files(__package__).joinpath("stock.txt").read_text(encoding="utf-8").splitlines()
    sentences = (clauses for line in lines if line and not line.startswith("#") for clauses in masked_sentences(line, ()))
    return tuple(clause for clauses in sentences for clause in clauses)


def is_stock(clause: str) -> bool:
    """Whether a masked clause says nothing that the form's fixed text does not say: every five characters of it stand there."""
    known = _stock_shingles()
    return all(clause[at : at + SHINGLE] in known for at in range(max(1, len(clause) - SHINGLE + 1)) if len(clause) >= SHINGLE)


@cache
def _stock_shingles() -> frozenset[str]:
    return frozenset(clause[at : at + SHINGLE] for clause in stock_clauses() for at in range(len(clause) - SHINGLE + 1))
