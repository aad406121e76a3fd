"""Rows between horizontal rules: wrapped labels come onto the line of the row's values, headers stay as they are."""

from extract.sheet import Rule
from extract.strips import level
from extract.words import Word

RULES = [Rule(True, y, 40.0, 500.0) for y in (100.0, 140.0, 180.0)]


def word(text, x0, top, width=60.0):
    return Word(text, x0, top, x0 + width, top + 10.0)


def texts(words, rules=RULES):
    return [(item.word.text, item.word.top, item.members) for item in level(words, rules)]


def test_a_wrapped_label_comes_onto_the_line_of_its_values():
    words = [word("2.申请人逾期未按", 50, 105), word("0", 300, 115, 5), word("收费通知要求缴纳", 50, 122), word("7", 350, 115, 5)]
    assert texts(words) == [("2.申请人逾期未按收费通知要求缴纳", 115, (0, 2)), ("0", 115, (1,)), ("7", 115, (3,))]


def test_the_label_of_a_blank_row_is_joined_too():
    words = [word("逾期不补正、行政机关", 50, 105), word("不再处理", 50, 122), word("3", 300, 155, 5), word("其他", 50, 155)]
    assert [t for t, _, _ in texts(words)] == ["逾期不补正、行政机关不再处理", "3", "其他"]


def test_labels_in_nested_columns_stay_apart():
    words = [word("（三）", 50, 105), word("不予公开", 50, 122), word("1.属于国家秘密", 120, 115), word("0", 300, 115, 5)]
    assert [t for t, _, _ in texts(words)] == ["（三）不予公开", "1.属于国家秘密", "0"]


def test_a_value_with_a_wrapped_remark_is_one_cell():
    words = [word("规章", 50, 115), word("3（其中", 300, 105, 40), word("修订1件）", 300, 122, 40), word("0", 400, 115, 5)]
    assert [t for t, _, _ in texts(words)] == ["规章", "3（其中修订1件）", "0"]


def test_header_words_over_values_are_left_alone():
    words = [word("行政复议", 290, 103), word("结果维持", 280, 115), word("结果纠正", 345, 115), word("1", 300, 127, 5)]
    assert [t for t, _, _ in texts(words)] == ["行政复议", "结果维持", "结果纠正", "1"]


def test_stacked_values_leave_the_row_undecided():
    words = [word("规章", 50, 115), word("1", 300, 103, 5), word("2", 300, 125, 5), word("件数", 50, 127)]
    assert [t for t, _, _ in texts(words)] == ["规章", "1", "2", "件数"]


def test_words_outside_rules_and_short_rules_change_nothing():
    words = [word("规章", 50, 205), word("0", 300, 205, 5), word("文件", 50, 222)]
    assert [t for t, _, _ in texts(words)] == ["规章", "0", "文件"]
    underlines = [Rule(True, y, 40.0, 90.0) for y in (200.0, 240.0)]
    assert [t for t, _, _ in texts(words, underlines)] == ["规章", "0", "文件"]
