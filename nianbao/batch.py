"""The batch: sources through the pipeline into the store, with a summary at the end."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain, islice
from pathlib import Path

from collect.archives import Collection, Kind, no_documents
from collect.errors import StoreError
from collect.files import full_path, require
from collect.limits import DEFAULT_LIMITS, Limits
from collect.model import FoundFile, Reference, Refusal, Source
from nianbao.counts import Summary
from nianbao.pipeline import READER_VERSION
from nianbao.reading import Failure, Outcome, Reader, RowReader, failure_of, read_source
from nianbao.workers import Crew, Item, Passing, hired, outcomes
from store import continuity, seen
from store.documents import DocumentFacts, Run
from store.load import Outcome as Loaded
from store.load import Store
from store.rows import Prepared
from store.seen import Failed, SeenFile, Standing
from store.sightings import see_again

Progress = Callable[[str], None]
"""Told the name of each document once it is done with."""

_LOOK = 500
"""Files that are looked up together."""
_TRACES = 100
"""Tracebacks kept for the summary: faults of ours come in kinds, and memory is to stay flat."""


def ingest(
    paths: Sequence[str | Path],
    store: Store,
    *,
    workers: int = 0,
    crew: Crew | None = None,
    reread: bool = False,
    progress: Progress = lambda _name: None,
    read: Reader = read_source,
    limits: Limits = DEFAULT_LIMITS,
) -> Summary:
    """Takes every document under ``paths`` into ``store`` and says what became of them.

    Nothing a document holds stops it. Ctrl-C does, cleanly: what is loaded stays, and ``Summary.interrupted`` is set.
    A file that lies there as it did when this version of the reader took it in is not opened, and content that it has read
    is not read again, unless ``reread`` says so.

    Args:
        paths: Files, folders and archives; text with ``://`` is a URL for fsspec.
        store: Where the reports go.
        workers: Processes that read. 0 reads in this one, for tests and debuggers: what crashes a library ends the run.
        crew: Who reads instead: see ``nianbao.workers.hired``.
        reread: Read everything anew and put it in place of what is stored. What people corrected stays.
        progress: Called after each document.
        read: The pipeline.
        limits: What archives may hold, and what a document may cost.

    Raises:
        ConfigurationError: a path does not exist, or there is no document under any of them. Nothing is written then.
        StoreError: the database cannot be written.
    """
    require(paths)

    def begin() -> Run:
        return store.begin_run(READER_VERSION, " ".join(map(str, paths)), roots=list(map(full_path, paths)))

    intake = Intake(lambda collection: collection.files(paths), begin, lambda skipped: no_documents(paths, skipped))
    return take_in(
        intake,
        store,
        workers=workers,
        crew=crew,
        reread=reread,
        progress=progress,
        read=read,
        limits=limits,
    )


@dataclass(frozen=True, slots=True)
class Intake:
    """What one run takes in."""

    files: Callable[[Collection], Iterator[FoundFile | Refusal]]
    """Lists the files, unopened."""
    begin: Callable[[], Run]
    """Notes the run, once it is sure that there is something."""
    empty: Callable[[Counter[str]], Exception] | None = None
    """Given what was passed over, the error that there is no document; None where that is none."""
    finished: datetime | None = None
    """When what it takes in was fetched: the run's end, and the time of every failure; None for now."""


def take_in(
    intake: Intake,
    store: Store,
    *,
    workers: int = 0,
    crew: Crew | None = None,
    reread: bool = False,
    progress: Progress = lambda _name: None,
    read: Reader = read_source,
    limits: Limits = DEFAULT_LIMITS,
) -> Summary:
    """One run: see ``ingest``, which is this for paths."""
    start = time.perf_counter()
    summary = Summary()
    batch = _Batch(store, summary, progress, reread=reread, clock=intake.finished)
    with nullcontext(crew) if crew else hired(workers) as readers:
        collection = Collection(limits, summary.skipped)
        items = batch.items(collection, intake.files(collection))
        if intake.empty is not None:
            items = _not_empty(items, intake.empty, summary)
        batch.begin(intake.begin())
        try:
            rows = RowReader(read, store.preparation)
            with closing(outcomes(batch.unknown(items), rows, readers, limits=limits)) as results:
                for item, outcome in results:
                    batch.keep(item, outcome)
        except KeyboardInterrupt:
            summary.interrupted = True
        batch.end()
        if not summary.interrupted:
            continuity.update(store, levels=False)
    summary.seconds = time.perf_counter() - start
    if not summary.interrupted:
        store.finish_run(batch.run, summary.counts(), intake.finished)
    return summary


