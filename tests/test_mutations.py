"""The promise under attack: tables damaged at random, printed in many layouts; nothing wrong passes as certain."""

from __future__ import annotations

import pytest

from benchmarks.mutations import attack, damaged
from nianbao.pipeline import read_reports
from normalize.model import Severity
from tests.typesetter.mutations import DAMAGES


def test_no_damaged_table_yields_a_silent_error() -> None:
    assert [error for seed in range(1_000_000, 1_000_120) for error in attack(seed)[2]] == []


def test_every_kind_of_damage_is_done() -> None:
    done = {name for seed in range(200) for name in damaged(seed)[0].name.split(" + ")}
    assert set(DAMAGES) <= done


@pytest.mark.parametrize("seed", [292, 398, 519, 694])  # text, Word, unruled and ruled PDF: found by the attack
def test_a_row_printed_twice_is_in_doubt(seed: int) -> None:
    mutation, name, content = damaged(seed)
    assert "double_row" in mutation.name
    (report,) = read_reports(content, name)
    assert any(f.severity is Severity.DOUBT and f.message.startswith("two rows are labelled") for f in report.findings)
    assert mutation.silent_errors([report]) == []
