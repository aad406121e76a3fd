"""Reading processes on other machines: a Dask cluster, as an ``Executor``.

A worker of the cluster does not read itself. It has a process for that below it, as this machine has: so deadlines and
memory limits hold, whatever the worker's threads, and no document ends a worker. (One that dies while it is starting is
never started again by Dask: a single document would take down the cluster.)
"""

from __future__ import annotations

import logging
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import replace
from functools import cache, partial
from typing import Any, cast

from collect.errors import ConfigurationError
from nianbao.pool import ReaderDiedError, ReaderPool
from nianbao.reading import Outcome, Parcel, crashed, read_each

PREFIX = "dask://"
PATIENCE = 10
"""Seconds to wait for the scheduler, and as many for the first worker."""


class Cluster:
    """A connection to a Dask scheduler. ``close`` takes back what was not done."""

    def __init__(self, client: Any, lost: tuple[type[BaseException], ...]) -> None:  # noqa: ANN401 - Dask is not typed
        self._client = client
        # pure: identical calls would be taken for one, whose result would be given twice.
        self.executor = cast("Executor", client.get_executor(pure=False))
        self.lost = lost
        """What a task raises that several workers died of."""

    def workers(self) -> int:
        """Worker processes there are now, as far as the scheduler says. Each reads one document at a time, on any threads."""
        try:
            return len(self._client.nthreads())
        except (OSError, RuntimeError):  # the connection is broken: what was sent there will say so
            return 0

    def close(self) -> None:
        """Take back what is not done and leave the cluster as it was. Of one that is gone there is nothing to take back."""
        for leave in (partial(self.executor.shutdown, wait=False), self._client.close):
            with suppress(Exception):  # Dask has no one error for it; what ended the run is raised already
                leave()


def connect(address: str) -> Cluster:
    """The cluster whose scheduler is at ``dask://HOST:PORT``.

    Raises:
        ConfigurationError: Dask is not installed here, nothing answers there, or it has no workers.
    """
    try:
        from distributed import Client, KilledWorker  # noqa: PLC0415 - an extra, and dear to import
    except ImportError as error:
        advice = "Install it here and on the workers: pip install 'nianbao[dask]'."
        raise ConfigurationError(f"Dask is not installed ({error}).", advice=advice, code="configuration.dask") from error
    place = address.removeprefix(PREFIX).rstrip("/")
    for name in ("distributed", "distributed.client"):  # what matters is raised; its log would tear the progress bar
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        client: Any = Client(f"tcp://{place}", timeout=PATIENCE, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:  # TimeoutError is an OSError
        advice = f"Start one there (dask scheduler --port PORT), or correct --executor; it is {PREFIX}HOST:PORT."
        raise ConfigurationError(f"No Dask scheduler answers at {place}.", advice=advice, code="configuration.dask") from error
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except OSError as error:
        client.close()
        advice = f"Start some: dask worker tcp://{place} --nworkers auto --nthreads 1."
        raise ConfigurationError(
            f"The Dask scheduler at {place} has no workers.", advice=advice, code="configuration.dask"
        ) from error
    return Cluster(client, (KilledWorker,))


def read_far_away(parcel: Parcel) -> list[Outcome]:
    """The outcomes of a parcel, read in a process below this one: a document that it dies of costs itself only."""
    outcomes: list[Outcome] = []
    is_again = False
    while rest := parcel.items[len(outcomes) :]:
        try:
            outcomes += _pool().submit(read_each, replace(parcel, items=rest)).result()
        except ReaderDiedError as death:
            outcomes += death.given
            is_again = death.is_killed and not (is_again and not death.given)
            if not is_again and len(death.given) < len(rest):
                outcomes.append(crashed(rest[len(death.given)], death))
    return outcomes


@cache
def _pool() -> ReaderPool:
    """One process below each worker, kept for the next parcel. It ends with the worker."""
    return ReaderPool(1)
