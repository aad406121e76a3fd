"""The labelled sentences: what ``benchmarks/mentions.py`` measures must not fall below what is promised."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import mentions as benchmark
from normalize.mentions import mentions
from normalize.model import Section

DATA = Path(__file__).parent / "data"


@pytest.mark.parametrize("path", [path for path in benchmark.FILES if path.exists()], ids=lambda path: path.stem)
def test_precision_and_recall(path: Path) -> None:
    found = benchmark.score(benchmark.read(path))
    assert found.sentences >= 200
    assert found.mentions.precision >= 97
    assert found.mentions.recall >= 90
    assert found.roles.precision >= 95
    assert found.roles.recall >= 85
    assert found.whose.precision >= 95


def test_the_measure_sees_what_is_missed_and_what_is_invented() -> None:
    row = {"id": "x", "chapter": "1", "sentence": "收到政府信息公开申请3件，召开会议2次", "mentions": "[]"}
    label = (
        '{"text": "%s", "nth": 0, "value": "%s", "unit": "件", "kind": "count", "approximate": false,'
        ' "metric": "%s", "whose": "self", "negated": false}'
    )
    invented = benchmark.score([row])
    assert (invented.mentions.right, invented.mentions.found, invented.mentions.labelled) == (0, 2, 0)
    other_value = benchmark.score([{**row, "mentions": f"[{label % ('3', '4', 'applications_received')}]"}])
    assert (other_value.mentions.right, other_value.roles.right) == (0, 0)
    other_role = benchmark.score([{**row, "mentions": f"[{label % ('3', '3', 'reviews')}]"}])
    assert (other_role.mentions.right, other_role.roles.right, other_role.roles.labelled) == (1, 0, 1)


@pytest.mark.parametrize("row", benchmark.read(DATA / "sentences.csv")[::7], ids=lambda row: row["id"])
def test_every_mention_stands_where_it_says(row: dict[str, str]) -> None:
    text = f"前言。\n{row['sentence']}。"
    for mention in mentions([Section(0, "", "报告"), Section(int(row["chapter"]), "", text)]):
        assert mention.section_ordinal == 1
        assert mention.sentence == text[mention.sentence_start :][: len(mention.sentence)]
        printed = text[mention.start : mention.stop]
        assert printed in mention.sentence
        assert mention.negated or any(char.isdecimal() or char in "一二两三四五六七八九十百千数几" for char in printed)
