"""What is an annual report, and what is turned away and why."""

from __future__ import annotations

import pytest

from collect.errors import NotAReportError
from extract.model import Document, Grid, GridCell, Line, Metadatum
from normalize.recognise import recognise

PROSE = "2018年，我镇认真贯彻落实《中华人民共和国政府信息公开条例》，围绕中心工作，及时、准确、全面公开政府信息。" * 4
CHAPTERS = (
    "一、总体情况\n"
    + PROSE
    + "\n二、主动公开政府信息情况\n全年公开信息60条。\n三、收到和处理政府信息公开申请情况\n未收到申请。\n"
    "四、政府信息公开行政复议、行政诉讼情况\n未发生。\n五、存在的主要问题及改进情况\n不够主动。\n六、其他需要报告的事项\n无。"
)


def table(*values: str) -> Grid:
    labels = ("规章", "行政规范性文件", "行政许可")
    rows = zip(labels, (*values, "", "", ""), strict=False)
    return Grid(tuple(GridCell(row, column, text) for row, pair in enumerate(rows) for column, text in enumerate(pair)))


def document(text: str, *grids: Grid, title: str = "") -> Document:
    lines = tuple(Line(line) for line in text.split("\n"))
    metadata = (Metadatum("title", title),) if title else ()
    return Document("text/html", (*lines, *grids), metadata=metadata)


@pytest.mark.parametrize(
    "text",
    [
        f"遂溪县建新镇2018年政府信息公开工作年度报告\n{CHAPTERS}",
        f"遂溪县建新镇2018年政府信息公开工作年度报告\n{PROSE}\n一、概述\n好。\n二、主动公开情况\n很多。",
        CHAPTERS,  # no title
        f"根据有关要求，现将某区统计局2020年政府信息公开工作报告如下：\n一、总体情况\n{PROSE}",  # title elsewhere on the page
        f"本年度报告根据《中华人民共和国政府信息公开条例》要求，由某市统计局编制而成。\n一、总体情况\n{PROSE}",
        "某办2018年政府信息公开年度报告\n一、概述\n2018年，我办严格落实《条例》和《规定》要求，认真公开。",  # cut short
        f"某县教育局2016年政府信息公开年度报告\n{PROSE}",  # no chapters
        f"某县财政局2021年政府信息公开工作年度报告\n{CHAPTERS}\n公开部门预算、决算，修订《制度》，印发工作方案。",
        f"某县法治政府建设办公室2021年政府信息公开工作年度报告\n{CHAPTERS}",
        f"首页\n政务公开\n公开指南\n公开制度\n某县2021年政府信息公开工作年度报告\n{CHAPTERS}",
    ],
)
def test_reports_without_tables(text: str) -> None:
    recognise(document(text), 0, "")


@pytest.mark.parametrize(
    "text",
    [
        "某局2021年政府信息公开工作年度报告",
        "政府信息公开工作年度报告\n所列数据统计期限自2021年1月1日起至2021年12月31日止。",
        "某局2021年政府信息公开工作年度报告\n（请先登录）",
    ],
)
def test_reports_with_tables(text: str) -> None:
    recognise(document(text, table("0", "0", "3")), 3, "")


def test_a_filled_in_title_over_blank_tables_is_a_report() -> None:
    recognise(document("佳县螅镇2022年政府信息公开工作年度报告", table()), 3, "")  # the whole table was left empty


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("附件", "empty"),
        ("????????????????????????????????????????????????????????", "garbled"),
        ("2021骞存斂搴滀俊鎭叕寮€骞村害鎶ュ憡鏀垮簻淇℃伅鍏紑", "garbled"),
        ("404 Not Found\nnginx/1.18.0 (Ubuntu)", "error_page"),
        ("提示信息\n您访问的页面不存在或已删除！\n返回首页", "error_page"),
        ("安全验证\n请拖动滑块完成人机验证后继续访问", "error_page"),
        ("系统错误，请稍后再试。错误代码：500，请联系管理员处理。", "error_page"),
        ("用户登录\n用户名\n密码\n验证码\n请输入您的账号密码登录后访问", "error_page"),
        (f"某县财政局2021年部门预算公开\n{PROSE}", "budget"),
        (f"某县统计局2020年度部门决算\n一、部门概况\n{PROSE}\n二、决算情况说明\n{PROSE}", "budget"),
        (f"2022年上半年政府信息公开数据统计\n{PROSE}", "half_year"),
        (f"某区2023年第三季度政府信息公开情况统计\n{PROSE}", "half_year"),
        (
            f"国务院办公厅政府信息与政务公开办公室关于印发\n《政府信息公开工作年度报告格式》的通知\n国办公开办函〔2021〕30号\n{CHAPTERS}",
            "notice",
        ),
        (f"年度政府信息公开工作报告范文\n{CHAPTERS}", "template"),
        (f"××市××局20××年政府信息公开工作年度报告\n{CHAPTERS}", "template"),
        (f"某县人民政府信息公开指南\n{PROSE}", "guide"),
        (f"某县政府信息公开工作年度报告制度\n第一条 {PROSE}", "rules"),
        (f"某县政府信息公开目录\n{PROSE}", "catalogue"),
        (f"某局2021年法治政府建设年度报告\n{PROSE}\n一、主要工作\n很多。\n二、存在问题\n不少。", "rule_of_law"),
        (f"某网站2021年政府网站工作年度报表\n{PROSE}", "website_report"),
        (f"某县2022年政务公开工作要点\n{PROSE}", "plan"),
        (f"某县2021年国民经济和社会发展统计公报\n{PROSE}", "other_report"),
        ("政府信息公开\n信息公开部门目录\n部门政务公开\n区住建局\n区教育局\n区民政局\n更多", "list_page"),
        (
            "2023年政府信息公开年度报告\n2022年政府信息公开年度报告\n2021年政府信息公开年度报告\n2020年政府信息公开年度报告",
            "list_page",
        ),
        ("某县召开会议。" * 30, "other"),
    ],
)
def test_what_is_turned_away(text: str, reason: str) -> None:
    with pytest.raises(NotAReportError) as error:
        recognise(document(text), 0, "")
    assert error.value.reason == f"not_a_report.{reason}"
    assert error.value.message.endswith(".")


@pytest.mark.parametrize(
    ("text", "grid", "reason"),
    [
        ("政府信息公开工作年度报告", table(), "template"),
        ("××局2021年政府信息公开工作年度报告", table(), "template"),
        ("附件\n政府信息公开工作年度报告\n格式", table(), "notice"),
        ("2022年上半年政府信息公开数据统计", table("0", "1", "2"), "half_year"),
        ("政府信息公开情况\n统计期限为2022年1月1日至2022年6月30日。", table("0", "1", "2"), "half_year"),
    ],
)
def test_tables_alone_do_not_make_a_report(text: str, grid: Grid, reason: str) -> None:
    with pytest.raises(NotAReportError) as error:
        recognise(document(text, grid), 3, "")
    assert error.value.reason == f"not_a_report.{reason}"


def test_the_page_title_speaks_for_the_page() -> None:
    recognise(document(PROSE, title="某镇2018年政府信息公开工作年度报告_某县人民政府"), 0, "")
    with pytest.raises(NotAReportError) as error:
        recognise(document(PROSE, title="某镇2018年部门决算_某县人民政府"), 0, "")
    assert error.value.reason == "not_a_report.budget"
