"""The reading processes: each does one task at a time, is replaced when it dies, and lives for a while only."""

from __future__ import annotations

import importlib
import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import CancelledError
from concurrent.futures.process import BrokenProcessPool

import pytest

from nianbao.pool import ReaderPool
from tests import jobs


class _Elsewhere:
    """Something that the other process has no module for."""

    def __reduce__(self) -> tuple[object, ...]:
        return importlib.import_module, ("elsewhere",)

    def __call__(self) -> None:
        """Never called."""


@pytest.fixture
def pool() -> Iterator[ReaderPool]:
    made = ReaderPool(2, recycle_after=10, memory_limit=1 << 33)
    yield made
    made.shutdown(cancel_futures=True)


def test_tasks_run_in_other_processes(pool: ReaderPool) -> None:
    numbers = {pool.submit(jobs.sleep, 0.05).result() for _ in range(4)}
    assert os.getpid() not in numbers
    assert pool.submit(jobs.address_space).result() == 1 << 33


def test_a_task_that_kills_its_process_is_the_only_one_lost(pool: ReaderPool) -> None:
    before = [pool.submit(jobs.identify) for _ in range(3)]
    lost = pool.submit(jobs.die)
    after = [pool.submit(jobs.identify) for _ in range(3)]
    with pytest.raises(BrokenProcessPool):
        lost.result()
    assert all(len(future.result()) == 1 for future in before + after)


def test_an_error_is_the_tasks_own(pool: ReaderPool) -> None:
    with pytest.raises(ValueError, match="of the task"):
        pool.submit(jobs.fail, "of the task").result()
    with pytest.raises((AttributeError, TypeError), match="lambda"):
        pool.submit(lambda: None).result()  # cannot be sent
    with pytest.raises(ModuleNotFoundError, match="elsewhere"):
        pool.submit(_Elsewhere()).result()  # cannot be had there
    with pytest.raises(BrokenProcessPool):
        pool.submit(jobs.unsendable).result()
    assert pool.submit(jobs.identify).result()


def test_a_process_is_replaced_when_it_has_given_enough() -> None:
    pool = ReaderPool(1, recycle_after=10)
    numbers = [pool.submit(jobs.identify, count).result()[0] for count in (9, 1, 10, 1)]
    pool.shutdown()
    assert numbers[0] == numbers[1] != numbers[2] != numbers[3]


def test_shutdown_finishes_or_cancels() -> None:
    pool = ReaderPool(1)
    future = pool.submit(jobs.sleep, 0.1)
    pool.shutdown()
    assert future.result() > 0
    with pytest.raises(RuntimeError, match="closed"):
        pool.submit(jobs.identify)
    pool = ReaderPool(1)
    running, waiting = pool.submit(jobs.sleep, 600), pool.submit(jobs.identify)
    while not running.running():
        pass
    pool.shutdown(cancel_futures=True)
    with pytest.raises(BrokenProcessPool):
        running.result(10)
    with pytest.raises(CancelledError):
        waiting.result(10)


def test_no_process_is_left() -> None:
    before = set(multiprocessing.active_children())
    with ReaderPool(2) as pool:
        pool.submit(jobs.identify).result()
    assert set(multiprocessing.active_children()) == before
