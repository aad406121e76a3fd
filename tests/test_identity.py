"""Whose report, for which year: titles as real reports break them, and the evidence in order."""

from __future__ import annotations

import pytest

from extract.model import Box, Document, Grid, GridCell, Line, LineRole, Metadatum
from normalize.body import Body
from normalize.identity import identify
from normalize.model import Identity, Scope, Severity
from normalize.splitting import another_title, split_reports
from normalize.titles import read_title, title_of_page

TABLE = Grid((GridCell(0, 0, "信息内容"), GridCell(0, 1, "现行有效件数"), GridCell(1, 0, "规章"), GridCell(1, 1, "0")))
LAW = "根据《中华人民共和国政府信息公开条例》要求，编制本年度报告。"
CHAPTER = "一、总体情况\n我局认真贯彻落实上级部署。"


def document(text: str, *heads: str, **metadata: str) -> Document:
    """Lines as a text or HTML reader gives them; ``[table]`` stands for a table."""
    lines = [TABLE if line == "[table]" else Line(line) for line in text.split("\n")]
    furniture = [Line(text, role=LineRole.FURNITURE) for text in heads]
    return Document("text/plain", (*furniture, *lines), metadata=tuple(Metadatum(k, v) for k, v in metadata.items()))


def rules(identity: Identity) -> list[tuple[str, Severity]]:
    return [(finding.rule, finding.severity) for finding in identity.findings]


@pytest.mark.parametrize(
    ("title", "agency", "year"),
    [
        ("天水市水利局2024年政府信息公开工作年度报告", "天水市水利局", 2024),
        ("2016年龙岩市永定区人民政府政府信息公开年度报告", "龙岩市永定区人民政府", 2016),
        ("2024 年上海市科委政府信息公开工作\n年度报告", "上海市科委", 2024),
        ("淮安市洪泽区人民政府\n2024 年政府信息公开工作年度报告", "淮安市洪泽区人民政府", 2024),
        ("2025 年上海市黄浦区人民政府打浦桥街道政府信息\n公开工作年度报告", "上海市黄浦区人民政府打浦桥街道", 2025),
        ("西咸新区底张街道2023年度政府\n信息公开工作年度报告", "西咸新区底张街道", 2023),
        ("大丰区人民政府 2023 年政府信息公开工作年度报\n告", "大丰区人民政府", 2023),
        ("2022 年龙游县朝阳街道办事处政府信息公开工\n作年度报告", "龙游县朝阳街道办事处", 2022),
        ("衡阳市国资委2019年度政府信息公开年度报告", "衡阳市国资委", 2019),  # 年度 twice
        ("安徽省邮政管理局2023年度政府信息公开年度报告", "安徽省邮政管理局", 2023),
        ("会仪镇人民政府2021年信息公开年度报告", "会仪镇人民政府", 2021),
        ("舒兰市市场监督管理局2016年政务信息公开年度报告", "舒兰市市场监督管理局", 2016),
        ("孝昌县2020政府信息公开工作年度报告", "孝昌县", 2020),
        ("宣城市2021年气象局政府信息公开工作年度报告", "宣城市气象局", 2021),
        ("2021年迎宾路街道政府信息公开工作年度报告", "迎宾路街道", 2021),
        ("2020年山东省邮政管理系统政府信息公开年度报告", "山东省邮政管理系统", 2020),
        (
            "广州市黄埔区人民政府 广州开发区管委会2022年政府信息公开工作年度报告",
            "广州市黄埔区人民政府 广州开发区管委会",
            2022,
        ),
        ("宿州市人民政府2019年政府信息公开工作年度报告（图片版）", "宿州市人民政府", 2019),
        ("江阴市人民政府信息公开年度报告（2014年度）", "江阴市人民政府", 2014),  # one 政府 for two
        ("XX县关于2015年政府信息公开工作年度报告", "XX县", 2015),
        ("二〇一八年度岳阳市科学技术局政府信息公开年度报告", "岳阳市科学技术局", 2018),
        ("某区统计局2012年政府信息公开工作报告", "某区统计局", 2012),
        ("龙岩市政务服务和大数据管理局2023年政务公开年报", "龙岩市政务服务和大数据管理局", 2023),
        ("河東區統計局2020年政府資訊公開工作年度報告", "河東區統計局", 2020),
        ("⻰游县⼤数据局2020年政府信息公开工作年度报告", "龙游县大数据局", 2020),  # radicals from a PDF font
        ("政府信息公开工作年度报告", "", None),
        ("2024年政府信息公开工作年度报告", "", 2024),
        ("我局2021年政府信息公开工作年度报告", "", 2021),
    ],
)
def test_titles(title: str, agency: str, year: int | None) -> None:
    read = read_title(title)
    assert read is not None
    assert (read.agency, read.year) == (agency, year)
    identity = identify(document(f"{title}\n{LAW}\n{CHAPTER}"), "")
    assert (identity.agency, identity.year) == (agency, year)


