"""A Dask cluster reads: a real scheduler and two worker processes, one of which is killed in the middle."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import pytest

from collect.errors import ConfigurationError, NianbaoError
from collect.limits import Limits
from collect.model import Source
from nianbao import cluster as clusters
from nianbao import workers
from nianbao.batch import ingest
from nianbao.counts import Summary
from nianbao.reading import Parcel, read_parcel
from nianbao.workers import hired
from store.open import open_store
from tests.archives import zip_bytes
from tests.example_places import run
from tests.examples import ROOT, marked, words
from tests.row_reader import with_rows
from tests.scripted_reader import reader
from tests.test_whole_batch import content


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    import dask  # noqa: PLC0415 - dear to import: for these tests only
    from distributed import LocalCluster  # noqa: PLC0415

    settings = {"distributed.scheduler.allowed-failures": 1, "distributed.comm.retry.count": 0}
    with (
        dask.config.set(settings),
        LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0", silence_logs=50) as made,
    ):
        yield made


@pytest.fixture(scope="module")
def address(cluster: Any) -> str:
    return str(cluster.scheduler_address).replace("tcp://", clusters.PREFIX)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("archive")
    for number in range(90):
        (made / f"{number:02}.txt").write_text("budget" if number % 10 == 9 else f"slow {number}局")
    (made / "z.zip").write_bytes(zip_bytes({f"{n}.txt": f"inconsistent {n}处".encode() for n in range(30)}))
    return made


@pytest.fixture(scope="module")
def undisturbed(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, object], Summary]:
    db = tmp_path_factory.mktemp("local") / "reports.sqlite"
    with open_store(db) as store:
        summary = ingest([folder], store, read=reader)
    return comparable(db), summary


def comparable(db: Path) -> dict[str, object]:
    found = content(db)
    with_times = found.pop("failure")
    return found | {"failures": len(with_times)}


def counts(summary: Summary) -> dict[str, object]:
    return summary.counts()


def test_a_document_that_kills_or_hangs_costs_itself(cluster: Any, address: str, tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    folder.mkdir()
    for number in range(25):
        (folder / f"{number:02}.txt").write_text(f"verified {number}局")
    for name, word in {"07": "die", "11": "hang", "13": "spin"}.items():
        (folder / f"{name}.txt").write_text(word)
    before = {worker.process.pid for worker in cluster.workers.values()}
    with open_store(tmp_path / "reports.sqlite") as store, hired(1, address) as crew:
        summary = ingest([folder], store, crew=crew, read=reader, limits=Limits(seconds=0.5))
    assert (summary.documents, summary.loaded, summary.failures) == (25, 22, {"memory": 1, "timeout": 2})
    assert {worker.process.pid for worker in cluster.workers.values()} == before


def test_a_killed_worker_loses_nothing(
    cluster: Any, address: str, folder: Path, tmp_path: Path, undisturbed: tuple[dict[str, object], Summary]
) -> None:
    done: list[str] = []
    victims = [worker.process.pid for worker in cluster.workers.values()]

    def kill_in_the_middle(name: str) -> None:
        done.append(name)
        if len(done) == 21:  # the first parcel is written, others are under way
            os.kill(victims[0], signal.SIGKILL)

    db = tmp_path / "reports.sqlite"
    with open_store(db) as store, hired(1, address) as crew:
        summary = ingest([folder], store, crew=crew, read=reader, progress=kill_in_the_middle)
    assert (comparable(db), counts(summary)) == (undisturbed[0], counts(undisturbed[1]))
    assert len(done) == 120


def test_files_that_workers_cannot_open_are_brought_to_them(address: str, tmp_path: Path) -> None:
    import fsspec  # noqa: PLC0415 - see above

    system = fsspec.filesystem("memory")
    for number in range(50):
        system.pipe(f"/here-only/{number:02}.txt", f"verified {number}局".encode())
    with open_store(tmp_path / "reports.sqlite") as store, hired(1, address) as crew:
        summary = ingest(["memory://here-only"], store, crew=crew, read=reader)
    system.rm("/here-only", recursive=True)
    assert (summary.loaded, summary.rejected) == (50, 0)


def test_parcels_are_large_and_calls_are_not_taken_for_each_other(address: str) -> None:
    with hired(1, address) as crew:
        assert crew is not None
        assert crew.batching.least == 20
        same = [crew.executor.submit(os.getpid) for _ in range(2)]
        assert len({id(future) for future in same}) == 2
        assert all(future.result() > 0 for future in same)


def test_a_scheduler_that_does_not_answer_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "PATIENCE", 1)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (
        pytest.raises(ConfigurationError, match=rf"No Dask scheduler answers at 127.0.0.1:{port}\. Start one") as raised,
        hired(1, f"dask://127.0.0.1:{port}"),
    ):
        pass
    assert raised.value.exit_code == 78


def test_a_scheduler_without_workers_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    from distributed import LocalCluster  # noqa: PLC0415 - see above

    monkeypatch.setattr(clusters, "PATIENCE", 1)
    with (
        LocalCluster(n_workers=0, processes=True, dashboard_address=":0", silence_logs=50) as empty,
        pytest.raises(ConfigurationError, match=r"has no workers\. Start some: dask worker tcp://"),
        hired(1, str(empty.scheduler_address).replace("tcp://", clusters.PREFIX)),
    ):
        pass


def test_an_executor_that_does_not_exist_is_said() -> None:
    with pytest.raises(ConfigurationError, match=r"no executor ray://x\. Give dask://"), hired(1, "ray://x"):
        pass


def test_dask_that_is_not_installed_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'nianbao\[dask\]'"), hired(1, "dask://127.0.0.1:1"):
        pass


def test_a_worker_of_another_version_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"A worker has version .* of the reader; this program has 0"):
        read_parcel(Parcel(with_rows(), (), reader="0"))


class Cursed(Executor):
    """A cluster that says of a whole parcel that workers died of it, and once of an innocent one."""

    def __init__(self) -> None:
        self.sizes: list[int] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        (parcel,) = args
        self.sizes.append(len(parcel.items))
        future: Future[Any] = Future()
        if any(item.content == b"die" for item in parcel.items) or len(self.sizes) == 1:
            future.set_exception(LookupError("several workers died of it"))
        else:
            future.set_result(fn(parcel, **kwargs))
        return future


def test_what_workers_died_of_is_found_document_by_document() -> None:
    batching = workers.Batching(seconds=10, least=4, most=4, size=1000)
    crew = workers.Crew(executor := Cursed(), lambda: 1, (LookupError,), batching=batching, certain=False)
    contents = [b"verified 1", b"verified 2", b"verified 3", b"verified 4", b"verified 5", b"die", b"budget", b"verified 6"]
    items = [Source(str(number), content) for number, content in enumerate(contents)]
    reasons = [outcome.failure and outcome.failure.reason for _, outcome in workers.outcomes(items, with_rows(), crew)]
    assert reasons == [None, None, None, None, None, "crashed", "not_a_report.budget", None]
    assert executor.sizes == [4, 1, 1, 1, 1, 4, 1, 1, 1, 1]


class Deserted(Executor):
    """A cluster that has nobody."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:  # noqa: ARG002
        return Future()


