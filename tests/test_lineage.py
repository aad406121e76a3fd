"""Which document of a report counts and what replaced what: the store's logic, in whatever order documents come."""

import random
import sqlite3
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from normalize.authority.hosts import Standing, site_of, standing
from normalize.authority.model import Evidence
from normalize.authority.resolve import resolve
from normalize.model import ExtraCell, Section, Verdict
from store.changes import Content, Printed, agree, bare, changes
from store.compare import differences
from store.history import reports_as_of
from tests.report_factory import BLANK, MISSING, facts, form_report_cells, new_store, report

PROSE = (Section(0, "", "前言。"), Section(1, "一、总体情况", "全年公开信息 60 条。"), Section(5, "五、存在的主要问题", "有。"))
NEW = "applications.new.total"


@pytest.fixture
def store(tmp_path):
    with new_store(tmp_path / "r.sqlite") as opened:
        yield opened


def rows(store, sql):
    with sqlite3.connect(store.engine.url.database) as connection:
        return connection.execute(sql).fetchall()


def of(values=None, sections=PROSE, **more):
    return report(values=values, sections=sections, **more)


def load(store, run, name, made, content=None, **more):
    return store.load(facts(name, content, **more), [made], run)


RELATIONS = "SELECT document, relation FROM report_documents WHERE current = 1 ORDER BY document"
LEDGER = "SELECT old_document, new_document, kind, same_path FROM revisions ORDER BY noticed, report_id"
PDF, HTML = {"media_type": "application/pdf"}, {"media_type": "text/html"}


@pytest.mark.parametrize(
    ("first", "second", "relations", "ledger"),
    [
        # the same figures in another format: an edition, whatever the readers make of headings and page numbers
        ((of(), HTML), (of(sections=(Section(0, "", "全年公开信息60条。-2-"),)), PDF), ("current", "edition"), []),
        # the same of both in one format: a mirror
        ((of(), PDF), (of(), PDF), ("current", "mirror"), []),
        # white space and the width of digits are the typesetter's, and so is what precedes the first chapter
        (
            (of(), PDF),
            (of(sections=(Section(0, "", "首页 > 年报"), Section(1, "一、 总体情况", "全年公开信息６０条。\n"), PROSE[2])), PDF),
            ("current", "mirror"),
            [],
        ),
        # other prose in one format: the later one revises
        ((of(), PDF), (of(sections=PROSE[:2]), PDF), ("earlier", "current"), [("a", "b", "prose", 0)]),
        # another figure: a revision in any format
        ((of(), HTML), (of({NEW: "7"}), PDF), ("earlier", "current"), [("a", "b", "cells", 0)]),
        ((of(), PDF), (of({NEW: BLANK}), PDF), ("earlier", "current"), [("a", "b", "cells", 0)]),
        # what was not read says nothing: an edition, and the one that was read better counts
        ((of({NEW: MISSING}, verdict=Verdict.REVIEW), PDF), (of({NEW: "7"}), HTML), ("edition", "current"), []),
        ((of({NEW: "7"}), HTML), (of({NEW: MISSING}, verdict=Verdict.REVIEW), PDF), ("current", "edition"), []),
        # tables as pictures: prose never replaces figures
        ((of(), HTML), (of(form="", verdict=Verdict.PROSE), PDF), ("current", "edition"), []),
        ((of(form="", verdict=Verdict.PROSE), HTML), (of(), PDF), ("edition", "current"), []),
        # the right form in the place of the wrong one
        ((of(form="2019"), PDF), (of(form="2021"), HTML), ("earlier", "current"), [("a", "b", "cells", 0)]),
        # two prints without figures
        (
            (of(form="", verdict=Verdict.PROSE), HTML),
            (of(form="", verdict=Verdict.PROSE, sections=PROSE[:2]), HTML),
            ("earlier", "current"),
            [("a", "b", "prose", 0)],
        ),
    ],
)
def test_editions_mirrors_and_revisions_at_two_paths(store, first, second, relations, ledger):
    for name, (made, more) in zip("ab", (first, second), strict=True):
        load(store, store.begin_run("r1"), name, made, **more)
    assert tuple(relation for _, relation in rows(store, RELATIONS)) == relations
    assert rows(store, LEDGER) == ledger


def test_added_rows_and_lost_tables_are_changes_at_one_path(store):
    extra = ExtraCell("disclosure", "其他主动公开文件", "制发件数", "3", Decimal(3))
    only = report(cells=form_report_cells(tables={"applications"}, default="1"), sections=PROSE)
    load(store, store.begin_run("r1"), "a", of(), "one")
    load(store, store.begin_run("r1"), "a", of(extra_cells=(extra,)), "two")
    load(store, store.begin_run("r1"), "a", only, "three")
    kinds = rows(store, "SELECT kind, cells FROM revisions ORDER BY report_id")
    assert kinds == [("cells", 1), ("cells", 175 + 25 + 1)]
    assert rows(store, "SELECT form, count(*) FROM revision_cell WHERE new_printed IS NULL GROUP BY form") == [
        ("", 1),
        ("2021", 25),
    ]
    assert rows(store, "SELECT cell, new_printed, new_value FROM revision_cell WHERE old_printed IS NULL") == [
        ("disclosure: 其他主动公开文件 × 制发件数", "3", 3)
    ]


