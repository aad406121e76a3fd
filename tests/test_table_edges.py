"""What stands at the edge of a table: rows that a page cuts, and numbers right beside a table."""

import pytest
from reportlab.pdfgen.canvas import Canvas

from extract.model import Grid, Layout, Line, LineRole
from extract.pdf import read_pdf
from normalize.assemble import assemble
from normalize.model import Severity
from normalize.tables import bare_numbers, read_tables
from tests.grids import applications, drawn, form_rows, numbered


def cut_page(tmp_path, drop):
    """A table of three rows at the foot of a page; the last row's values stand ``drop`` points lower than the others'."""
    path = tmp_path / "cut.pdf"
    canvas = Canvas(str(path), pagesize=(400, 300))
    canvas.setFont("Helvetica", 10)
    for r in range(3):
        bottom = 60 + 30 * (2 - r)
        for c in range(4):
            canvas.rect(40 + 80 * c, bottom, 80, 30)
            lower = drop if r == 2 and c else 0
            canvas.drawString(60 + 80 * c, bottom + 10 - lower, f"row{r}" if not c else str(100 * r + c))
    canvas.save()
    return read_pdf(path.read_bytes())


@pytest.mark.parametrize("drop", [0, 6, 11, 13])
def test_values_on_the_last_rule_of_a_table_are_its_last_rows(tmp_path, drop):
    document = cut_page(tmp_path, drop)
    (grid,) = [block for block in document.blocks if isinstance(block, Grid)]
    assert [c.text for c in grid.cells][-4:] == ["row2", "201", "202", "203"]
    assert [block for block in document.blocks if isinstance(block, Line)] == []


def test_what_stands_under_a_table_is_none_of_its_cells(tmp_path):
    document = cut_page(tmp_path, 22)
    assert [block.text for block in document.blocks if isinstance(block, Line)] == ["201 202 203"]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1748 509 566 0", ("1748", "509", "566", "0")),
        ("1,748 3", ("1,748", "3")),
        ("3", ()),  # a page number
        ("共 3 页", ()),
        ("2023 年", ()),
        ("", ()),
    ],
)
def test_lines_of_bare_numbers(text, numbers):
    assert bare_numbers(text) == numbers


def doubts(assembled):
    """Doubts but for the other tables, which are not there."""
    return [f for f in assembled.findings if f.severity is Severity.DOUBT and f.rule != "cells.missing"]


@pytest.mark.parametrize("before", [True, False])
def test_bare_numbers_beside_a_table_are_a_doubt(before):
    table, line = drawn(applications(numbered)), Line("1748 509 566 0")
    readings = read_tables((line, table) if before else (table, line))
    assembled = assemble(readings, 2023)
    (finding,) = doubts(assembled)
    assert (finding.rule, finding.actual) == ("table.numbers_beside", "1748 | 509 | 566 | 0")
    assert (assembled.tally.seen, assembled.tally.used, assembled.tally.in_findings) == (7 * len(form_rows()) + 4, 175, 4)


@pytest.mark.parametrize(
    "line",
    [Line("3 4", role=LineRole.FURNITURE), Line("2024 年 1 月"), Line("3")],
)
def test_other_lines_beside_a_table_are_none(line):
    assembled = assemble(read_tables((drawn(applications(numbered)), line)), 2023)
    assert doubts(assembled) == []


def test_numbers_apart_from_a_table_are_none_of_its():
    blocks = (Line("12 13"), Line("三、收到和处理政府信息公开申请情况"), drawn(applications(numbered), layout=Layout.LATTICE))
    assert doubts(assemble(read_tables(blocks), 2023)) == []


@pytest.mark.parametrize(("step", "serial"), [(1, True), (2, False), (-1, False)])
def test_numbers_behind_the_labels_are_serial_only_where_they_count_upwards(step, serial):
    keys = [key for key, _ in form_rows()]
    before = {key: str(40 + step * place) for place, key in enumerate(keys)}
    rows = applications(lambda key: [before[key], *numbered(key)])
    rows[0].insert(1, ("", 1, 3))
    assembled = assemble(read_tables((drawn(rows),)), 2023)
    read = [c.printed for c in assembled.cells if c.key.table == "applications" and c.value is not None]
    expected = [number for key in keys for number in numbered(key)]
    assert (read, [i.printed for i in assembled.ignored]) == ((expected, list(before.values())) if serial else ([], []))
