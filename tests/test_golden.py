"""Every fixture reads as its golden file says.

A golden that is missing is written and the test fails: look at it, then commit it. One that differs fails with the
difference. Whatever a golden says, its cells must also be the published figures.
"""

from __future__ import annotations

import difflib
import json
import shutil
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from collect.errors import UnsupportedError
from nianbao.pipeline import read_reports
from normalize.model import Cell, Report, State
from tests.typesetter.published import FIXTURES, figures, published
from tests.typesetter.readback import differences, wrong_cells

REPORTS = FIXTURES / "reports"
LEGACY = FIXTURES / "legacy" / "yunxi-health-2021.doc"


def documents() -> dict[str, bytes]:
    """Every report of the fixtures by file name, members of archives included."""
    found: dict[str, bytes] = {}
    for path in sorted(REPORTS.iterdir()):
        if path.suffix == ".zip":
            with zipfile.ZipFile(BytesIO(path.read_bytes())) as archive:
                found |= {f"{path.name}/{name}": archive.read(name) for name in archive.namelist()}
        else:
            found[path.name] = path.read_bytes()
    return found


DOCUMENTS = documents()


def printed_cell(cell: Cell) -> dict[str, Any]:
    value = None if cell.value is None else format(cell.value, "f")
    return {"form": cell.form, "key": str(cell.key), "value": value, "printed": cell.printed, "state": cell.state.value}


def portrait(report: Report) -> dict[str, Any]:
    """What a golden file keeps of a report."""
    identity = report.identity
    return {
        "agency": identity.agency,
        "year": identity.year,
        "title": identity.title,
        "period": identity.period,
        "scope": identity.scope.value if identity.scope else None,
        "form": report.form,
        "verdict": report.verdict.value,
        "findings": sorted(f"{finding.severity.value} {finding.rule}" for finding in report.findings),
        "sections": [f"{section.number} {section.heading}" for section in report.sections],
        "cells": [printed_cell(cell) for cell in report.cells],
        "extra_cells": len(report.extra_cells),
    }


def as_json(reports: tuple[Report, ...]) -> str:
    """One line a cell, so that a difference is one line."""
    text = json.dumps([portrait(report) for report in reports], ensure_ascii=False, indent=1)
    for cell in (printed_cell(cell) for report in reports for cell in report.cells):
        spread = json.dumps(cell, ensure_ascii=False, indent=1).replace("\n", "\n   ")
        text = text.replace(spread, json.dumps(cell, ensure_ascii=False))
    return text + "\n"


def check_against(golden: Path, reports: tuple[Report, ...]) -> None:
    actual = as_json(reports)
    if not golden.exists():
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(actual, "utf-8")
        pytest.fail(f"{golden.name} was missing and has been written: review it and commit it.")
    expected = golden.read_text("utf-8")
    if actual != expected:
        lines = difflib.unified_diff(expected.splitlines(), actual.splitlines(), "golden", "read", lineterm="", n=1)
        pytest.fail("\n".join([f"{golden.name}:", *list(lines)[:80]]))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_fixture_reads_as_its_golden_says(name: str) -> None:
    stem = Path(name).stem
    check_against(FIXTURES / "golden" / f"{stem}.json", read_reports(DOCUMENTS[name], name))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_fixture_reads_as_published(name: str) -> None:
    """Independent of the goldens: the cells are figures/*.csv, and nothing is missing or added."""
    stem = Path(name).stem
    (report,) = read_reports(DOCUMENTS[name], name)
    numbers = figures(stem)
    assert list(wrong_cells(published(stem), report)) == []
    assert {cell.key for cell in report.cells if cell.state is not State.MISSING} == set(numbers)
    assert report.extra_cells == ()
    if numbers:
        assert differences(published(stem), [report]) == []


def test_every_golden_and_every_figure_has_its_fixture() -> None:
    stems = {Path(name).stem for name in DOCUMENTS}
    legacy = {LEGACY.stem}
    assert {path.stem for path in (FIXTURES / "golden").glob("*.json")} <= stems | legacy
    assert {path.stem for path in (FIXTURES / "figures").glob("*.csv")} == {s for s in stems | legacy if figures(s)}


def test_legacy_word_reads_through_libreoffice_or_says_what_to_install() -> None:
    content = LEGACY.read_bytes()
    if shutil.which("soffice") is None:
        with pytest.raises(UnsupportedError, match="LibreOffice"):
            read_reports(content, LEGACY.name)
        return
    assert differences(published(LEGACY.stem), read_reports(content, LEGACY.name)) == []


def test_two_years_of_one_city_continue_each_other() -> None:
    """What the figures are good for: 121 applications carried out of 2023 are the 121 carried into 2024."""
    (earlier,), (later,) = (read_reports(DOCUMENTS[name], name) for name in ("suqian-2023.pdf", "suqian-2024.pdf"))
    before = {str(cell.key): cell.value for cell in earlier.cells if cell.value is not None}
    after = {str(cell.key): cell.value for cell in later.cells if cell.value is not None}
    assert before["applications.carried_out.total"] == after["applications.carried_in.total"] == 121
    issued, repealed, in_force = (f"disclosure.normative_documents.{c}" for c in ("issued", "repealed", "in_force"))
    assert before[in_force] + after[issued] - after[repealed] == after[in_force] == 420
