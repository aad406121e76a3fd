"""One report of several documents, its revisions and its past: real files through the real pipeline."""

import os
import sqlite3
import time
from dataclasses import replace
from random import Random

import pytest
from click.testing import CliRunner

from nianbao import cli
from nianbao.batch import ingest
from normalize.forms import forms
from normalize.model import CellKey
from store.history import reports_as_of, revisions
from store.open import open_store
from store.query import find_reports
from tests.archives import zip_bytes
from tests.typesetter.compose import paper_of
from tests.typesetter.docx import DocxStyle, print_docx
from tests.typesetter.figures import Shape, draw
from tests.typesetter.html import HtmlStyle, print_html
from tests.typesetter.model import Figure
from tests.typesetter.pdf import PdfStyle, print_pdf

AGENCY = "沭阳县审计局"
NEW = CellKey("applications", "new", "total")
LONG_AGO = 3_600_000_000_000
DAYS = ("2024-02-01", "2024-03-01", "2024-04-01", "2024-05-01", "2024-06-01", "2024-07-01")


def paper(year=2023, **changed):
    figures = draw(forms()["2021"].tables, forms()["2021"].rules, Shape("medium"), Random(3))
    return replace(paper_of(AGENCY, year, "2021", figures, Random(4)), **changed)


def with_figure(original, key, number):
    return replace(original, figures={**original.figures, key: Figure.of(number)})


def page(printed, template="print", seed=5):
    return print_html(printed, HtmlStyle(template=template), Random(seed))


class Archive:
    """A folder that is taken in again and again, each time on another day."""

    def __init__(self, folder):
        self.folder = folder / "archive"
        self.db = folder / "reports.sqlite"

    def put(self, name, content):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def ingest(self, day):
        with open_store(self.db) as store:
            summary = ingest([self.folder], store)
        with sqlite3.connect(self.db) as connection:
            newest = "(SELECT max(id) FROM run)"
            connection.execute(f"UPDATE run SET started = '{day}T08:00:00+00:00' WHERE id = {newest}")
            connection.execute(f"UPDATE run SET finished = '{day}T09:00:00+00:00' WHERE id = {newest}")
        return summary

    def ask(self, sql):
        with sqlite3.connect(self.db) as connection:
            return connection.execute(sql).fetchall()

    def run(self, *words):
        return CliRunner().invoke(cli.main, [*words, "--db", str(self.db)])


@pytest.fixture
def archive(tmp_path):
    return Archive(tmp_path)


RELATIONS = "SELECT relation, document, media_type FROM report_documents ORDER BY document"


def test_editions_mirrors_and_copies_are_one_report(archive):
    original = paper()
    archive.put("www.shuyang.gov.cn/sjj/nb/2023.html", page(original))
    archive.put("www.shuyang.gov.cn/sjj/nb/2023.pdf", print_pdf(original, PdfStyle(), Random(6)))
    archive.put("www.shuyang.gov.cn/sjj/nb/2023.docx", print_docx(original, DocxStyle(), Random(6)))
    archive.put("www.suqian.gov.cn/xq/sy/5678.html", page(original, seed=9) + b"<!-- 2 -->")
    archive.put("www.wenku.com/doc/1.html", page(original, seed=11) + b"<!-- 3 -->")
    archive.ingest(DAYS[0])
    found = archive.ask(RELATIONS)
    assert [(relation, document.split("/")[0]) for relation, document, _ in found] == [
        ("current", "www.shuyang.gov.cn"),
        ("edition", "www.shuyang.gov.cn"),
        ("edition", "www.shuyang.gov.cn"),
        ("mirror", "www.suqian.gov.cn"),
        ("copy", "www.wenku.com"),
    ]
    assert archive.ask("SELECT count(*) FROM form_2021 WHERE current = 1") == [(1,)]
    assert archive.ask("SELECT count(*) FROM applications WHERE \"row\" = 'new'") == [(1,)]  # a mirror is counted once
    assert archive.ask("SELECT count(*) FROM revision") == [(0,)]
    assert "www.shuyang.gov.cn/sjj/nb/2023.pdf" in archive.run("show", AGENCY, "2023").stdout


