"""All hostile inputs."""

from __future__ import annotations

from collections.abc import Iterator

from tests.hostile import archives, markup, office, pdf, pictures
from tests.hostile.good import report
from tests.hostile.model import Hostile, harmless


def named() -> Iterator[Hostile]:
    """Good reports in files whose names are the attack."""
    for number, name in enumerate(
        (
            "-rf --headless.html",
            "=cmd|' calc'!A1.html",
            "\x1b]0;owned\x07\x1b[2J\x1b[31m.html",
            "[bold red]x [link=x]x.html",
            "甲\u202elmth.fdp.html",
            "a\nb\tc.html",
            "$(reboot) `id` ; rm -rf ~ & .html",
            "'); DROP TABLE report;--.html",
        )
    ):
        yield harmless("name", name, "a report under a name that commands", lambda number=number: report(970 + number, "html"))  # type: ignore[misc]


def every() -> tuple[Hostile, ...]:
    """Each of them, those for LibreOffice last."""
    found = (
        *archives.inputs(),
        *markup.inputs(),
        *office.inputs(),
        *pdf.inputs(),
        *pictures.inputs(),
        *named(),
        *office.old_words(),
    )
    names = [each.name for each in found]
    assert len(set(names)) == len(names)
    return found