@pytest.mark.parametrize(
    "text",
    [
        "2022年上半年政府信息公开数据统计",
        "国务院办公厅关于印发政府信息公开工作年度报告格式的通知",
        "根据《政府信息公开条例》，编制2021年政府信息公开工作年度报告",
        "政府信息公开指南",
        "2021年法治政府建设年度报告",
        "上一篇：2020年政府信息公开工作年度报告",
        "首页 > 政务公开 > 政府信息公开年报",
    ],
)
def test_what_is_no_title(text: str) -> None:
    assert read_title(text) is None


@pytest.mark.parametrize(
    ("text", "agency"),
    [
        ("岳阳市人民政府 2023年政府信息公开工作年度报告_岳阳市政府门户网站", "岳阳市人民政府"),
        ("沭阳县发改局2023年政府信息公开年度报告 - 沭阳县人民政府", "沭阳县发改局"),
        ("宿州市人民政府2019年政府信息公开工作年度报告（超链版）.pdf", "宿州市人民政府"),
    ],
)
def test_titles_of_pages(text: str, agency: str) -> None:
    title = title_of_page(text)
    assert title is not None
    assert title.agency == agency


def test_a_title_is_returned_on_one_line() -> None:
    identity = identify(document(f"洪泽区人民政府\n2024 年政府信息公开工作\n年度报告\n{CHAPTER}"), "")
    assert identity.title == "洪泽区人民政府2024 年政府信息公开工作年度报告"


@pytest.mark.parametrize(
    ("text", "metadata", "agency"),
    [
        ("由临沂市河东区中小企业发展服务中心编制而成。", {}, "临沂市河东区中小企业发展服务中心"),
        ("现将盐城市大丰区人民政府2023年度政府信息公开工作情况报告如下。", {}, "盐城市大丰区人民政府"),
        ("根据《条例》和上级有关文件要求，河东区统计局组织编制了本年度报告。", {}, "河东区统计局"),
        ("由某市统计局围绕2020年度政府信息公开工作情况编制而成。", {}, "某市统计局"),
        ("由大丰区大中街道编制的2023年度政府信息公开年度报告。", {}, "大丰区大中街道"),
        ("本报告由洪泽区人民政府办公室根据《条例》（国令第711号）要求编制。", {}, "洪泽区人民政府办公室"),
        ("如有疑问，请与岳阳市科学技术局联系（电话：0622）。", {}, "岳阳市科学技术局"),
        (LAW, {"publisher": "沭阳县发改局"}, "沭阳县发改局"),
        (LAW, {"author": "龙游县水利局"}, "龙游县水利局"),
        (LAW, {"author": "Administrator"}, ""),
        ("由南平市人民政府信息公开工作领导小组办公室根据《条例》要求编制。", {}, "南平市人民政府信息公开工作领导小组办公室"),
        ("由我局编制而成。", {}, ""),
        ("由各科室编制而成。", {}, ""),
    ],
)
def test_agency_beside_the_title(text: str, metadata: dict[str, str], agency: str) -> None:
    identity = identify(document(f"2023年政府信息公开工作年度报告\n{text}\n{CHAPTER}", **metadata), "")
    assert identity.agency == agency
    assert (("identity.no_agency", Severity.DOUBT) in rules(identity)) == (agency == "")


