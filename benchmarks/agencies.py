"""How many hand-labelled names resolve to the right agency, and how long it takes.

    python benchmarks/agencies.py [LABELS.csv ...]
    python benchmarks/agencies.py --all

Without a file both tables are asked. A row is right if division, area, level, kind of body and canonical name are all right;
``?`` says that the evidence does not decide, and undecided is then right. A row that is right but for the name (or the area) is
``named``: the right body in its place, under another spelling. Prints each row that is not right, and a line per part of the
tables. The parts held, held2 and held3 of agencies.csv were labelled after the code was written; agencies_held_out.csv was
labelled by a second hand. Each of these parts was labelled before the code had seen it.

``--all`` asks for every division and township there is, by its short and its full name: none may be taken for another.
"""

import csv
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from normalize.authority.model import Evidence, Resolution  # noqa: E402 - so that the script runs from anywhere
from normalize.authority.resolve import prefix, resolve  # noqa: E402
from normalize.gazetteer import gazetteer  # noqa: E402

LABELS = (ROOT / "tests" / "data" / "agencies.csv", ROOT / "tests" / "data" / "agencies_held_out.csv")
OUTCOMES = ("right", "named", "undecided", "wrong")


def labels(path: Path) -> list[dict[str, str]]:
    """The rows of a table of labels."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def evidence_of(row: dict[str, str]) -> Evidence:
    """The evidence that a row of the table gives."""
    several = [tuple(row[column].split(";")) if row[column] else () for column in ("names", "index_number")]
    return Evidence(row["printed"], int(row["year"]), several[0], row["text"], row["origin"], several[1])


def judge(row: dict[str, str], found: Resolution) -> str:
    """``right``, ``named``, ``undecided`` or ``wrong``."""
    agency = found.agency
    if row["region_code"] == "?":
        return "right" if agency is None else "wrong"
    if agency is None:
        return "undecided"
    if (agency.region_code, agency.level.value, agency.kind) != tuple(row[column] for column in ("region_code", "level", "kind")):
        return "wrong"
    return "right" if (agency.area, agency.name) == (row["area"], row["name"]) else "named"


def every_division() -> None:
    """Resolve the name of each division and township, and count what becomes of them."""
    known = gazetteer()
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    asked = [(region, f"{name}财政局") for region in known.regions for name in {prefix(region), region.name}]
    towns = [town for region in known.regions if region.until is None for town in known.townships(region.code)]
    asked += [(town, prefix(town)) for town in towns if town.until is None]
    for region, name in asked:
        found = resolve(Evidence(name))
        here = found.agency.region_code == region.code if found.agency else None
        outcome = "undecided" if here is None else "right" if here else "wrong"
        counts[region.level.value][outcome] += 1
        if outcome == "wrong":
            print(f"wrong: {name}: {found.agency}")
    for level, outcomes in counts.items():
        print(level, dict(outcomes))


def main() -> None:
    if "--all" in sys.argv:
        every_division()
        return
    rows = [row for path in map(Path, sys.argv[1:] or LABELS) for row in labels(path)]
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        found = resolve(evidence_of(row))
        outcome = judge(row, found)
        counts[row["part"]][outcome] += 1
        if outcome != "right":
            print(f"{outcome}: {row['printed']}: {found.agency or found.reason}; expected {row['name'] or 'undecided'}")
    total = Counter[str]()
    for part, outcomes in [*counts.items(), ("all", sum(counts.values(), total))]:
        share = {
            name: f"{outcomes[name]} ({100 * outcomes[name] / outcomes.total():.1f} %)" for name in OUTCOMES if outcomes[name]
        }
        print(part, outcomes.total(), share)
    began = time.process_time()
    for row in rows:
        resolve(evidence_of(row))
    print(f"{(time.process_time() - began) / len(rows) * 1e6:.0f} µs a name, everything read before")


if __name__ == "__main__":
    main()
