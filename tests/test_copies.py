"""Sections with the same text: what is one text, what is only what everybody writes, and no trace of the order of loading."""

from __future__ import annotations

import csv
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from nianbao import cli
from normalize.authority.model import Evidence
from normalize.authority.resolve import resolve
from normalize.clauses import counts, is_stock, masked_sentences, own_names, placed_clauses
from normalize.model import Scope, Section, Verdict
from normalize.passages import clauses_of, compare
from store.copies import LEAST, LEAST_SHINGLES, find_copies
from store.open import open_store
from store.schema import copy_cluster, copy_member, copy_pair, document_path, report
from store.sketches import Groups, candidates, runs_of, shingles, signatures, similarity
from tests.report_factory import facts, new_store
from tests.report_factory import report as made

OWN = "今年我局把政策讲解搬进老旧小区，请楼栋长主持，用方言录制短片12段，在菜市场电子屏轮流播放。"
MORE = "居民扫码就能看到施工进度，对来电的86位老人逐户回访，疑问当天转给科室。"
LAST = "历年批复重新编目，按街道逐册扫描，另请三位律师驻点，每周二下午接待来访。"
END = "台账由纪检组抽查，抽查结果在院内张贴，连续两次不合格的科室向党组说明原因。"
TEXT = OWN + MORE + LAST + END
OTHER = (
    "围绕水价听证，公开方案征求意见稿，网上收到留言340条，逐条标注采纳与否，由价格科统一答复，听证会实录全文上网，"
    "旁听席位先到先得，落选的报名者凭号码再约下一场。"
)


# --- masks


@pytest.mark.parametrize(
    ("printed", "masked"),
    [
        ("2021年，沭阳县财政局收到申请17件", [["0年", "@收到申请0件"]]),
        ("沭阳财政局、县财政局、本机关都有。", [["@、@、@都有"]]),
        ("其中四十余条；一件", [["其中0余条", "0件"]]),
        ("总金额1,234.5万元", [["总金额0万元"]]),
        ("我局通过县政府网站公开。全县培训3次", [["@通过@政府网站公开"], ["@培训0次"]]),
        ("二〇二〇年\n二○二一年", [["0年"], ["0年"]]),
        ("个人和个体户", [["个人和个体户"]]),  # no number
    ],
)
def test_names_and_numbers_are_masked(printed, masked):
    assert masked_sentences(printed, own_names("沭阳县财政局", "沭阳县财政局", ("江苏省", "宿迁市", "沭阳县"))) == masked


@given(st.text(alphabet="2021年，。；我局县财政一件条（）a,.: \n", max_size=60))
def test_both_ways_to_cut_a_text_agree(printed):
    names = own_names("某县财政局")
    placed = [clause.masked for paragraph in printed.split("\n") for clause in placed_clauses(paragraph, names)[1]]
    assert placed == [clause for sentence in masked_sentences(printed, names) for clause in sentence]


def test_an_unknown_agency_is_known_by_its_printed_name():
    assert own_names("白鹭区教育和体育局") == ("白鹭区教育和体育局", "教育和体育局", "白鹭区", "白鹭")
    assert own_names("统计局") == ("统计局",)
    assert own_names("") == ()


@pytest.mark.parametrize(
    ("clause", "numbers"),
    [
        ("共收到申请17件", ["17"]),
        ("2021年1月收到3件", ["3"]),
        ("按照第五十条公开", []),
        ("国办函〔2020〕109号", []),
        ("(1)申请2件", ["2"]),
    ],
)
def test_counts_are_no_years_articles_or_document_numbers(clause, numbers):
    assert counts(clause, ()) == numbers


# --- texts


def alike(one, other):
    """The exact similarity of two texts of two agencies, and whether their sketches make them candidates."""
    names = (own_names("甲县司法局"), own_names("乙市民政局"))
    clauses = [[c for s in masked_sentences(printed, n) for c in s] for printed, n in zip((one, other), names, strict=True)]
    hashes, starts = shingles([runs_of("" if is_stock(c) else c for c in some) for some in clauses])
    sets = [np.unique(hashes[a:b]) for a, b in pairwise(starts)]
    return similarity(*sets), len(candidates(signatures(hashes, starts), LEAST - 0.12)) == 1


