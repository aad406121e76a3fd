"""The batch: sources through a reader into the store, whatever happens on the way."""

from __future__ import annotations

import io
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from collect.archives import gather
from collect.errors import ConfigurationError, EncryptedError, NianbaoError, StoreError
from collect.limits import Limits
from collect.model import Refusal, Source
from extract.model import Document
from nianbao import workers
from nianbao.batch import ingest
from nianbao.counts import Summary
from nianbao.reading import PAGE_SHARE, Outcome, attempt, failure_of
from nianbao.workers import Item, hired, outcomes
from normalize.model import Report, Verdict
from store.batch import Batch
from store.load import Store
from store.open import open_store
from store.rows import Preparation
from tests.row_reader import with_rows
from tests.scripted_reader import made_report, reader


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "db.sqlite") as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "archive"
    made.mkdir()
    return made


def fill(folder: Path, *contents: str) -> None:
    for number, content in enumerate(contents, 1):
        (folder / f"{number}.txt").write_text(content)


def rows(store: Store, query: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(str(store.engine.url.database)) as connection:
        return connection.execute(query).fetchall()


def outcomes_of(folder: Path, **options: Limits) -> list[tuple[Item, Outcome]]:
    """What two processes make of the folder's files."""
    with hired(2) as crew:
        return list(outcomes(gather([folder]), with_rows(), crew, **options))


LOADED = "SELECT d.document, r.agency, r.verdict FROM report r JOIN document_path d USING (document_id) ORDER BY r.id"
FAILED = "SELECT document, code, reason, message FROM failure ORDER BY document"


def test_reports_and_failures_are_loaded_and_counted(store: Store, folder: Path) -> None:
    fill(folder, "verified 甲局", "budget", "inconsistent 乙局", "locked", "review 丙局", "bug")
    (folder / "style.css").write_text("")
    seen: list[str] = []
    summary = ingest([folder], store, read=reader, progress=seen.append)
    assert rows(store, LOADED) == [
        ("1.txt", "甲局", "verified"),
        ("3.txt", "乙局", "inconsistent"),
        ("5.txt", "丙局", "review"),
    ]
    assert rows(store, FAILED) == [
        ("2.txt", "not_a_report", "not_a_report.budget", "This is a budget."),
        ("4.txt", "encrypted", "encrypted", "It has a password."),
        ("6.txt", "error", "internal", "ZeroDivisionError: a fault of ours."),
    ]
    assert seen == [f"{number}.txt" for number in range(1, 7)]
    assert (summary.documents, summary.loaded, summary.known, summary.rejected) == (6, 3, 0, 3)
    assert summary.verdicts == {"verified": 1, "inconsistent": 1, "review": 1}
    assert summary.cells == 3 * 200
    assert summary.findings == {("fault", "applications.balance"): 1}
    assert summary.failures == {"not_a_report.budget": 1, "encrypted": 1, "internal": 1}
    assert summary.skipped == {"web_asset": 1}
    assert "a fault of ours" in summary.traces["6.txt"]
    assert rows(store, "SELECT finished IS NOT NULL, counts LIKE '%ZeroDivisionError%' FROM run") == [(1, 1)]


def test_facts_of_the_document_are_kept(store: Store, folder: Path) -> None:
    fill(folder, "verified 甲局")
    ingest([folder], store, read=reader)
    kept = rows(store, "SELECT media_type, producer, size, p.origin FROM document d JOIN document_path p ON p.document_id = d.id")
    assert kept == [("text/plain", "a test", len("verified 甲局".encode()), str(folder / "1.txt"))]


def test_second_run_reads_nothing_again_and_counts_the_same(store: Store, folder: Path) -> None:
    fill(folder, "verified 甲局", "inconsistent 乙局", "budget")
    first = ingest([folder], store, read=reader)
    read: list[str] = []

    def recording(source: Source) -> tuple[Document, tuple[Report, ...]]:
        read.append(source.document)
        return reader(source)

    second = ingest([folder], store, read=recording)
    assert read == []
    assert (second.documents, second.known, second.loaded) == (3, 3, 0)
    assert (second.verdicts, second.cells, second.findings) == (first.verdicts, first.cells, first.findings)
    assert (second.failures, second.examples) == (first.failures, first.examples)
    assert len(rows(store, LOADED)) == 2


def test_equal_content_is_one_document_of_two_names(store: Store, folder: Path) -> None:
    fill(folder, "verified 甲局", "verified 甲局")
    summary = ingest([folder], store, read=reader)
    assert (summary.documents, summary.loaded, summary.known) == (2, 1, 1)
    assert rows(store, "SELECT document FROM document_path ORDER BY 1") == [("1.txt",), ("2.txt",)]


def test_interrupted_it_keeps_what_is_done_and_goes_on_later(store: Store, folder: Path) -> None:
    fill(folder, "verified 甲局", "interrupt", "verified 乙局")
    summary = ingest([folder], store, read=reader)
    assert summary.interrupted
    assert summary.documents == 1
    assert rows(store, LOADED) == [("1.txt", "甲局", "verified")]
    assert rows(store, "SELECT finished FROM run") == [(None,)]
    (folder / "2.txt").write_text("verified 丙局")
    summary = ingest([folder], store, read=reader)
    assert not summary.interrupted
    assert summary.known == 1
    assert [agency for _, agency, _ in rows(store, LOADED)] == ["甲局", "丙局", "乙局"]


def test_nothing_found_says_so(store: Store, folder: Path) -> None:
    (folder / "style.css").write_text("")
    with pytest.raises(ConfigurationError, match=r"There is no document under .*archive \(1 files passed over\)"):
        ingest([folder], store, read=reader)


def test_what_the_store_refuses_is_a_failure_of_the_document(store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(folder, "verified 甲局", "verified 乙局")
    prepare = Preparation.prepare

    def picky(self: Preparation, report: Report) -> object:
        if report.identity.agency == "甲局":
            raise StoreError("A number is too large.")
        return prepare(self, report)

    monkeypatch.setattr(Preparation, "prepare", picky)
    summary = ingest([folder], store, read=reader)
    assert summary.failures == {"store": 1}
    assert rows(store, LOADED) == [("2.txt", "乙局", "verified")]


def test_a_broken_database_ends_the_run(store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise StoreError("The disk is full.")

    fill(folder, "verified 甲局")
    monkeypatch.setattr(Batch, "write", broken)
    with pytest.raises(StoreError, match="disk is full"):
        ingest([folder], store, read=reader)


def test_processes_give_the_same_in_the_same_order(store: Store, folder: Path, tmp_path: Path) -> None:
    fill(folder, *(f"verified {number}局" for number in range(9)), "budget")
    in_processes = ingest([folder], store, read=reader, workers=2)
    with open_store(tmp_path / "other.sqlite") as other:
        in_this = ingest([folder], other, read=reader)
        assert rows(store, LOADED) == rows(other, LOADED)
        assert rows(store, FAILED) == rows(other, FAILED)
    assert in_processes.counts() == in_this.counts()


def test_a_dying_process_costs_its_document_only(folder: Path) -> None:
    fill(folder, "verified 1", "verified 2", "die", "verified 3", "budget", "verified 4")
    results = outcomes_of(folder)
    reasons = [outcome.failure.reason if outcome.failure else None for _, outcome in results]
    assert [item.document for item, _ in results] == [f"{number}.txt" for number in range(1, 7)]
    assert reasons == [None, None, "memory", None, "not_a_report.budget", None]


def test_what_goes_wrong_in_a_process_is_named(folder: Path) -> None:
    fill(folder, "hang", "memory", "bug", "verified 1")
    results = outcomes_of(folder, limits=Limits(seconds=0.5))
    reasons = [outcome.failure.reason if outcome.failure else None for _, outcome in results]
    assert reasons == ["timeout", "memory", "internal", None]


def test_code_that_ignores_its_deadline_is_killed(folder: Path) -> None:
    fill(folder, "spin", "verified 1")
    (_, first), (_, second) = outcomes_of(folder, limits=Limits(seconds=0.5))
    assert first.failure is not None
    assert (first.failure.reason, second.failure) == ("timeout", None)
    assert "_spin" in first.failure.trace


def test_the_deadline_holds_in_this_process_too(folder: Path) -> None:
    fill(folder, "hang", "verified 1")
    (_, first), (_, second) = outcomes(gather([folder]), with_rows(), limits=Limits(seconds=0.1))
    assert first.failure is not None
    assert (first.failure.reason, second.failure) == ("timeout", None)
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0


def dawdling(source: Source) -> tuple[Document, tuple[Report, ...]]:
    """A reader that takes a second and a half, whatever it reads."""
    time.sleep(1.5)
    return Document("text/plain", ()), (made_report(source.document, Verdict.VERIFIED),)


def test_a_scan_is_given_time_by_its_pages() -> None:
    stream = io.BytesIO()
    canvas = Canvas(stream, invariant=1)
    for _ in range(100):
        canvas.rect(100, 100, 200, 200)
        canvas.showPage()
    canvas.save()
    sources = [Source("scan.pdf", stream.getvalue()), Source("text.txt", b"x")]
    end = []
    outcomes = [attempt(with_rows(dawdling), source, Limits(seconds=0.5), end.append) for source in sources]
    assert [outcome.failure and outcome.failure.reason for outcome in outcomes] == [None, "timeout"]
    assert end == [0.5 * PAGE_SHARE * 100]


def test_reading_ahead_is_bounded_by_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = 0

    def sources() -> Iterator[Source]:
        nonlocal taken
        for number in range(50):
            taken += 1
            yield Source(f"{number}.txt", b"verified x")

    monkeypatch.setattr(workers, "BYTES_AHEAD", 50)
    with hired(2) as crew:
        results = outcomes(sources(), with_rows(), crew)
        next(results)
        assert taken <= 10
        results.close()


def test_refusals_pass_through_in_their_place() -> None:
    refusal = Refusal("a.zip/x.pdf", "/a.zip/x.pdf", EncryptedError("locked", code="encrypted.zip"))
    items: list[Source | Refusal] = [Source("1", b"verified 1"), refusal, Source("2", b"verified 2")]
    with hired(2) as crew:
        results = list(outcomes(items, with_rows(), crew))
    assert [item.document for item, _ in results] == ["1", "a.zip/x.pdf", "2"]
    failure = results[1][1].failure
    assert failure is not None
    assert (type(failure.error), failure.error.message, failure.error.reason) == (EncryptedError, "locked", "encrypted.zip")


def test_blocks_stay_in_the_process_that_read_them() -> None:
    def with_blocks(source: Source) -> tuple[Document, tuple[Report, ...]]:
        document, reports = reader(source)
        return Document(document.media_type, blocks=("a block",)), reports  # type: ignore[arg-type] # any block will do

    outcome = attempt(with_rows(with_blocks), Source("1", b"verified 1"))
    assert isinstance(outcome, Outcome)
    assert outcome.document == Document("text/plain", ())


@pytest.mark.parametrize(
    ("summary", "rejected", "doubtful"),
    [
        (Summary(), 0, False),
        (Summary(verdicts=Counter({"verified": 2, "inconsistent": 1})), 0, False),
        (Summary(verdicts=Counter({"review": 1})), 0, True),
        (Summary(failures=Counter({"unreadable": 2})), 2, True),
    ],
)
def test_what_counts_as_doubtful(summary: Summary, rejected: int, doubtful: bool) -> None:
    assert (summary.rejected, summary.doubtful) == (rejected, doubtful)


def test_an_error_of_ours_keeps_its_advice_between_processes() -> None:
    error = NianbaoError("What happened.", advice="Do this.", code="finer")
    again = failure_of(error).error
    assert (str(again), again.reason, type(again)) == ("What happened. Do this.", "finer", NianbaoError)
