"""Whose figures: what titles and prefaces say, and what the agency makes of it."""

import pytest

from normalize.authority.model import Evidence
from normalize.authority.resolve import resolve
from normalize.model import Scope
from normalize.scope import scope_of, stated_scope

OWN, WHOLE = Scope.OWN_OFFICE, Scope.JURISDICTION


@pytest.mark.parametrize(
    ("title", "sentence", "scope"),
    [
        ("重庆市铜梁区人民政府机关2021年政府信息公开工作年度报告", "", OWN),
        ("丙县人民政府本级2022年政府信息公开工作年度报告", "", OWN),
        ("丙县2022年政府信息公开工作年度报告（汇总）", "", WHOLE),
        ("2022年全县政府信息公开工作年度报告", "", WHOLE),
        ("丙市机关事务管理局2022年政府信息公开工作年度报告", "", None),
        ("丙市政府机关事务管理局2022年政府信息公开工作年度报告", "", None),
        ("丙市食品安全市场监管办公室2022年政府信息公开工作年度报告", "", None),
        # The title outweighs a sentence.
        ("丙县人民政府本级2022年政府信息公开工作年度报告", "本报告综合各乡镇和县直各部门的年度报告编制而成", OWN),
        ("丙省2020年政府信息公开工作年度报告", "涵盖广东各地级以上市、县（市、区）政府和省政府各部门", WHOLE),
        ("丙省2022年政府信息公开工作年度报告", "报告汇总全省数据统计期限为2022年1月1日至2022年12月31日", WHOLE),
        ("丙省气象局2021年政府信息公开工作年度报告", "所列数据仅限丙省气象局机关", OWN),
        ("丙县2022年政府信息公开工作年度报告", "全面推进各项工作", None),
    ],
)
def test_what_is_stated(title, sentence, scope):
    assert stated_scope([sentence], [sentence], title) is scope


@pytest.mark.parametrize(
    ("agency", "stated", "preface", "scope"),
    [
        ("山东省邮政管理系统", None, "", WHOLE),
        (
            "赣州市章贡区水东镇",
            WHOLE,
            "综合全区各镇、各部门2019年政府信息公开工作情况编制",
            None,
        ),  # the district's preface, copied
        ("赣州市章贡区水东镇", WHOLE, "综合全镇各村、各站所政府信息公开工作情况编制", WHOLE),
        ("赣州市章贡区人民政府", WHOLE, "综合全区各镇、各部门2019年政府信息公开工作情况编制", WHOLE),
        ("河东区教育局", OWN, "", OWN),  # undecided
    ],
)
def test_what_the_agency_makes_of_it(agency, stated, preface, scope):
    assert scope_of(stated, resolve(Evidence(agency, 2021)).agency, preface) is scope