SAME = [
    (TEXT, TEXT, 1.0),
    (TEXT, TEXT.replace("12", "35").replace("86", "104"), 1.0),  # numbers changed
    ("甲县司法局" + TEXT, "乙市民政局" + TEXT, 1.0),  # names swapped
    (TEXT.replace("我局", "甲县司法局"), TEXT.replace("我局", "市民政局"), 1.0),
    (TEXT, LAST + END + OWN + MORE, 0.9),  # sentences in another order
    (TEXT, TEXT.replace("，", ", ").replace("。", "。\n"), 1.0),  # set otherwise
    (TEXT, TEXT.replace(END, OTHER[:34] + "。"), 0.5),  # one sentence of four another
    (TEXT, TEXT.replace("老旧小区", "新建小区").replace("逐户", "上门"), 0.7),  # words changed
    (TEXT, TEXT + "本年度未收取信息处理费。无其他需要报告的事项。", 1.0),  # what everybody writes added
]
DIFFERENT = [
    (TEXT, OTHER),
    (
        OWN + MORE,
        "政策解读走进居民院落，邀请单元长当主讲，拍摄本地话视频十余部，循环播放于农贸集市大屏，工程进展扫一扫便知。",
    ),  # paraphrase
    (
        LAST + END,
        "对过往审批档案做了系统整理并电子化，聘请法律专业人士定期坐班，监督部门不定期检查登记情况并公示，问题科室要作检讨。",
    ),
    (OWN + MORE, LAST + END),
]


@pytest.mark.parametrize(("one", "other", "least"), SAME)
def test_one_text(one, other, least):
    share, candidate = alike(one, other)
    assert share >= least
    assert candidate


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_two_texts(one, other):
    share, candidate = alike(one, other)
    assert share < 0.2
    assert not candidate


@pytest.mark.parametrize(
    "clause",
    [
        "根据《中华人民共和国政府信息公开条例》",
        "坚持以公开为常态、不公开为例外",
        "政府信息公开行政复议、行政诉讼情况",
        "其他需要报告的事项",
        "本列数据的勾稽关系为",
        "其中",
    ],
)
def test_the_form_s_own_words_are_no_evidence(clause):
    assert is_stock(clause)
    assert not is_stock("请楼栋长主持短片播放")


def test_a_bucket_of_one_text_gives_no_more_pairs_than_it_has_members():
    hashes, starts = shingles([runs_of(["把政策讲解搬进老旧小区请楼栋长主持用方言录制短片在菜市场电子屏轮流播放"])] * 500)
    pairs = candidates(signatures(hashes, starts), LEAST)
    assert len(pairs) == 499
    assert set(pairs[:, 0]) == {0}


def test_nothing_is_alike_among_nothing():
    assert len(candidates(np.empty((0, 0), dtype=np.uint32), LEAST)) == 0
    hashes, starts = shingles(["", "短"])
    assert len(hashes) == 0
    assert list(starts) == [0, 0, 0]


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12))))
def test_groups_do_not_depend_on_the_order_of_joining(pairs):
    forward, backward = Groups(13), Groups(13)
    for one, other in pairs:
        forward.join(one, other)
    for one, other in reversed(pairs):
        backward.join(other, one)
    assert [forward.find(row) for row in range(13)] == [backward.find(row) for row in range(13)]


def test_passages_are_shown_as_each_prints_them():
    names = own_names("甲县司法局")
    one = clauses_of("2021年，甲县司法局培训3次。" + OWN, names, lambda s: [False] * len(s))
    other = clauses_of("我局培训5次。别的话。" + OWN.replace("12", "15"), names, lambda s: [False] * len(s))
    said = compare(one, other)
    assert [(p.one, p.other) for p in said.passages] == [
        ("甲县司法局培训3次", "我局培训5次"),
        (OWN[:-1], OWN[:-1].replace("12", "15")),
    ]
    assert (said.numbers, said.numbers_same) == (2, 0)


# --- the store


