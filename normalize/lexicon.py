"""The lexicon: every label that the official forms print, and which of them a printed label is like.

A document asks the same question thousands of times: which row, column or heading is this text? It is answered once per
distinct label: equal wording is looked up, and only what has no equal among the forms' labels or is asked about its rivals
is compared, against all of them at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping
from functools import cache, lru_cache

from rapidfuzz import process
from rapidfuzz.distance import Indel

from normalize.forms import forms
from normalize.labels import Folded, similarity, take_apart

RELATED = 0.4
"""Labels less alike than this have nothing to do with each other; no rule tells such similarities apart."""
_NEARLY_RELATED = RELATED - 0.01
"""A cut-off rounds; what lies on the border is judged by ``similarity``."""
CORNERS = ("信息内容", "统计指标", "单位", "序号", "指标名称")
"""What the forms print over their label columns, and over the units."""
SPANNING = ("申请人情况",)
"""What the forms print over columns without it being part of their names."""
_END = 3
"""Characters at an end that two labels share wherever ``similarity`` lifts a beginning or an end over its plain ratio."""


@cache
def official_labels() -> tuple[Folded, ...]:
    """Every label of every form, headings and aliases included, each once."""
    tables = [table for form in forms().values() for table in form.tables]
    labels = [label for t in tables for label in (*(row.label for row in t.rows), *(column.label for column in t.columns))]
    texts = [text for label in labels for text in (*label.path, *label.aliases)]
    return tuple(dict.fromkeys(take_apart(text) for text in (*texts, *CORNERS, *SPANNING)))


@cache
def _wordings() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The official labels' ``core`` and ``short``."""
    labels = official_labels()
    return tuple(label.core for label in labels), tuple(label.short for label in labels)


@cache
def _by_end() -> Mapping[str, frozenset[int]]:
    """Official labels (indexes) by their first and their last characters."""
    found: defaultdict[str, set[int]] = defaultdict(set)
    for index, label in enumerate(official_labels()):
        for wording in (label.core, label.short):
            found[wording[:_END]].add(index)
            found[wording[-_END:]].add(index)
    return {end: frozenset(indexes) for end, indexes in found.items()}


@lru_cache(maxsize=4096)
def kin(printed: Folded) -> Mapping[Folded, float]:
    """The official labels that a printed one is like, with their similarity, the likest first; none below ``RELATED``."""
    near: set[int] = set()
    for wording, official in zip((printed.core, printed.short), _wordings(), strict=True):
        close = process.extract(wording, official, scorer=Indel.normalized_similarity, score_cutoff=_NEARLY_RELATED, limit=None)
        near.update(index for _, _, index in close)
        near.update(_by_end().get(wording[:_END], ()), _by_end().get(wording[-_END:], ()))
    labels = official_labels()
    return likest_first((labels[index], similarity(printed, labels[index])) for index in near)


def likest_first(scores: Iterable[tuple[Folded, float]]) -> dict[Folded, float]:
    """Similarities in falling order, those below ``RELATED`` left out; of several to one label the highest."""
    found: dict[Folded, float] = {}
    for label, score in sorted(scores, key=lambda item: (-item[1], item[0])):
        if score >= RELATED:
            found.setdefault(label, score)
    return found


def related(printed: str, official: Container[Folded], least: float) -> bool:
    """Whether a printed label is at least ``least`` (``RELATED`` or more) like one of some official labels."""
    for label, score in kin(take_apart(printed)).items():
        if score < least:
            return False
        if label in official:
            return True
    return False
