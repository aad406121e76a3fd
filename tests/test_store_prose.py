"""The prose in the store: mentions with their sentence and cell, stated changes beside last year's figure, the export."""

from __future__ import annotations

import csv
from dataclasses import replace

from sqlalchemy import text

from normalize.authority.model import Evidence
from normalize.authority.resolve import resolve
from normalize.mentions import mentions
from normalize.model import Section
from store.export import export
from tests.report_factory import facts, new_store, report

SENTENCES = {
    2022: "收到政府信息公开申请 80 件。主动公开政府信息1,200条，其中通过微信公开200条。组织培训4次。",
    2023: "收到政府信息公开申请100件，同比增长25%。主动公开政府信息1500条，较上年增长20%。"
    "组织培训数十次，比上年增加5次。未收取信息处理费。",
}


def told(year, received):
    """A report of Suqian with that year's prose; a table of applications unless ``received`` is None."""
    sections = (Section(0, "", "前言。"), Section(1, "一、总体情况", SENTENCES[year]))
    form = "" if received is None else "2021"
    made = report("宿迁市人民政府", year, form, {"applications.new.total": str(received)} if form else None)
    return replace(made, sections=sections, mentions=mentions(sections, form), agency=resolve(Evidence("宿迁市人民政府", year)))


def test_sentences_are_kept_once_and_shown_with_their_cells(tmp_path):
    with new_store(tmp_path / "r.sqlite") as store:
        store.load(facts("2022.pdf"), [told(2022, 81)], store.begin_run("r1"))
        with store.reading() as connection:
            query = "SELECT printed, value, whose, qualifier, sentence, cell, cell_value, section_ordinal, whole FROM mentions"
            rows = [tuple(row) for row in connection.execute(text(query))]
        assert rows == [
            ("80", 80, "self", "", "收到政府信息公开申请 80 件", "applications.new.total", 81, 1, None),
            ("1,200", 1200, "self", "", "主动公开政府信息1,200条，其中通过微信公开200条", None, None, 1, None),
            ("200", 200, "part", "wechat", "主动公开政府信息1,200条，其中通过微信公开200条", None, None, 1, 1),
            ("4", 4, "self", "", "组织培训4次", None, None, 1, None),
        ]


def test_a_stated_change_stands_beside_last_years_figure(tmp_path):
    with new_store(tmp_path / "r.sqlite") as store:
        run = store.begin_run("r1")
        store.load(facts("2022.pdf"), [told(2022, 81)], run)
        store.load(facts("2023.pdf"), [told(2023, 100)], run)
        with store.reading() as connection:
            query = "SELECT year, metric, value, stated, stated_in, last_year, round(recomputed, 2) FROM mention_changes"
            rows = [tuple(row) for row in connection.execute(text(query))]
        assert sorted(rows, key=str) == [
            (2023, "applications_received", 100, 25, "%", 81, 23.46),  # the cell, not last year's sentence
            (2023, "disclosed_items", 1500, 20, "%", 1200, 25.0),
            (2023, "trainings", None, 5, "次", 4, None),  # 数十次 is no number
        ]


def test_the_export_names_every_mention(tmp_path):
    with new_store(tmp_path / "r.sqlite") as store:
        store.load(facts("2023.pdf"), [told(2023, None)], store.begin_run("r1"))
        assert export(store, "mentions", "csv", tmp_path / "m.csv") == 7
    with (tmp_path / "m.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(r["metric"], r["value"], r["unit"], r["kind"]) for r in rows] == [
        ("applications_received", "100", "件", "count"),
        ("", "25", "%", "change"),
        ("disclosed_items", "1500", "条", "count"),
        ("", "20", "%", "change"),
        ("trainings", "", "次", "count"),
        ("", "5", "次", "change"),
        ("fee_collected", "0", "元", "amount"),
    ]
    assert (rows[-1]["negated"], rows[-1]["sentence"], rows[-1]["cell"]) == ("1", "未收取信息处理费", "")