def prose(agency, year, *texts, published="", resolved=False):
    sections = tuple(Section(number, "", each) for number, each in enumerate(texts, 1))
    one = made(agency, year, "", verdict=Verdict.PROSE, sections=sections)
    one = replace(one, identity=replace(one.identity, published=published))
    return replace(one, agency=resolve(Evidence(agency, year))) if resolved else one


def loaded(path, reports):
    """A store with a report a document, named by the place in the list."""
    store = path if not hasattr(path, "suffix") else new_store(path)
    run = store.begin_run("r")
    for name, each in reports:
        store.load(facts(name), [each], run)
    return store


def found(store):
    """Clusters as sets of documents and sections, and the pairs, by documents' names."""
    with store.reading() as connection:
        paths = select(report.c.id, document_path.c.document).join(
            document_path, document_path.c.document_id == report.c.document_id
        )
        named = {row.id: row.document for row in connection.execute(paths)}
        clusters: dict[int, set[tuple[str, int]]] = {}
        for row in connection.execute(select(copy_member)):
            clusters.setdefault(row.cluster_id, set()).add((named[row.report_id], row.ordinal))
        first = {row.id: named[row.report_id] for row in connection.execute(select(copy_cluster))}
        pairs = {
            (named[r.report_id], r.ordinal, r.kind, named[r.other_report_id], r.other_ordinal, r.similarity, r.numbers_same)
            for r in connection.execute(select(copy_pair))
        }
    return {(frozenset(members), first[number]) for number, members in clusters.items()}, pairs


REPORTS = [
    ("a19", prose("甲县司法局", 2019, TEXT)),
    ("a20", prose("甲县司法局", 2020, TEXT.replace("86", "90"))),
    ("b20", prose("乙市民政局", 2020, OTHER, TEXT.replace("我局", "市民政局"))),
    ("c21", prose("丙县财政局", 2021, OTHER + "共收到申请3件。")),
    ("d21", prose("丁县水利局", 2021, "坚持以公开为常态、不公开为例外。" + LAST)),
]


def test_finds_what_agencies_and_years_have_in_common(tmp_path):
    with loaded(tmp_path / "r.sqlite", REPORTS) as store:
        counted = find_copies(store)
        assert (counted.clusters, counted.members, counted.between_agencies, counted.between_years) == (2, 5, 3, 1)
        clusters, pairs = found(store)
        assert clusters == {
            (frozenset({("a19", 0), ("a20", 0), ("b20", 1)}), "a19"),
            (frozenset({("b20", 0), ("c21", 0)}), "b20"),
        }
        assert pairs == {
            ("a20", 0, "years", "a19", 0, 1.0, 2),  # 12 and 两 as they were, 86 not
            ("b20", 1, "agencies", "a19", 0, 1.0, 3),
            ("a20", 0, "agencies", "b20", 1, 1.0, 2),  # of one year and without a date: which is named first says nothing
            ("c21", 0, "agencies", "b20", 0, 0.9041, 2),
        }
        assert find_copies(store) == counted
        assert found(store) == (clusters, pairs)
        with store.reading() as connection:
            row = connection.execute(text("SELECT * FROM copies WHERE kind = 'years'")).one()
            assert (row.agency, row.year, row.other_year, row.chapter) == ("甲县司法局", 2020, 2019, 1)


@pytest.fixture(scope="module")
def in_order(tmp_path_factory):
    with loaded(tmp_path_factory.mktemp("copies") / "r.sqlite", REPORTS) as store:
        find_copies(store)
        return found(store)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(len(REPORTS))))
def test_the_order_of_loading_does_not_show(tmp_path, in_order, order):
    with loaded(tmp_path / "r.sqlite", [REPORTS[place] for place in order]) as store:
        find_copies(store)
        assert found(store) == in_order


def test_editions_and_mirrors_are_no_copies(tmp_path):
    one = prose("甲县人民政府", 2019, TEXT)
    whole = replace(one, identity=replace(one.identity, scope=Scope.JURISDICTION))
    with loaded(tmp_path / "r.sqlite", [("a", one), ("mirror of a", one), ("all of the county", whole)]) as store:
        counted = find_copies(store)
        assert (counted.reports, counted.clusters) == (2, 0)  # the mirror is an edition; office and county are one agency


