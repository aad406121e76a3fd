"""What links lead to. The held-out tables were written before the rules were tuned: docs/sources.md says what they first gave."""

import csv
from pathlib import Path

import pytest

from collect.sites.links import Kind, is_column, judge
from collect.sites.words import folded, years
from tests.typesetter.variations import TITLES, title_lines

DATA = Path(__file__).parent / "data"


def rows_of(name):
    with (DATA / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def cases(name):
    return [pytest.param(*row.values(), id=row["text"][:24]) for row in rows_of(name)]


@pytest.mark.parametrize(
    ("text", "column", "follow", "year"),
    [case for name in ("links", "links_held_out", "links_held_out_2") for case in cases(name)],
)
def test_link(text, column, follow, year):
    found = judge(text, column)
    assert (found.kind is not Kind.OTHER, found.year) == (follow == "yes", int(year) if year else None)


@pytest.mark.parametrize(
    ("text", "column", "kind"),
    [
        ("青禾市财政局2023年政府信息公开工作年度报告", "", Kind.REPORT),
        ("青禾市财政局2021年年度报告", "政府信息公开年报", Kind.REPORT),
        ("2021年年度报告", "", Kind.DOUBTFUL),
        ("2023年", "政府信息公开年报", Kind.DOUBTFUL),
        ("青禾市财政局政府信息公开工作年度报告", "", Kind.DOUBTFUL),
        ("政府信息公开年报", "", Kind.COLUMN),
        ("历年年报", "", Kind.COLUMN),
    ],
)
def test_how_sure_it_is(text, column, kind):
    assert judge(text, column).kind is kind


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("政府信息公开年报", True),
        ("2023年政府信息公开年报_青禾市人民政府", True),
        ("青禾市人民政府 - 政府信息公开 - 年度报告", True),
        ("法治政府建设年度报告", False),
        ("部门决算", False),
        ("关于做好年度报告编制工作的通知", False),
        ("", False),
    ],
)
def test_headings_of_lists(heading, expected):
    assert is_column(heading) is expected


def test_the_expression_of_a_source_decides_alone():
    assert judge("公开工作汇报2021", "", r"公开工作汇报").kind is Kind.REPORT
    assert judge("青禾市财政局2023年政府信息公开工作年度报告", "", r"公开工作汇报").kind is Kind.OTHER


def test_no_agency_s_name_hides_its_report():
    """卫生健康, 审计, 决算: what an agency is named after is no kind of document."""
    printed = {row["printed"] for name in ("agencies", "agencies_held_out") for row in rows_of(name)}
    names = sorted(name for name in printed if name and len(name) < 40 and not years(folded(name)))
    assert len(names) > 1000
    for number, name in enumerate(names):
        title = " ".join(title_lines(TITLES[number % len(TITLES)], name, 2023))
        found = judge(title)
        assert (found.kind, found.year) == (Kind.REPORT, 2023), title
