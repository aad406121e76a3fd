"""Whole papers: identity, prose and figures of one report. The agencies and the sentences are the project's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from random import Random

from normalize.forms import Form, FormTable, Rule, forms
from normalize.model import CellKey
from tests.typesetter.figures import Shape, draw
from tests.typesetter.model import Chapter, Figure, Paper
from tests.typesetter.variations import TITLES, title_lines

AGENCIES = (
    "青禾市人民政府",
    "青禾市白鹭区人民政府",
    "云溪县财政局",
    "云溪县石桥镇人民政府",
    "白鹭区市场监督管理局",
    "青禾市中小企业发展服务中心",
    "江南省青禾市教育和体育局",
    "云溪县人民政府办公室",
    "白鹭区长亭街道办事处",
)
"""None of them exists."""

YEARS = {"2014": (2013, 2018), "2019": (2019, 2020), "2021": (2021, 2025)}
"""First and last year for which each form was the official one."""

FILL_IN = "（本表只填数字，没有的数据项填“0”不得空白或填其他内容）"

_SENTENCES = (
    "全年更新网站栏目，政策文件与解读材料同步发布，方便群众查阅。",
    "对公开目录逐条核对，清理失效链接，统一了发布格式。",
    "组织业务培训3次，参加人员86人次，新到岗人员均已轮训。",
    "通过门户网站发布信息318条，其中工作动态204条，通知公告114条。",
    "信息发布前由经办人、科室负责人和分管领导逐级审核。",
    "在服务大厅设置查阅点，配备电脑和打印机，专人引导。",
)
_PROBLEMS = (
    "一是解读形式还不够丰富；二是基层人员变动较多，业务不够熟练。",
    "下一步，将细化公开标准，加强日常检查，并开展案例研讨。",
)
_OTHER = ("本年度未收取信息处理费。", "没有其他需要报告的事项。")


def preface(agency: str, year: int) -> tuple[str, ...]:
    """The opening paragraph with the period the figures cover."""
    period = f"所列数据的统计期限自{year}年1月1日起至{year}年12月31日止"
    contact = f"如有疑问，请与{agency}联系（地址：人民路1号；电话：0000-1234567）。"
    return (f"本报告由{agency}依照《中华人民共和国政府信息公开条例》编制，{period}。{contact}",)


def _narrative(year: int, rng: Random, length: int) -> tuple[str, ...]:
    chosen = rng.sample(_SENTENCES, min(length, len(_SENTENCES)))
    return tuple(f"{year}年，{text}" if i == 0 else text for i, text in enumerate(chosen))


def chapters(form: str, year: int, rng: Random, length: int = 3) -> tuple[Chapter, ...]:
    """The official chapters with the tables in their places."""
    if form == "2014":
        return (
            Chapter("一、概述", _narrative(year, rng, length)),
            Chapter("二、存在的主要问题和改进措施", _PROBLEMS),
            Chapter("三、需要说明的其他事项", _OTHER),
            Chapter("附件：政府信息公开情况统计表", (), ("statistics",)),
        )
    return (
        Chapter("一、总体情况", _narrative(year, rng, length)),
        Chapter("二、主动公开政府信息情况", (FILL_IN,), ("disclosure",)),
        Chapter("三、收到和处理政府信息公开申请情况", (FILL_IN,), ("applications",)),
        Chapter("四、政府信息公开行政复议、行政诉讼情况", (FILL_IN,), ("disputes",)),
        Chapter("五、存在的主要问题及改进情况", _PROBLEMS),
        Chapter("六、其他需要报告的事项", _OTHER),
    )


def hybrid_tables() -> tuple[FormTable, ...]:
    """The 2021 form with the single row （六）其他处理 of the 2019 form, as real districts printed it."""
    one_row = next(row for row in _applications(forms()["2019"]).rows if row.key == "other")
    tables = []
    for table in forms()["2021"].tables:
        if table.key != "applications":
            tables.append(table)
            continue
        rows = [row for row in table.rows if not row.key.startswith("other.")]
        rows.insert(next(i for i, row in enumerate(rows) if row.key == "handled_total"), one_row)
        tables.append(replace(table, rows=tuple(rows)))
    return tuple(tables)


def _applications(form: Form) -> FormTable:
    return next(table for table in form.tables if table.key == "applications")


def rules_of(form: str) -> tuple[Rule, ...]:
    """The accounting rules of a form."""
    return forms()[form].rules


def paper_of(
    agency: str,
    year: int,
    form: str,
    figures: Mapping[CellKey, Figure],
    rng: Random,
    *,
    title: tuple[str, ...] = TITLES[0],
    tables: tuple[FormTable, ...] = (),
    broken: str = "",
    prose: int = 3,
) -> Paper:
    """A paper with given figures and the project's own prose of ``prose`` paragraphs."""
    return Paper(
        agency=agency,
        year=year,
        form=form,
        title=title_lines(title, agency, year),
        tables=tables or forms()[form].tables,
        figures=figures,
        chapters=chapters(form, year, rng, prose),
        preface=preface(agency, year),
        broken=broken,
    )


def random_paper(form: str, shape: Shape, rng: Random, *, tables: tuple[FormTable, ...] = (), prose: int = 2) -> Paper:
    """An invented agency's report with figures of the given shape."""
    kinds = tables or forms()[form].tables
    first, last = YEARS[form]
    figures = draw(kinds, rules_of(form), shape, rng)
    return paper_of(
        rng.choice(AGENCIES),
        rng.randint(first, last),
        form,
        figures,
        rng,
        title=rng.choice(TITLES),
        tables=kinds,
        broken=shape.broken,
        prose=prose,
    )


def sequel(earlier: Paper, later: Paper, rng: Random) -> Paper:
    """The later paper's figures as the next report of the earlier one's agency."""
    year = earlier.year + 1
    return replace(
        later,
        agency=earlier.agency,
        year=year,
        title=title_lines(TITLES[0], earlier.agency, year),
        preface=preface(earlier.agency, year),
        chapters=chapters(later.form, year, rng, 2),
    )
