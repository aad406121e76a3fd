"""Chapters: headings as real reports print them, and the prose between them."""

from __future__ import annotations

import pytest

from extract.model import Block, Box, Grid, GridCell, Line, LineRole
from normalize.sections import sections

TABLE = Grid((GridCell(0, 0, "信息内容"), GridCell(0, 1, "现行有效件数")))


def blocks(text: str) -> list[Block]:
    return [TABLE if line == "[table]" else Line(line) for line in text.split("\n")]


def numbers(text: str) -> list[int]:
    return [section.number for section in sections(blocks(text))]


OFFICIAL = """2021年某局政府信息公开工作年度报告
一、总体情况
2021年，我局认真贯彻。
二、主动公开政府信息情况
[table]
三、收到和处理政府信息公开申请情况
[table]
四、政府信息公开行政复议、行政诉讼情况
[table]
五、存在的主要问题及改进情况
一是公开不够主动。
六、其他需要报告的事项
无。"""


def test_the_official_chapters() -> None:
    found = sections(blocks(OFFICIAL))
    assert [(s.number, s.heading, s.text) for s in found] == [
        (0, "", "2021年某局政府信息公开工作年度报告"),
        (1, "一、总体情况", "2021年，我局认真贯彻。"),
        (2, "二、主动公开政府信息情况", ""),
        (3, "三、收到和处理政府信息公开申请情况", ""),
        (4, "四、政府信息公开行政复议、行政诉讼情况", ""),
        (5, "五、存在的主要问题及改进情况", "一是公开不够主动。"),
        (6, "六、其他需要报告的事项", "无。"),
    ]


@pytest.mark.parametrize(
    ("official", "printed"),
    [
        ("二、主动公开政府信息情况", "二、行政机关主动公开政府信息情况"),
        ("二、主动公开政府信息情况", "二、主动公开政府政府情况"),
        ("一、总体情况", "一、工作基本情况"),
        ("一、总体情况", "一、 总体情况"),
        ("一、总体情况", "第一部分 总体情况"),
        ("一、总体情况", "1、 总体情况"),
        ("一、总体情况", "总体情况"),
        ("四、政府信息公开行政复议、行政诉讼情况", "四、因政府信息公开工作被申请行政复议、提起行政诉讼情况"),
        ("四、政府信息公开行政复议、行政诉讼情况", "四、政府信息公开行政复议及行政应诉情况"),
        ("四、政府信息公开行政复议、行政诉讼情况", "四、因政府信息公开工作被申请行政复议、提起行政\n诉讼情况"),
        ("五、存在的主要问题及改进情况", "五、政府信息公开工作存在的主要问题及改进情况"),
        ("五、存在的主要问题及改进情况", "五、存在的主要问题及整改措施"),
        ("五、存在的主要问题及改进情况", "五、存在问题及改进情况"),
        ("五、存在的主要问题及改进情况", "主要问题和改进措施"),
        ("六、其他需要报告的事项", "六、其它需要报告的事项"),
        ("六、其他需要报告的事项", "五、其他需要报告的事项"),  # wrong number
        ("五、存在的主要问题及改进情况\n一是", "五、存在的主要问题及改进情况。一是"),  # run into its paragraph
        ("五、存在的主要问题及改进情况\n一是", "五、存在的主要问题及改进情况一是"),
    ],
)
def test_headings_as_printed(official: str, printed: str) -> None:
    assert official in OFFICIAL
    assert numbers(OFFICIAL.replace(official, printed)) == [0, 1, 2, 3, 4, 5, 6]


