"""Labels that are alike and mean something else: last year for this year, refused for granted, another row's own words.

Similarity cannot tell them apart: 上年处理决定数量 is as like 本年处理决定数量 as many an honest misspelling. So what was matched
by likeness is looked at once more: whether another label of the table fits better, and whether a word has turned into its
opposite.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from functools import lru_cache

import regex

from normalize.align import Printed, Roster, Wanted, likeness
from normalize.labels import Folded, digits_of, fold, take_apart
from normalize.lexicon import kin

_OPPOSED: tuple[tuple[tuple[str, ...], ...], ...] = (
    (("本年", "本期", "当年"), ("上年", "上一年", "去年", "往年", "上期"), ("下年", "下一年", "次年"), ("累计", "历年")),
    (("予以",), ("不予",)),
    (("部分",), ("全部",)),
    (("新收",), ("结转",)),
    (("制发", "制定"), ("废止", "失效"), ("有效",)),
    (("维持",), ("纠正", "纠错")),
    (("按时", "按期"), ("延期",), ("逾期", "超期")),
    (("专职",), ("兼职",)),
    (("无法",), ("可以", "能够")),
    (("当面",), ("传真",), ("信函",)),
    (("许可",), ("处罚",), ("强制",), ("收费",)),
    (("商业",), ("工业",), ("农业",)),
    (("科研",), ("教育",)),
)
"""Words that exclude each other, each with others for it."""
_OTHER_YEARS = regex.compile(r"[上去前往下次]一?年|同期|上期|累计|历年")
"""Where the form's label names no year, these make it another year's, or that of all years so far."""
_REMARK_OF_YEARS = regex.compile(rf"(?:{_OTHER_YEARS.pattern})度?(?:数据?|合计)?")
_NEGATION = regex.compile(r"[不未无非]")
_NUMBER_BEHIND = regex.compile(r"(?<=\p{Han}[”）)]?)[\s:：]*\d+\s*$")
_YEAR = regex.compile(r"(?:19|20)\d\d\s*年?")
_NO_LETTER = regex.compile(r"[\p{P}\p{S}]")
_NEAR = 0.15
"""Of several wordings of a label those about as like as the likest count."""
_HEADS = 0.75
_AMONG = "其中"
"""Introduces what is part of the row above."""
_WHOLE = 4
"""Characters of a label that no other one has in it by chance."""
_BETWEEN = 2
"""Characters of an enumerator within a label, its signs aside."""
_SAME_LENGTH = 2
"""Labels that differ by more characters are shortened or paraphrased ones; a negation may well be missing."""


def other_meaning(printed: Printed, roster: Roster, place: int) -> str:
    """Why a printed label may mean something else than the ``place``-th of a roster; empty where nothing speaks for it."""
    wanted = roster[place]
    own = likeness(printed, wanted)
    label = printed.path[-1] if printed.path else ""
    folded = take_apart(label)
    if own == 1.0:
        return f"the label {label} says something else than {folded.short}" if _is_of_other_years(folded) else ""
    known = kin(folded)
    for other in roster:
        like = max(known.get(leaf, 0.0) for leaf in other.leaves)
        if other.leaves != wanted.leaves and (like > own or any(folded.core == leaf.core for leaf in other.leaves)):
            return f"the label {label} is more like {other.leaves[0].core}"
        if other.leaves != wanted.leaves and _names_both(folded.core, wanted, other):
            return f"the label {label} says {other.leaves[0].core} as well"
    if any(_excludes(folded.core, leaf.core) for leaf in wanted.leaves if known.get(leaf, 0.0) > own - _NEAR):
        return f"the label {label} says something else than {wanted.leaves[0].core}"
    return ""


def _is_of_other_years(label: Folded) -> bool:
    """Whether the remark in brackets behind a label says nothing but a time (累计, 上年数)."""
    return _REMARK_OF_YEARS.fullmatch(label.core.removeprefix(label.short)) is not None


def _names_both(printed: str, wanted: Wanted, other: Wanted) -> bool:
    """Whether a label consists of two rows' whole labels, one behind the other (行政处罚行政强制), an enumerator between.

    Short ones (规章行政规范性文件) have nothing between them.
    """
    pairs = [(a.core, b.core) for a in wanted.leaves for b in other.leaves]
    return any(
        printed in {a + b, b + a}
        or (
            min(len(a), len(b)) >= _WHOLE
            and 0 <= len(printed) - len(a) - len(b) <= _BETWEEN
            and ((printed.startswith(a) and printed.endswith(b)) or (printed.startswith(b) and printed.endswith(a)))
        )
        for a, b in pairs
        if a and b
    )


def says_other_year(text: str) -> bool:
    """Whether a word over a column says that it is another year's, or that of all years so far."""
    return _OTHER_YEARS.search(take_apart(text).core) is not None