def _not_empty(items: Iterator[Item], empty: Callable[[Counter[str]], Exception], summary: Summary) -> Iterator[Item]:
    """The items again, once it is sure that there is a document among them."""
    first = []
    for item in items:
        first.append(item)
        if not isinstance(item, _FileEnds):
            return chain(first, items)
    raise empty(summary.skipped)


@dataclass(frozen=True, slots=True)
class _Unchanged(Passing):
    """A file that need not be opened."""

    file: FoundFile
    standing: Standing


@dataclass(frozen=True, slots=True)
class _FileEnds(Passing):
    """The items since the last one were all that the file holds. No file: they were refused with nothing known of it."""

    file: FoundFile | None
    kind: Kind | None = None
    skipped: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class _Known(Passing):
    """An archive's member whose content needs no reading."""

    facts: DocumentFacts


class _Batch:
    """A run's two ends: what is to be read, and what becomes of it."""

    def __init__(self, store: Store, summary: Summary, progress: Progress, *, reread: bool, clock: datetime | None) -> None:
        self.run = Run(0, READER_VERSION)
        self._store = store
        self._loader = store.loading(self.run)
        self._summary = summary
        self._progress = progress
        self._reread = reread
        self._clock = clock
        self._known: list[int | str] = []
        """Known documents not yet counted: their numbers or digests."""
        self._held: list[tuple[str, str]] | None = []
        """Name and digest of what the present file holds, so far; None where something of it is to be tried again."""
        self._seen: list[SeenFile] = []
        """Files whose documents are stored, not yet noted."""
        self._sighted: list[str] = []
        """Names that hold what they held, not yet noted."""

    def begin(self, run: Run) -> None:
        """The run is noted; from now on things may be written."""
        self.run = run
        self._loader = self._store.loading(run)

    def items(self, collection: Collection, listing: Iterator[FoundFile | Refusal]) -> Iterator[Item]:
        """Everything that is listed, in order. Nothing is written meanwhile."""
        while found := list(islice(listing, _LOOK)):
            files = [file for file in found if isinstance(file, FoundFile)]
            standings = {} if self._reread else seen.unchanged(self._store, files, READER_VERSION)
            opened = [file for file in files if file.document not in standings]
            candidates = {} if self._reread else seen.candidates(self._store, opened, READER_VERSION)
            for file in found:
                if isinstance(file, Refusal):
                    yield from (file, _FileEnds(None))
                elif file.document in standings:
                    standing = standings[file.document]
                    collection.pass_over(standing.names)
                    collection.skipped.update(standing.skipped)
                    yield _Unchanged(file, standing)
                else:
                    yield from self._opened(collection, file, candidates.get(file.document, ()))

    def _opened(self, collection: Collection, file: FoundFile, known: tuple[str, ...]) -> Iterator[Item]:
        before = collection.skipped.copy()
        documents = collection.documents(file)
        while True:
            try:
                item = next(documents)
            except StopIteration as end:
                yield _FileEnds(file, end.value, collection.skipped - before)
                return
            yield replace(item, known=known) if isinstance(item, Reference) else item

    def unknown(self, items: Iterable[Item]) -> Iterator[Item]:
        """Those that must be read, and those that only pass: members of an archive that the store knows among them."""
        for item in items:
            if isinstance(item, Source) and not self._reread:
                facts = DocumentFacts(item.document, item.sha256, item.origin, len(item.content), fetch=item.fetch)
                self._settle(facts)
                known = seen.is_known(self._store, facts.document, facts.sha256, READER_VERSION)
                yield _Known(facts) if known else item
            else:
                yield item

    def keep(self, item: Item, outcome: Outcome) -> None:
        """Puts an outcome into the store and the summary."""
        if isinstance(item, _Unchanged):
            self._pass(item)
        elif isinstance(item, _FileEnds):
            self._note(item)
        elif isinstance(item, _Known):
            self._recognise(item.facts)
            self._hold(item.facts)
        elif isinstance(item, Source | Reference | Refusal):
            facts = _facts(item, outcome)
            # A page in a folder is one file, its pictures others; an archive holds them all.
            is_alone = isinstance(item, Source) or not outcome.is_composed
            if outcome.known:
                self._recognise(facts)
                self._hold(facts, is_certain=is_alone)
            else:
                if outcome.failure is None:
                    self._load(facts, outcome.reports)
                else:
                    self._fail(facts, outcome.failure)
                self._hold(facts, is_certain=is_alone and (bool(facts.sha256) or isinstance(item, Refusal)))

    def end(self) -> None:
        """Writes, counts and notes what is still to be written, counted and noted."""
        self._loader.flush()
        self._count_known()
        self._note_seen()
        self._sight(())

    def _pass(self, item: _Unchanged) -> None:
        standing = item.standing
        self._known += standing.documents
        for failed in standing.failed:
            self._reject(failed)
        documents = len(standing.documents) + len(standing.failed)
        self._summary.documents += documents
        self._summary.known += documents
        names = standing.names or (item.file.document,)
        for name in names:
            self._progress(name)
        self._sight(set(names).difference(failed.document for failed in standing.failed), _LOOK)
        self._count_known(_LOOK)

    def _hold(self, facts: DocumentFacts, *, is_certain: bool = True) -> None:
        """A document is done with. A file is not to be noted for what no bytes were read of."""
        self._summary.documents += 1
        self._progress(facts.document)
        if not is_certain:
            self._held = None
        elif self._held is not None:
            self._held.append((facts.document, facts.sha256))

    def _note(self, end: _FileEnds) -> None:
        held, self._held = self._held, []
        if end.file is None or end.kind is None or held is None:
            return
        if end.kind is Kind.ARCHIVE:
            self._seen.append(SeenFile(end.file, None, tuple(held), end.skipped))
        else:
            self._seen.append(SeenFile(end.file, held[0][1]))
        if len(self._seen) >= _LOOK:
            self._note_seen()

    def _note_seen(self) -> None:
        """Only what is stored may be remembered as seen."""
        self._loader.flush()
        seen.remember(self._store, self._seen)
        self._seen = []

    def _recognise(self, facts: DocumentFacts) -> None:
        """Notes the name of known content and counts it."""
        self._settle(facts)
        if self._store.recognise(facts, self.run) is not None:
            self._sight((facts.document,), _LOOK)
            self._know(facts.sha256)
        elif (failed := seen.failed_before(self._store, facts.document, facts.sha256, READER_VERSION)) is not None:
            self._summary.known += 1
            self._reject(failed)
        else:
            message = "What was known of this content has been taken out of the database meanwhile."
            self._fail(facts, failure_of(StoreError(message, advice="Run the same command again.")))

    def _settle(self, facts: DocumentFacts) -> None:
        """Writes what waits, if it concerns the same content or the same name."""
        if self._loader.holds(facts.sha256) or self._loader.holds(facts.document):
            self._loader.flush()

    def _load(self, facts: DocumentFacts, reports: tuple[Prepared, ...]) -> None:
        """Loads the reports. What the database will not take is a failure of the document."""
        if self._reread:
            self._settle(facts)
            seen.outdate(self._store, facts.sha256)

        def done(loaded: Loaded | StoreError) -> None:
            if isinstance(loaded, StoreError):
                self._fail(facts, failure_of(loaded))
            elif loaded in {Loaded.ADDED, Loaded.REREAD}:
                self._summary.loaded += 1
                for loaded_report in reports:
                    self._count(loaded_report)
            else:
                self._know(facts.sha256)

        self._loader.load_prepared(facts, reports, done)

    def _fail(self, facts: DocumentFacts, failure: Failure) -> None:
        self._loader.fail(facts, failure.error, self._clock)
        self._summary.reject(facts.document, failure.reason, str(failure.error))
        if failure.trace and len(self._summary.traces) < _TRACES:
            self._summary.traces[facts.document] = failure.trace

    def _reject(self, failed: Failed) -> None:
        self._summary.reject(failed.document, failed.reason, f"{failed.message} {failed.advice}")

    def _know(self, sha256: str) -> None:
        self._summary.known += 1
        self._known.append(sha256)
        self._count_known(_LOOK)

    def _sight(self, names: Iterable[str], least: int = 1) -> None:
        """Notes that these names hold what they held, once there are so many."""
        self._sighted += names
        if len(self._sighted) >= least:
            see_again(self._store, self._sighted, self.run)
            self._sighted = []

    def _count_known(self, least: int = 1) -> None:
        """Counts what the store holds of known documents, so that a batch's summary is the same whenever it is run."""
        if len(self._known) < least:
            return
        digests = [each for each in self._known if isinstance(each, str)]
        numbers = seen.numbers_of(self._store, digests)
        known = [each if isinstance(each, int) else numbers.get(each) for each in self._known]
        self._known = []
        self._summary.add(seen.totals(self._store, [number for number in known if number is not None]))

    def _count(self, read: Prepared) -> None:
        self._summary.verdicts[read.verdict] += 1
        self._summary.cells += read.cells_found
        self._summary.missing += read.cells_expected - read.cells_found
        self._summary.findings.update(read.findings)


def _facts(item: Source | Reference | Refusal, outcome: Outcome) -> DocumentFacts:
    """What the store keeps of a document beside its reports."""
    fetch = None if isinstance(item, Refusal) else item.fetch
    known = DocumentFacts(item.document, outcome.sha256, item.origin, outcome.size, fetch=fetch)
    read = outcome.document
    if read is None:
        return known
    pages = len(read.pages)
    return replace(known, media_type=read.media_type, producer=read.producer, pages=pages, warnings=read.warnings)
