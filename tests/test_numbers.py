"""Tables of (printed, unit, value): what value cells of real reports print, and what is made of it."""

from decimal import Decimal

import pytest

from normalize.numbers import Kind, read_number

NUMBERS = [
    ("0", "件", "0"),
    (" 0", "件", "0"),  # leading space, many reports
    ("１２３", "件", "123"),  # full width
    ("1,573,179", "件", "1573179"),
    ("1，573，179", "件", "1573179"),  # full-width comma
    ("1 573 179", "件", "1573179"),
    ("0件", "件", "0"),
    ("12 件", "件", "12"),
    ("11398889", "件", "11398889"),
    ("59237.2449", "万元", "59237.2449"),
    ("0.37万元", "万元", "0.37"),
    ("251000元", "万元", "25.1"),  # 上海市政府办公厅 2019
    ("2736740元", "万元", "273.674"),
    ("240万元", "万元", "240"),
    ("1.5亿元", "万元", "15000"),
    ("零", "件", "0"),
    ("1.0", "件", "1"),
    ("22\n（其中修订 16 件）", "件", "22"),
    ("55（含自然失效29件）", "件", "55"),
    ("2件（主办2件）", "件", "2"),
]


@pytest.mark.parametrize(("printed", "unit", "value"), NUMBERS)
def test_numbers(printed, unit, value):
    reading = read_number(printed, unit)
    assert (reading.kind, reading.value, reading.doubt) == (Kind.NUMBER, Decimal(value), "")


SIGNED = [
    ("+1036", "1036"),
    ("减3", "-3"),
    ("-8", "-8"),
    ("−8", "-8"),
    ("－21", "-21"),
    ("增5", "5"),
    ("+461", "461"),
    ("负2", "-2"),
]


@pytest.mark.parametrize(("printed", "value"), SIGNED)
def test_signs_in_the_column_that_has_them(printed, value):
    reading = read_number(printed, "项", signed=True)
    assert (reading.value, reading.doubt) == (Decimal(value), "")


EMPTIES = [
    ("", Kind.EMPTY),
    ("  ", Kind.EMPTY),
    ("\u3000", Kind.EMPTY),
    ("\u00a0", Kind.EMPTY),
    ("\u200b", Kind.EMPTY),
    ("/", Kind.DASH),
    ("／", Kind.DASH),
    ("—", Kind.DASH),
    ("——", Kind.DASH),
    ("⸺", Kind.DASH),
    ("-", Kind.DASH),
    ("无", Kind.DASH),
]


@pytest.mark.parametrize(("printed", "kind"), EMPTIES)
def test_printed_nothings_are_told_apart_and_never_zero(printed, kind):
    reading = read_number(printed, "件")
    assert (reading.kind, reading.value) == (kind, None)


@pytest.mark.parametrize(
    "printed",
    ["12\n34", "0\n0", "12 34", "22(16)", "O", "一百", "18万余条", "约30", "1.2.3", "*", "12①", "12²", "3/4", "2023年", "1,23"],
)
def test_what_cannot_be_read_exactly_is_not_read(printed):
    reading = read_number(printed, "件")
    assert (reading.kind, reading.value) == (Kind.TEXT, None)
    assert reading.doubt


DOUBTFUL = [
    ("00", "件", None, "a leading zero"),
    ("012", "件", None, "a leading zero"),
    ("3.5", "件", Decimal("3.5"), "a fraction in a cell of whole counts"),
    ("-3", "件", Decimal(-3), "a sign where the form has none"),
    ("5元", "件", None, "an amount of money in a cell of 件"),
    ("12万", "万元", None, "multiple 万"),
    ("3件", "万元", None, "a count of 件 in a cell of 万元"),
]


@pytest.mark.parametrize(("printed", "unit", "value", "doubt"), DOUBTFUL)
def test_odd_numbers_carry_a_doubt(printed, unit, value, doubt):
    reading = read_number(printed, unit)
    assert (reading.value, reading.doubt) == (value, doubt)


def test_the_note_says_what_was_printed_beside_the_number():
    assert read_number("251000元", "万元").note == "unit 元"
    assert read_number("22（其中修订16件）", "件").note == "remark (其中修订16件)"