def test_a_preface_is_compared_only_where_it_is_all_there_is(tmp_path):
    def whole(agency, *sections):
        return replace(prose(agency, 2021), sections=sections)

    both = [(name, whole(name, Section(0, "", TEXT), Section(1, "一、总体情况", name))) for name in ("甲县司法局", "乙市民政局")]
    with loaded(tmp_path / "r.sqlite", both) as store:
        assert find_copies(store).clusters == 0
    (tmp_path / "r.sqlite").unlink()
    with loaded(tmp_path / "r.sqlite", [(name, whole(name, Section(0, "", TEXT))) for name, _ in both]) as store:
        assert find_copies(store).clusters == 1


def test_a_name_that_may_be_anybody_s_is_no_other_agency(tmp_path):
    names = ["区统计局", "河东区统计局", "统计局", "河西区统计局"]
    with loaded(tmp_path / "r.sqlite", [(name, prose(name, 2021, TEXT)) for name in names]) as store:
        find_copies(store)
        pairs = {frozenset((one, other)) for one, _, kind, other, *_ in found(store)[1] if kind == "agencies"}
        assert pairs <= {frozenset(("河东区统计局", "河西区统计局"))}
        assert len(pairs) == 1


def test_one_text_for_many_bureaus_makes_one_cluster_and_no_more_pairs_than_bureaus(tmp_path):
    bodies = ("司法", "民政", "财政", "水利", "教育", "公安", "审计")
    bureaus = [f"{place}县{body}局" for place in "甲乙丙丁" for body in bodies]
    reports = [(name, prose(name, 2021, TEXT, published=f"2022-01-{day:02}")) for day, name in enumerate(bureaus, 1)]
    with loaded(tmp_path / "r.sqlite", reports) as store:
        counted = find_copies(store)
        assert (counted.clusters, counted.members, counted.between_agencies) == (1, 28, 27)
        ((members, first),) = found(store)[0]
        assert (len(members), first) == (28, "甲县司法局")
        with store.reading() as connection:
            assert connection.execute(select(copy_cluster.c.places)).scalar() == 4


BOILERPLATE = """\
根据《中华人民共和国政府信息公开条例》第五十条规定，现将{name}{year}年政府信息公开工作年度报告公布如下。\
本报告所列数据的统计期限自{year}年1月1日起至{year}年12月31日止。本报告电子版可在本机关门户网站下载。\
如对本报告有任何疑问，请与{name}办公室联系。
本年度报告按照《条例》和国办公开办函〔2021〕30号要求，由{name}编制。报告由总体情况、主动公开政府信息情况、收到和处理政府信息公开申请情况、\
政府信息公开行政复议、行政诉讼情况、存在的主要问题及改进情况、其他需要报告的事项六个部分组成。
{year}年，{name}认真贯彻落实《中华人民共和国政府信息公开条例》，坚持以公开为常态、不公开为例外，主动公开政府信息{n}条。\
本年度共收到政府信息公开申请{n}件，均按时答复。未发生行政复议、行政诉讼。
本年度未收取信息处理费。按照《国务院办公厅关于印发〈政府信息公开信息处理费管理办法〉的通知》规定的按件、按量收费标准，\
本年度没有产生信息公开处理费。无其他需要报告的事项。"""


def test_reports_of_nothing_but_boilerplate_are_no_copies_of_each_other(tmp_path):
    reports = [
        (
            f"{name}{year}",
            prose(name, year, *(each.format(name=name, year=year, n=n + year) for each in BOILERPLATE.splitlines())),
        )
        for n, name in enumerate(("甲县司法局", "乙市民政局", "丙区财政局"))
        for year in (2020, 2021)
    ]
    with loaded(tmp_path / "r.sqlite", reports) as store:
        counted = find_copies(store)
        assert counted.sections == 24
        assert (counted.compared, counted.clusters) == (0, 0)


