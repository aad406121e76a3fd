"""The typesetter is trusted only as far as it is tested: figures hold together, and break where they are said to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given

from normalize.forms import Rule, form_cells, forms
from normalize.model import CellKey, State
from tests.strategies import Order, examples, orders
from tests.typesetter.compose import hybrid_tables, random_paper, rules_of
from tests.typesetter.docx import DocxStyle, print_docx
from tests.typesetter.figures import Shape
from tests.typesetter.html import HtmlStyle, print_html
from tests.typesetter.model import Paper
from tests.typesetter.pages import wrap
from tests.typesetter.pdf import PdfStyle, print_pdf
from tests.typesetter.plan import plan, stack
from tests.typesetter.published import figures, prose, published
from tests.typesetter.text import TextStyle, print_text


def _sums(paper: Paper, rule: Rule) -> Iterator[tuple[Decimal, Decimal]]:
    """Both sides of a rule, once for every row or column of its table; blanks count nothing."""
    table = paper.table(rule.table)
    rows = [row.key for row in table.rows if not row.heading]

    def expand(terms: tuple[str, ...]) -> list[str]:
        return [key for term in terms for key in rows if key == term or (term[-1] == "*" and key.startswith(term[:-1]))]

    def total(keys: list[CellKey]) -> Decimal:
        return sum((paper.figures[key].value or Decimal() for key in keys), Decimal())

    if rule.along == "row":
        for row in rows:
            left, right = ([CellKey(table.key, row, column) for column in side] for side in (rule.left, rule.right))
            yield total(left), total(right)
    else:
        for column in table.columns:
            sides = (expand(rule.left), expand(rule.right))
            left, right = ([CellKey(table.key, row, column.key) for row in side] for side in sides)
            yield total(left), total(right)


def broken_rules(paper: Paper) -> set[str]:
    return {rule.id for rule in rules_of(paper.form) if any(left != right for left, right in _sums(paper, rule))}


@examples(60)
@given(order=orders())
def test_only_a_broken_paper_breaks_rules(order: Order) -> None:
    paper = order.paper()
    found = broken_rules(paper)
    assert paper.broken in found if paper.broken else found == set()


@pytest.mark.parametrize("name", [name for name in prose() if figures(name)])
def test_published_figures_hold_or_are_marked(name: str) -> None:
    """上海 2019 prints its result rows without totals: there the sum of blanks is no statement."""
    paper = published(name)
    expected = {"applications.row_total", "applications.handled_sum"} if name == "shanghai-office-2019" else {paper.broken} - {""}
    assert broken_rules(paper) == expected


@pytest.mark.parametrize("form", forms())
def test_plans_hold_every_cell_of_the_form_once(form: str) -> None:
    paper = random_paper(form, Shape(), Random(1))
    planned = [cell.key for table in paper.tables for cell in plan(paper, table.key).cells if cell.key is not None]
    assert sorted(planned) == sorted(key for owner, key in form_cells() if owner == form)
    for table in paper.tables:
        grid = plan(paper, table.key).grid()
        assert {len(row) for row in grid} == {plan(paper, table.key).columns}


def test_the_official_applications_table() -> None:
    """Spans as in 国办公开办函〔2021〕30号, table 3."""
    table = plan(random_paper("2021", Shape(), Random(1)), "applications")
    spans = {cell.text: (cell.row, cell.column, cell.rowspan, cell.colspan) for cell in table.cells if cell.key is None}
    assert (table.rows, table.columns) == (28, 10)
    assert spans["申请人情况"] == (0, 3, 1, 7)
    assert spans["法人或其他组织"] == (1, 4, 1, 5)
    assert spans["总计"] == (1, 9, 2, 1)
    assert spans["三、本年度办理结果"] == (5, 0, 22, 1)
    assert spans["（三）不予公开"] == (7, 1, 8, 1)
    assert spans["（七）总计"] == (26, 1, 1, 2)
    assert spans["四、结转下年度继续办理"] == (27, 0, 1, 3)


def test_the_hybrid_has_one_row_for_other_handling() -> None:
    table = next(table for table in hybrid_tables() if table.key == "applications")
    assert [row.key for row in table.rows[-4:]] == ["not_processed.reconfirm", "other", "handled_total", "carried_out"]


def test_stacked_tables_keep_every_cell() -> None:
    paper = random_paper("2019", Shape(), Random(2))
    upper, lower = plan(paper, "disclosure"), plan(paper, "applications")
    both = stack(upper, "三、", lower)
    assert len(both.cells) == len(upper.cells) + len(lower.cells) + 1
    assert {len(row) for row in both.grid()} == {10}


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("12345", 12.0, ["123", "45"]),
        ("商业企业", 16.0, ["商业", "企业"]),
        ("第12项", 17.0, ["第12", "项"]),
        ("", 10.0, [""]),
    ],
)
def test_wrapping(text: str, width: float, expected: list[str]) -> None:
    assert wrap(text, width, 8) == expected


@pytest.mark.parametrize(
    "printed",
    [
        lambda paper: print_html(paper, HtmlStyle(split_runs=True), Random(5)),
        lambda paper: print_text(paper, TextStyle("slid_tabs", page_breaks=True), Random(5)),
        lambda paper: print_pdf(paper, PdfStyle(order="shuffled"), Random(5)),
    ],
)
def test_the_same_paper_gives_the_same_bytes(printed: Callable[[Paper], bytes]) -> None:
    paper = random_paper("2021", Shape("large"), Random(4))
    assert printed(paper) == printed(random_paper("2021", Shape("large"), Random(4)))


def test_blanks_are_only_ever_zeros() -> None:
    paper = random_paper("2021", Shape("small", "zeros"), Random(3))
    plain = random_paper("2021", Shape("small", "none"), Random(3))
    hidden = [plain.figures[key].value for key, figure in paper.figures.items() if figure.state is State.BLANK]
    assert hidden
    assert set(hidden) == {Decimal(0)}


def test_docx_is_a_container_word_would_open() -> None:
    assert print_docx(random_paper("2014", Shape(), Random(1)), DocxStyle(), Random(1)).startswith(b"PK\x03\x04")
