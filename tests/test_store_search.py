"""Full-text search: every phrase that is printed is found, none that is not, and the index keeps in step."""

import itertools
import sqlite3
import unicodedata
from dataclasses import replace

import pytest
from click.testing import CliRunner
from hypothesis import example, given, settings
from hypothesis import strategies as st

from collect.errors import ConfigurationError, NotAReportError
from nianbao import cli
from normalize.model import Section
from store.search import fold, search
from tests.report_factory import facts, new_store, report

PROSE = (
    "本年度共收到政府信息公开申请３607 件，均已办结。\n"
    "行政复议0件；Open Data平台www.gov.cn访问量１２万次。𠮷祥镇（试点）“互联网＋”"
)
ALPHABET = st.sampled_from(PROSE + "无有ab \u3000\t\u200b\"*^:()-+'é中")


def written(texts, agency="甲县司法局", year=2023):
    return replace(report(agency, year, form=""), sections=tuple(Section(n, "", t) for n, t in enumerate(texts)))


@pytest.fixture
def store(tmp_path):
    with new_store(tmp_path / "r.sqlite") as opened:
        yield opened


def found(store, *phrases, **narrowed):
    with store.reading() as connection:
        return search(connection, phrases, **narrowed)


def load(store, name, *texts, reader="r1", **more):
    store.load(facts(name), [written(texts, **more)], store.begin_run(reader))


def squeezed(text):
    """An own account of what does not count: white space, case and width."""
    kept = [c for c in text if not c.isspace() and unicodedata.category(c) not in {"Cf", "Cc"}]
    return "".join(unicodedata.normalize("NFKC", c) if len(unicodedata.normalize("NFKC", c)) == 1 else c for c in kept).lower()


def test_every_phrase_of_the_prose_is_found_where_it_stands(store):
    load(store, "a", "前言。", PROSE)
    load(store, "b", "别的话。", year=2022)
    for length in range(1, 9):
        for start in range(len(PROSE) - length + 1):
            phrase = PROSE[start : start + length]
            if squeezed(phrase):
                (hit, *others) = found(store, phrase, year=2023)
                assert squeezed(hit.found) == squeezed(phrase)
                assert hit.chapter == 1 or squeezed(phrase) in squeezed("前言。")
                assert f"{hit.before}{hit.found}{hit.after}" in f"\n{PROSE}\n前言。"
                assert len(others) <= 1


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    with new_store(tmp_path_factory.mktemp("search") / "r.sqlite") as opened:
        yield opened


AGENCIES = (f"第{number}县" for number in itertools.count())


@settings(max_examples=80, deadline=None)
@given(st.lists(st.text(ALPHABET, max_size=25), max_size=4), st.text(ALPHABET, min_size=1, max_size=4))
@example(["ab", "c"], "bc")  # no phrase runs over the end of a section
@example(["政府"], "府政")
@example(['"*'], '"')
def test_found_is_exactly_what_is_printed(shared, texts, phrase):
    agency = next(AGENCIES)
    load(shared, agency, *texts, agency=agency)
    if not squeezed(phrase):
        with pytest.raises(ConfigurationError, match="nothing to search"):
            found(shared, phrase)
        return
    expected = [number for number, text in enumerate(texts) if squeezed(phrase) in squeezed(text)]
    assert [hit.chapter for hit in found(shared, phrase, agency=agency)] == expected


def test_folding_is_what_it_says():
    assert fold("ＡＰＰ １２") == fold("app12")
    assert fold("收到\n 申请") == fold("收到申请")
    assert fold("é") != fold("e")
    assert all(ord(c) > 127 for c in fold(PROSE))


def test_several_phrases_stand_in_one_chapter(store):
    load(store, "a", "行政复议零件。", "败诉一件。", "行政复议后败诉。")
    assert [hit.chapter for hit in found(store, "行政复议", "败诉")] == [2]


def test_narrowed_by_agency_and_year_and_number(store):
    for number in range(7):
        load(store, str(number), "办结。", agency=f"第{number}县_财政局", year=2020 + number % 2)
    assert len(found(store, "办结")) == 7
    assert [hit.agency for hit in found(store, "办结", agency="3县")] == ["第3县_财政局"]
    assert found(store, "办结", agency="%") == []
    assert len(found(store, "办结", agency="_", year=2021)) == 3
    assert len(found(store, "办结", limit=2)) == 2


def test_the_index_keeps_in_step(store):
    load(store, "a", "旧文字。")
    load(store, "a", "新文字。", reader="r2")  # read again
    assert (len(found(store, "旧文")), len(found(store, "新文"))) == (0, 1)
    load(store, "b", "更新后的文字。")  # supersedes
    assert [hit.found for hit in found(store, "文字")] == ["文字"]
    assert found(store, "新文") == []
    store.load(facts("b"), [written(["无"]), written(["第二份"], "乙县")], store.begin_run("r3"))
    assert len(found(store, "第二份")) == 1
    store.load(facts("b"), [written(["无"])], store.begin_run("r4"))  # one report fewer
    assert found(store, "第二份") == []
    store.fail(facts("b"), NotAReportError("A budget."), store.begin_run("r5"))
    assert [hit.found for hit in found(store, "文字")] == ["文字"]  # the older edition counts again
    connection = sqlite3.connect(store.engine.url.database)
    connection.execute("INSERT INTO report_search(report_search) VALUES ('integrity-check')")
    connection.close()


def test_the_command_shows_agency_year_chapter_and_the_words_around(store, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    load(store, "a", "前言。", PROSE)
    load(store, "b", "未收到申请，\n  无行政复 议。", agency="乙县", year=2022)
    where = ["--db", store.engine.url.database]
    result = CliRunner().invoke(cli.main, ["search", "行政复议", *where])
    assert result.exit_code == 0
    assert [line.split()[:4] for line in result.stdout.splitlines() if "行政" in line] == [
        ["甲县司法局", "2023", "1", "本年度共收到政府信息公开申请３607"],
        ["乙县", "2022", "0", "未收到申请，"],
    ]
    narrowed = CliRunner().invoke(cli.main, ["search", "行政复议", "--agency", "乙", "--year", "2022", "--limit", "1", *where])
    assert "甲县" not in narrowed.stdout
    assert "more than 1" in CliRunner().invoke(cli.main, ["search", "行政", "--limit", "1", *where]).stdout
    nothing = CliRunner().invoke(cli.main, ["search", "败诉", *where])
    assert (nothing.exit_code, nothing.stdout) == (1, "No prose in the database says so.\n")
    assert CliRunner().invoke(cli.main, ["search", " ", *where]).exit_code == ConfigurationError.exit_code