def test_an_aggregator_never_replaces_the_agencys_own_page(archive):
    original = paper()
    archive.put("www.shuyang.gov.cn/2023.html", page(original))
    archive.ingest(DAYS[0])
    archive.put("www.wenku.com/2023.html", page(with_figure(original, NEW, 9999)))
    archive.ingest(DAYS[1])
    assert archive.ask("SELECT relation, document FROM report_documents ORDER BY relation") == [
        ("copy", "www.wenku.com/2023.html"),
        ("current", "www.shuyang.gov.cn/2023.html"),
    ]
    assert archive.ask("SELECT count(*) FROM revision") == [(0,)]


def test_a_revised_report_has_its_ledger_and_its_past(archive):
    original = paper()
    before = original.figures[NEW]
    path = archive.put("nb/sjj2023.html", page(original))
    archive.ingest(DAYS[0])
    path.write_bytes(page(original) + b"<!-- rebuilt -->")
    archive.ingest(DAYS[1])
    chapters = (*original.chapters[:-1], replace(original.chapters[-1], paragraphs=("收取信息处理费400元。",)))
    path.write_bytes(page(replace(original, chapters=chapters)))
    archive.ingest(DAYS[2])
    path.write_bytes(page(with_figure(replace(original, chapters=chapters), NEW, 4321)))
    archive.ingest(DAYS[3])
    archive.ingest(DAYS[4])

    with open_store(archive.db) as store:
        ledger = revisions(store, "审计局", 2023)
        assert [(each.kind, each.noticed[:10], each.same_path, each.same_reader) for each in ledger] == [
            ("bytes", DAYS[1], True, True),
            ("prose", DAYS[2], True, True),
            ("cells", DAYS[3], True, True),
        ]
        (cell,) = ledger[2].cells
        assert (cell.cell, cell.old_printed, cell.old_value, cell.new_printed, cell.new_value) == (
            "applications.new.total",
            before.printed,
            before.value,
            "4321",
            4321,
        )
        assert ledger[1].sections == ((6, "六、其他需要报告的事项", "changed"),)
        assert (ledger[2].old_first_seen[:10], ledger[2].old_last_seen[:10]) == (DAYS[2], DAYS[2])
        assert (ledger[2].new_first_seen[:10], ledger[2].new_last_seen[:10]) == (DAYS[3], DAYS[4])
        said = {day: [each.report.id for each in reports_as_of(store, AGENCY, 2023, day)] for day in ("2024-01-31", *DAYS)}
        assert said == {"2024-01-31": [], DAYS[0]: [1], DAYS[1]: [2], DAYS[2]: [3], DAYS[3]: [4], DAYS[4]: [4], DAYS[5]: [4]}
        assert [found.id for found in find_reports(store, AGENCY, 2023)] == [4]
    # the recipe of docs/time.md
    recipe = (
        "SELECT f.applications__new__total FROM report_history AS h JOIN form_2021 AS f USING (report_id)"
        " WHERE h.since < '{0}' AND (h.until IS NULL OR h.until >= '{0}')"
    )
    assert archive.ask(recipe.format("2024-04-02")) == [(before.value,)]
    assert archive.ask(recipe.format("2024-05-02")) == [(4321,)]


def test_the_commands_tell_what_was_said_and_changed(archive):
    original = paper()
    path = archive.put("nb/sjj2023.html", page(original))
    archive.ingest(DAYS[0])
    path.write_bytes(page(with_figure(original, NEW, 4321)))
    archive.ingest(DAYS[1])
    printed = archive.run("revisions", "审计局", "--year", "2023")
    assert printed.exit_code == 0
    assert f"applications.new.total: {original.figures[NEW].printed} -> 4321" in printed.stdout
    assert archive.run("revisions", "审计局", "--year", "2022").exit_code == 1
    now, then = archive.run("show", AGENCY, "2023"), archive.run("show", AGENCY, "2023", "--as-of", "2024-02-29")
    assert "4321" in now.stdout
    assert "4321" not in then.stdout
    assert f"from {DAYS[0]}T08:00:00+00:00 to {DAYS[1]}T08:00:00+00:00" in then.stdout
    early = archive.run("show", AGENCY, "2023", "--as-of", "2023-12-31")
    assert (early.exit_code, early.stderr) == (
        1,
        f"error: No report of {AGENCY} for 2023 was known on 2023-12-31: found first on {DAYS[0]}T08:00:00+00:00.\n",
    )
    wrong = archive.run("show", AGENCY, "2023", "--as-of", "yesterday")
    assert wrong.exit_code == 78