@lru_cache(maxsize=4096)
def _excludes(printed: str, wanted: str) -> bool:
    if abs(len(printed) - len(wanted)) <= _SAME_LENGTH and len(_NEGATION.findall(printed)) != len(_NEGATION.findall(wanted)):
        return True
    if _OTHER_YEARS.search(printed) and "年" not in wanted:
        return True
    for group in _OPPOSED:
        said, meant = ({i for i, words in enumerate(group) if any(word in text for word in words)} for text in (printed, wanted))
        if said and meant and not said & meant:
            return True
    return False


def heads_others(printed: Printed, wanted: Wanted, headings: Container[Folded]) -> str:
    """The heading printed over a column that is another column's, or the opposite of its own; empty where there is none."""
    if not wanted.parents:
        return ""
    for heading in printed.path[:-1]:
        folded = take_apart(heading)
        like = [(score, label) for label, score in kin(folded).items() if label in headings and score >= _HEADS]
        best = max((score for score, _ in like), default=0.0)
        own = [label for score, label in like if score == best and label in wanted.parents]
        if like and (not own or (best < 1.0 and all(_excludes(folded.core, label.core) for label in own))):
            return heading
    return ""


def is_loose(printed: Sequence[Printed], matched: Container[int], index: int, wanted: Wanted) -> bool:
    """Whether a label was matched by its shortened or another wording although another, unmatched row has the form's own.

    That one may print blanks only: 培训班数（含上年结转） or 其中：培训班数 with a number beside 培训班数 without one,
    合计 beside （七）总计.
    """
    cores = {leaf.core for leaf in wanted.leaves}

    def core(at: int) -> str:
        return take_apart(printed[at].path[-1]).core

    def length(at: int) -> int:
        return len(fold(printed[at].path[-1]))

    plain = [at for at in range(len(printed)) if at not in matched and core(at) in cores]
    return any(core(at) != core(index) or length(at) < length(index) for at in plain)


def number_in_heading(printed: Printed) -> str:
    """A heading beside a row that holds a number, a year aside; empty where none does. It may be one of the row's."""
    return next((heading for heading in printed.path[:-1] if digits_of(_YEAR.sub("", heading))), "")


def rivals_among(printed: Sequence[Printed], among: Iterable[int], wanted: Wanted, least: float) -> list[str]:
    """Labels of other rows (``among``, indexes) that name a wanted row at ``least`` so well, numbers typed behind them aside."""
    return [printed[i].path[-1] for i in among if likeness(_without_number(printed[i]), wanted) >= least]


def _without_number(printed: Printed) -> Printed:
    *headings, label = printed.path or ("",)
    bare = _NUMBER_BEHIND.sub("", label)
    return printed if bare == label else Printed((*headings, bare))


def is_torn(printed: Sequence[Printed], numeric: Container[int], index: int, wanted: Wanted) -> bool:
    """Whether a label goes on beside numbers in the row above or below: then the numbers of both rows may be its.

    Args:
        printed: the labels of all rows.
        numeric: those (indexes) of rows with numbers.
        index: the label in question.
        wanted: what it was matched to.
    """
    own, label = likeness(printed[index], wanted), printed[index].path[-1]
    for other in (index - 1, index + 1):
        if not 0 <= other < len(printed) or other not in numeric:
            continue
        headings = printed[index].path[:-1]
        if headings and printed[other].path == headings:  # under the same headings, and no word of its own
            return True
        piece = printed[other].path[-1]
        core = take_apart(piece).core
        if not core:  # nothing, or the bracket or stop that ends something
            if piece.strip():
                return True
            continue
        if core == _AMONG and other < index:  # introduces what stands below, and is no row by itself
            return True
        upper, lower = (piece, label) if other < index else (label, piece)
        if _opens(upper) > 0 > _opens(lower):  # a bracket runs over both
            return True
        if not any(core in _NO_LETTER.sub("", leaf.enumerator) + leaf.core for leaf in wanted.leaves):
            continue
        joined = likeness(Printed((piece + label if other < index else label + piece,)), wanted)
        if joined > own or (joined == own and core not in take_apart(label).core):
            return True
    return False


def _opens(text: str) -> int:
    """Brackets that a text opens and does not close; negative: closes and does not open."""
    plain = fold(text)
    return plain.count("(") - plain.count(")")