def test_the_ledger_names_cells_and_chapters(store):
    fuller = (*PROSE[:1], Section(1, "一、总体情况", "全年公开信息61条。"), Section(6, "六、其他", "无。"))
    load(store, store.begin_run("r1"), "a", of({NEW: "12", "disclosure.fees.amount": BLANK}), "one")
    load(store, store.begin_run("r1"), "a", of({NEW: "13", "disclosure.fees.amount": "25.1"}, fuller), "two")
    assert rows(store, "SELECT cell, old_printed, old_value, new_printed, new_value FROM revision_cell ORDER BY cell") == [
        (NEW, "12", 12, "13", 13),
        ("disclosure.fees.amount", "", None, "25.1", 25.1),
    ]
    assert rows(store, "SELECT number, heading, change FROM revision_section ORDER BY number") == [
        (1, "一、总体情况", "changed"),
        (5, "五、存在的主要问题", "removed"),
        (6, "六、其他", "added"),
    ]
    assert rows(store, "SELECT kind, cells, sections FROM revisions") == [("cells", 2, 3)]


def test_an_edition_that_was_not_yet_changed_is_an_earlier_one(store):
    run = store.begin_run("r1")
    load(store, run, "a.html", of(), "one", **HTML)
    load(store, run, "a.pdf", of(), **PDF)
    load(store, store.begin_run("r1"), "a.html", of({NEW: "7"}), "two", **HTML)
    assert rows(store, RELATIONS) == [("a.html", "current"), ("a.pdf", "earlier")]
    load(store, store.begin_run("r1"), "b.pdf", of({NEW: "7"}), **PDF)  # and now it is
    assert rows(store, RELATIONS) == [("a.html", "current"), ("a.pdf", "earlier"), ("b.pdf", "edition")]
    assert rows(store, LEDGER) == [("a.html", "a.html", "cells", 1)]


def test_of_one_version_the_agencys_own_site_counts(store):
    def of_agency(values=None):
        return replace(of(values, agency="沭阳县审计局"), agency=resolve(Evidence("沭阳县审计局", 2023)))

    counting = "SELECT document FROM current_report"
    load(store, store.begin_run("r1"), "www.wenku.com/a", of_agency())
    assert rows(store, counting) == [("www.wenku.com/a",)]
    load(store, store.begin_run("r1"), "b", of_agency())
    assert rows(store, counting) == [("b",)]
    load(store, store.begin_run("r1"), "www.shuyang.gov.cn/c", of_agency())
    assert rows(store, counting) == [("www.shuyang.gov.cn/c",)]
    load(store, store.begin_run("r1"), "d", of_agency({NEW: "7"}))  # another version, from who knows where
    load(store, store.begin_run("r1"), "www.wenku.com/e", of_agency({NEW: "8"}))
    assert rows(store, counting) == [("d",)]
    assert rows(store, LEDGER) == [("www.shuyang.gov.cn/c", "d", "cells", 0)]
    assert [relation for _, relation in rows(store, RELATIONS)] == ["earlier", "current", "earlier", "copy", "copy"]


def test_the_stated_date_orders_what_one_run_found(store):
    run = store.begin_run("r1")
    for name, published, number in (("a", "2024-03-01", "2"), ("b", "2024-01-20", "1"), ("c", "2024-02-01", "3")):
        made = of({NEW: number})
        load(store, run, name, replace(made, identity=replace(made.identity, published=published)))
    assert [(old, new) for old, new, *_ in rows(store, LEDGER)] == [("c", "a"), ("b", "c")]
    assert rows(store, "SELECT document FROM current_report") == [("a",)]


def test_two_reports_of_one_document_have_one_fate(store):
    store.load(facts("a"), [of(), of({NEW: "2"})], store.begin_run("r1"))
    store.load(facts("b"), [of({NEW: "3"})], store.begin_run("r1"))
    assert rows(store, "SELECT current, superseded_by, relation FROM report ORDER BY id") == [
        (0, 3, "earlier"),
        (0, 3, "earlier"),
        (1, None, None),
    ]
    assert [stood.report.id for stood in reports_as_of(store, "甲县司法局", 2023, "2000-01-01")] == []


def test_a_report_that_turns_out_to_be_anothers_leaves_no_trace_in_the_ledger(store):
    load(store, store.begin_run("r1"), "a", of())
    load(store, store.begin_run("r1"), "b", of({NEW: "2"}))
    assert rows(store, LEDGER) == [("a", "b", "cells", 0)]
    load(store, store.begin_run("r2"), "b", of({NEW: "2"}, agency="乙县司法局"))
    for table in ("revision", "revision_cell", "tenure"):
        assert rows(store, f"SELECT count(*) FROM {table}") == [(0,)], table
    assert rows(store, "SELECT agency, current FROM report ORDER BY id") == [("甲县司法局", 1), ("乙县司法局", 1)]


