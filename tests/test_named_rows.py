"""Which row a label names where another one stands beside it, and which columns a header that is out of line counts."""

import pytest

from extract.model import Layout
from normalize.align import Printed
from normalize.model import State
from normalize.named_rows import name_rows
from normalize.panels import panels
from tests.grids import DISPUTES, drawn, header
from tests.test_tables import doubts, read

OWN, CUT = "2.涉及商业秘密", "2.涉及商业秘"


@pytest.mark.parametrize(
    ("numeric", "doubt"),
    [
        ({1}, f"a row {CUT} beside {OWN}"),  # perhaps its number: the form's own row has none
        ({0, 1}, ""),  # a row of the agency's
        ({0}, ""),
    ],
)
def test_beside_a_row_without_a_number_one_of_nearly_its_label_is_its_rival(numeric: set[int], doubt: str) -> None:
    statistics = next(panel for panel in panels() if any(row.key == "answered.refused.trade_secret" for row in panel.rows))
    labels = (Printed((OWN,)), Printed((CUT,)))
    named = name_rows(statistics, labels, frozenset(numeric), frozenset(numeric))
    assert [(each.index, each.row.key, each.doubt) for each in named] == [(0, "answered.refused.trade_secret", doubt)]


@pytest.mark.parametrize(
    ("labels", "numeric", "doubt"),
    [
        (("合计", "（七）总计"), {0}, "another row than 合计 has the form's own label"),
        (("2.重复申请", "2.重复申请"), {0}, "two rows are labelled 2.重复申请"),
    ],
)
def test_a_row_of_blanks_that_the_form_knows_by_its_label_is_a_rival(
    labels: tuple[str, ...], numeric: set[int], doubt: str
) -> None:
    applications = next(panel for panel in panels() if any(row.key == "handled_total" for row in panel.rows))
    named = name_rows(applications, tuple(Printed((label,)) for label in labels), frozenset(numeric), frozenset(numeric))
    assert [each.doubt for each in named if each.index in numeric] == [doubt]


@pytest.mark.parametrize("corner", ["序号", "", "批次"])
def test_a_number_left_of_a_line_with_a_blank_is_none_of_its_columns(corner: str) -> None:
    """Sixteen columns, fifteen of them with a number: as many as the header has labels, and yet not under them."""
    header = [
        ["", ("行政复议", 6), ("行政诉讼", 9)],
        ["", *[""] * 5, ("未经复议直接起诉", 5), ("复议后起诉", 5)],
        ["", *DISPUTES, *[""] * 10],
        [corner, *[""] * 5, *DISPUTES, *DISPUTES],
    ]
    _, cells = read(drawn([*header, ["22", *"00000", "", *"000000000"]], layout=Layout.ALIGNED))
    assert cells["disputes.review.upheld"].value != 22
    assert cells["disputes.suit_direct.upheld"].state in {State.MISSING, State.BLANK}


def test_what_a_header_leaves_open_is_open_under_its_top_line_printed_once_more() -> None:
    """Two columns say 结果纠正; the heading repeated right above the values has no columns of its own to tell."""
    top = [("行政复议", 5), ("行政诉讼", 10)]
    header = [
        top,
        [*[(text, 1, 2) for text in DISPUTES], ("未经复议直接起诉", 5), ("复议后起诉", 5)],
        ["结果纠正", *DISPUTES[1:], *DISPUTES],
    ]
    sound, cells = read(drawn([*header, [*"0" * 15]]))
    assert cells["disputes.suit_direct.upheld"].state is State.MISSING, doubts(sound)
    _, again = read(drawn([*header, top, [*"0" * 15]]))
    assert again["disputes.suit_direct.upheld"].state is State.MISSING


def test_a_label_may_go_on_below_the_headers_next_print() -> None:
    label, rest = "一、本年新收政府信息公开申请", "数量"
    rows = [*header(), [(label, 3), *[""] * 7], *header(), [(rest, 3), *"1111116"]]
    assembled, _ = read(drawn(rows))
    assert "table.position_unknown" in doubts(assembled)
    assert not assembled.extra_cells
