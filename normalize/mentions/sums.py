"""Whether the prose agrees with itself: parts with their whole, shares with what they are shares of. Hints, never corrections."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

import regex

from normalize.mentions.shares import share_agrees
from normalize.mentions.structure import Parts, compatible
from normalize.model import Finding, Mention, Severity

_OVERLAP: Final = regex.compile(r"同时|重复|交叉|不同渠道")
_FAMILIES: Final = {
    "applications": ("applications",),
    "disclosure": ("disclosed", "published", "interpretations", "regulatory"),
    "reviews": ("reviews",),
    "suits": ("suits",),
    "proposals": ("congress", "cppcc"),
}
_SHARE_WHOLE: Final = frozenset(("count", "amount"))


def place_of(mention: Mention) -> str:
    """Where a mention stands, for people."""
    return f"chapter {mention.section}, characters {mention.start}-{mention.stop}"


def check_parts(found: Sequence[Mention], lists: Sequence[Parts], first: int, before: int) -> list[Finding]:
    """A hint for parts that are more than their whole, or that should be all of it and are not.

    One item may be counted under several channels (the form: 不同渠道和方式公开相同信息计1条), so channels are not summed;
    each alone cannot be more than the whole.
    """
    return [
        finding
        for parts in lists
        if (
            finding := _check(
                found[before if parts.whole < 0 else first + parts.whole], [found[first + i] for i in parts.items], parts
            )
        )
    ]


def _check(whole: Mention, items: Sequence[Mention], parts: Parts) -> Finding | None:
    values = [item.value for item in items]
    if any(item.metric and whole.metric and _family(item.metric) != _family(whole.metric) for item in items):
        return None  # the list reaches further than it seems
    if whole.value is None or whole.approximate or any(item.approximate or item.value is None for item in items):
        return None
    numbers = [value * times for value, times in zip(values, parts.times, strict=True) if value is not None]
    total = sum(numbers, Decimal(0))
    where = f"{place_of(whole)}: {whole.sentence}"
    overlapping = any(item.metric.endswith("by_channel") for item in items) or bool(_OVERLAP.search(whole.sentence))
    if max(numbers) > whole.value or (total > whole.value and not overlapping):
        words = f"Parts of {max(numbers) if overlapping else total} exceed their whole of {whole.value} {whole.unit} ({where})"
        return _hint("mention.parts_exceed", words, whole.value, max(numbers) if overlapping else total)
    if parts.complete and sum(parts.times) > 1 and total != whole.value and not overlapping:
        words = f"All parts together are {total}, the whole {whole.value} {whole.unit} ({where})"
        return _hint("mention.parts_sum", words, whole.value, total)
    return None


def _family(metric: str) -> str:
    """What a metric is about: counts of one family may be parts of each other."""
    return next((family for family, starts in _FAMILIES.items() if metric.startswith(starts)), metric)


def check_shares(found: Sequence[Mention], first: int) -> list[Finding]:
    """A hint for a share that is a share of nothing the sentence, or the one before it, counts."""
    return [finding for at in range(first, len(found)) if found[at].kind == "share" and (finding := _check_share(found, at))]


def _check_share(found: Sequence[Mention], at: int) -> Finding | None:
    share = found[at]
    part = None if share.base is None else found[share.base]
    stated = share.value
    if part is None or part.value is None or stated is None or share.approximate or part.approximate:
        return None
    if share.whole is not None:
        wholes = [found[share.whole]]
    else:
        siblings = {m.base for m in found[max(0, at - 16) :] if m.kind == "share"}
        near = range(max(0, at - 16), share.base or 0)
        wholes = [
            m
            for i in near
            if i not in siblings
            and (m := found[i]).kind in _SHARE_WHOLE
            and compatible(m.unit, part.unit)
            and m.section_ordinal == part.section_ordinal
        ]
    values = [m.value for m in wholes if m.value and not m.approximate and m.value >= part.value]
    if not values or any(share_agrees(part.value, value, stated) for value in values):
        return None
    shares = {value: part.value * 100 / value for value in values}
    nearest = min(values, key=lambda value: abs(shares[value] - stated))
    right = shares[nearest].quantize(Decimal(1).scaleb(min(0, int(stated.as_tuple().exponent)) - 1))
    words = f"{part.value} of {nearest} {part.unit} is {right} %, stated {share.value} % ({place_of(share)}: {share.sentence})"
    return _hint("mention.share_disagrees", words, right, stated)


def _hint(rule: str, message: str, expected: Decimal, actual: Decimal) -> Finding:
    return Finding(rule, Severity.HINT, message, expected=str(expected), actual=str(actual))
