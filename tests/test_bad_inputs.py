"""What is no report, or cannot be read, is refused with the right reason; nothing is loaded from it.

That the work is bounded is shown by sizes, not by clocks: every input here would exhaust memory or the stack, or take
minutes, in a reader without limits.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from collect.errors import EncryptedError, NianbaoError, NotAReportError, UnreadableError, UnsupportedError
from nianbao.pipeline import read_reports
from normalize.model import Report
from tests.typesetter import strays
from tests.typesetter.published import FIXTURES, published
from tests.typesetter.readback import false_certainties

REJECTS = FIXTURES / "rejects"

COMMITTED = (
    ("empty.pdf", UnreadableError, "unreadable.empty"),
    ("truncated.pdf", UnreadableError, "unreadable"),
    ("bare.doc", UnreadableError, "unreadable.truncated"),
    ("external-entity.docx", UnreadableError, "unreadable.dtd"),
    ("password.pdf", EncryptedError, "encrypted"),
    ("error-page.pdf", NotAReportError, "not_a_report.error_page"),
    ("budget.txt", NotAReportError, "not_a_report.budget"),
    ("half-year.html", NotAReportError, "not_a_report.half_year"),
    ("guide.txt", NotAReportError, "not_a_report.guide"),
    ("form-notice.txt", NotAReportError, "not_a_report.notice"),
)


@pytest.mark.parametrize(("name", "kind", "reason"), COMMITTED)
def test_reject_is_refused_with_its_reason(name: str, kind: type[NianbaoError], reason: str) -> None:
    with pytest.raises(kind) as refusal:
        read_reports((REJECTS / name).read_bytes(), name)
    assert type(refusal.value) is kind
    assert refusal.value.reason.startswith(reason)
    assert refusal.value.advice


def test_every_committed_reject_is_tested() -> None:
    assert {path.name for path in REJECTS.iterdir()} == {name for name, _, _ in COMMITTED}


MADE = (
    ("400 empty pages.pdf", lambda: strays.empty_pages(400), UnreadableError, "unreadable"),
    ("noise.pdf", lambda: strays.noise(50_000_000), UnreadableError, "unreadable"),
    ("noise after a head.pdf", lambda: b"%PDF-1.4\n" + strays.noise(5_000_000), UnreadableError, "unreadable"),
    ("deep.html", lambda: strays.deep_html(50_000), UnreadableError, "unreadable.nesting"),
    ("bomb.docx", lambda: strays.bomb_docx(published("qinghe-finance-2016"), 200), UnsupportedError, "unsupported.too_large"),
    ("blanks.txt", lambda: b" \r\n\t" * 1000, UnreadableError, "unreadable.empty"),
    ("nul.doc", lambda: bytes(4096), UnreadableError, "unreadable.empty"),
    ("half a zip.docx", lambda: b"PK\x03\x04" + strays.noise(2000), UnreadableError, "unreadable.truncated"),
    ("letters.txt", lambda: "年报".encode() * 3, NotAReportError, "not_a_report"),
)


@pytest.mark.parametrize(("name", "make", "kind", "reason"), MADE, ids=[name for name, *_ in MADE])
def test_made_input_is_refused_with_its_reason(
    name: str, make: Callable[[], bytes], kind: type[NianbaoError], reason: str
) -> None:
    with pytest.raises(kind) as refusal:
        read_reports(make(), name)
    assert refusal.value.reason.startswith(reason)


@pytest.mark.parametrize("name", ["hongze-2024.pdf", "qinghe-finance-2016.docx", "shanghai-office-2019.html", "hedong-2021.txt"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.9])
def test_a_cut_off_file_is_refused_or_not_certain(name: str, share: float) -> None:
    """A download that stopped: refused, or read as far as it goes and then not with certainty, unless nothing is missing."""
    whole = (FIXTURES / "reports" / name).read_bytes()
    assert false_certainties(published(Path(name).stem), _read_or_refuse(whole[: int(len(whole) * share)], name)) == []


def _read_or_refuse(content: bytes, name: str) -> tuple[Report, ...]:
    try:
        return read_reports(content, name)
    except NianbaoError:
        return ()
