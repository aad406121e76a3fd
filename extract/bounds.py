"""The limits in force while a document is read, and the refusal of what is beyond one.

They stand to reading as the decimal module's context stands to arithmetic: set around it, not handed from call to call. They
decide only between a document and a refusal, so the same bytes never give two different documents.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from lxml import etree

from collect.errors import UnsupportedError
from collect.limits import DEFAULT_LIMITS, Limits

_PRINT = "Look at the file; a genuine report can be printed to PDF."
_in_force: ContextVar[Limits] = ContextVar("limits", default=DEFAULT_LIMITS)


def limits() -> Limits:
    """Those in force here."""
    return _in_force.get()


@contextmanager
def within(wanted: Limits) -> Iterator[None]:
    """Reading inside the block keeps to these limits."""
    token = _in_force.set(wanted)
    try:
        yield
    finally:
        _in_force.reset(token)


def beyond(limit: str, message: str, *, code: str = "unsupported.too_large", instead: str = _PRINT) -> UnsupportedError:
    """The refusal of a document that is beyond a limit.

    Args:
        limit: its name in ``Limits``.
        message: what there is too much of.
        code: the reason.
        instead: what to do beside raising the limit.
    """
    most = getattr(limits(), limit)
    advice = f"{instead} If it is genuine, raise the limit {limit} (now {most:,}): --reread --limit {limit}=NUMBER."
    return UnsupportedError(message, advice=advice, code=code)


def nests_too_deep(root: etree._Element, tag: str) -> bool:
    """Whether elements of a name (``table``, ``{*}tbl``) lie within each other deeper than ``Limits.nesting``."""
    most = limits().nesting
    for found, _ in enumerate(root.iter(tag), start=1):
        if found > most:
            name = tag.rpartition("}")[2]
            return bool(root.xpath(_NESTED, name=name, most=most))
    return False


_NESTED = "boolean(descendant::*[local-name() = $name][count(ancestor::*[local-name() = $name]) >= $most])"
