"""How many hand-labelled names resolve to the right agency, and how long it takes.

    python benchmarks/agencies.py [LABELS.csv]

A row is right if division, area, level, kind of body and canonical name are all right; ``?`` says that the evidence does not
decide, and undecided is then right. Prints each row that is not, and a line per part of the table.
"""

import csv
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

from normalize.authority.model import Evidence, Resolution
from normalize.authority.resolve import resolve

LABELS = Path(__file__).parent.parent / "tests" / "data" / "agencies.csv"


def evidence_of(row: dict[str, str]) -> Evidence:
    """The evidence that a row of the table gives."""
    several = [tuple(row[column].split(";")) if row[column] else () for column in ("names", "index_number")]
    return Evidence(row["printed"], int(row["year"]), several[0], row["text"], row["origin"], several[1])


def judge(row: dict[str, str], found: Resolution) -> str:
    """``right``, ``undecided`` or ``wrong``."""
    agency = found.agency
    if row["region_code"] == "?":
        return "right" if agency is None else "wrong"
    if agency is None:
        return "undecided"
    said = (agency.region_code, agency.area, agency.level.value, agency.kind, agency.name)
    return "right" if said == tuple(row[column] for column in ("region_code", "area", "level", "kind", "name")) else "wrong"


def main() -> None:
    with Path(sys.argv[1] if len(sys.argv) > 1 else LABELS).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        found = resolve(evidence_of(row))
        outcome = judge(row, found)
        counts[row["part"]][outcome] += 1
        if outcome != "right":
            print(f"{outcome}: {row['printed']}: {found.agency or found.reason}; expected {row['name'] or 'undecided'}")
    total = Counter[str]()
    for part, outcomes in [*counts.items(), ("all", sum(counts.values(), total))]:
        share = {name: f"{count} ({100 * count / outcomes.total():.1f} %)" for name, count in outcomes.items()}
        print(part, outcomes.total(), share)
    began = time.process_time()
    for row in rows:
        resolve(evidence_of(row))
    print(f"{(time.process_time() - began) / len(rows) * 1e6:.0f} µs a name, everything read before")


if __name__ == "__main__":
    main()
