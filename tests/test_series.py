"""One agency from 2014 to 2024, read from documents by the real pipeline: series, metrics, comparison and chart."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
import regex
from click.testing import CliRunner, Result
from matplotlib import font_manager, get_data_path

from collect.errors import ConfigurationError
from nianbao import charts, cli
from nianbao.batch import ingest
from normalize.forms import forms
from normalize.model import Scope, State, Verdict
from normalize.series import Relation, indicators
from normalize.series.rates import Lack
from store import series_rows, series_views
from store.ask import ask
from store.lines import Break, Line, compare, quantity
from store.load import Store
from store.open import open_store
from store.read import cells_of
from store.series import Subject, find_peers, find_subjects, reporting_years, series, series_frame
from tests.history import AGENCY, History
from tests.report_factory import BLANK, MISSING, facts, form_report_cells, new_store, report

YEARS = (2014, 2024)
Run = Callable[..., Result]


def stored(folder: Path, *histories: History) -> Path:
    """A database of some histories."""
    with new_store(folder / "r.sqlite") as store:
        for place, history in enumerate(histories):
            ingest([history.write(folder / str(place))], store)
    return folder / "r.sqlite"


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The history as built, and that of another agency with gaps, an old form, blanks and a broken sum."""
    other = History("泗阳县财政局").without(2020).on_form(2022, "2019")
    other = other.changed(2021, {"applications.partial.total": None, "disputes.review.upheld": None})
    other = other.changed(2023, {"applications.granted.total": 999})
    return stored(tmp_path_factory.mktemp("series"), History(), other)


@pytest.fixture
def store(database: Path) -> Iterator[Store]:
    with open_store(database, create=False) as opened:
        yield opened


def subject(store: Store, name: str = AGENCY) -> Subject:
    (found,) = find_subjects(store, name)
    return found


def line(store: Store, key: str, name: str = AGENCY) -> Line:
    (found,) = compare(store, quantity(key), [subject(store, name)], YEARS)
    return found


def figures(of: Line) -> list[object]:
    """Each year's figure, or the reason for none."""
    return [str(mark.value) if mark.lack is None else mark.lack for mark in of.marks]


def breaks(of: Line) -> list[int]:
    return [mark.year for mark in of.marks if Break.MEANING in mark.breaks]


