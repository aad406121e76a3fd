"""Years, dates and periods as real reports print them (spaced, in Chinese numerals, damaged)."""

from __future__ import annotations

import pytest

from normalize.prose import folded
from normalize.years import iso_date, periods, signed, year_expressions


@pytest.mark.parametrize(
    ("printed", "years"),
    [
        ("2024 年政府信息公开工作年度报告", [2024]),
        ("２０２３年度", [2023]),
        ("二〇二三年", [2023]),
        ("二0一七年", [2017]),  # ASCII zero (a town of Bengbu)
        ("二○○八年七月十五日", [2008]),  # circle
        ("二O一五年度", [2015]),  # Latin letter
        ("二零二二年", [2022]),
        ("孝昌县2020政府信息公开", [2020]),  # 年 missing
        ("2019年和2020年", [2019, 2020]),
        ("202020年12月31日", []),  # damaged
        ("20171月1日", []),
        ("2017210日", []),
        ("电话0539-8383216", []),
        ("邮编223100", []),
        ("1998年", []),
        ("20235件", []),
    ],
)
def test_years_in_a_text(printed: str, years: list[int]) -> None:
    assert [expression.year for expression in year_expressions(folded(printed))] == years


@pytest.mark.parametrize(
    ("sentence", "year", "printed"),
    [
        ("统计期限自2021年1月1日起至2021年12月31日止。", 2021, "2021年1月1日起至2021年12月31日止"),
        ("统计期限自 2024 年 1 月 1 日\n起至 2024 年 12 月 31 日止", 2024, "2024 年 1 月 1 日\n起至 2024 年 12 月 31 日止"),
        ("数据统计时段自2023年1月1日起，至2023年12月31日止", 2023, "2023年1月1日起，至2023年12月31日止"),
        ("所列数据的统计期限从2021年1月1日到12月31日止", 2021, "2021年1月1日到12月31日止"),
        ("统计期限：2021年1月1日—2021年12月30日", 2021, "2021年1月1日—2021年12月30日"),
        ("统计期限为2021.1.1-2021.12.31", 2021, "2021.1.1-2021.12.31"),
        ("统计数据截至2024年12月31日，电子版已发布", 2024, "截至2024年12月31日"),
        ("数据统计期限为二〇二三年一月一日至十二月三十一日", 2023, "二〇二三年一月一日至十二月三十一日"),
        ("本报告统计期间为2020年1月-12月", 2020, "2020年1月-12月"),
    ],
)
def test_sound_periods(sentence: str, year: int, printed: str) -> None:
    (period,) = periods(sentence)
    assert (period.year, period.printed) == (year, printed)
    assert period.explicit
    assert not period.damaged


@pytest.mark.parametrize(
    "sentence",
    [
        "所列数据的统计期限自20171月1日至201712月31日止",  # Qinghai 2017
        "统计期限自202111日起至20211230日止",
        "统计期限从202111日到1231日止",
        "统计期限自2020年1月1日起至202020年12月31日止",
        "统计期限自2017年1月日起至2017年12月31日止",
        "统计期限自2020年1月1日起至2021年12月31日止",  # contradicts itself
    ],
)
def test_damaged_periods_state_no_year(sentence: str) -> None:
    found = periods(sentence)
    assert found
    assert all(period.year is None for period in found)
    assert any(period.damaged for period in found)


def test_part_of_a_year_is_no_year() -> None:
    (period,) = periods("统计期限为2022年1月1日至2022年6月30日")
    assert (period.year, period.partial, period.damaged) == (None, True, False)


def test_a_date_in_a_narrative_is_not_explicit() -> None:
    (period,) = periods("截至2024年12月31日，全区共有网站12家")
    assert (period.year, period.explicit) == (2024, False)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("2024 年 1 月 20 日", (2024, 1)),
        ("二〇二四年一月", (2024, 1)),
        ("二○○八年七月十五日", (2008, 7)),
        ("2018年12月31日", (2018, 12)),
        ("2022.1.20", (2022, 1)),
        ("截至2024年12月31日", None),
        ("2024年", None),
    ],
)
def test_a_date_alone_on_a_line(line: str, expected: tuple[int, int] | None) -> None:
    assert signed(line) == expected


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2023-01-10 09:12 来源：某市", "2023-01-10"),
        ("发布日期：2022年1月5日", "2022-01-05"),
        ("2020/6/22", "2020-06-22"),
        ("2021-02-30", ""),
        ("2021年1月", ""),
        ("", ""),
    ],
)
def test_iso_dates(text: str, iso: str) -> None:
    assert iso_date(text) == iso
