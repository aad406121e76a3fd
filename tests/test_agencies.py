"""From printed names to agencies: the hand-labelled table, and each trap by itself."""

from collections import Counter
from hashlib import sha256
from pathlib import Path

import pytest

from benchmarks.agencies import LABELS, evidence_of, judge, labels
from collect.errors import ConfigurationError
from normalize import gazetteer as gazetteer_package
from normalize.authority.aliases import read_aliases
from normalize.authority.bodies import kinds
from normalize.authority.model import Evidence, Reason
from normalize.authority.names import read_name
from normalize.authority.places import in_host, in_path, read_address, respelt
from normalize.authority.resolve import prefix, resolve
from normalize.authority.spelling import plain
from normalize.gazetteer import Level, gazetteer
from normalize.prose import folded


@pytest.mark.parametrize("table", LABELS, ids=lambda path: path.stem)
def test_the_labelled_names_resolve_as_promised(table):
    rows = labels(table)
    outcomes = Counter(judge(row, resolve(evidence_of(row))) for row in rows)
    assert len(rows) >= 320
    assert outcomes["right"] >= 0.98 * len(rows)
    assert outcomes["wrong"] <= 0.005 * len(rows)


@pytest.mark.parametrize("table", LABELS, ids=lambda path: path.stem)
def test_the_labels_cover_the_country(table):
    rows = [row for row in labels(table) if row["region_code"] not in ("?", "")]
    assert len({row["region_code"][:2] for row in rows} - {""}) == 31
    assert {row["level"] for row in rows} >= {"province", "city", "county", "township"}
    assert len({row["kind"] for row in rows}) >= 40


@pytest.mark.parametrize(
    ("printed", "evidence", "name", "basis"),
    [
        ("沭阳县发改局", {}, "沭阳县发展和改革局", "name"),
        ("沐阳县人民政府", {}, "沭阳县人民政府", "spelling"),
        ("衢江区湖南镇", {}, "衢州市衢江区湖南镇人民政府", "name"),
        ("河东区教育局", {"text": "联系临沂市河东区教育局办公室"}, "临沂市河东区教育局", "names"),
        ("河东区教育局", {"origin": "https://www.tjhd.gov.cn/x.html"}, "天津市河东区教育局", "host"),
        ("河东区教育局", {"origin": "山东/临沂/河东区/2021.pdf"}, "临沂市河东区教育局", "path"),
        ("区统计局", {"text": "2023年，杨陵区统计局以服务为本"}, "咸阳市杨陵区统计局", "text"),
        ("区统计局", {"origin": "http://x.gov.cn/a.jsp?area=113713120043&y=2021"}, "临沂市河东区统计局", "path"),
        ("城关镇", {"index_numbers": ("11420625011234567X/2015-28256",)}, "谷城县城关镇人民政府", "path"),
        ("我局", {"names": ("沭阳县审计局",)}, "沭阳县审计局", "names"),
        ("宣城市2021年气象局", {}, "宣城市气象局", "name"),
        ("2020年山东省邮政管理系统", {}, "山东省邮政管理系统", "name"),
    ],
)
def test_what_decides(printed, evidence, name, basis):
    found = resolve(Evidence(printed, 2021, **evidence))
    assert found.agency is not None
    assert (found.agency.name, found.basis) == (name, basis)


@pytest.mark.parametrize(
    ("printed", "evidence", "reason", "candidates"),
    [
        ("河东区教育局", {}, Reason.SEVERAL_REGIONS, {"天津市河东区教育局", "临沂市河东区教育局"}),
        # The address says one, a sentence the other: nobody guesses.
        (
            "河东区教育局",
            {"text": "联系临沂市河东区教育局", "origin": "https://www.tjhd.gov.cn/a.html"},
            Reason.CONFLICT,
            {"天津市河东区教育局", "临沂市河东区教育局"},
        ),
        ("区统计局", {}, Reason.NO_REGION, set()),
        ("区统计局", {"origin": "http://www.shuyang.gov.cn/a.html"}, Reason.NO_REGION, set()),  # 沭阳 is no 区
        ("我局", {"origin": "http://www.ankang.gov.cn/a.html"}, Reason.NO_BODY, set()),
        ("白鹭区教育局", {}, Reason.UNKNOWN_REGION, set()),
        ("", {}, Reason.NO_NAME, set()),
    ],
)
def test_what_stays_undecided(printed, evidence, reason, candidates):
    found = resolve(Evidence(printed, 2021, **evidence))
    assert (found.agency, found.reason) == (None, reason)
    assert {each.name for each in found.candidates} == candidates