ABSENT, OTHER, FEW = Lack.NOT_ON_FORM, Lack.NOT_COMPARABLE, Lack.BELOW_MINIMUM
SERIES: dict[str, tuple[list[object], list[int]]] = {
    "received": (["32", "38", "44", "48", "55", "63", "72", "76", "86", "92", "96"], []),
    "received.natural_person": ([ABSENT] * 5 + ["52", "58", "67", "75", "78", "81"], []),
    "carried_in": ([ABSENT] * 5 + ["2", "5", "6", "6", "7", "7"], []),
    "to_handle": ([ABSENT] * 5 + ["65", "77", "82", "92", "99", "103"], []),
    "granted": (["20", "24", "29", "31", "36", "36", "42", "47", "51", "60", "58"], [2019]),
    "partial": (["2", "2", "3", "4", "4", "6", "7", "8", "10", "11", "11"], []),
    "refused": (["3", "3", "2", "3", "4", "4", "6", "4", "4", "4", "3"], [2019]),
    "refused.state_secret": (["0", "1", "0", "0", "1", "1", "0", "0", "0", "0", "1"], []),
    "refused.third_party": (["3", "0", "2", "0", "3", "3", "0", "3", "0", "0", "0"], [2019]),
    "refused.third_party.natural_person": ([ABSENT] * 5 + ["2", "0", "3", "0", "0", "0"], []),
    "unavailable": (["7", "9", "9", "8", "11", "10", "11", "14", "13", "15", "13"], [2019]),
    "unavailable.unclear": ([OTHER] * 5 + ["0", "0", "1", "0", "0", "0"], [2019]),
    "not_processed": ([ABSENT] * 5 + ["3", "2", "0", "5", "0", "6"], []),
    "other": ([ABSENT] * 5 + ["1", "3", "3", "2", "2", "2"], []),
    "other.uncorrected": ([ABSENT] * 7 + ["0", "2", "0", "0"], []),
    "handled": (["32", "38", "44", "48", "55", "60", "71", "76", "85", "92", "93"], []),
    "carried_out": ([ABSENT] * 5 + ["5", "6", "6", "7", "7", "10"], []),
    "review": (["3", "1", "6", "2", "5", "5", "3", "7", "3", "8", "10"], [2019]),
    "review.corrected": (["1", "0", "2", "0", "1", "1", "0", "2", "0", "1", "4"], []),
    "suit": (["1", "1", "0", "3", "0", "2", "1", "4", "0", "2", "5"], [2019]),
    "suit.corrected": (["0", "0", "0", "1", "0", "0", "0", "1", "0", "0", "1"], []),
    "disputes": (["4", "2", "6", "5", "5", "7", "4", "11", "3", "10", "15"], [2019]),
    "issued.normative_documents": (["12", "12", "12", "12", "12", "12", "11", "6", "5", "3", "4"], [2019, 2021]),
    "disclosed_total.normative_documents": ([ABSENT] * 5 + ["85", "96"] + [OTHER] * 4, []),
    "in_force.normative_documents": ([ABSENT] * 5 + [OTHER] * 2 + ["40", "43", "46", "40"], [2021]),
    "decisions.licensing": ([ABSENT] * 5 + ["100", "101", "102", "103", "104", "105"], []),
    "items.licensing": ([ABSENT] * 5 + ["22", "21"] + [ABSENT] * 4, []),
    "application_fees": (["0.05"] * 5 + [ABSENT] * 2 + [OTHER] * 4, []),
    "administrative_fees": ([OTHER] * 5 + [ABSENT] * 2 + ["12.5"] * 4, [2021]),
    "procurement.amount": ([ABSENT] * 5 + ["25.1"] * 2 + [ABSENT] * 4, []),
    "channel.website": (["300"] * 5 + [ABSENT] * 6, []),
    "capacity.staff": (["4"] * 5 + [ABSENT] * 6, []),
    # Metrics, in percent
    "disclosure_rate": (
        ["62.5000", "63.1579", "65.9091", "64.5833", "65.4545", "60.0000", "59.1549", "61.8421", "60.0000", "65.2174", "62.3656"],
        [2019],
    ),
    "not_held_share": (
        ["21.8750", "23.6842", "20.4545", "16.6667", "20.0000", "16.6667", "15.4930", "17.1053", "15.2941", "11.9565", "13.9785"],
        [2019],
    ),
    "carry_over_rate": ([Lack.NOT_ON_THIS_FORM] * 5 + ["7.6923", "7.7922", "7.3171", "7.6087", "7.0707", "9.7087"], []),
    "review_correction_rate": ([FEW, FEW, "33.3333", FEW, "20.0000", FEW, FEW, "33.3333", FEW, "14.2857", "50.0000"], [2019]),
    "dispute_rate": (
        ["12.5000", "5.2632", "13.6364", "10.4167", "9.0909", "11.1111", "5.5556", "14.4737", "3.4884", "10.8696", "15.6250"],
        [2019],
    ),
    "refusal_share.process": ([Lack.NOT_ON_THIS_FORM] * 5 + [FEW, "66.6667", FEW, FEW, FEW, FEW], []),
}


@pytest.mark.parametrize("key", SERIES)
def test_eleven_years_on_three_forms(store: Store, key: str) -> None:
    found = line(store, key)
    assert (figures(found), breaks(found)) == SERIES[key]


def test_numerator_and_denominator_stand_beside_the_rate(store: Store) -> None:
    marks = line(store, "review_correction_rate").marks
    assert [(mark.numerator, mark.denominator) for mark in marks][:3] == [(1, 3), (0, 1), (2, 6)]
    assert [mark.form for mark in marks] == ["2014"] * 5 + ["2019"] * 2 + ["2021"] * 4


