"""`nianbao accuracy`: what is right, wrong, missing and silent, over a small corpus with planted errors."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from collect.errors import ConfigurationError
from nianbao import cli
from nianbao.accuracy import Score, Wrong, measure, read_corpus
from nianbao.show_accuracy import markdown
from normalize.model import Verdict
from tests.typesetter.corpus import Printer, write_corpus
from tests.typesetter.html import HtmlStyle, print_html

CMS = Printer("CMS", "html", lambda paper, rng: print_html(paper, HtmlStyle(), rng))
Row = dict[str, str]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A consistent report of each form: g0001 (2021), g0002 (2019), g0003 (2014)."""
    write_corpus(tmp_path, 1, by=(CMS,), broken_share=0)
    return tmp_path


def edit(file: Path, change: Callable[[list[Row]], list[Row]]) -> None:
    with file.open(encoding="utf-8", newline="") as lines:
        rows = change(list(csv.DictReader(lines)))
    with file.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, list(dict.fromkeys(name for row in rows for name in row)))
        writer.writeheader()
        writer.writerows(rows)


def first(rows: list[Row], doc: str, test: Callable[[Row], bool] = lambda _row: True) -> Row:
    return next(row for row in rows if row["doc"] == doc and test(row))


def test_a_corpus_read_right(corpus: Path) -> None:
    accuracy = measure(corpus)
    assert (accuracy.total.right, accuracy.total.wrong, accuracy.total.missing) == (200 + 198 + 58, 0, 0)
    assert {group: score.documents for group, score in accuracy.groups.items()} == {
        ("html", form, "CMS"): {Verdict.VERIFIED: 1} for form in ("2014", "2019", "2021")
    }
    assert markdown(accuracy).splitlines()[-1].startswith("| all |  |  | 3 | 3 | 0 | 0 | 0 | 0 | 456 | 456 | 0 |")


def planted(rows: list[Row]) -> list[Row]:
    first(rows, "g0001", lambda row: row["value"] != "")["value"] = "98765"
    nothing = first(rows, "g0002")
    rows.remove(nothing)  # a number that is printed nowhere
    accepted = first(rows, "g0003")
    accepted["also"], accepted["value"] = accepted["value"], "98765"
    for row in rows:
        row.setdefault("also", "")
    rows.append(dict.fromkeys(rows[0], "") | {"doc": "g0003", "table": "disputes", "row": "review", "column": "total"})
    return rows


def test_errors_by_kind(corpus: Path) -> None:
    edit(corpus / "truth.csv", planted)
    accuracy = measure(corpus, ("form",))
    scores = {form: (s.right, s.wrong, s.missing, s.silent) for (form,), s in accuracy.groups.items()}
    assert scores == {"2021": (199, 1, 0, 1), "2019": (197, 1, 0, 1), "2014": (58, 0, 1, 0)}
    assert [(e.document, e.verdict, e.truth) for e in accuracy.errors] == [
        ("g0001", "verified", "98765"),
        ("g0002", "verified", "not printed"),
    ]


def test_a_report_filed_under_another_year_is_wrong_as_a_whole(corpus: Path) -> None:
    edit(corpus / "docs.csv", lambda rows: [row | {"year": "1999"} if row["doc"] == "g0003" else row for row in rows])
    accuracy = measure(corpus)
    assert (accuracy.total.wrong, accuracy.total.silent) == (58, 58)
    assert isinstance(accuracy.errors[0], Wrong)
    assert accuracy.errors[0].truth.endswith("(of another year)")


def test_rejected_and_unwanted_documents(corpus: Path) -> None:
    (corpus / "docs" / "g0002.html").write_text("<p>今日天气晴。</p>", "utf-8")
    edit(corpus / "truth.csv", lambda rows: [row for row in rows if row["doc"] != "g0003"])
    accuracy = measure(corpus, ("form",))
    assert accuracy.groups["2019",] == Score(documents=accuracy.groups["2019",].documents, missing=198)
    assert accuracy.groups["2019",].documents == {"rejected": 1}
    assert accuracy.groups["2014",].silent == 58  # nothing should have been read from it


def run(*words: object) -> Result:
    return CliRunner().invoke(cli.main, [str(word) for word in words])


def test_the_command(corpus: Path, tmp_path: Path) -> None:
    output = tmp_path / "accuracy.csv"
    fine = run("accuracy", corpus, "--workers", 1, "--csv", output)
    assert (fine.exit_code, "456" in fine.output) == (0, True)
    with output.open(encoding="utf-8-sig", newline="") as lines:
        assert [row["silent_errors"] for row in csv.DictReader(lines)] == ["0"] * 4
    edit(corpus / "truth.csv", planted)
    bad = run("accuracy", corpus, "--workers", 1, "--by", "agency")
    assert bad.exit_code == 1
    assert "silent error: g0001 (verified)" in bad.output


@pytest.mark.parametrize(
    ("truth", "said"),
    [
        (None, "There is no"),
        ("doc,table,row,value\na,b,c,1\n", "line 2"),
        ("doc,table,row,column,value\na,b,c,d,many\n", "many is no number"),
        ("doc,table,row,column,value\na,b,c,d,1\n", "lacks the documents a"),
    ],
)
def test_what_is_no_corpus(tmp_path: Path, truth: str | None, said: str) -> None:
    (tmp_path / "x.txt").write_text("x", "utf-8")
    if truth is not None:
        (tmp_path / "truth.csv").write_text(truth, "utf-8")
    with pytest.raises(ConfigurationError, match=said):
        measure(tmp_path)


def test_a_truth_file_by_itself(corpus: Path) -> None:
    (corpus / "docs.csv").unlink()
    folder, truths = read_corpus(corpus / "truth.csv")
    assert (folder, sorted(truths), len(truths["g0001"].cells)) == (corpus, ["g0001", "g0002", "g0003"], 200)
    assert truths["g0001"].facts["form"] == "2021"
