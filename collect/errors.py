"""The error tree. It stands at the front door so that every later room may raise from it.

An error here concerns a whole document or a whole run. A problem inside a document's *data* is a finding row, never an
exception. Each class has a stable ``code`` (stored in the ``failure`` table), a process ``exit_code`` and a sentence that
says what to do.
"""

from __future__ import annotations

import re
from typing import ClassVar

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""What a message may quote from a file and no database or terminal should get."""


class NianbaoError(Exception):
    """Base of everything this project raises on purpose.

    ``message`` says what happened; ``advice`` (by default the class's) what to do about it.
    """

    code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 1
    advice: str = "Please report this with the file that caused it."

    def __init__(self, message: str, *, advice: str | None = None, code: str | None = None) -> None:
        message = _UNPRINTABLE.sub("\ufffd", message)
        super().__init__(message)
        self.message = message
        self.advice = advice or type(self).advice
        self.reason = code or type(self).code
        """A finer code within the class (``not_a_report.budget``), or the class's own."""

    def __str__(self) -> str:
        """What happened and what to do about it."""
        return f"{self.message} {self.advice}"


class UnreadableError(NianbaoError):
    """The bytes are damaged, empty, or hold nothing that can be read."""

    code = "unreadable"
    exit_code = 65
    advice = "Fetch the file again, or open it by hand to see whether it is whole."


class EncryptedError(NianbaoError):
    """A password is needed."""

    code = "encrypted"
    exit_code = 66
    advice = "Remove the password (open it and save it without one) and ingest the file again."


class UnsupportedError(NianbaoError):
    """A format, or an amount of it, that this installation cannot read."""

    code = "unsupported"
    exit_code = 67
    advice = "Convert the file to PDF, HTML, DOCX or text and ingest that."


class NotAReportError(NianbaoError):
    """Readable, but no 政府信息公开工作年度报告."""

    code = "not_a_report"
    exit_code = 68
    advice = "Nothing to do, unless this is an annual report after all: then please report it."


class ConfigurationError(NianbaoError):
    """What the user asked for cannot be done as asked."""

    code = "configuration"
    exit_code = 78
    advice = "See `nianbao --help`."


class StoreError(NianbaoError):
    """The database cannot be opened, read or written."""

    code = "store"
    exit_code = 74
    advice = "Check the path, the permissions and the free space."