def test_gaps_blanks_old_forms_and_broken_sums(store: Store) -> None:
    name = "泗阳县财政局"
    received = line(store, "received", name)
    assert received.marks[6].lack is Lack.NO_REPORT
    assert [tuple(mark.year for mark in run) for run in received.runs()] == [tuple(range(2014, 2020)), tuple(range(2021, 2025))]
    # A blank stays blank, in the figure and in every sum and rate of it.
    assert figures(line(store, "partial", name))[7] is Lack.BLANK
    assert figures(line(store, "disclosure_rate_with_partial", name))[7] is Lack.BLANK
    concluded = line(store, "review_correction_rate", name).marks[7]
    assert (concluded.lack, concluded.of, concluded.denominator) == (Lack.BLANK, "review.concluded", None)
    # 2022 is on the form of 2019: 现行有效 is not there, and begins anew in 2023.
    in_force = line(store, "in_force.normative_documents", name)
    assert figures(in_force)[7:] == ["40", OTHER, "46", "40"]
    assert breaks(in_force) == [2021, 2023]
    assert breaks(line(store, "issued.normative_documents", name)) == [2019, 2021, 2022, 2023]
    # 2023 says 999 of its 92 were granted: a rule fails that names the cell, and there is no rate of it.
    granted = line(store, "granted", name).marks[9]
    assert (granted.value, granted.contested, granted.verdict) == (999, True, "inconsistent")
    assert line(store, "disclosure_rate", name).marks[9].lack is Lack.IMPOSSIBLE
    assert not line(store, "decisions.licensing", name).marks[9].contested


def test_the_view_and_the_cells_agree_on_every_indicator(tmp_path: Path) -> None:
    """Random reports of every form, with blanks and missing cells: each row of the view against the cells themselves."""
    rng = Random(7)
    with new_store(tmp_path / "r.sqlite") as store:
        run = store.begin_run("r1")
        for number in range(24):
            form = rng.choice(list(forms()))
            drawn = {str(cell.key): rng.choice(("0", "7", "12.5", BLANK, MISSING)) for cell in forms()[form].cells()}
            sure = {key: text if rng.random() < 0.15 else str(rng.randint(0, 99)) for key, text in drawn.items()}
            store.load(facts(f"{number}.pdf"), [report("甲县司法局", 2001 + number, form, sure)], run)
        found = series(store, [Subject("甲县司法局", None)])
        with store.reading() as connection:
            cells = cells_of(store, connection, sorted({point.report_id for point in found}))
    assert len(found) == 24 * len(indicators())
    reasons = set()
    for point in found:
        mapping = indicators()[point.indicator].forms[point.form]
        parts = [cell for cell in cells[point.report_id] if cell.key in mapping.cells]
        assert len(parts) == len(mapping.cells)
        states = {cell.state for cell in parts}
        if not mapping.has_figure:
            expected: tuple[object, object] = (None, Lack(mapping.relation.value))
        elif State.MISSING in states or State.BLANK in states:
            expected = (None, Lack.MISSING if State.MISSING in states else Lack.BLANK)
        else:
            expected = (sum((cell.value or Decimal(0) for cell in parts), Decimal(0)), None)
        assert (point.value, point.lack) == expected, point
        reasons.add(point.lack)
    assert reasons == {None, Lack.MISSING, Lack.BLANK, Lack.NOT_ON_FORM, Lack.NOT_COMPARABLE}


def loaded(path: Path, *reports: object) -> Store:
    """An open store of reports."""
    store = new_store(path)
    run = store.begin_run("r1")
    for number, each in enumerate(reports):
        store.load(facts(f"{number}.pdf"), [each], run)
    return store


def points(store: Store, key: str, name: str = "甲县司法局") -> list[tuple[object, ...]]:
    found = series(store, [Subject(name, None)], [key])
    return [(p.year, p.form, p.relation, p.value, p.lack) for p in found]


def test_a_report_of_two_forms_gives_each_indicator_once(tmp_path: Path) -> None:
    """As 洪泽区 2023: the 2021 form with the row 其他处理 of the 2019 form."""
    hybrid = tuple(c for c in form_report_cells("2021", {"applications.new.total": "5"}) if not c.key.row.startswith("other."))
    hybrid += tuple(c for c in form_report_cells("2019", {"applications.other.total": "3"}) if c.key.row == "other")
    old_documents = tuple(c for c in form_report_cells("2021") if c.key.row not in {"rules", "normative_documents"})
    values = {"disclosure.rules.total_disclosed": "8", "disclosure.rules.newly_made": BLANK}
    old_documents += tuple(
        c for c in form_report_cells("2019", values, tables={"disclosure"}) if c.key.row in {"rules", "normative_documents"}
    )
    with loaded(tmp_path / "r.sqlite", report(cells=hybrid), report(year=2022, cells=old_documents)) as store:
        found = series(store, [Subject("甲县司法局", None)])
        assert len(found) == len({(point.year, point.indicator) for point in found}) == 2 * len(indicators())
        same, absent = Relation.SAME.value, Lack.NOT_PRINTED
        assert points(store, "other")[1] == (2023, "2019", same, 3, None)
        assert points(store, "other.unpaid")[1] == (2023, "2021", same, None, absent)
        assert points(store, "received")[1] == (2023, "2021", same, 5, None)
        assert points(store, "in_force.rules")[0] == (2022, "2019", "not_comparable", None, Lack.NOT_COMPARABLE)
        assert points(store, "disclosed_total.rules")[0] == (2022, "2019", same, 8, None)
        assert points(store, "issued.rules")[0] == (2022, "2019", same, None, Lack.BLANK)
        assert points(store, "decisions.licensing")[0] == (2022, "2021", same, 0, None)


