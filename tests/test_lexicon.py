"""The short ways through labels lead where the long ones lead: lookups against comparing all, plain order against searching."""

from __future__ import annotations

from itertools import combinations, pairwise
from random import Random

import pytest

from normalize.align import Gains, Printed, Roster, Wanted, _best_order, _plain_order, align, likeness
from normalize.labels import similarity, take_apart
from normalize.lexicon import RELATED, kin, official_labels, related
from normalize.panels import panels

STRAY = "的及（）(),、.12三一年公开政府其中\n 情况"


def damaged(text: str, rng: Random) -> str:
    """A label as narrow cells, other agencies and converters print it: cut, lengthened, misspelt."""
    at = rng.randrange(len(text) + 1)
    return rng.choice(
        (
            text[:at],
            text[at:],
            text[:at] + rng.choice(STRAY) + text[at:],
            text[:at] + rng.choice(STRAY) + text[at + 1 :],
            text + rng.choice(STRAY) * 3,
            rng.choice(STRAY) * 2 + text,
        )
    )


def test_kin_are_all_that_comparing_with_every_official_label_finds() -> None:
    rng = Random(2024)
    texts = [label.core for label in official_labels()]
    texts += [damaged(rng.choice(texts), rng) for _ in range(400)]
    texts += [damaged(damaged(rng.choice(texts), rng), rng) for _ in range(200)]
    for text in texts:
        printed = take_apart(text)
        every = {label: score for label in official_labels() if (score := similarity(printed, label)) >= RELATED}
        assert kin(printed) == every
        assert list(kin(printed).values()) == sorted(every.values(), reverse=True)


@pytest.mark.parametrize("text", ["", " ", "12", "县", "不", "（）", "索引号", "x" * 3000, "信" * 3000])
def test_texts_that_are_no_labels_have_no_close_kin(text: str) -> None:
    assert not related(text, official_labels(), 0.72)


def test_a_label_that_no_form_prints_cannot_be_wanted() -> None:
    with pytest.raises(ValueError, match="no labels of a form"):
        Wanted.of(("行政复议", "结果推翻"))


def test_a_roster_knows_the_likeness_of_every_reading() -> None:
    for panel in panels():
        for printed in (Printed(("本年新",)), Printed(("结果", "维持"), ("结果维持",)), Printed(("总计",)), Printed(("",))):
            expected = {i: likeness(printed, w) for i, w in enumerate(panel.column_roster)}
            assert panel.column_roster.likenesses(printed, RELATED) == {i: s for i, s in expected.items() if s}


def random_gains(rng: Random, rows: int, columns: int) -> list[Gains]:
    """Some gains for each row, ties and rows without any among them."""
    values = [0.05, 0.1, 0.17, 0.45, 0.45, 0.62]
    return [{j: rng.choice(values) for j in sorted(rng.sample(range(columns), rng.randrange(3)))} for _ in range(rows)]


def total(gains: list[Gains], pairs: list[tuple[int, int]]) -> float:
    return sum(gains[i][j] for i, j in pairs)


def is_rising(pairs: list[tuple[int, int]]) -> bool:
    return all(a[0] < b[0] and a[1] < b[1] for a, b in pairwise(pairs))


def test_the_order_found_is_the_best_there_is() -> None:
    rng = Random(7)
    plain = 0
    for _ in range(400):
        gains = random_gains(rng, rng.randrange(1, 6), 5)
        found = _best_order(gains, 5)
        every = [(i, j) for i, gain in enumerate(gains) for j in gain]
        rising = [list(c) for n in range(len(gains) + 1) for c in combinations(every, n) if is_rising(list(c))]
        assert is_rising(found)
        assert total(gains, found) == pytest.approx(max(total(gains, pairs) for pairs in rising))
        if (direct := _plain_order(gains)) is not None:
            plain += 1
            assert direct == found
    assert 50 < plain < 400


def test_a_table_printed_as_its_form_has_it_matches_row_by_row() -> None:
    for panel in panels():
        rows = [row for row in panel.rows if row.wanted.leaves]
        printed = [Printed((*(p.core for p in row.wanted.parents), row.wanted.leaves[0].core)) for row in rows]
        matches = align(printed, Roster(row.wanted for row in rows))
        assert [(m.printed, m.wanted, m.likeness) for m in matches] == [(i, i, 1.0) for i in range(len(rows))]
