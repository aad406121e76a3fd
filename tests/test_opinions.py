"""Which of two readings of one document is kept, and what becomes of numbers they do not agree on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest

import extract.read
import nianbao.pipeline
from collect.errors import NotAReportError, UnreadableError, UnsupportedError
from extract.model import Document
from nianbao.pipeline import read
from normalize.model import Cell, CellKey, Report, Severity, State, Verdict
from normalize.opinions import better, is_certain
from normalize.reports import normalize
from tests.typesetter.pdf import PdfStyle, print_pdf
from tests.typesetter.published import published

NEW = CellKey("applications", "new", "total")


def with_cell(report: Report, key: CellKey, value: str) -> Report:
    """The same report with another number in one cell, checked again."""
    cells = tuple(c._replace(value=Decimal(value), printed=value) if c.key == key else c for c in report.cells)
    return replace(report, cells=cells, verdict=Verdict.INCONSISTENT)


@pytest.fixture(scope="module")
def verified() -> Report:
    content = print_pdf(published("suqian-2024"), PdfStyle(), Random(1))
    (report,) = read(content, "report.pdf").reports
    assert report.verdict is Verdict.VERIFIED
    return report


def cell(report: Report, key: CellKey) -> Cell:
    return next(c for c in report.cells if c.key == key)


def test_a_verified_report_with_all_tables_needs_no_second_reader(verified: Report) -> None:
    assert is_certain((verified,))
    assert not is_certain((replace(verified, cells=verified.cells[:20]),))
    assert is_certain((replace(verified, verdict=Verdict.INCONSISTENT),))
    assert not is_certain((replace(verified, verdict=Verdict.REVIEW),))
    assert not is_certain(())


def test_the_better_verdict_wins(verified: Report) -> None:
    wrong = with_cell(verified, NEW, "3526")
    assert better((wrong,), (verified,)) == ((verified,), True)
    assert better((verified,), (wrong,)) == ((verified,), False)


def test_more_tables_win_over_a_better_verdict(verified: Report) -> None:
    part = replace(verified, cells=verified.cells[:20])
    whole = replace(verified, verdict=Verdict.REVIEW)
    assert better((part,), (whole,)) == ((whole,), True)


def test_of_two_equally_good_readings_that_differ_neither_is_believed(verified: Report) -> None:
    first, second = with_cell(verified, NEW, "3526"), with_cell(verified, NEW, "3527")
    ((kept,), is_second) = better((first,), (second,))
    assert not is_second
    assert kept.verdict is Verdict.REVIEW
    assert (cell(kept, NEW).state, cell(kept, NEW).value, cell(kept, NEW).printed) == (State.MISSING, None, "3526")
    (doubt,) = [f for f in kept.findings if f.rule == "reading.disagreement"]
    assert (doubt.severity, doubt.cells, doubt.actual, doubt.expected) == (Severity.DOUBT, (str(NEW),), "3526", "3527")
    assert kept.tally.used + kept.tally.ignored + kept.tally.in_findings == kept.tally.seen
    assert not any(check.outcome == "fails" and str(NEW) in check.cells for check in kept.checks)


def test_an_error_of_the_agency_that_both_readers_see_stays_as_printed(verified: Report) -> None:
    wrong = with_cell(verified, NEW, "3526")
    assert better((wrong,), (replace(wrong),)) == ((wrong,), False)


# the hallway ---------------------------------------------------------------------------------------------------------


Answer = Document | Exception


@pytest.fixture
def readers(monkeypatch: pytest.MonkeyPatch) -> Callable[[Answer, Answer | None], list[str]]:
    """Puts two readers in place of the real ones; gives the names of those asked."""

    def put(first: Answer, second: Answer | None) -> list[str]:
        asked: list[str] = []

        def answering(name: str, answer: Answer | None) -> Callable[..., Document | None]:
            def reader(_content: bytes, _name: str = "", _pictures: Mapping[str, bytes] | None = None) -> Document | None:
                asked.append(name)
                if isinstance(answer, Exception):
                    raise answer
                return answer

            return reader

        monkeypatch.setattr(extract.read, "read", answering("first", first))
        monkeypatch.setattr(extract.read, "read_again", answering("second", second))
        return asked

    return put


@pytest.fixture(scope="module")
def document() -> Document:
    return nianbao.pipeline.read_document(print_pdf(published("suqian-2024"), PdfStyle(), Random(1)), "report.pdf")


def test_a_certain_reading_is_not_asked_for_twice(
    readers: Callable[[Answer, Answer | None], list[str]], document: Document
) -> None:
    asked = readers(document, document)
    assert read(b"").document is document
    assert asked == ["first"]


def test_a_page_the_first_reader_lost_is_found_by_the_second(
    readers: Callable[[Answer, Answer | None], list[str]], document: Document
) -> None:
    half = replace(document, blocks=document.blocks[: len(document.blocks) // 2])
    asked = readers(half, document)
    reading = read(b"")
    assert asked == ["first", "second"]
    assert reading.reports == normalize(document)
    assert [w.code for w in reading.document.warnings] == ["second_reading"]


def test_a_reading_that_no_second_reader_improves_is_kept(
    readers: Callable[[Answer, Answer | None], list[str]], document: Document
) -> None:
    half = replace(document, blocks=document.blocks[: len(document.blocks) // 2])
    for second in (half, UnreadableError("broken"), None):
        readers(half, second)
        assert read(b"").reports == normalize(half)


def test_where_the_first_reader_fails_the_second_is_asked(
    readers: Callable[[Answer, Answer | None], list[str]], document: Document
) -> None:
    unusable = UnsupportedError("no meaning", code="unusable_text_layer")
    for error in (UnreadableError("broken"), unusable):
        readers(error, document)
        assert read(b"").reports == normalize(document)
        readers(error, UnreadableError("broken too"))
        with pytest.raises(type(error)) as caught:
            read(b"")
        assert caught.value is error


def test_a_scan_and_another_kind_of_document_are_not_read_twice(
    readers: Callable[[Answer, Answer | None], list[str]], document: Document
) -> None:
    asked = readers(UnsupportedError("a scan", code="needs_ocr"), document)
    with pytest.raises(UnsupportedError):
        read(b"")
    assert asked == ["first"]
    asked = readers(replace(document, blocks=(), metadata=()), document)
    with pytest.raises(NotAReportError):
        read(b"")
    assert asked == ["first"]
