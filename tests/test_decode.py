"""Encodings: what is declared, what is true, and what only looks like text."""

from __future__ import annotations

import pytest

from collect.errors import UnreadableError
from extract.decode import declared_charset, decode, likelihood

SIMPLIFIED = (
    "安州区应急管理局2023年政府信息公开工作年度报告\n本报告依照条例第五十条编写，数据统计时段自2023年1月1日起。\n规章\t0\t1\n"
)
TRADITIONAL = "武漢市生態環境局2020年政府信息公開工作年度報告\n規範性檔案本年新製作數量，行政處罰處理決定數量，總計。\n"


@pytest.mark.parametrize(
    "declared", ["", "utf-8", "gb2312", "big5", "iso-8859-1", "utf-16", "shift_jis", "no-such-charset", "hz-gb-2312"]
)
@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("gbk", "gb18030"),
        ("gb18030", "gb18030"),
        ("utf-16", "utf-16-le"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
    ],
)
def test_simplified_text_whatever_is_declared(encoding: str, name: str, declared: str) -> None:
    assert decode(SIMPLIFIED.encode(encoding), declared) == (SIMPLIFIED, name)


@pytest.mark.parametrize("declared", ["", "utf-8", "gb2312", "big5"])
@pytest.mark.parametrize(("encoding", "name"), [("utf-8", "utf-8"), ("big5", "big5hkscs"), ("gb18030", "gb18030")])
def test_traditional_text_whatever_is_declared(encoding: str, name: str, declared: str) -> None:
    assert decode(TRADITIONAL.encode(encoding), declared) == (TRADITIONAL, name)


def test_utf16_without_a_single_ascii_character() -> None:
    text = "政府信息公开工作年度报告依照条例的规定编写并向社会公布"
    assert decode(text.encode("utf-16-be")) == (text, "utf-16-be")


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_one_broken_byte_does_not_cost_the_page(encoding: str) -> None:
    content = (SIMPLIFIED * 3).encode(encoding)
    text, name = decode(content[:60] + b"\xff" + content[60:], encoding)
    assert name == encoding
    assert text.startswith("安州区应急管理局2023年")
    assert text.endswith("规章\t0\t1\n")
    assert "\ufffd" in text


def test_a_file_cut_within_a_character() -> None:
    text, name = decode(SIMPLIFIED.rstrip("\n01\t").encode()[:-1])
    assert (text[:8], name) == ("安州区应急管理局", "utf-8")


@pytest.mark.parametrize(
    ("content", "expected"),
    [(b"", ""), (b"0\t0\n", "0\t0\n"), ("规章".encode(), "规章"), ("规章".encode("gbk"), "规章"), ("湖南镇".encode(), "湖南镇")],
)
def test_short_texts(content: bytes, expected: str) -> None:
    assert decode(content)[0] == expected


def test_utf8_misread_as_gbk_and_saved_again_is_put_right() -> None:
    # KIROGOVCOMPARE temp-jinhu-2023.json: 鏀垮簻淇℃伅鍏紑. Pairs of characters survive the round trip.
    text = "政府信息公开工作年度"
    spoiled = text.encode().decode("gb18030")
    got, name = decode(spoiled.encode())
    assert got == text
    assert "misread" in name


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("gb18030", "utf-8"), ("big5", "gb18030"), ("utf-16-le", "gb18030"), ("gb18030", "big5")],
)
def test_mojibake_is_unlikely(wrong: str, right: str) -> None:
    text = TRADITIONAL if right == "big5" else SIMPLIFIED
    assert likelihood(text) > 0.5
    assert likelihood(text.encode(right).decode(wrong, "replace")) < 0.06


def test_what_is_no_text_in_any_encoding() -> None:
    with pytest.raises(UnreadableError):
        decode("鐢卞畨閿熸枻鎷烽敓鍙鎷峰尯鏂ゆ嫹閿熺粸".encode() * 20)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b'<meta charset="utf-8">', "utf-8"),
        (b"<meta http-equiv=Content-Type content='text/html; charset=gb2312'>", "gb2312"),
        (b'<?xml version="1.0" encoding="GBK"?>', "GBK"),
        (b"<p>", ""),
    ],
)
def test_declared_charset(head: bytes, expected: str) -> None:
    assert declared_charset(head) == expected