@pytest.mark.parametrize(
    ("printed", "evidence", "name", "basis"),
    [
        ("区财政局", {"origin": "http://www.szns.gov.cn/a.html"}, "深圳市南山区财政局", "host"),
        ("区审计局", {"origin": "http://www.hzsc.gov.cn/a.html", "year": 2023}, "杭州市上城区审计局", "host"),
        ("市城管局", {"origin": "https://www.tl.gov.cn/a.html", "text": "关注铜陵城管公众号"}, "铜陵市城市管理局", "host"),
        ("城市管理局", {"origin": "https://ruzhou.gov.cn/a.html", "names": ("市城市管理局",)}, "汝州市城市管理局", "host"),
        ("卫生健康委员会", {"text": "请与绵阳市卫生健康委办公室联系"}, "绵阳市卫生健康委员会", "text"),
        ("我局", {"origin": "浙江省/温州市/瓯海区/2021/瓯海区教育局.pdf"}, "温州市瓯海区教育局", "path"),
        ("我镇", {"origin": "江苏/徐州/沛县/安国镇2019年年报.docx"}, "沛县安国镇人民政府", "path"),
        ("武漢市退役軍人事務局", {}, "武汉市退役军人事务局", "name"),
    ],
)
def test_what_decides_where_the_name_says_little(printed, evidence, name, basis):
    found = resolve(Evidence(printed, **{"year": 2021, **evidence}))
    assert found.agency is not None
    assert (found.agency.name, found.basis) == (name, basis)


@pytest.mark.parametrize(
    ("printed", "evidence"),
    [
        ("市公安局", {"origin": "http://www.szga.gov.cn/a.html"}),  # a department's site, no county's
        ("我局", {"origin": "江苏/徐州/沛县/安国镇.docx"}),  # a township is no 局
        ("我局", {"origin": "浙江省/温州市/2021.pdf"}),
        ("西区街道办事处", {}),  # 西区 is a district, 西区街道 are two
        ("区教育局", {"origin": "http://www.jm.gov.cn/a.html", "text": "建设文明和平的新华社区"}),
        ("区审计局", {"origin": "http://www.hzsc.gov.cn/a.html", "year": 2017}),  # 上城区's site has 江干区's reports too
    ],
)
def test_what_says_too_little(printed, evidence):
    assert resolve(Evidence(printed, **{"year": 2021, **evidence})).agency is None


@pytest.mark.parametrize(
    ("printed", "code", "kind", "name"),
    [
        ("国家药监局", "", "drug_administration", "国家药品监督管理局"),
        ("市场监管总局", "", "market_supervision", "国家市场监督管理总局"),
        ("审计署", "", "audit", "审计署"),
        ("中华人民共和国海关总署", "", "customs", "海关总署"),
        ("国务院国资委", "", "state_assets", "国务院国有资产监督管理委员会"),
        ("人力资源和社会保障部", "", "human_resources", "人力资源和社会保障部"),
        ("外交部", "", "other", "外交部"),
        ("财政部江苏监管局", "320000", "finance", "财政部江苏监管局"),
        ("国家能源局浙江监管办公室", "330000", "energy", "国家能源局浙江监管办公室"),
        ("中国证券监督管理委员会四川监管局", "510000", "securities_supervision", "中国证券监督管理委员会四川监管局"),
        ("国家统计局吉林调查队", "220200", "survey_office", "国家统计局吉林调查队"),
        ("国家统计局海南调查总队", "460000", "survey_office", "国家统计局海南调查总队"),
        ("国家统计局荆州调查队", "421000", "survey_office", "国家统计局荆州调查队"),
        ("黄埔海关", "440100", "customs", "黄埔海关"),
        ("第八师石河子市教育局", "659001", "education", "石河子市教育局"),
        ("第一师阿拉尔市十六团新开岭镇", "659002", "government", "阿拉尔市新开岭镇人民政府"),
        ("管城区住建局", "410104", "housing_construction", "郑州市管城回族区住房和城乡建设局"),
        ("阿里地区", "542500", "government", "阿里地区行政公署"),
    ],
)
def test_bodies_of_the_nation_and_odd_places(printed, code, kind, name):
    agency = resolve(Evidence(printed, 2021)).agency
    assert agency is not None
    assert (agency.region_code[:6], agency.kind, agency.name) == (code, kind, name)


@pytest.mark.parametrize("printed", ["省农垦总局", "县委宣传部", "项目部"])
def test_what_is_not_the_nations(printed):
    assert resolve(Evidence(printed, 2021)).agency is None


def test_no_name_loses_a_character_to_simplification():
    names = [region.name for region in gazetteer().regions]
    names += [town.name for region in gazetteer().regions for town in gazetteer().townships(region.code)]
    assert [name for name in names if plain(name) != folded(name)] == []


