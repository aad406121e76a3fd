"""Reading many documents at once: the one executor seam.

Items go in, outcomes come out in the same order. Reading happens in processes of their own, on this machine or on others,
so that a document that hangs, eats the memory or crashes a library costs itself and nothing else. Whatever is a
``concurrent.futures.Executor`` can do the work.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Sequence
from concurrent.futures import ALL_COMPLETED, FIRST_COMPLETED, CancelledError, Executor, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

from collect.errors import ConfigurationError, NianbaoError, UnreadableError
from collect.files import load
from collect.limits import DEFAULT_LIMITS, MEGABYTE, Limits
from collect.model import Reference, Refusal, Source
from nianbao.cluster import PREFIX, connect, read_far_away
from nianbao.pool import ReaderDiedError, ReaderPool
from nianbao.reading import Outcome, Parcel, RowReader, attempt, crashed, failure_of, read_each, read_parcel

DOCUMENTS_AHEAD = 500
"""Documents for each worker that may be under way or wait for their turn to be written."""
BYTES_AHEAD = 32 * MEGABYTE
"""Bytes of such documents, for each worker, in the memory of this process; one document may be larger."""
_PATIENCE = 10.0
"""Seconds after which somebody looks whether there are still workers."""
_DESERTED = 6
"""Looks in a row without any, after which the run ends."""
_PARCELS_AHEAD = 3
"""Parcels under way for each worker: one that is read and two that wait, so that none ever waits for this process."""


class Passing:
    """An item with nothing to read, which only keeps its place among the documents."""

    __slots__ = ()


Item = Source | Reference | Refusal | Passing


@dataclass(frozen=True, slots=True)
class Batching:
    """How many documents make a parcel: so many that sending it costs nothing beside reading it."""

    seconds: float
    """Reading time to aim at, going by the documents before."""
    least: int
    most: int
    size: int
    """Bytes of documents at which a parcel is closed."""


_NEAR = Batching(seconds=0.25, least=1, most=64, size=4 * MEGABYTE)
_FAR = Batching(seconds=4.0, least=20, most=500, size=16 * MEGABYTE)


@dataclass(frozen=True, slots=True)
class Crew:
    """Those who read."""

    executor: Executor
    count: Callable[[], int]
    """How many there are now."""
    lost: tuple[type[BaseException], ...]
    """What a task raises whose process died."""
    task: Callable[[Parcel], Iterable[Outcome]] = read_parcel
    batching: Batching = _NEAR
    certain: bool = True
    """A lost task is itself to blame, and says how far it came; elsewhere it may have stood beside the one that was."""


@contextmanager
def hired(workers: int, executor: str = "") -> Iterator[Crew | None]:
    """The workers: processes of this machine, or those of a cluster (``dask://HOST:PORT``).

    None for no workers: then the reading is done in this process, and what crashes it crashes the program. Even one process
    is better: it costs less than a hundredth, and reads while this one writes.

    Raises:
        ConfigurationError: there is no such executor, or the cluster cannot be reached.
    """
    if executor.startswith(PREFIX):
        cluster = connect(executor)
        try:
            yield Crew(cluster.executor, cluster.workers, cluster.lost, read_far_away, _FAR, certain=False)
        finally:
            cluster.close()
    elif executor:
        raise ConfigurationError(f"There is no executor {executor}.", advice=f"Give {PREFIX}HOST:PORT, or --workers.")
    elif workers > 0:
        pool = ReaderPool(workers)
        try:
            yield Crew(pool, lambda: workers, (ReaderDiedError,), read_each)
        finally:
            pool.shutdown(cancel_futures=True)
    else:
        yield None


def outcomes(
    items: Iterable[Item], read: RowReader, crew: Crew | None = None, *, limits: Limits = DEFAULT_LIMITS
) -> Generator[tuple[Item, Outcome], None, None]:
    """Every item with its outcome, in the items' order.

    The crew reads ahead, within ``DOCUMENTS_AHEAD`` and ``BYTES_AHEAD``. Without one the reading happens in this process.

    Raises:
        ConfigurationError: the workers have another version of the program.
        NianbaoError: the connection to the cluster broke.
    """
    if crew is not None:
        yield from _Line(crew, read, limits).outcomes(items)
        return
    for item in items:
        yield item, _unread(item) or attempt(read, item, limits)  # type: ignore[arg-type] # the others are unread


def _unread(item: Item) -> Outcome | None:
    """The outcome of an item that needs no worker."""
    if isinstance(item, Refusal):
        return Outcome(failure=failure_of(item.error))
    return Outcome() if isinstance(item, Passing) else None


@dataclass(slots=True)
class _Place:
    """An item in the line, and where its outcome is to come from: a place in a parcel's results."""

    item: Item
    outcome: Outcome | None = None
    results: Future[list[Outcome]] | None = None
    number: int = 0
    is_again: bool = False
    """It was under way once already when its process was killed."""

    @property
    def is_ready(self) -> bool:
        return self.outcome is not None or (self.results is not None and self.results.done())

    @property
    def size(self) -> int:
        """Bytes it holds in this process."""
        return self.item.size if isinstance(self.item, Source) else 0


class _Line:
    """The documents under way, in order. The first leaves when it is read; behind it others may be done already."""

    def __init__(self, crew: Crew, read: RowReader, limits: Limits) -> None:
        self._crew = crew
        self._read = read
        self._limits = limits
        self._places: deque[_Place] = deque()
        self._bytes = 0
        self._parcel: list[_Place] = []
        self._parcel_size = 0
        self._sent: set[Future[list[Outcome]]] = set()
        self._pace: float | None = None
        """Seconds a document took, lately."""
        self._workers = max(1, crew.count())
        self._carries = False
        """Whether the workers cannot see our files, so that we bring them the bytes."""

    def outcomes(self, items: Iterable[Item]) -> Iterator[tuple[Item, Outcome]]:
        for item in items:
            self._append(item)
            yield from self._finished()
            while self._is_full():
                self._wait()
                yield from self._finished()
        while self._places:
            self._send()
            self._wait()
            yield from self._finished()

    def _is_full(self) -> bool:
        return (
            len(self._sent) >= self._workers * _PARCELS_AHEAD
            or len(self._places) >= self._workers * DOCUMENTS_AHEAD
            or self._bytes >= self._workers * BYTES_AHEAD
        )

    def _append(self, item: Item) -> None:
        if self._carries and isinstance(item, Reference):
            item = _fetched(item)
        place = _Place(item, _unread(item))
        self._places.append(place)
        self._bytes += place.size
        if isinstance(item, Source | Reference):
            self._parcel.append(place)
            self._parcel_size += item.size
            if self._is_parcel_ready():
                self._send()

    def _is_parcel_ready(self) -> bool:
        batching = self._crew.batching
        want = batching.least if self._pace is None else round(batching.seconds / max(self._pace, 1e-4))
        if len(self._sent) < self._workers:  # somebody is idle
            want = batching.least
        return len(self._parcel) >= min(max(want, batching.least), batching.most) or self._parcel_size >= batching.size

    def _send(self) -> None:
        places, self._parcel, self._parcel_size = self._parcel, [], 0
        self._hand_out(places)

    def _hand_out(self, places: Sequence[_Place]) -> None:
        if not places:
            return
        results = self._submit(*(place.item for place in places))
        for number, place in enumerate(places):
            place.results, place.number = results, number
        self._sent.add(results)

    def _submit(self, *items: Item) -> Future[list[Outcome]]:
        wanted = tuple(item for item in items if isinstance(item, Source | Reference))
        parcel = Parcel(self._read, wanted, self._limits)
        try:
            return cast("Future[list[Outcome]]", self._crew.executor.submit(self._crew.task, parcel))
        except Exception as error:
            if self._crew.certain:
                raise
            raise _lost_cluster("The cluster takes no more documents.") from error

    def _wait(self) -> None:
        """Until a parcel is done, or the first place is ready."""
        if not self._sent:
            self._send()
        if self._sent and not (self._places and self._places[0].is_ready):
            self._await(self._sent, FIRST_COMPLETED)
        for results in [results for results in self._sent if results.done()]:
            self._sent.discard(results)
            if not results.cancelled() and results.exception() is None:
                self._learn(results.result())

    def _await(self, sent: Collection[Future[list[Outcome]]], until: str) -> None:
        """Until parcels are done, as long as there is somebody to do them."""
        deserted = 0
        while not _is_over(*wait(sent, _PATIENCE, until), until):
            self._workers = max(1, count := self._crew.count())
            deserted = 0 if count else deserted + 1
            if deserted == _DESERTED:
                raise _lost_cluster("The cluster has no workers any more.")

    def _learn(self, results: list[Outcome]) -> None:
        pace = sum(outcome.seconds for outcome in results) / len(results)
        self._pace = pace if self._pace is None else 0.7 * self._pace + 0.3 * pace

    def _finished(self) -> Iterator[tuple[Item, Outcome]]:
        while self._places and self._places[0].is_ready:
            place = self._places[0]
            outcome = place.outcome or self._outcome(place)
            if outcome is None:
                continue
            self._places.popleft()
            self._bytes -= place.size
            yield place.item, outcome

    def _outcome(self, place: _Place) -> Outcome | None:
        """What became of it; None where it is to be looked at again."""
        assert place.results is not None  # noqa: S101 - for the type checker: it is ready
        try:
            outcome = place.results.result()[place.number]
        except ReaderDiedError as death:
            self._go_on(place.results, death)
            return None
        except self._crew.lost:
            self._separate(place.results)
            outcome = place.outcome or Outcome()
        except CancelledError as error:
            raise _lost_cluster("The connection to the cluster broke.") from error
        except NianbaoError:
            raise
        except Exception as error:
            if self._crew.certain:
                raise
            advice = "Install the same version of nianbao on every worker."
            raise ConfigurationError(f"A worker cannot read documents ({error}).", advice=advice) from error
        if not outcome.sha256 and outcome.failure and outcome.failure.kind is UnreadableError:
            return self._brought(place.item, outcome)
        return outcome

    def _go_on(self, lost: Future[list[Outcome]], death: ReaderDiedError) -> None:
        """What a process had read before it died is kept, the rest given to others. The one that it died of is named.

        One that was killed from outside is tried once more, by itself: the system kills whoever it finds when it is out of
        memory.
        """
        places = [place for place in self._places if place.results is lost]
        for place, outcome in zip(places, death.given, strict=False):
            place.outcome = outcome
        rest = places[len(death.given) :]
        if rest and death.is_killed and not rest[0].is_again:
            rest[0].is_again = True
            self._hand_out(rest[:1])
        elif rest:
            rest[0].outcome = _crash(rest[0].item, death)
        self._hand_out(rest[1:])

    def _separate(self, lost: Future[list[Outcome]]) -> None:
        """Find the document that a process died of: each of its parcel's gets one try by itself, with no other about.

        So does the only one: its process may have died of what another ate of the memory, or of somebody who killed it.
        """
        places = [place for place in self._places if place.results is lost]
        self._await(self._sent, ALL_COMPLETED)
        for place in places:
            place.outcome = self._alone(place.item)

    def _alone(self, item: Item) -> Outcome:
        try:
            results = self._submit(item)
            self._await({results}, ALL_COMPLETED)
            return results.result()[0]
        except self._crew.lost as death:
            return _crash(item, death)
        except CancelledError as error:
            raise _lost_cluster("The connection to the cluster broke.") from error

    def _brought(self, item: Item, outcome: Outcome) -> Outcome:
        """A file that the worker could not open may lie on this machine only: then it is brought to the worker."""
        source = _fetched(item)
        if not isinstance(source, Source):
            return outcome
        self._carries = True
        return self._alone(source)


def _is_over(done: Collection[object], not_done: Collection[object], until: str) -> bool:
    return not not_done or (until == FIRST_COMPLETED and bool(done))


def _fetched(item: Item) -> Item:
    """A file's document with its bytes, where they can be had."""
    try:
        return load(item) if isinstance(item, Reference) else item
    except NianbaoError:
        return item


def _crash(item: Item, death: BaseException) -> Outcome:
    assert isinstance(item, Source | Reference)  # noqa: S101 - for the type checker: nothing else is sent
    return crashed(item, death if isinstance(death, ReaderDiedError) else None)


def _lost_cluster(message: str) -> NianbaoError:
    advice = "What is loaded stays; when the cluster is whole, run the same command again to go on."
    return NianbaoError(message, advice=advice, code="cluster")
