"""The sentences labelled by a second hand are what their page says they are; what reads them is tested elsewhere."""

import csv
import json
from decimal import Decimal
from pathlib import Path

TABLE = Path(__file__).parent / "data" / "sentences_held_out.csv"
FIELDS = {"text", "nth", "value", "unit", "kind", "approximate", "metric", "whose", "negated"}


def rows():
    with TABLE.open(encoding="utf-8", newline="") as file:
        return [(row, json.loads(row["mentions"])) for row in csv.DictReader(file)]


def test_there_are_enough_of_every_sort():
    table = rows()
    mentions = [mention for _, each in table for mention in each]
    assert len(table) >= 240
    assert len({row["id"] for row, _ in table}) == len({row["sentence"] for row, _ in table}) == len(table)
    assert {row["chapter"] for row, _ in table} == set("0123456")
    assert sum(not each for _, each in table) >= 30
    assert {mention["kind"] for mention in mentions} == {"count", "share", "amount", "change"}
    assert len({mention["metric"] for mention in mentions} - {""}) >= 35


def test_every_label_stands_where_it_says():
    for row, mentions in rows():
        sentence = row["sentence"]
        for mention in mentions:
            assert set(mention) == FIELDS, row["id"]
            at = [start for start in range(len(sentence)) if sentence.startswith(mention["text"], start)][mention["nth"]]
            behind = "".join(sentence[at + len(mention["text"]) :].split())
            assert mention["negated"] or behind.startswith(mention["unit"]), (row["id"], mention)
            assert mention["value"] is None or Decimal(mention["value"]) >= 0
            assert bool(mention["metric"]) == bool(mention["whose"]), (row["id"], mention)
            assert mention["kind"] in ("count", "amount") or not mention["metric"], (row["id"], mention)
