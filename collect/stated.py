"""Numbers, data and addresses as documents and pages state them, where anything at all may stand."""

from __future__ import annotations

import codecs
import json
import tomllib
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

_MOST_DIGITS = 18
_ESCAPES = frozenset({"punycode", "unicode-escape", "raw-unicode-escape", "utf-7"})


def whole(text: str) -> int | None:
    """The number that decimal digits spell; None for anything else, or more digits than a count has.

    ``str.isdigit`` takes "²" for a digit, which ``int`` does not; and ``int`` refuses thousands of them.
    """
    return int(text) if text.isdecimal() and len(text) <= _MOST_DIGITS else None


def toml(text: str) -> dict[str, Any]:
    """What a TOML file says.

    Raises:
        TOMLDecodeError: it is none; a number of thousands of digits and endless nesting included, over which the parser stumbles.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise
    except (ValueError, RecursionError) as error:
        raise tomllib.TOMLDecodeError(f"it holds what no file should: {type(error).__name__}") from error


def codec_of(name: str) -> str:
    """Python's name of an encoding that text may be in; empty for what is none.

    A page may claim ``idna`` or ``base64``: Python's codecs also turn bytes into bytes, or plain ASCII into other letters.
    """
    try:
        codec = codecs.lookup(name).name
        b"a".decode(codec, "replace")
    except (LookupError, ValueError):
        return ""
    return "" if codec in _ESCAPES else codec


def data_at(text: str, start: int = 0) -> object:
    """The JSON value that begins at a place of a text, whatever follows it; None where there is none, or it nests endlessly."""
    try:
        value, _ = json.JSONDecoder().raw_decode(text, start)
    except (ValueError, RecursionError):
        return None
    return value


def parts_of(address: str) -> SplitResult:
    """The parts of an address; all of them empty where it cannot be taken apart (``http://[::1/``)."""
    try:
        return urlsplit(address)
    except ValueError:
        return SplitResult("", "", "", "", "")


def joined(base: str, address: str) -> str:
    """The absolute form of an address that a page has; empty where it is none."""
    try:
        return urljoin(base, address)
    except ValueError:
        return ""