AMOUNT = "disclosure.fees.amount"


def small(amount, sections=PROSE, **more):
    return report(cells=form_report_cells(values={AMOUNT: amount}, tables={"disclosure"}), sections=sections, **more)


MADE = {
    "one": small("1"),
    "same": small("1", (*PROSE[:2], Section(5, "五、存在的主要问题", " 有 。"))),
    "prose": small("1", PROSE[:2]),
    "two": small("2"),
    "three": small("3"),
    "poor": small(MISSING, verdict=Verdict.REVIEW),
    "bare": of(form="", verdict=Verdict.PROSE),
}
SITES = ("", "www.wenku.com/", "www.sd.gov.cn/")
DOCUMENT = st.tuples(st.sampled_from(sorted(MADE)), st.sampled_from(["application/pdf", "text/html"]))
PATH = st.tuples(st.sampled_from(SITES), st.sampled_from("ab")).map("".join)
HISTORY = st.lists(st.dictionaries(PATH, DOCUMENT, min_size=1, max_size=4), min_size=1, max_size=4)
"""By run, what each path held."""


def ledger_of(path, history, order):
    """The store after the runs, the documents of each loaded in an order of its own, some in batches."""
    store = new_store(path)
    for held in history:
        run = store.begin_run("r1")
        names = sorted(held)
        order.shuffle(names)
        with store.loading(run, size=order.choice((1, 3, 100))) as loader:
            for name in names:
                kind, media_type = held[name]
                loader.load(facts(name, f"{kind} {media_type}", media_type=media_type), [MADE[kind]])
    return store


@settings(max_examples=8, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(history=HISTORY, seed=st.integers(0, 1000))
def test_any_order_of_loading_gives_the_same_ledger(tmp_path_factory, history, seed):
    folder = tmp_path_factory.mktemp("order")
    with (
        ledger_of(folder / "one.sqlite", history, random.Random(seed)) as one,
        ledger_of(folder / "other.sqlite", history, random.Random(seed + 1)) as other,
    ):
        found = {each.table for each in differences(one, other)} - {"document_path", "past_sighting"}
        assert found == set()  # a content's names are numbered as they come; nothing follows from that
        for each in (one, other):
            _check_history(each)


def _check_history(store):
    """At every time one document counts, and it is the current one at the end."""
    assert rows(store, "SELECT count(*) FROM report WHERE current = 1") == [(1,)]
    spans = rows(store, "SELECT first_run, until_run, report_id FROM tenure ORDER BY first_run")
    if spans:
        assert [until for _, until, _ in spans] == [*(first for first, _, _ in spans[1:]), None]
        assert spans[0][0] == 1
        assert rows(store, "SELECT id FROM report WHERE current = 1") == [(spans[-1][2],)]


@pytest.mark.parametrize(
    ("site", "region", "expected"),
    [
        ("www.shuyang.gov.cn", "321322", Standing.OWN),
        ("www.suqian.gov.cn", "321322", Standing.OWN),  # the city's, for its county
        ("njgl.gov.cn", "320106", Standing.OWN),
        ("hl.cma.gov.cn", "231100", Standing.OWN),
        ("dj.longwan.gov.cn", "330803", Standing.FOREIGN),  # 龙湾区's, for a town of 衢江区
        ("www.wenku.com", "321322", Standing.FOREIGN),
        ("newton.com.tw", "420100", Standing.FOREIGN),
        ("122.137.242.24", "220283", Standing.UNKNOWN),
        ("", "321322", Standing.UNKNOWN),
        ("www.nea.gov.cn", "", Standing.UNKNOWN),
        ("www.sd.gov.cn", None, Standing.UNKNOWN),
        ("www.wenku.com", None, Standing.FOREIGN),
    ],
)
def test_a_site_is_the_agencys_own_a_strangers_or_neither(site, region, expected):
    assert standing(site, region) is expected


@pytest.mark.parametrize(
    ("origin", "document", "site"),
    [
        ("https://WWW.Shuyang.gov.cn:8080/nb/1.html", "1.html", "www.shuyang.gov.cn"),
        ("/data/www.a.gov.cn/1.html", "www.b.gov.cn/nb/1.html", "www.b.gov.cn"),  # only below the folder that was given
        ("/data/x.zip/1.html", "x.zip/122.137.242.24_8080/1.html", "122.137.242.24"),
        ("/data/report.com", "report.com", ""),
        ("https://[bad/1.html", "1.html", ""),
    ],
)
def test_the_site_is_in_the_address_or_in_a_crawlers_folder(origin, document, site):
    assert site_of(origin, document) == site


def test_bare_prose_has_no_white_space_and_narrow_digits():
    assert bare(" 公开信息　６０ 条\n") == "公开信息60条"


def test_forms_are_compared_by_the_keys_they_share():
    one = Content({"a.b.c": Printed("2019", 1, "1", "printed")}, {}, ())
    other = Content({"a.b.c": Printed("2021", 2, "2", "printed")}, {}, ())
    assert not agree(one, other, same_format=False)
    assert [change.form for change in changes(one, other).cells] == ["2021"]
