"""SIGKILL at random moments of every command that writes.

Each trial: the command is killed; the database must be whole, every document in or out, nobody left behind; the same command
again must end well, with the content of an undisturbed run. Moments are uniform over what an undisturbed run took.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from pathlib import Path
from random import Random

from benchmarks.faults import state
from benchmarks.faults.programs import Ended, Running, by_twos, start
from benchmarks.faults.rows import Row

PART = "SIGKILL at random moments"


class Victim(Enum):
    """Who is killed."""

    ALL = "all"
    MAIN = "main only"
    WORKER = "a worker"


@dataclass(slots=True)
class Trial:
    """What one kill did."""

    scenario: str
    victim: Victim
    moment: float
    was_running: bool = False
    """False where it had ended by itself before the moment came."""
    wrong: list[str] = field(default_factory=list)


class Scenario:
    """A command, what is there before it, and what must hold after it was killed.

    Every run happens in one folder, since the paths of files are stored; what it began with and what an undisturbed run left
    lie beside it.
    """

    name = ""
    runs = 3

    def __init__(self, base: Path) -> None:
        self.base = base
        self.place = base / "place"
        self.before, self.after = base / "before", base / "after"
        self.log = base / "log"
        self.db = self.place / "reports.sqlite"

    def prepare(self) -> None:
        """Make in ``place`` what a run begins with."""
        raise NotImplementedError

    def words(self) -> Sequence[str | Path]:
        """The command's words."""
        raise NotImplementedError

    def begin(self) -> Running:
        """Start the command."""
        return start(self.words(), self.log, by_twos)

    def after_kill(self) -> Iterable[str]:
        """What is wrong at once."""
        return state.torn(self.db, self.whole)

    def after_all(self) -> Iterable[str]:
        """What is wrong once the command was run again."""
        return state.unlike(self.db, self.after / self.db.name)

    @cached_property
    def whole(self) -> Mapping[tuple[str, int], str]:
        """All that may be stored: what an undisturbed run stores, and what was there before."""
        former = self.before / self.db.name
        return {**(state.parts(former) if former.exists() else {}), **state.parts(self.after / self.db.name)}

    @cached_property
    def seconds(self) -> float:
        """What an undisturbed run takes: the middle one of ``runs``. The last one is the reference."""
        took = []
        for _ in range(self.runs):
            shutil.rmtree(self.after, ignore_errors=True)
            self.lay()
            took.append(must(self.begin()).seconds)
            self.place.rename(self.after)
        return sorted(took)[len(took) // 2]

    def lay(self) -> None:
        """Lay out what a run begins with. Times of files are kept: they say what changed."""
        shutil.rmtree(self.place, ignore_errors=True)
        shutil.copytree(self.before, self.place)

    def ready(self) -> None:
        """Prepare, and measure."""
        if not self.before.exists():
            self.place.mkdir(parents=True)
            self.prepare()
            self.place.rename(self.before)
        _ = self.seconds, self.whole


def must(running: Running) -> Ended:
    """The end of a run that nothing disturbs.

    Raises:
        RuntimeError: it did not end well.
    """
    ended = running.wait()
    if ended.code:
        raise RuntimeError(f"an undisturbed run ended with {ended.code}:\n{ended.said}")
    return ended


def trial(scenario: Scenario, victim: Victim, chance: Random) -> Trial:
    """One kill and what followed."""
    scenario.lay()
    done = Trial(scenario.name, victim, chance.uniform(0, scenario.seconds))
    running = scenario.begin()
    begun = time.perf_counter()
    while time.perf_counter() - begun < done.moment and not running.is_over():
        time.sleep(0.001)
    done.was_running = not running.is_over()
    ended = _strike(running, victim, chance, done)
    done.wrong += [f"orphan: {each}" for each in running.orphans()]
    done.wrong += [f"after the kill: {each}" for each in scenario.after_kill()]
    if not (victim is Victim.WORKER and ended.code == 0):
        ended = scenario.begin().wait()
    if ended.code or ended.has_traceback:
        done.wrong.append(f"the second run ended with {ended.code}: {ended.said[-500:]}")
    done.wrong += [f"after the second run: {each}" for each in scenario.after_all()]
    return done


def _strike(running: Running, victim: Victim, chance: Random, done: Trial) -> Ended:
    if victim is Victim.ALL:
        running.kill_session()
    elif victim is Victim.MAIN:
        running.kill()
    else:
        while not (readers := running.readers()) and not running.is_over():  # none is hired yet
            time.sleep(0.001)
        done.was_running = bool(readers)
        if readers:
            chance.choice(readers).kill()
    ended = running.wait()
    if victim is Victim.WORKER and (ended.code or ended.has_traceback):
        done.wrong.append(f"a killed worker cost the run: {ended.code} {ended.said[-300:]}")
    return ended


def tried(make: Callable[[Path], Scenario], wanted: Mapping[Victim, int], folder: Path, seed: int) -> Iterator[Row]:
    """So many kills of each kind that came while the command ran, and what followed."""
    scenario = make(folder)
    scenario.ready()
    for victim, count in wanted.items():
        chance = Random(f"{seed} {scenario.name} {victim.value}")
        done: list[Trial] = []
        while sum(each.was_running for each in done) < count and len(done) < 3 * count:
            done.append(trial(scenario, victim, chance))
        hit = sum(each.was_running for each in done)
        wrong = [f"after {each.moment:.3f} s: {said}" for each in done for said in each.wrong]
        outcome = "whole at once; the second run ends well and gives the undisturbed content"
        if victim is Victim.WORKER:
            outcome = "the run itself ends well and gives the undisturbed content"
        late = f" ({len(done) - hit} more came after the end)" if len(done) > hit else ""
        yield Row(PART, f"{scenario.name}: {victim.value} killed", hit, outcome + late, wrong)