def test_a_sentence_that_is_at_hand_for_all_is_found_and_one_that_is_handed_on_is_not(tmp_path):
    """Both stand in ten reports: the one beside something else each time, the others beside each other."""
    at_hand = "充分运用村务大喇叭和文化墙，把惠民补贴名单读给行动不便的群众听，听完由组长签字留底，签字单月底交镇上存档备查。"
    beside = ("春耕", "秋收", "防汛", "征兵", "普查", "禁渔", "植树", "环卫", "招商", "消防")
    bureaus = [f"{place}县{body}局" for place in "甲乙" for body in ("司法", "民政", "财政", "水利", "教育")]
    reports = [
        (name, prose(name, 2021, f"{word}时开门听意见。{at_hand}夜间巡查员写{word}日志。", OWN + MORE))
        for name, word in zip(bureaus, beside, strict=True)
    ]
    with loaded(tmp_path / "r.sqlite", reports[:6]) as store:
        assert find_copies(store).common_sentences == 0  # too few to say
        assert {len(members) for members, _ in found(store)[0]} == {6}
    (tmp_path / "r.sqlite").unlink()
    with loaded(tmp_path / "r.sqlite", reports) as store:
        assert find_copies(store).common_sentences == 1
        ((members, _),) = found(store)[0]
        assert members == {(name, 1) for name in bureaus}


def test_a_section_too_short_to_tell_is_not_compared(tmp_path):
    short = "请楼栋长主持短片播放，扫码看进度。"
    assert len(short) < LEAST_SHINGLES
    with loaded(
        tmp_path / "r.sqlite", [("a", prose("甲县司法局", 2021, short)), ("b", prose("乙市民政局", 2021, short))]
    ) as store:
        assert find_copies(store).compared == 0


def test_agencies_that_are_resolved_lie_in_their_city(tmp_path):
    names = ["沭阳县财政局", "泗阳县财政局", "沭阳县发改局"]
    with loaded(tmp_path / "r.sqlite", [(name, prose(name, 2021, TEXT, resolved=True)) for name in names]) as store:
        find_copies(store)
        with store.reading() as connection:
            assert connection.execute(select(copy_cluster.c.agencies, copy_cluster.c.places)).one() == (3, 1)


# --- the command


@pytest.fixture
def run(tmp_path):
    loaded(tmp_path / "r.sqlite", REPORTS).close()
    return lambda *words: CliRunner().invoke(cli.main, ["copies", *map(str, words), "--db", str(tmp_path / "r.sqlite")])


def test_asking_before_searching_says_what_to_do(run):
    for command in ("list", "show"):
        result = run(command)
        assert result.exit_code != 0
        assert "nianbao copies find" in result.stderr


def test_the_commands_show_and_write_what_was_found(run, tmp_path):
    result = run("find")
    assert (result.exit_code, "2 clusters with 5 sections" in result.stderr) == (0, True)
    assert "甲县司法局 2019" in run("list").stdout
    assert "乙市民政局" not in run("list", "--kind", "years").stdout
    shown = run("show", "乙市", "--year", "2020", "--kind", "agencies").stdout
    assert "same text as 甲县司法局 2019 chapter 1" in shown
    assert "今年市民政局把政策讲解搬进老旧小区" in shown
    assert "plagiar" not in shown + run("--help").stdout
    assert run("show", "戊县").exit_code == 1
    path = tmp_path / "pairs.csv"
    assert run("show", "--csv", path).exit_code == 0
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {(row["agency"], row["other_agency"], row["kind"]) for row in rows} == {
        ("乙市民政局", "甲县司法局", "agencies"),
        ("甲县司法局", "乙市民政局", "agencies"),
        ("甲县司法局", "甲县司法局", "years"),
        ("丙县财政局", "乙市民政局", "agencies"),
    }
    assert {(row["numbers"], row["numbers_same"]) for row in rows} == {("3", "3"), ("3", "2"), ("2", "2")}
    assert run("list", "--csv", tmp_path / "clusters.csv").exit_code == 0
    assert len((tmp_path / "clusters.csv").read_text("utf-8-sig").splitlines()) >= 3


def test_a_later_run_is_said_to_be_missing(run, tmp_path):
    run("find")
    assert run("list").stderr == ""
    with open_store(tmp_path / "r.sqlite") as store:
        store.load(facts("new"), [prose("戊县司法局", 2021, TEXT)], store.begin_run("r"))
    assert "run `nianbao copies find` again" in run("list").stderr
