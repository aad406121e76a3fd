"""Reports between processes: what comes out equals what went in, to the last digit."""

from __future__ import annotations

import pickle
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from collect.archives import gather
from collect.model import Source
from extract.model import Box, Locus
from nianbao.packing import pack_reports, unpack_reports
from nianbao.reading import attempt, read_source
from normalize.model import Cell, CellKey, ExtraCell, Finding, Ignored, Mention, Report, RuleCheck, Severity, State, Verdict
from tests.scripted_reader import made_report

REPORTS = Path(__file__).parent.parent / "fixtures" / "reports"
SAMPLES = ("hedong-2021.txt", "hongze-2024.pdf", "qinghe-finance-2016.docx", "shiqiao-town-2017.html")


@pytest.mark.parametrize("name", SAMPLES)
def test_real_reports_come_back_equal_in_less_than_half_the_bytes(name: str) -> None:
    (source,) = gather([REPORTS / name])
    assert isinstance(source, Source)
    reports = attempt(read_source, source).reports
    packed = pack_reports(reports)
    assert repr(unpack_reports(packed)) == repr(reports)  # repr tells 1 from 1.0 and 0 from -0
    assert len(packed) < len(pickle.dumps(reports)) / (2 if reports[0].cells else 1)


@pytest.mark.parametrize(
    "value",
    [None, *map(Decimal, ("0", "-0", "0.0", "12", "12.50", "-3", "1E+3", "1e-30", "123456789012345678901234567890.1"))],
)
@pytest.mark.parametrize("printed", ["", "12", "12.50", "１２", "—"])
def test_odd_cells_come_back_as_they_were(value: Decimal | None, printed: str) -> None:
    cells = (
        Cell("2021", CellKey("disclosure", "rules", "issued"), value, printed, State.PRINTED),
        Cell("2021", CellKey("no", "such", "cell"), value, printed, State.REPAIRED, "a note", Box(1, 0.1, 2, 3, 4.5)),
        Cell("", CellKey("disclosure", "rules", "issued"), value, printed, State.MISSING, locus=Locus(3, 1), confidence=0.25),
    )
    report = replace(made_report("甲局", Verdict.REVIEW), cells=cells)
    assert repr(unpack_reports(pack_reports([report]))) == repr((report,))


def test_every_part_of_a_report_goes_along() -> None:
    names = ("disclosure.rules.issued", "no.such.cell")
    report = Report(
        made_report("甲局", Verdict.INCONSISTENT).identity,
        "2021",
        Verdict.INCONSISTENT,
        extra_cells=(ExtraCell("disclosure", "行", "列", "3", Decimal(3), Box(1, 0, 0, 1, 1)),),
        mentions=(Mention("applications", Decimal("3.5"), "件", "收到申请3.5件", 1, CellKey("a", "b", "c")),),
        findings=(Finding("cell.blank", Severity.NOTE, "blank", names, "0", ""),),
        checks=(RuleCheck("applications.balance", "fails", names, "3", "4", "3 ≠ 4"),),
        ignored=(Ignored("serial", "1"), Ignored("serial", "2")),
    )
    assert unpack_reports(pack_reports([report, report])) == (report, report)
    assert unpack_reports(pack_reports([])) == ()