def test_a_heading_run_into_its_paragraph_leaves_the_paragraph() -> None:
    found = sections(blocks(OFFICIAL.replace("情况\n一是", "情况。一是")))
    assert (found[5].heading, found[5].text) == ("五、存在的主要问题及改进情况。", "一是公开不够主动。")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # sub-headings open no chapter
        (
            OFFICIAL.replace("2021年，我局认真贯彻。", "（一）主动公开政府信息情况\n很多。\n（二）依申请公开情况\n很少。"),
            [0, 1, 2, 3, 4, 5, 6],
        ),
        # Arabic numbers for both levels (Zhengyang street 2023)
        (
            "1、 总体情况\n1、 主动公开。\n很多。\n2、主动公开政府信息情况\n[table]\n3、收到和处理政府信息公开申请情况\n无",
            [1, 2, 3],
        ),
        # brackets for the chapters (Houqiao street 2023), no sixth
        (
            (
                "（一）总体情况。\n我街认真。\n（二）主动公开政府信息情况。\n[table]\n（三）收到和处理政府信息公开申请情况。\n[table]\n"
                "（五）存在的主要问题及改进情况。\n不足。"
            ),
            [1, 2, 3, 5],
        ),
        # numbering restarts after topics on the same level (Kewei 2024)
        (
            (
                "总体情况\n科委认真。\n一、主动公开\n很多信息。\n二、依申请公开\n很少申请。\n一、主动公开政府信息情况\n[table]\n"
                "二、收到和处理政府信息公开申请情况\n[table]\n三、政府信息公开行政复议、行政诉讼情况\n[table]"
            ),
            [1, 2, 3, 4],
        ),
        # the chapters of 2014 with their table
        (
            (
                "一 概 述\n我镇认真。\n二、主动公开情况\n很多。\n三、依申请公开情况\n没有。\n四、收费及减免情况\n没有。\n"
                "五、申请行政复议、提起行政诉讼情况\n没有。\n六、存在的主要问题和改进措施\n不足。\n七、附表\n政府信息公开情况统计表\n[table]"
            ),
            [1, 2, 3, 3, 4, 5, 0, 0],
        ),
        # a chapter that no official one covers
        (OFFICIAL.replace("六、其他", "六、重点领域信息公开推进成效\n很好。\n七、其他"), [0, 1, 2, 3, 4, 5, 0, 6]),
        # tables left out between the headings
        ("二、主动公开政府信息情况\n三、收到和处理政府信息公开申请情况\n四、政府信息公开行政复议、行政诉讼情况", [2, 3, 4]),
        # no chapters at all
        ("某局政府信息公开工作年度报告\n我局认真贯彻。", [0]),
    ],
)
def test_chapters(text: str, expected: list[int]) -> None:
    assert numbers(text) == expected


def test_a_table_of_contents_opens_no_chapter() -> None:
    contents = "\n".join(line for line in OFFICIAL.split("\n") if "、" in line[:2])
    found = sections(blocks(f"目录\n{contents}\n{OFFICIAL}"))
    assert [s.number for s in found] == [0, 1, 2, 3, 4, 5, 6]
    assert found[1].text == "2021年，我局认真贯彻。"
    dotted = "\n".join(f"{line}………{page}" for page, line in enumerate(contents.split("\n"), 1))
    assert numbers(f"目录\n{dotted}\n{OFFICIAL}") == [0, 1, 2, 3, 4, 5, 6]


def test_chapters_listed_in_the_preface_are_no_headings() -> None:
    preface = "本报告由总体情况、主动公开政府信息情况、\n收到和处理政府信息公开申请情况、\n其他需要报告的事项六部分组成。"
    found = sections(blocks(f"{preface}\n{OFFICIAL}"))
    assert [s.number for s in found] == [0, 1, 2, 3, 4, 5, 6]
    assert found[0].text.startswith("本报告由总体情况、主动公开政府信息情况、收到和处理政府信息公开申请情况、其他")


def test_furniture_and_page_numbers_are_left_out() -> None:
    found = sections(
        [Line("一、总体情况"), Line("年度报告", role=LineRole.FURNITURE), Line("我局很"), Line("- 3 -"), Line("，好。")]
    )
    assert found[0].text == "我局很，好。"


def test_wrapped_lines_are_joined_without_spaces() -> None:
    printed = [
        ("一、总体情况", 118.0, 200.0),
        ("2024 年，某区坚持以公开为常态、不公开为例外，主动公开政府", 118.0, 510.0),
        ("信息 2428 条，公开政府常务会议 7", 90.0, 510.0),
        ("期。", 90.0, 118.0),
        ("全年收到申请三件。", 118.0, 260.0),
    ]
    lines = [Line(text, Box(1, x0, 80.0 + 20 * i, x1, 95.0 + 20 * i)) for i, (text, x0, x1) in enumerate(printed)]
    (section,) = sections(lines)
    assert section.text == (
        "2024 年，某区坚持以公开为常态、不公开为例外，主动公开政府信息 2428 条，公开政府常务会议 7期。\n全年收到申请三件。"
    )


def test_text_lines_wrapped_with_blank_lines_between_are_joined() -> None:
    found = sections(
        [
            Line("一、总体情况"),
            Line("发布各类信息60条，其中部门快讯6条，主动公开基"),
            Line("本目录1条，法规文件3条。"),
            Line("（一）机制"),
        ]
    )
    assert found[0].text == "发布各类信息60条，其中部门快讯6条，主动公开基本目录1条，法规文件3条。\n（一）机制"