def test_a_cluster_without_workers_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_PATIENCE", 0.01)
    crew = workers.Crew(Deserted(), lambda: 0, ())
    with pytest.raises(NianbaoError, match=r"no workers any more\. What is loaded stays"):
        list(workers.outcomes([Source("1", b"verified 1")], with_rows(), crew))


def test_a_broken_connection_ends_the_run() -> None:
    class Cancelling(Deserted):
        def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
            future = super().submit(fn, *args, **kwargs)
            future.cancel()
            return future

    with pytest.raises(NianbaoError, match=r"connection to the cluster broke\. What is loaded stays") as raised:
        list(workers.outcomes([Source("1", b"verified 1")], with_rows(), workers.Crew(Cancelling(), lambda: 1, ())))
    assert (raised.value.exit_code, raised.value.reason) == (1, "cluster")


def test_the_examples_of_the_page_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from distributed import LocalCluster  # noqa: PLC0415 - see above

    (tmp_path / "fixtures").symlink_to(ROOT / "fixtures")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(clusters, "PATIENCE", 200)  # the workers start while the command asks for them
    with LocalCluster(n_workers=0, processes=True, dashboard_address=":0", silence_logs=50) as empty:
        here = str(empty.scheduler_address).removeprefix("tcp://")
        ingesting, working = (command.replace("scheduler:8786", here) for command in marked("dask.md", "test_cluster"))
        program, *given = words(working)
        with subprocess.Popen([str(Path(sys.executable).parent / program), *given], stderr=subprocess.DEVNULL) as worker:
            try:
                result = run(ingesting)
            finally:
                worker.terminate()
    assert (result.exit_code, "11  9 verified" in result.output) == (0, True), result.output