def test_agency_of_the_narrative() -> None:
    text = f"现将2020年政府信息公开工作报告如下：\n{CHAPTER}\n2020年,某区统计局以某思想为指导。\n我局认真公开。"
    identity = identify(document(text), "")
    assert (identity.agency, identity.year) == ("某区统计局", 2020)


def test_a_preface_with_another_year_is_a_hint_where_the_period_agrees_with_the_title() -> None:
    # Zhangdian 2018: "由公园街道办事处编制的2019年度…"
    preface = "由公园街道办事处编制的2019年度政府信息公开年度报告，统计期限是2018年1月1日至2018年12月31日。"
    identity = identify(document(f"张店公园街道办事处\n2018年政府信息公开工作年度报告\n{preface}\n{CHAPTER}"), "")
    assert (identity.agency, identity.year) == ("张店公园街道办事处", 2018)
    assert rules(identity) == [("identity.year_conflict", Severity.HINT)]


def test_agency_of_the_signature() -> None:
    text = f"2021年政府信息公开工作年度报告\n{LAW}\n{CHAPTER}\n六、其他需要报告的事项\n无。\n安康市某某局\n2022年1月20日"
    assert identify(document(text), "").agency == "安康市某某局"


def test_agency_of_the_title_page() -> None:
    text = f"政府信息公开工作\n年度报告\n（2022年度）\n临沂市河东区统计局\n2023年1月\n{CHAPTER}"
    identity = identify(document(text), "")
    assert (identity.agency, identity.year) == ("临沂市河东区统计局", 2022)


def test_a_shorter_title_wins_without_a_finding() -> None:
    text = f"大丰区人民政府2023年政府信息公开年度报告\n现将盐城市大丰区人民政府2023年度政府信息公开工作情况报告如下。\n{CHAPTER}"
    identity = identify(document(text), "")
    assert (identity.agency, identity.findings) == ("大丰区人民政府", ())


def test_a_name_broken_over_lines_is_known_again_in_the_preface() -> None:
    name = "盐城市大丰区中小企业发展服务中心"
    text = f"盐城市大丰区中小企业\n发展服务中心2023年政府信息公开年度报告\n根据上级要求，{name}编制本年度报告。\n{CHAPTER}"
    assert identify(document(text), "").agency == name


def test_the_government_of_a_place() -> None:
    title = "2023年宿迁市政府信息公开工作年度报告"
    assert identify(document(f"{title}\n{LAW}\n{CHAPTER}"), "").agency == "宿迁市"
    assert identify(document(f"{title}\n本报告由宿迁市人民政府办公室编制。\n{CHAPTER}"), "").agency == "宿迁市人民政府"


@pytest.mark.parametrize(
    ("origin", "agency", "year", "found"),
    [
        (
            "2021/河东区统计局2021年政府信息公开工作年度报告.pdf",
            "河东区统计局",
            2021,
            {"identity.agency_from_origin", "identity.year_from_origin"},
        ),
        (
            "%E6%B2%B3%E4%B8%9C%E5%8C%BA%E7%BB%9F%E8%AE%A1%E5%B1%80/2020年.html",
            "河东区统计局",
            2020,
            {"identity.agency_from_origin", "identity.year_inferred"},
        ),
        (
            "https://a.gov.cn/module/xxgk/xxgkAnnualReport.jsp?area=1137&fbtime=2020",
            "",
            2020,
            {"identity.no_agency", "identity.year_from_origin"},
        ),
        (
            "https://a.gov.cn/zfxxgk/zfxxgknb/2020n/zwb/202101/t20210127_2652635.html",
            "",
            2020,
            {"identity.no_agency", "identity.year_inferred"},
        ),
        ("https://a.gov.cn/art/2021/1/18/art_1229460362_87415.html", "", None, {"identity.no_agency", "identity.no_year"}),
        ("", "", None, {"identity.no_agency", "identity.no_year"}),
    ],
)
def test_origin_is_the_last_resort(origin: str, agency: str, year: int | None, found: set[str]) -> None:
    identity = identify(document(CHAPTER), origin)
    assert (identity.agency, identity.year) == (agency, year)
    assert {finding.rule for finding in identity.findings} == found


