"""What one file costs by itself. Light to import, for reading processes do."""

from __future__ import annotations

import resource
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from collect.archives import gather
from collect.model import Refusal
from nianbao.pool import limit_memory
from nianbao.reading import attempt
from tests.row_reader import with_rows


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one file, whatever it holds."""

    reasons: Counter[str]
    """Of the failures."""
    reports: int
    seconds: float
    """Of processor time, external programs included."""
    megabytes: float
    """Memory at most, that of the program itself included."""


def cost(path: Path) -> Cost:
    """Read a file in this process as a run would, under the default limits; call it in a process of its own."""
    from nianbao.reading import read_source  # noqa: PLC0415 - see above

    limit_memory(6 << 30)
    reasons: Counter[str] = Counter()
    reports = 0
    before = _processor()
    for item in gather([path]):
        if isinstance(item, Refusal):
            reasons[item.error.reason] += 1
            continue
        outcome = attempt(with_rows(read_source), item)
        reports += len(outcome.reports)
        if outcome.failure:
            reasons[outcome.failure.reason] += 1
    most = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return Cost(reasons, reports, _processor() - before, most / 1024)


def _processor() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)
