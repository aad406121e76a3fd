"""What a file is called: printable names from the bytes that archives and file systems keep.

Names are labels only. Nothing is ever written under them, so a hostile one is cleaned, not refused.
"""

from __future__ import annotations

import regex

_UNPRINTABLE = regex.compile(r"[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]")
_DRIVE = regex.compile(r"^[A-Za-z]:(?=/|$)")


def decode_name(raw: bytes) -> str:
    """A name in UTF-8 or, as Chinese Windows writes it, GBK; bytes that are neither show as U+FFFD."""
    text = _decode(raw, "utf-8")
    if text is None:
        return _decode(raw, "gb18030") or raw.decode("utf-8", "replace")
    # Short GBK names may happen to be UTF-8 for a few Greek, Cyrillic or Arabic letters ("联通" is the famous one).
    # GB 2312 holds the common characters only: genuine Greek never reads as those.
    chinese = _decode(raw, "gb2312") if _FAR_LETTERS.fullmatch(text) else None
    return chinese if chinese and _HAN_NAME.fullmatch(chinese) else text


_FAR_LETTERS = regex.compile(r"[\x00-\x7f\u0080-\u07ff]*[\u0080-\u07ff][\x00-\x7f\u0080-\u07ff]*")
_HAN_NAME = regex.compile(r"[\x00-\x7f\p{Han}]*")


def _decode(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return None


def clean_name(name: str) -> str:
    """A relative path with ``/`` between its parts: no root, drive, ``..`` or control character."""
    parts = _DRIVE.sub("", name.replace("\\", "/")).split("/")
    kept = [part for part in parts if part not in {"", ".", ".."}]
    return _printable("/".join(kept)) or "unnamed"


def printable_name(text: str) -> str:
    """A path as the file system gives it, as text for people, also where its names are GBK on a UTF-8 system."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        text = decode_name(text.encode("utf-8", "surrogateescape"))
    return _printable(text)


def _printable(text: str) -> str:
    return str(_UNPRINTABLE.sub("\ufffd", text))


class DistinctNames:
    """Gives every document a name of its own, the same on every run over the same paths.

    Two ingested folders may hold the same relative path, and a zip the same member twice.
    """

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._next: dict[str, int] = {}
        """The count to try next, by name: an archive may hold one name half a million times."""

    def claim(self, name: str, parent: str) -> str:
        """``name``; with its ``parent`` folder's name in front, or a count behind, where that one is taken."""
        candidate = name
        if candidate in self._taken and parent:
            candidate = f"{parent}/{name}"
        if candidate in self._taken:
            count = self._next.get(name, 2)
            while (candidate := f"{name} ({count})") in self._taken:
                count += 1
            self._next[name] = count + 1
        self._taken.add(candidate)
        return candidate