@pytest.mark.parametrize(
    ("text", "year", "severity"),
    [
        # strong against strong
        (
            "A市水利局2021年政府信息公开工作年度报告\n统计期限自2020年1月1日起至2020年12月31日止。\n一、总体情况",
            2021,
            Severity.DOUBT,
        ),
        (
            "A市水利局2021年政府信息公开工作年度报告\n现将A市水利局2020年度政府信息公开工作情况报告如下。\n一、总体情况",
            2021,
            Severity.DOUBT,
        ),
        # boilerplate under a sound title (a 2021 report of Zoucheng)
        (
            "田黄镇2021年政府信息公开工作年度报告\n田黄镇2020年政府信息公开工作年度报告\n统计期限自2021年1月1日至2021年12月31日。\n一、总体情况",
            2021,
            Severity.HINT,
        ),
        # a stale sentence in the body (Yanjin)
        ("盐津县公安局2021年政府信息公开工作年度报告\n一、总体情况\n2016年度，全县公安机关扎实推进。", 2021, Severity.HINT),
    ],
)
def test_contradictory_years(text: str, year: int, severity: Severity) -> None:
    identity = identify(document(text), "")
    assert identity.year == year
    assert rules(identity) == [("identity.year_conflict", severity)]


def test_the_year_of_the_period_where_the_title_has_none() -> None:
    text = f"A市水利局政府信息公开工作年度报告\n所列数据统计期限自2019年1月1日起至2019年12月31日止。\n{CHAPTER}"
    identity = identify(document(text, published="2021-03-03"), "")
    assert (identity.year, identity.published, identity.findings) == (2019, "2021-03-03", ())


def test_the_publication_date_is_no_evidence_of_the_year() -> None:
    identity = identify(document(f"徐闻县司法局政府信息公开工作年度报告\n发布时间：2022-01-25\n{CHAPTER}"), "")
    assert (identity.year, identity.published) == (None, "2022-01-25")
    assert rules(identity) == [("identity.no_year", Severity.DOUBT)]


def test_a_damaged_period_is_noted_and_not_used() -> None:
    text = f"青海省邮政管理局2017年政府信息公开年度报告\n统计期限自20171月1日至201712月31日止。\n{CHAPTER}"
    identity = identify(document(text), "")
    assert (identity.year, identity.period) == (2017, "自20171月1日至201712月31日止")
    assert rules(identity) == [("identity.period_damaged", Severity.NOTE)]


def test_a_report_signed_in_january_is_for_the_year_before_but_in_doubt() -> None:
    identity = identify(document(f"A市水利局政府信息公开工作年度报告\n{CHAPTER}\nA市水利局\n2019年1月8日"), "")
    assert identity.year == 2018
    assert rules(identity) == [("identity.year_inferred", Severity.DOUBT)]


def test_a_menu_of_years_is_no_title() -> None:
    menu = "\n".join(f"{year}年政府信息公开年度报告" for year in (2023, 2022, 2021, 2020))
    text = f"{menu}\n绵阳市人民政府 2022年政府信息公开工作年度报告\n{LAW}\n{CHAPTER}"
    identity = identify(document(text), "")
    assert (identity.agency, identity.year, identity.findings) == ("绵阳市人民政府", 2022, ())


def test_a_menu_among_the_furniture_contradicts_nothing() -> None:
    heads = ("2023年政府信息公开年度报告", "2021年政府信息公开年度报告")
    assert identify(document(f"A市水利局2022年政府信息公开年度报告\n{CHAPTER}", *heads), "").findings == ()


def test_a_running_head_serves_where_the_body_has_no_title() -> None:
    heads = ("2024/1/29 16:39 盐城市⼤丰区水利局 2023年政府信息公开年度报告",)
    identity = identify(document(CHAPTER, *heads), "")
    assert (identity.agency, identity.year) == ("盐城市大丰区水利局", 2023)


