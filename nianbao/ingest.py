"""The batch: sources through the pipeline into the store, with a summary at the end."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy import select

from collect.archives import Refusal, gather, require_documents
from collect.errors import StoreError
from collect.limits import DEFAULT_LIMITS, Limits
from collect.model import Source
from extract.model import Document
from nianbao.pipeline import READER_VERSION
from nianbao.workers import TIME_LIMIT, Failure, Outcome, Reader, failure_of, outcomes, read_source
from normalize.model import Report, State, Verdict
from store.documents import DocumentFacts, Run
from store.load import Outcome as Loaded
from store.load import Store
from store.schema import document, finding, report

Progress = Callable[[str], None]
"""Told the name of each document once it is done with."""


@dataclass(slots=True)
class Summary:
    """What became of a batch. Counts are of this run's documents, known ones included."""

    documents: int = 0
    loaded: int = 0
    """Documents with at least one report that were new or read again."""
    known: int = 0
    """Documents whose content an earlier run, or an equal document, had already given."""
    verdicts: Counter[str] = field(default_factory=Counter)
    """Reports by verdict, those of known documents included."""
    cells: int = 0
    """Cells read with a number or a printed blank."""
    missing: int = 0
    """Cells the printed tables should have, but which were not found."""
    findings: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Findings by severity and rule."""
    failures: Counter[str] = field(default_factory=Counter)
    """Documents that gave no report, by reason."""
    examples: dict[str, tuple[str, str]] = field(default_factory=dict)
    """For each reason the first such document and its message."""
    traces: dict[str, str] = field(default_factory=dict)
    """Tracebacks of our own faults, by document."""
    skipped: Counter[str] = field(default_factory=Counter)
    """Files passed over as no documents, by rule."""
    seconds: float = 0.0
    interrupted: bool = False

    @property
    def rejected(self) -> int:
        """Documents that gave no report."""
        return self.failures.total()

    @property
    def doubtful(self) -> bool:
        """Whether a person should look at something."""
        return bool(self.rejected or self.verdicts[Verdict.REVIEW])

    def counts(self) -> dict[str, object]:
        """The figures for the store's table of runs."""
        return {
            "documents": self.documents,
            "loaded": self.loaded,
            "known": self.known,
            "verdicts": dict(self.verdicts),
            "cells": self.cells,
            "missing": self.missing,
            "findings": {f"{severity}:{rule}": count for (severity, rule), count in self.findings.items()},
            "failures": dict(self.failures),
            "skipped": dict(self.skipped),
            "traces": self.traces,
        }


def ingest(
    paths: Sequence[Path],
    store: Store,
    *,
    workers: int = 1,
    progress: Progress = lambda _name: None,
    read: Reader = read_source,
    limits: Limits = DEFAULT_LIMITS,
    time_limit: float = TIME_LIMIT,
) -> Summary:
    """Takes every document under ``paths`` into ``store`` and says what became of them.

    Nothing a document holds stops it. Ctrl-C does, cleanly: what is loaded stays, and ``Summary.interrupted`` is set.
    A document that this version of the reader has read before is not read again.

    Raises:
        ConfigurationError: a path does not exist, or there is no document under any of them. Nothing is written then.
        StoreError: the database cannot be written.
    """
    require_documents(paths)
    summary = Summary()
    sources = gather(paths, limits=limits, skipped=summary.skipped)
    start = time.perf_counter()
    run = store.begin_run(READER_VERSION, " ".join(map(str, paths)))
    batch = _Batch(store, run, summary, progress)
    try:
        with closing(outcomes(batch.unknown(sources), read, workers=workers, time_limit=time_limit)) as results:
            for item, outcome in results:
                batch.keep(item, outcome)
    except KeyboardInterrupt:
        summary.interrupted = True
    summary.seconds = time.perf_counter() - start
    if not summary.interrupted:
        store.finish_run(run, summary.counts())
    return summary


class _Batch:
    """The side of a run that writes."""

    def __init__(self, store: Store, run: Run, summary: Summary, progress: Progress) -> None:
        self._store = store
        self._run = run
        self._summary = summary
        self._progress = progress

    def unknown(self, items: Iterator[Source | Refusal]) -> Iterator[Source | Refusal]:
        """Those that must be read; the store knows the others' content already."""
        for item in items:
            if isinstance(item, Source) and self._store.recognise(_facts(item), self._run) is not None:
                self._count_known(item)
                self._done(item)
            else:
                yield item

    def keep(self, item: Source | Refusal, outcome: Outcome) -> None:
        """Puts an outcome into the store and the summary."""
        failure = outcome.failure
        if failure is None and isinstance(item, Source):
            failure = self._load(item, outcome)
        if failure is not None:
            self._fail(_facts(item), failure)
        self._done(item)

    def _done(self, item: Source | Refusal) -> None:
        self._summary.documents += 1
        self._progress(item.document)

    def _load(self, source: Source, outcome: Outcome) -> Failure | None:
        """Loads the reports. What the database will not take is a failure of the document."""
        try:
            loaded = self._store.load(_facts(source, outcome.document), outcome.reports, self._run)
        except StoreError as error:
            return failure_of(error)  # if it is the database that fails, noting this fails too, and ends the run
        if loaded in {Loaded.ADDED, Loaded.REREAD}:
            self._summary.loaded += 1
            for loaded_report in outcome.reports:
                self._count(loaded_report)
        else:
            self._count_known(source)
        return None

    def _fail(self, facts: DocumentFacts, failure: Failure) -> None:
        self._store.fail(facts, failure.error, self._run)
        self._summary.failures[failure.reason] += 1
        self._summary.examples.setdefault(failure.reason, (facts.document, str(failure.error)))
        if failure.trace:
            self._summary.traces[facts.document] = failure.trace

    def _count_known(self, source: Source) -> None:
        """Counts what the store holds of that content, so that a batch's summary is the same whenever it is run."""
        reports = select(report).join_from(report, document).where(document.c.sha256 == source.sha256)
        rules = select(finding.c.severity, finding.c.rule).join_from(finding, report).join(document)
        with self._store.reading() as connection:
            found = connection.execute(reports).all()
            remarks = connection.execute(rules.where(document.c.sha256 == source.sha256)).all()
        self._summary.known += 1
        for row in found:
            self._summary.verdicts[row.verdict] += 1
            self._summary.cells += row.cells_found
            self._summary.missing += row.cells_expected - row.cells_found
        self._summary.findings.update((row.severity, row.rule) for row in remarks)

    def _count(self, read: Report) -> None:
        self._summary.verdicts[read.verdict.value] += 1
        missing = sum(cell.state is State.MISSING for cell in read.cells)
        self._summary.cells += len(read.cells) - missing
        self._summary.missing += missing
        self._summary.findings.update((remark.severity.value, remark.rule) for remark in read.findings)


def _facts(item: Source | Refusal, read: Document | None = None) -> DocumentFacts:
    """What the store keeps of a document beside its reports."""
    known = DocumentFacts(item.document, "", item.origin)
    if isinstance(item, Source):
        known = replace(known, sha256=item.sha256, size=len(item.content))
    if read is None:
        return known
    pages = len(read.pages)
    return replace(known, media_type=read.media_type, producer=read.producer, pages=pages, warnings=read.warnings)