def test_going_back_is_in_the_ledger_as_well(archive):
    original = paper()
    other = with_figure(original, NEW, 4321)
    path = archive.put("nb.html", page(original))
    for day, content in zip(DAYS, (original, other, original, other), strict=False):
        path.write_bytes(page(content))
        archive.ingest(day)
    assert archive.ask("SELECT report_id, old_report_id, substr(noticed, 1, 10) FROM revisions ORDER BY noticed") == [
        (2, 1, DAYS[1]),
        (1, 2, DAYS[2]),
        (2, 1, DAYS[3]),
    ]
    assert archive.ask("SELECT report_id, substr(since, 1, 10), substr(until, 1, 10) FROM report_history ORDER BY since") == [
        (1, DAYS[0], DAYS[1]),
        (2, DAYS[1], DAYS[2]),
        (1, DAYS[2], DAYS[3]),
        (2, DAYS[3], None),
    ]


def test_what_disappeared_stays_and_is_told(archive):
    path = archive.put("nb.html", page(paper()))
    archive.put("other.html", page(paper(2022)))
    archive.ingest(DAYS[0])
    archive.ingest(DAYS[1])
    path.unlink()
    archive.ingest(DAYS[2])
    archive.ingest(DAYS[3])
    assert archive.ask(
        "SELECT document, substr(last_seen, 1, 10), substr(gone_since, 1, 10) FROM sightings ORDER BY document"
    ) == [
        ("nb.html", DAYS[1], DAYS[2]),
        ("other.html", DAYS[3], None),
    ]
    assert archive.ask("SELECT count(*) FROM current_report WHERE year = 2023") == [(1,)]


def test_a_better_reader_is_no_revision(archive, monkeypatch):
    path = archive.put("nb.html", page(paper()))
    archive.ingest(DAYS[0])
    for module in ("nianbao.batch", "nianbao.reading"):
        monkeypatch.setattr(f"{module}.READER_VERSION", "next")
    archive.ingest(DAYS[1])
    assert archive.ask("SELECT DISTINCT reader FROM document") == [("next",)]
    assert archive.ask("SELECT count(*) FROM revisions") == [(0,)]
    assert archive.ask("SELECT since FROM report_history") == [(f"{DAYS[0]}T08:00:00+00:00",)]
    monkeypatch.undo()
    path.write_bytes(page(with_figure(paper(), NEW, 4321)))  # read by another version than what it replaced
    archive.ingest(DAYS[2])
    assert archive.ask("SELECT kind, same_reader FROM revisions") == [("cells", 0)]
    assert "it may be the reader that changed" in archive.run("revisions").stdout


@pytest.mark.parametrize("age", [0, LONG_AGO], ids=["opened", "unopened"])
def test_what_lies_there_unchanged_is_seen_again_also_in_an_archive(archive, age):
    archive.put("nb.zip", zip_bytes({"1.html": page(paper()), "2.txt": "没有表格的通知。".encode()}))
    archive.put("3.html", page(paper(2022)))
    for path in archive.folder.iterdir():
        os.utime(path, ns=(time.time_ns() - age,) * 2)
    archive.ingest(DAYS[0])
    assert archive.ingest(DAYS[1]).known == 3
    assert archive.ask("SELECT document, substr(first_seen, 1, 10), substr(last_seen, 1, 10), gone_since FROM sightings") == [
        ("3.html", DAYS[0], DAYS[1], None),
        ("nb.zip/1.html", DAYS[0], DAYS[1], None),
    ]
    archive.put("3.html", b"%PDF-1.7 cut")  # what took its place cannot be read
    archive.ingest(DAYS[2])
    gone = archive.ask(
        "SELECT document, substr(last_seen, 1, 10), substr(gone_since, 1, 10) FROM sightings WHERE document = '3.html'"
    )
    assert gone == [("3.html", DAYS[1], DAYS[2])]
    assert archive.ask("SELECT count(*) FROM current_report") == [(2,)]
