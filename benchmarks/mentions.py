"""How many hand-labelled numbers of the prose are found, and how many get the right role.

    python benchmarks/mentions.py [FILE.csv ...]
    python benchmarks/mentions.py --wrong FILE.csv     # each row that is not right as well

Columns of a file: ``id``, ``chapter`` (0-6), ``sentence``, ``mentions``: a JSON list of objects with ``text`` (the number as
printed, with what makes it approximate), ``nth`` (which occurrence of that text in the sentence, from 0), ``value`` (a decimal,
or null), ``unit``, ``kind``, ``approximate``, ``metric`` (may be empty), ``whose`` and ``negated``.

A mention is right if it stands there with that value and unit; a stated none if it is of that metric. A role is right if the
mention is and its metric is the labelled one. Precision is right of found, recall right of labelled; both count whole files,
sentences without any number included. ``whose``, ``kind`` and ``approximate`` are counted among what is right otherwise.
"""

from __future__ import annotations

import csv
import json
import sys
import time
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from normalize.mentions import mentions  # noqa: E402 - so that the script runs from anywhere
from normalize.model import Mention, Section  # noqa: E402

DATA = ROOT / "tests" / "data"
FILES = (DATA / "sentences.csv", DATA / "sentences_held_out.csv")
_SCALES = {"": 1, "万": 10_000, "亿": 100_000_000}

Label = dict[str, Any]


@dataclass(slots=True)
class Tally:
    """Right, found and labelled, of one thing that is measured."""

    right: int = 0
    found: int = 0
    labelled: int = 0

    @property
    def precision(self) -> float:
        """Right of found, in percent."""
        return 100 * self.right / self.found if self.found else 100.0

    @property
    def recall(self) -> float:
        """Right of labelled, in percent."""
        return 100 * self.right / self.labelled if self.labelled else 100.0


@dataclass(slots=True)
class Score:
    """What a file's sentences come to."""

    mentions: Tally = field(default_factory=Tally)
    roles: Tally = field(default_factory=Tally)
    whose: Tally = field(default_factory=Tally)
    kind: Tally = field(default_factory=Tally)
    approximate: Tally = field(default_factory=Tally)
    sentences: int = 0
    wrong: list[str] = field(default_factory=list)


def read(path: Path) -> list[dict[str, str]]:
    """The rows of a file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def score(rows: Iterable[dict[str, str]]) -> Score:
    """Reads each sentence as a section of its chapter and compares."""
    total = Score()
    for row in rows:
        found = mentions([Section(int(row["chapter"]), "", row["sentence"])])
        _add(total, row, found, json.loads(row["mentions"]))
    return total


def _add(total: Score, row: dict[str, str], found: Sequence[Mention], labels: Sequence[Label]) -> None:
    pairs = list(_pairs(row["sentence"], found, labels))
    total.sentences += 1
    total.mentions.found += len(found)
    total.mentions.labelled += len(labels)
    total.mentions.right += len(pairs)
    total.roles.found += sum(bool(m.metric) for m in found)
    total.roles.labelled += sum(bool(label["metric"]) for label in labels)
    for mention, label in pairs:
        for tally, said in ((total.kind, mention.kind), (total.approximate, mention.approximate)):
            tally.found += 1
            tally.right += said == label["kind" if tally is total.kind else "approximate"]
        if mention.metric and mention.metric == label["metric"]:
            total.roles.right += 1
            if label["whose"]:
                total.whose.found += 1
                total.whose.right += mention.whose == label["whose"]
    total.wrong += _complaints(row, found, labels, pairs)


def _pairs(sentence: str, found: Sequence[Mention], labels: Sequence[Label]) -> Iterator[tuple[Mention, Label]]:
    """Each label with the mention it means."""
    free = list(found)
    for label in labels:
        for mention in free:
            if _means(sentence, mention, label):
                free.remove(mention)
                yield mention, label
                break


def _means(sentence: str, mention: Mention, label: Label) -> bool:
    if label["negated"] or mention.negated:
        return bool(label["negated"]) and mention.value == 0 and mention.metric == label["metric"]
    start = -1
    for _ in range(label["nth"] + 1):
        start = sentence.find(label["text"], start + 1)
    overlaps = mention.start < start + len(label["text"]) and start < mention.stop
    value = None if label["value"] is None else Decimal(label["value"])
    return overlaps and _amount(mention.value, mention.unit) == _amount(value, label["unit"])


def _amount(value: Decimal | None, unit: str) -> tuple[Decimal | None, str]:
    """Money in 元, so that 3万元 is the same in 万元; anything else as it is, but for the width of its characters."""
    unit = unicodedata.normalize("NFKC", unit)
    if value is None or not unit.endswith("元"):
        return value, unit
    return value * _SCALES[unit[:-1]], "元"


def _complaints(
    row: dict[str, str], found: Sequence[Mention], labels: Sequence[Label], pairs: Sequence[tuple[Mention, Label]]
) -> Iterator[str]:
    told = [id(mention) for mention, _ in pairs]
    meant = [id(label) for _, label in pairs]
    said = [f"+{m.value}{m.unit}[{m.metric or '?'}]" for m in found if id(m) not in told]
    said += [f"-{label['text']}{label['unit']}[{label['metric'] or '?'}]" for label in labels if id(label) not in meant]
    said += [
        f"{m.value}{m.unit}: {m.metric or '?'} for {label['metric'] or '?'}" for m, label in pairs if m.metric != label["metric"]
    ]
    said += [
        f"{m.value}{m.unit}: {m.whose} for {label['whose']}"
        for m, label in pairs
        if m.metric and m.metric == label["metric"] and label["whose"] and m.whose != label["whose"]
    ]
    if said:
        yield f"{row['id']} {row['sentence']}: {'; '.join(said)}"


def report(name: str, found: Score) -> str:
    """The figures of a file, for people."""
    lines = [f"{name}: {found.sentences} sentences"]
    for title, tally in (("mentions", found.mentions), ("roles", found.roles)):
        lines.append(
            f"  {title:9} precision {tally.precision:5.1f} % ({tally.right} of {tally.found})"
            f"  recall {tally.recall:5.1f} % ({tally.right} of {tally.labelled})"
        )
    lines += [
        f"  {title:9} right {tally.precision:5.1f} % ({tally.right} of {tally.found})"
        for title, tally in (("whose", found.whose), ("kind", found.kind), ("approx.", found.approximate))
    ]
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> None:
    """Prints the figures of the files named, or of those there are."""
    paths = [Path(a) for a in arguments if a != "--wrong"] or [path for path in FILES if path.exists()]
    for path in paths:
        rows = read(path)
        found = score(rows)
        print(report(path.name, found))
        if "--wrong" in arguments:
            print("\n".join(found.wrong))
        began = time.process_time()
        for row in rows:
            mentions([Section(int(row["chapter"]), "", row["sentence"])])
        print(f"  {(time.process_time() - began) / len(rows) * 1e6:.0f} µs a sentence")


if __name__ == "__main__":
    main(sys.argv[1:])