def test_two_agencies_in_one_title():
    found = resolve(Evidence("广州市黄埔区人民政府 广州开发区管委会", 2022))
    assert found.agency.name == "广州市黄埔区人民政府"
    assert [each.name for each in found.joint] == ["广州开发区管理委员会"]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("沭阳县发改局", "沭阳县发展和改革局", True),
        ("洪泽县水务局", "淮安市洪泽区水利局", True),
        ("咸阳市杨陵区卫生局", "杨陵区卫生健康局", True),
        ("襄樊市教育局", "襄阳市教育和体育局", True),
        ("北京市海淀区城市管理委员会", "北京市海淀区城市管理综合行政执法局", False),  # both exist
        ("宿迁市大数据管理局", "宿迁市大数据中心", False),
        ("孝感市", "孝感市人民政府办公室", False),
        ("山东省邮政管理局", "山东省邮政管理系统", False),
        ("宿迁市公共资源交易中心", "宿迁市公共资源交易监督管理局", False),
        ("国家发展改革委", "国家发展和改革委员会", True),
        ("财政部江苏监管局", "江苏省财政厅", False),
        ("北京市规划自然资源委", "北京市规划和自然资源委员会", True),
    ],
)
def test_what_is_one_agency(one, other, same):
    keys = [resolve(Evidence(name)).agency.key for name in (one, other)]
    assert (keys[0] == keys[1]) is same


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("发改局", "development_reform", "发展和改革局"),
        ("市监局", "market_supervision", "市场监督管理局"),
        ("科委", "science", "科学技术委员会"),
        ("应急管理局", "emergency", "应急管理局"),
        ("机关事务管理局", "office_administration", "机关事务管理局"),
        ("教育科技体育局", "education", "教育科技体育局"),
        ("住房城乡建设和交通局", "housing_construction", "住房城乡建设和交通局"),
        ("气象部门", "meteorology", "气象部门"),
        ("第一人民医院", "institution", "第一人民医院"),
        ("某某某局", "other", "某某某局"),
        ("美丽中国", None, None),
    ],
)
def test_bodies(text, kind, name):
    body = kinds().body(text)
    assert (body and body.kind, body and body.name) == (kind, name)


def test_every_kind_is_reached_by_its_usual_name():
    for kind in kinds().kinds.values():
        body = kinds().known(kind.label)
        assert body is not None, kind.key
        assert body.kind == kind.key
        assert kind.successor == "" or kind.successor in kinds().kinds


@pytest.mark.parametrize(
    ("printed", "year", "codes"),
    [
        ("洪泽县水利局", 2014, ["320813"]),
        ("巢湖市财政局", 2009, ["341400"]),  # the prefecture that was dissolved
        ("巢湖市财政局", 2020, ["340181"]),  # the county-level city named so since
        ("通州区教育局", 2021, ["110112", "320612"]),
        ("重庆两江新区管理委员会", 2020, ["500000"]),  # a zone until it became a division
        ("苏州工业园区管理委员会", 2020, ["320500"]),
    ],
)
def test_places_in_their_time(printed, year, codes):
    assert sorted(region.code for region in read_name(printed, year).regions) == codes


@pytest.mark.parametrize(
    ("origin", "codes"),
    [
        ("https://www.shuyang.gov.cn/a.html", ["321322"]),
        ("http://xxgk.hb.spb.gov.cn/extranet/detail.html", ["420000"]),
        ("http://wjw.zhangzhou.gov.cn/a.html", ["350600"]),
        ("https://shuyang.example.com/a.html", []),  # copies stand on other hosts
    ],
)
def test_hosts(origin, codes):
    assert [region.code for region in in_host(read_address(origin))] == codes


def test_folders_narrow_down():
    assert [r.code for r in in_path(read_address("山东/临沂/河东区/教育局.pdf"))] == ["371312"]
    assert [r.name for r in respelt("沐阳县")] == ["沭阳县"]


def test_no_division_is_taken_for_another():
    """Every seventh division under its own name and its full one: the right one, or undecided with it among the candidates."""
    known = gazetteer()
    outcomes = Counter()
    for region in known.regions[::7]:
        for name in (prefix(region), region.name):
            found = resolve(Evidence(f"{name}财政局"))
            if found.agency is not None:
                assert found.agency.region_code == region.code, name
            else:
                assert region.code in {each.region_code for each in found.candidates}, name
            outcomes[found.agency is not None] += 1
    assert outcomes[True] > 0.95 * outcomes.total()


def test_no_township_is_taken_for_another():
    known = gazetteer()
    counties = [region for region in known.regions if region.until is None and region.level is not Level.PROVINCE][::29]
    for town in (town for county in counties for town in known.townships(county.code)[::3] if town.until is None):
        assert resolve(Evidence(prefix(town))).agency.region_code == town.code, town.name


