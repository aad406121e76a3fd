"""What agencies print instead of the official words and plain numbers. Every wording here was seen in a real report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from random import Random

from normalize.model import CellKey, State
from tests.typesetter.figures import is_plain
from tests.typesetter.model import Figure, Paper

LABELS: tuple[tuple[str, str], ...] = (
    ("2.其他法律行政法规禁止公开", "2.其他法律法规禁止公开"),
    ("2.其他法律行政法规禁止公开", "2.其他法律行政止公开"),
    ("行政规范性文件", "规范性文件"),
    ("行政事业性收费", "行政事业型收费"),
    ("现行有效件数", "现行有效件"),
    ("本年制发件数", "本年发件"),
    ("本年增/减", "本年增/"),
    ("规章", "规章（设区的市、自治州人民政府应提供相关数据）"),
    ("第二十条第（一）项", "第二十条 第（一）项"),
    ("第二十条第（八）项", "第二十条第(八)项"),
    ("4.无正当理由大量反复申请", "4.无正当理由大量反复 申请"),
    ("1.属于国家秘密", "1、属于国家秘密"),
    ("3.危及“三安全一稳定”", '3.危及"三安全一稳定"'),
    ("商业企业", "商业 企业"),
    ("（七）总计", "(七) 总计"),
    ("（六）其他处理", "（六）其他"),
    ("3.要求提供公开出版物", "3.要求提供公开岀版物"),
    ("3.补正后申请内容仍不明确", "3.补正后申请内容不明确"),
    ("（一）收到申请数", "(一)收到申请数"),
    ("3.网络申请数", "3.网上申请数"),
    ("（三）从事政府信息公开工作人员数", "（三）从事政府信息公开工作人员数（人）"),
)

TITLES: tuple[tuple[str, ...], ...] = (
    ("{agency}{year}年政府信息公开工作年度报告",),
    ("{agency}", "{year}年政府信息公开工作年度报告"),
    ("{year}年{agency}政府信息公开工作年度报告",),
    ("{agency} {year}年政府信息公开工作年度报告",),
    ("{agency}{year}年政府信息公开年度报告",),
    ("{agency}{year}年度政府信息公开工作年度报告",),
    ("{agency}{chinese_year}年政府信息公开工作年度报告",),
)

BLANK_INK = ("/", "—", "-", "——")
"""Printed where a number belongs; all of them mean that there is none."""

_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
_CHINESE = str.maketrans("0123456789", "〇一二三四五六七八九")


def chinese_year(year: int) -> str:
    """二〇二三."""
    return str(year).translate(_CHINESE)


def title_lines(template: tuple[str, ...], agency: str, year: int) -> tuple[str, ...]:
    """A title in one of the real shapes, line by line."""
    return tuple(line.format(agency=agency, year=year, chinese_year=chinese_year(year)) for line in template)


def spellings(value: Decimal, unit: str, *, signed: bool) -> tuple[str, ...]:
    """Other ways to print a number, all of which read back as it."""
    plain = format(value, "f")
    found = [plain.translate(_FULL_WIDTH), f" {plain}", f"{plain}\u00a0"]
    if value >= 1000:
        found.append(format(value, ","))
    if unit == "件" and value >= 0:
        found.append(f"{plain}件")
    if unit == "件" and value > 1:
        found.append(f"{plain}（其中修订1件）")
    if unit == "万元":
        found.append(f"{plain}万元")
        if value == value.quantize(Decimal("0.0001")):
            found.append(f"{format((value * 10000).quantize(Decimal(1)), 'f')}元")
    if signed and value > 0:
        found.append(f"+{plain}")
    if signed and value < 0:
        found.append(f"减{format(-value, 'f')}")
    return tuple(found)


def respell(paper: Paper, rng: Random, share: float = 0.15) -> Paper:
    """The same paper with some numbers and blanks spelt in other ways."""
    cells = {
        CellKey(table.key, row.key, name): (row.unit or table.column(name).unit, table.column(name).signed)
        for table in paper.tables
        for row in table.rows
        for name in row.columns
    }
    figures: dict[CellKey, Figure] = dict(paper.figures)
    for key, figure in paper.figures.items():
        if rng.random() >= share:
            continue
        unit, signed = cells[key]
        if figure.state is State.BLANK:
            figures[key] = Figure.blank(rng.choice(BLANK_INK))
        elif is_plain(figure) and figure.value is not None:
            figures[key] = Figure(rng.choice(spellings(figure.value, unit, signed=signed)), figure.value)
    return replace(paper, figures=figures)


def mislabel(paper: Paper, rng: Random, count: int = 3) -> Paper:
    """The same paper with some official labels as other agencies print them."""
    chosen: Mapping[str, str] = dict(rng.sample(LABELS, count))
    return replace(paper, wordings={**paper.wordings, **chosen})
