"""Fuzzing in small: every input that once went wrong, and a few changed seeds of every target. At length: ``make fuzz``."""

from __future__ import annotations

import sys
from itertools import islice
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from benchmarks.fuzz.mutators import crude
from benchmarks.fuzz.target import ROOT, Target, TooLong, attempt
from benchmarks.fuzz.targets import TARGETS
from collect.archives import gather
from collect.errors import UnreadableError
from collect.model import Refusal

KEPT = sorted(path for path in (ROOT / "fixtures" / "fuzz").rglob("*") if path.is_file())
COUNTS = {
    "normalize": 12,
    "text": 8,
    "containers": 25,
    "warc": 25,
    "sites": 12,
    "settings": 8,
    "decode": 8,
    "scan": 1,
    "pdf-again": 1,
}
"""Inputs of a target, where they are not four; of slow ones a few."""


@pytest.mark.parametrize("path", KEPT, ids=[f"{path.parent.name}/{path.name}" for path in KEPT])
def test_what_was_found_stays_fixed(path: Path) -> None:
    find = attempt(TARGETS[path.parent.name], path.read_bytes())
    assert find is None, find.trace


def test_a_tar_header_is_not_read_however_long_it_says_it_is(tmp_path: Path) -> None:
    """The kept input says so many gigabytes that only a machine with a limit on memory would fail."""
    path = tmp_path / "a.tar"
    path.write_bytes((ROOT / "fixtures" / "fuzz" / "containers" / "endless-header").read_bytes())
    (refusal,) = (item for item in gather([path]) if isinstance(item, Refusal))
    assert "a header of 8589934591 bytes" in refusal.error.message


def test_every_kept_input_belongs_to_a_target() -> None:
    assert {path.parent.name for path in KEPT} <= set(TARGETS)
    assert sum(path.stat().st_size for path in KEPT) < 100_000


@pytest.mark.parametrize("name", TARGETS)
def test_changed_seeds_give_a_result_or_a_refusal(name: str) -> None:
    target = TARGETS[name]
    seeds = list(islice(target.seeds(), 2))

    @settings(
        max_examples=COUNTS.get(name, 4),
        derandomize=True,
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(st.integers(0, len(seeds) - 1), st.integers(0, 2**32 - 1), st.integers(0, 4))
    def tried(which: int, seed: int, changes: int) -> None:
        rng, data = Random(seed), seeds[which]
        for _ in range(changes):
            data = target.mutate(data, rng, crude(rng))
        find = attempt(target, data)
        assert find is None, find.trace

    tried()


def _spin(_data: bytes) -> None:
    while True:
        pass


def _deep(data: bytes) -> None:
    _deep(data)


def _refused(_data: bytes) -> None:
    raise UnreadableError("It is damaged.")


@pytest.mark.parametrize(
    ("run", "kind"),
    [(lambda _: None, None), (_spin, TooLong.__name__), (_deep, "RecursionError"), (_refused, "UnreadableError")],
)
def test_what_a_find_is(run, kind: str | None) -> None:
    """A target takes refusals itself, where they are to be expected: one that gets out is a find, like all else."""
    find = attempt(Target("made", run, tuple, TARGETS["html"].mutate, (), ()), b"", seconds=0.2)
    assert (find.kind if find else None) == kind


def test_the_targets_need_no_atheris() -> None:
    assert "benchmarks.fuzz.targets" in sys.modules
    assert "atheris" not in sys.modules