class TestGazetteer:
    def test_holds_the_whole_country(self):
        known = gazetteer()
        levels = Counter(region.level for region in known.regions if region.until is None)
        assert levels[Level.PROVINCE] == 34
        assert 330 <= levels[Level.CITY] <= 345
        assert 2840 <= levels[Level.COUNTY] <= 2880
        towns = sum(town.until is None for region in known.regions for town in known.townships(region.code))
        assert 38_000 <= towns <= 41_000

    def test_every_division_has_a_parent_and_every_heir_exists(self):
        known = gazetteer()
        for region in known.regions:
            assert (known.parent(region) is None) == (region.level is Level.PROVINCE), region
            assert all(known.region(heir.code) for heir in region.heirs), region
            assert region.until is None or region.heirs, region

    @pytest.mark.parametrize(
        ("name", "code", "now"),
        [
            ("襄樊市", "420600", "襄阳市"),
            ("思茅市", "530800", "普洱市"),
            ("洪泽县", "320813", "洪泽区"),
            ("大同县", "140215", "云州区"),
            ("玉环县", "331083", "玉环市"),
            ("恩施州", "422800", "恩施土家族苗族自治州"),
            ("沭阳县", "321322", "沭阳县"),
        ],
    )
    def test_names_then_and_now(self, name, code, now):
        assert [(region.code, region.name) for region in gazetteer().named(name)] == [(code, now)]

    def test_merged_divisions_end_with_an_heir(self):
        (region,) = gazetteer().named("沧浪区")
        assert (region.until, [heir.code for heir in region.heirs]) == (2011, ["320508"])
        assert [region.code for region in gazetteer().named("万盛区")] == ["500110-2011"]  # its code was given to 綦江区

    def test_the_readme_names_the_data_file_it_describes(self):
        folder = Path(gazetteer_package.__file__).parent
        digest = sha256((folder / "divisions.txt.gz").read_bytes()).hexdigest()
        assert f"`{digest}`" in (folder / "README.md").read_text("utf-8")

    def test_old_codes_are_known(self):
        assert gazetteer().region("320829").name == "洪泽区"
        assert gazetteer().region("330803113").name == "湖南镇"
        assert gazetteer().region("999999") is None

    def test_townships_by_name(self):
        assert {town.code for town in gazetteer().township_named("湖南镇")} == {"330803113", "350112107"}
        assert len(gazetteer().township_named("城关镇")) > 60
        assert gazetteer().township_named("没有这个镇") == ()


GOOD = """
[[name]]
printed = "区统计局"
document = "hedong/*"
agency = "临沂市河东区统计局"
last_year = 2023

[[name]]
printed = "白鹭区教育局"
agency = "白鹭区教育局"
region = "350200"
area = "白鹭区"
level = "county"

[[succession]]
agency = "临沂市河东区中小企业局"
successor = "临沂市河东区工业和信息化局"
year = 2019
"""


def test_an_alias_file():
    file = read_aliases(GOOD)
    first, second = file.aliases
    assert (first.printed, first.document, first.last_year, first.agency.key) == (
        "区统计局",
        "hedong/*",
        2023,
        "371312:statistics",
    )
    assert (second.agency.key, second.agency.level, second.agency.name) == (
        "350200/白鹭区:education",
        Level.COUNTY,
        "白鹭区教育局",
    )
    assert [(each.agency.kind, each.successor.kind, each.year) for each in file.successions] == [
        ("small_business", "economy_industry", 2019)
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[name]\n", "no TOML"),
        ("[[name]]\nprinted = '区统计局'\n", "name.1.agency"),
        ("[[name]]\nprinted = 'x'\nagency = '河东区统计局'\n", "天津市河东区统计局"),  # not clear by itself
        ("[[name]]\nprinted = 'x'\nagency = '沭阳县审计局'\nyear = 2020\n", "year"),
        ("[[name]]\nprinted = 'x'\nagency = 'y'\nregion = '999999'\n", "no division"),
        ("[[name]]\nprinted = 'x'\nagency = 'y'\nregion = '371312'\nkind = 'nonsense'\n", "does not exist"),
        ("[[name]]\nprinted = 'x'\nagency = '沭阳县审计局'\nfirst_year = 2020\nlast_year = 2019\n", "after last_year"),
        ("[[name]]\nprinted = 'x'\nagency = 'y'\narea = 'z'\n", "need a region"),
        ("[[names]]\nprinted = 'x'\n", "names"),
    ],
)
def test_an_alias_file_that_is_wrong_says_so(text, says):
    with pytest.raises(ConfigurationError, match=says):
        read_aliases(text, "aliases.toml")