def test_a_form_that_nothing_is_mapped_to_has_no_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when a new official form has come, and its indicators are not written yet."""
    bare = {
        key: replace(each, forms={**each.forms, "2021": replace(each.forms["2021"], relation=Relation.ABSENT, cells=())})
        for key, each in indicators().items()
    }
    for module in (series_views, series_rows):
        monkeypatch.setattr(module, "indicators", lambda: bare)
    for cached in (series_views.series_views, series_rows.series_rows, series_rows.series_text):
        cached.cache_clear()
    try:
        with loaded(tmp_path / "r.sqlite", report(), report(year=2020, form="2019")) as store:
            assert [p[3:] for p in points(store, "received")] == [(0, None), (None, Lack.NOT_ON_FORM)]
    finally:
        for cached in (series_views.series_views, series_rows.series_rows, series_rows.series_text):
            cached.cache_clear()


def test_what_is_not_certain_is_not_taken_over(tmp_path: Path) -> None:
    values = {"applications.new.total": "40", "applications.granted.total": MISSING}
    doubtful = report(values=values, verdict=Verdict.REVIEW)
    prose = report(year=2017, form="", verdict=Verdict.PROSE)
    partial = report(year=2022, cells=form_report_cells("2021", tables={"disclosure"}))
    with loaded(tmp_path / "r.sqlite", doubtful, prose, partial) as store:
        assert [p[3:] for p in points(store, "received")] == [(None, Lack.PROSE), (None, Lack.NOT_PRINTED), (None, Lack.REVIEW)]
        assert [p[3:] for p in points(store, "granted")][2] == (None, Lack.MISSING)
        (_, _, seen) = series(store, [Subject("甲县司法局", None)], ["received"])
        assert (seen.doubtful, seen.verdict) == (40, "review")
        (of,) = compare(store, quantity("natural_person_share"), [Subject("甲县司法局", None)], (2017, 2023))
        assert figures(of) == [Lack.PROSE, *[Lack.NO_REPORT] * 4, Lack.NOT_PRINTED, Lack.REVIEW]


def test_two_scopes_are_two_lines_and_a_change_of_scope_is_a_break(tmp_path: Path) -> None:
    own, whole = Scope.OWN_OFFICE, Scope.JURISDICTION
    told = [(2021, None), (2022, own), (2023, own)]
    both = [("乙县司法局", year, scope) for year in (2022, 2023) for scope in (own, whole)]
    reports = [report("甲县司法局", year, scope=scope) for year, scope in told]
    with loaded(tmp_path / "r.sqlite", *reports, *(report(n, y, scope=s) for n, y, s in both)) as store:
        subjects = [Subject("甲县司法局", None), Subject("乙县司法局", None)]
        lines = compare(store, quantity("received"), subjects, (2021, 2023))
    assert [each.name for each in lines] == ["甲县司法局", "乙县司法局 (jurisdiction)", "乙县司法局 (own_office)"]
    assert [mark.breaks for mark in lines[0].marks] == [(), (Break.SCOPE,), ()]
    assert [len(run) for run in lines[0].runs()] == [1, 2]


def test_sums_of_decimals_show_no_noise(tmp_path: Path) -> None:
    values = {"applications.new.total": "0.1", "applications.carried_in.total": "0.2", "disclosure.fees.amount": "59237.2449"}
    with loaded(tmp_path / "r.sqlite", report(values=values)) as store:
        assert points(store, "to_handle")[0][3] == Decimal("0.3")
        assert points(store, "administrative_fees")[0][3] == Decimal("59237.2449")


def test_agencies_are_found_by_any_name_they_bore(tmp_path: Path) -> None:
    history = History("沭阳县卫生和计划生育局").named(2019, "沭阳县卫生健康局")
    with open_store(stored(tmp_path, history), create=False) as store:
        (old,), (new,) = find_subjects(store, "沭阳县卫生和计划生育局"), find_subjects(store, "沭阳县卫生健康局")
        assert old == new == Subject("沭阳县卫生健康局", new.agency_id)
        assert find_peers(store, "health", "county", None) == [new]
        assert reporting_years(store, [new]) == YEARS
        (of,) = compare(store, quantity("received"), [new], YEARS)
        assert figures(of) == SERIES["received"][0]


def test_reports_whose_agency_is_undecided_are_told_of_and_left_out(tmp_path: Path) -> None:
    database = stored(tmp_path, History())
    with open_store(database, create=False) as store:
        run = store.begin_run("r1")
        store.load(facts("undecided.pdf"), [report(AGENCY, 2013, "2014")], run)
    shown = CliRunner().invoke(cli.main, ["series", AGENCY, "--db", str(database), "--indicators", "received"])
    assert shown.exit_code == 0
    assert "undecided and left out" in shown.stderr
    assert "2013" not in shown.stdout


def test_the_questions_of_the_documentation_are_answered(store: Store) -> None:
    page = (Path(__file__).parent.parent / "docs" / "series.md").read_text("utf-8")
    asked = regex.findall(r"^    (SELECT .*?;)", page, regex.MULTILINE | regex.DOTALL)
    answers = [ask(store, question.replace("宿迁市人民政府", AGENCY)).rows for question in asked]
    assert answers[0][0] == (2014, 64, 2)
    assert answers[1][6:8] == [(2020, None, "not_comparable", ""), (2021, 40, None, "2021")]


def test_a_question_may_be_longer_than_the_name_of_a_file(run: Run) -> None:
    wanted = ", ".join(f"'{key}'" for key in indicators())
    shown = run("query", f"SELECT COUNT(*) AS n FROM series WHERE agency = '{AGENCY}' AND indicator IN ({wanted})")
    assert shown.exit_code == 0
    assert str(11 * len(indicators())) in shown.stdout
    medium = f"SELECT value FROM series WHERE indicator IN ({wanted[:300].rsplit(',', 1)[0]}) AND agency = '{AGENCY}'"
    assert 255 < len(medium) < 1000
    assert run("query", medium).exit_code == 0


def test_a_frame_for_pandas(store: Store) -> None:
    frame = series_frame(store, [subject(store)], ["in_force.normative_documents", "granted"], (2020, 2021))
    shown = frame[["indicator", "year", "value", "form", "segment", "null_reason"]]
    assert shown.values.tolist()[0] == ["in_force.normative_documents", 2020, None, "2019", "", "not_comparable"]
    assert frame["value"].tolist()[1:] == [40, 42, 47]
    assert set(frame["agency"]) == {AGENCY}


@pytest.fixture
def run(database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command line on the database."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NIANBAO_DB", str(database))
    return lambda *words: CliRunner().invoke(cli.main, words)


def test_the_command_shows_a_series_with_reasons_and_breaks(run: Run) -> None:
    shown = run("series", AGENCY, "--indicators", "in_force,received", "--years", "2019-2022")
    assert shown.exit_code == 0
    rows = {
        line.split()[0]: line.split()[2:] for line in shown.stdout.splitlines() if line.startswith((" in_force", " received "))
    }
    assert rows["received"] == ["63", "72", "76", "86"]
    assert rows["in_force.normative_documents"] == ["≠", "≠", "‖", "40", "43"]
    assert "the form counts something else" in shown.stdout
    unclear = run("series", "县财政局")
    assert (unclear.exit_code, unclear.stdout) == (1, "")
    assert "fits 2 agencies" in unclear.stderr
    assert run("series", "无此局").exit_code == 1
    assert "no indicator nonsense" in run("series", AGENCY, "--indicators", "nonsense").stderr


def test_the_command_lists_the_contracts(run: Run) -> None:
    shown = run("metrics")
    assert shown.exit_code == 0
    assert "review.corrected / review.concluded" in shown.stdout


def test_the_command_compares_and_writes_a_file(run: Run, tmp_path: Path) -> None:
    words = ("--metric", "review_correction_rate", "--within", "沭阳县", "--kind", "finance", "--years", "2022-2025")
    shown = run("compare", *words, "--csv", "c.csv")
    assert shown.exit_code == 0
    assert f"{AGENCY}   few (0/3)   14.29 (1/7)   50.00 (4/8)   —" in shown.stdout
    with (tmp_path / "c.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["year"], row["value"], row["numerator"], row["denominator"], row["null_reason"]) for row in rows] == [
        ("2022", "", "0", "3", "below_minimum"),
        ("2023", "14.2857", "1", "7", ""),
        ("2024", "50", "4", "8", ""),
        ("2025", "", "", "", "no_report"),
    ]
    assert {row["segment"] for row in rows[:3]} == {"2019"}
    assert "whom to compare" in run("compare", "--metric", "received").stderr
    assert "no metric nonsense" in run("compare", "--metric", "nonsense", "--agencies", AGENCY).stderr
    assert run("compare", "--metric", "received", "--agencies", AGENCY, "--years", "2000-2005").exit_code == 1


@pytest.fixture
def chinese_font() -> str:
    """A font of this machine with Chinese glyphs; without one the test is skipped, in CI it fails."""
    try:
        return charts.font_for("虚线：口径变化")
    except ConfigurationError as error:
        if os.environ.get("CI") == "true":
            pytest.fail(str(error))
        pytest.skip(str(error))


@pytest.mark.usefixtures("chinese_font")
@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_the_command_draws_a_chart(run: Run, tmp_path: Path, suffix: str) -> None:
    """A chart with Chinese labels: whether a font has them is what ``font_for`` asks; a glyph that is missing is an error."""
    file = tmp_path / f"c.{suffix}"
    shown = run("compare", "--metric", "disclosure_rate", "--agencies", f"{AGENCY}，泗阳县财政局", "--chart", str(file))
    assert shown.exit_code == 0, shown.stderr
    assert file.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n" if suffix == "png" else b"<svg" in file.read_bytes()
    again = tmp_path / f"again.{suffix}"
    run("compare", "--metric", "disclosure_rate", "--agencies", f"{AGENCY}，泗阳县财政局", "--chart", str(again))
    assert again.read_bytes() == file.read_bytes()


def test_a_chart_draws_no_line_over_a_gap_or_a_break(store: Store) -> None:
    of = line(store, "issued.normative_documents", "泗阳县财政局")
    runs = [[mark.year for mark in run] for run in of.runs()]
    assert runs == [[2014, 2015, 2016, 2017, 2018], [2019], [2021], [2022], [2023, 2024]]
    assert charts.break_places([of]) == [2018.5, 2020.5, 2021.5, 2022.5]
    # 2020 is missing: the break may stand on either side of it, and stands where the other agency breaks.
    assert charts.break_places([line(store, "issued.normative_documents"), of])[:2] == [2018.5, 2020.5]
    assert [[mark.year for mark in run] for run in line(store, "review_correction_rate").runs()] == [
        [2016],
        [2018],
        [2021],
        [2023, 2024],
    ]


def test_without_a_font_a_chart_says_what_to_install(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    latin = sorted(map(str, (Path(get_data_path()) / "fonts" / "ttf").glob("DejaVuSans.ttf")))
    assert latin
    monkeypatch.setattr(font_manager, "findSystemFonts", lambda: latin)
    with pytest.raises(ConfigurationError, match="fonts-noto-cjk"):
        charts.draw(quantity("received"), [line(store, "received")], YEARS, tmp_path / "c.png")
    assert not (tmp_path / "c.png").exists()
    assert charts.font_for("plain 1.0") == latin[0]


def test_without_matplotlib_a_chart_says_what_to_install(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(charts, "find_spec", lambda _name: None)
    shown = run("compare", "--metric", "received", "--agencies", AGENCY, "--chart", "c.png")
    assert shown.exit_code == ConfigurationError.exit_code
    assert "pip install 'nianbao[charts]'" in shown.stderr
    assert "png" in run("compare", "--metric", "received", "--agencies", AGENCY, "--chart", "c.pdf").stderr