@pytest.mark.parametrize(
    ("sentence", "scope"),
    [
        ("本报告综合各区县和市各部门的年度报告编制而成。", Scope.JURISDICTION),
        ("本报告所列数据为全区各级行政机关的数据。", Scope.JURISDICTION),
        ("所列数据为全市汇总数。", Scope.JURISDICTION),
        ("汇总南平市各县(市、区)、市政府各有关部门政府信息公开工作情况编制而成。", Scope.JURISDICTION),
        ("由马头铺镇人民政府综合全年政务信息公开工作编制而成。", None),
        ("所列数据仅限吉林省气象局机关。", Scope.OWN_OFFICE),
        (LAW, None),
    ],
)
def test_scope(sentence: str, scope: Scope | None) -> None:
    assert identify(document(f"A市2021年政府信息公开工作年度报告\n{sentence}\n{CHAPTER}"), "").scope is scope


REPORT_2021 = "A市水利局2021年政府信息公开工作年度报告\n一、总体情况\n[table]"
REPORT_2022 = "A市水利局2022年政府信息公开工作年度报告\n一、总体情况\n[table]"


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        (f"{REPORT_2021}\n{REPORT_2022}", [2021, 2022]),
        (f"{REPORT_2021}\n{REPORT_2021}", [2021]),  # the same title again
        (f"A市水利局2021年政府信息公开工作年度报告\n{REPORT_2021}", [2021]),  # title page
        (f"{REPORT_2021}\n田黄镇2020年政府信息公开工作年度报告", [2021]),  # stale, no table behind it
        (f"田黄镇2020年政府信息公开工作年度报告\n{REPORT_2021}", [2021]),  # no table before it
        (f"{REPORT_2021}\n2021年政府信息公开工作年度报告\n[table]", [2021]),  # running head
        (f"{REPORT_2021}\nB市水利局2021年政府信息公开工作年度报告\n[table]", [2021, 2021]),
    ],
)
def test_splitting(text: str, titles: list[int]) -> None:
    whole = document(text)
    parts = split_reports(whole)
    assert len(parts) == len(titles)
    assert tuple(block for part in parts for block in part.blocks) == whole.blocks
    if len(parts) > 1:
        assert [identify(part, "").year for part in parts] == titles


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (
            "云溪县财政局2022年政府信息公开工作年度报告",
            "云溪县财政局2022年政府信息公开工作年度报告",
        ),  # ran into the table above it
        ("青禾市教育局2022年政府信息公开工作年度报告", ""),
        ("2022年政府信息公开工作年度报告", ""),
    ],
)
def test_a_title_in_a_cell_of_a_table_may_begin_another_report(text: str, title: str) -> None:
    table = Grid((*TABLE.cells, GridCell(2, 0, text)))
    whole = Document("text", (Line("青禾市教育局2022年政府信息公开工作年度报告"), Line(LAW), table, Line(LAW), TABLE))
    assert [finding.actual for finding in another_title(whole, Body(whole.blocks))] == ([title] if title else [])


def test_wrapped_lines_of_a_page_are_read_as_one_sentence() -> None:
    left, right = 90.0, 510.0
    printed = [
        ("2022年政府信息公开工作年度报告", 180.0, 420.0),
        ("本报告由临沂市河东区中小企业发展服务", 118.0, right),
        ("中心编制，统计期限自2022年1月1日起至2022", left, right),
        ("年12月31日止。", left, 190.0),
        ("一、总体情况", 118.0, 200.0),
    ]
    lines = tuple(Line(text, Box(1, x0, 80.0 + 20 * i, x1, 95.0 + 20 * i)) for i, (text, x0, x1) in enumerate(printed))
    identity = identify(Document("application/pdf", lines), "")
    assert identity.agency == "临沂市河东区中小企业发展服务中心"
    assert identity.period == "2022年1月1日起至2022年12月31日止"
    assert identity.findings == ()
