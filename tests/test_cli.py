"""The command line: what people type, what they get, and the exit code."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from random import Random

import click
import pytest
from click.testing import CliRunner, Result

from collect.errors import ConfigurationError, EncryptedError, NianbaoError, NotAReportError, StoreError, UnreadableError
from nianbao import batch, cli, commands
from tests.scripted_reader import reader
from tests.typesetter.compose import random_paper
from tests.typesetter.figures import Shape
from tests.typesetter.html import HtmlStyle, print_html

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command line in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NIANBAO_DB", raising=False)
    return lambda *words: CliRunner().invoke(cli.main, [str(word) for word in words])


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents that say what becomes of them, read in this process: see ``scripted_reader``."""
    real = batch.ingest
    monkeypatch.setattr(batch, "ingest", lambda paths, store, crew, **more: real(paths, store, read=reader, **more))  # noqa: ARG005


def fill(folder: Path, *contents: str) -> None:
    folder.mkdir(exist_ok=True)
    for number, content in enumerate(contents, 1):
        (folder / f"{number}.txt").write_text(content)


def every_command() -> list[tuple[str, ...]]:
    return [(), *((name,) for name in cli.main.commands)]


@pytest.mark.parametrize("command", every_command())
def test_every_command_has_help_with_examples(run: Run, command: tuple[str, ...]) -> None:
    result = run(*command, "--help")
    assert result.exit_code == 0
    assert "nianbao " + " ".join(command) in result.stdout
    if command:
        assert "Examples:" in result.stdout
        assert f"nianbao {command[0]}" in result.stdout.split("Examples:")[1]
    for parameter in (cli.main.commands[command[0]] if command else cli.main).params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{command} {parameter.name} lacks help"


def test_exit_codes_are_in_the_help(run: Run) -> None:
    said = run("ingest", "--help").stdout
    for kind in (UnreadableError, EncryptedError, NotAReportError, ConfigurationError, StoreError):
        assert f"{kind.exit_code}  " in said


def test_version(run: Run) -> None:
    assert run("--version").stdout == "nianbao 0.1.0\n"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["exprot"], 64, "error: There is no command exprot. Did you mean export? See `nianbao --help`."),
        (
            ["xyzzy"],
            64,
            "error: There is no command xyzzy. There are accuracy, agencies, archive, ",
        ),
        (["ingest"], 64, "error: Missing argument 'PATH...'. See `nianbao ingest --help`."),
        (["ingest", ".", "--wrokers", "2"], 64, "error: No such option '--wrokers'. Did you mean '--workers'?"),
        (["ingest", "."], 78, "error: There is no document under ."),
        (["ingest", "nowhere"], 78, "error: There is no file or folder nowhere. Check the spelling of the path."),
        (["inspect", "nowhere.pdf"], 78, "error: There is no file or folder nowhere.pdf."),
        (["inspect", "."], 78, "error: . is a folder. Name one document"),
        (
            ["show", "某局", "2023"],
            74,
            "error: There is no database reports.sqlite. Run `nianbao ingest ARCHIVE --db reports.sqlite` first",
        ),
        (["show", "某局", "soon"], 64, "error: Invalid value for 'YEAR': 'soon' is not a valid integer."),
        (["status", "--db", "none.sqlite"], 74, "error: There is no database none.sqlite."),
        (["export", "cells", "--format", "csv", "--output", "x.csv"], 74, "error: There is no database reports.sqlite."),
        (["export", "cell", "--format", "csv", "--output", "x.csv"], 64, "error: Invalid value for"),
        (["forms", "1999"], 78, "error: There is no form 1999. There are 2021, 2019, 2014."),
    ],
)
def test_errors_are_one_line_with_advice_and_a_code(run: Run, words: list[str], code: int, said: str) -> None:
    result = run(*words)
    assert result.exit_code == code, result.output
    assert result.stderr.startswith(said)
    assert result.stderr.count("\n") == 1
    assert "Traceback" not in result.output


def test_a_misspelt_path_is_suggested(run: Run, tmp_path: Path) -> None:
    fill(tmp_path / "reports", "verified 甲局")
    result = run("ingest", "reprots")
    assert result.stderr == "error: There is no file or folder reprots. Did you mean reports?\n"
    assert not (tmp_path / "reports.sqlite").exists()


@pytest.mark.usefixtures("scripted")
def test_ingest_sums_up(run: Run, tmp_path: Path) -> None:
    fill(tmp_path / "a", "verified 甲局", "inconsistent 乙局", "review 丙局", "budget", "bug")
    result = run("ingest", "a", "--workers", 1)
    assert result.exit_code == 0
    assert result.stderr == ""
    said = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert said[:4] == [
        "documents 5",
        "reports 3 1 verified 核实 1 inconsistent 勾稽不符 1 review 待人工核对",
        "rejected 2 documents",
        "cells 600 read",
    ]
    assert "applications.balance fault 不符 1" in said
    assert any(line.startswith("not_a_report.budget 1 4.txt: This is a budget.") for line in said)
    assert any(line.startswith("internal 1 5.txt: ZeroDivisionError: a fault of ours.") for line in said)


@pytest.mark.parametrize(
    ("executor", "said"),
    [
        ("ray://x", "error: There is no executor ray://x. Give dask://HOST:PORT, or --workers.\n"),
        ("dask://127.0.0.1:port", "error: No Dask scheduler answers at 127.0.0.1:port. Start one there (dask scheduler"),
    ],
)
def test_an_executor_that_cannot_be_had_leaves_no_database(run: Run, tmp_path: Path, executor: str, said: str) -> None:
    fill(tmp_path / "a", "verified 甲局")
    result = run("ingest", "a", "--executor", executor)
    assert result.exit_code == 78
    assert result.stderr.startswith(said)
    assert not (tmp_path / "reports.sqlite").exists()


@pytest.mark.usefixtures("scripted")
def test_ingest_rereads_on_request(run: Run, tmp_path: Path) -> None:
    fill(tmp_path / "a", "verified 甲局", "budget")
    assert "known already" not in run("ingest", "a", "--workers", 1).stdout
    assert "documents  2 (2 known already)" in run("ingest", "a", "--workers", 1).stdout
    assert "known already" not in run("ingest", "a", "--workers", 1, "--reread").stdout


@pytest.mark.usefixtures("scripted")
def test_ingest_quiet_and_verbose(run: Run, tmp_path: Path) -> None:
    fill(tmp_path / "a", "bug")
    assert run("ingest", "a", "--quiet", "--workers", 1).output == ""
    result = run("ingest", "a", "--quiet", "--verbose", "--reread", "--workers", 1)
    assert result.stdout == ""
    assert result.stderr.startswith("1.txt\nTraceback")
    assert "ZeroDivisionError" in result.stderr


@pytest.mark.usefixtures("scripted")
@pytest.mark.parametrize(
    ("contents", "codes"),
    [
        (["verified 甲局", "inconsistent 乙局"], {"never": 0, "rejected": 0, "review": 0}),
        (["verified 甲局", "review 乙局"], {"never": 0, "rejected": 0, "review": 2}),
        (["verified 甲局", "budget"], {"never": 0, "rejected": 3, "review": 2}),
        (["interrupt"], {"never": 130, "rejected": 130, "review": 130}),
    ],
)
def test_fail_on(run: Run, tmp_path: Path, contents: list[str], codes: dict[str, int]) -> None:
    """The first run and, with everything known, the following ones."""
    fill(tmp_path / "a", *contents)
    for choice, code in codes.items():
        assert run("ingest", "a", "--workers", 1, "--fail-on", choice).exit_code == code


@pytest.mark.usefixtures("scripted")
def test_interrupted_says_how_to_go_on(run: Run, tmp_path: Path) -> None:
    fill(tmp_path / "a", "verified 甲局", "interrupt")
    result = run("ingest", "a", "--workers", 1)
    assert result.exit_code == commands.EXIT_INTERRUPTED
    assert "run the same command again to go on" in result.stdout


@pytest.mark.usefixtures("scripted")
def test_the_database_by_option_url_and_environment(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path / "a", "verified 甲局")
    assert run("ingest", "a", "--workers", 1, "--db", "one.sqlite").exit_code == 0
    assert run("ingest", "a", "--workers", 1, "--db", "sqlite:///two.sqlite").exit_code == 0
    monkeypatch.setenv("NIANBAO_DB", "three.sqlite")
    assert run("ingest", "a", "--workers", 1).exit_code == 0
    for name in ("one.sqlite", "two.sqlite", "three.sqlite"):
        assert (tmp_path / name).exists()
        assert "甲局" in run("show", "甲", "2023", "--db", name).stdout


@pytest.mark.usefixtures("scripted")
def test_show(run: Run, tmp_path: Path) -> None:
    fill(tmp_path / "a", "verified 河东区水利局", "inconsistent 河东区水利局办公室", "verified 洪泽区财政局")
    run("ingest", "a", "--workers", 1)
    one = run("show", "水利局办公室", "2023")
    assert one.exit_code == 0
    for expected in (
        "河东区水利局办公室年度报告",
        "inconsistent 勾稽不符",
        "200 of 200",
        "（七）总计",
        "applications.balance",
        "2.txt",
    ):
        assert expected in one.stdout
    assert "河东区水利局年度报告" in run("show", "河东区水利局", "2023").stdout  # in full, though it is part of another's
    several = run("show", "水利", "2023")
    assert several.exit_code == 0
    assert "2 reports" in several.stdout
    assert "河东区水利局办公室" in several.stdout
    other_year = run("show", "洪泽区财政局", "2020")
    assert other_year.exit_code == 1
    assert (
        other_year.stderr == "error: There is no report of 洪泽区财政局 for 2020. There are reports of 洪泽区财政局 for 2023.\n"
    )
    misspelt = run("show", "洪泽区才政局", "2023")
    assert misspelt.exit_code == 1
    assert "Did you mean 洪泽区财政局" in misspelt.stderr
    stranger = run("show", "%", "2023")
    assert stranger.exit_code == 1


@pytest.mark.usefixtures("scripted")
def test_status(run: Run, tmp_path: Path) -> None:
    fill(tmp_path / "a", "verified 甲局", "review 乙局", "budget")
    run("ingest", "a", "--workers", 1)
    said = run("status").stdout
    for expected in ("1 review 待人工核对", "1 verified 核实", "2021: 2", "2023: 2", "not_a_report.budget: 1", "3.txt"):
        assert expected in said


@pytest.mark.usefixtures("scripted")
@pytest.mark.parametrize("what", ["cells", "reports", "findings", "panel"])
def test_export(run: Run, tmp_path: Path, what: str) -> None:
    fill(tmp_path / "a", "inconsistent 甲局")
    run("ingest", "a", "--workers", 1)
    result = run("export", what, "--format", "csv", "--output", "out.csv")
    assert result.exit_code == 0, result.output
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        found = list(csv.DictReader(file))
    assert {row["agency"] for row in found} == {"甲局"}
    assert len(found) == (200 if what == "cells" else 1)
    assert result.stderr == f"{len(found)} rows written to out.csv\n"


def test_forms(run: Run) -> None:
    assert len(run("forms").stdout.splitlines()) == 3
    listed = run("forms", "2021").stdout.splitlines()
    assert len(listed) == 200
    assert listed[0] == "disclosure.rules.issued\t第二十条第（一）项/规章\t本年制发件数\t件"


@pytest.fixture
def genuine(tmp_path: Path) -> Path:
    """A typeset report, as the real pipeline reads it."""
    path = tmp_path / "report.html"
    path.write_bytes(print_html(random_paper("2021", Shape(), Random(5)), HtmlStyle(), Random(5)))
    return path


def test_ingest_reads_a_genuine_report_in_processes(run: Run, genuine: Path) -> None:
    result = run("ingest", genuine, "--workers", 2, "--fail-on", "review")
    assert result.exit_code == 0, result.output
    assert "1 verified 核实" in result.stdout


def test_inspect(run: Run, tmp_path: Path, genuine: Path) -> None:
    result = run("inspect", genuine, "--html", "page.html")
    assert result.exit_code == 0, result.output
    for expected in ("text/html", "verified 核实", "200 printed", "一、本年新收政府信息公开申请数量", "25 holds 相符"):
        assert expected in result.stdout
    assert (tmp_path / "page.html").read_text("utf-8").startswith("<!DOCTYPE html>")
    assert run("inspect", genuine, "--html", "no/such/folder.html").exit_code == 78


def test_inspect_leads_into_archives(run: Run, tmp_path: Path, genuine: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(genuine, "2023/report.html")
    assert "verified 核实" in run("inspect", "a.zip/2023/report.html").stdout
    whole = run("inspect", "a.zip")
    assert whole.exit_code == 78
    assert "a.zip is an archive" in whole.stderr
    assert "a.zip/2023/report.html" in whole.stderr
    assert run("inspect", "a.zip/2024/report.html").exit_code == 78


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", UnreadableError.exit_code), ("一、预算收入\n二、预算支出\n".encode() * 20, NotAReportError.exit_code)],
)
def test_inspect_says_why_not(run: Run, tmp_path: Path, content: bytes, code: int) -> None:
    (tmp_path / "x.txt").write_bytes(content)
    result = run("inspect", "x.txt", "--html", "x.html")
    assert result.exit_code == code, result.output
    assert result.stderr.startswith("error: ")
    assert (tmp_path / "x.html").exists() == (code == NotAReportError.exit_code)


def test_a_fault_of_ours_is_one_line_too(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ZeroDivisionError("a fault of ours")

    monkeypatch.setattr("normalize.forms.forms", broken)
    result = run("forms")
    assert result.exit_code == 1
    assert result.stderr.startswith("error: ZeroDivisionError: a fault of ours. Please report this")
    assert result.stderr.count("\n") == 1
    monkeypatch.setenv("NIANBAO_DEBUG", "1")
    assert isinstance(run("forms").exception, ZeroDivisionError)


def test_help_is_quick_to_load() -> None:
    """No command's help waits for pandas, SQLAlchemy or the PDF library."""
    check = "import sys, nianbao.cli; print([m for m in ('pandas', 'sqlalchemy', 'pdfplumber', 'lxml') if m in sys.modules])"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.strip() == "[]"


def test_every_error_class_has_its_own_exit_code() -> None:
    kinds: list[type[NianbaoError]] = [NianbaoError, *NianbaoError.__subclasses__()]
    assert len({kind.exit_code for kind in kinds}) == len(kinds)
    assert not {kind.exit_code for kind in kinds} & {commands.EXIT_REVIEW, commands.EXIT_REJECTED, commands.EXIT_USAGE}


def test_an_empty_folder_leaves_no_database_behind(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    result = CliRunner().invoke(cli.main, ["ingest", str(tmp_path / "empty"), "--db", str(tmp_path / "new.sqlite")])
    assert result.exit_code == 78
    assert [path.name for path in tmp_path.iterdir()] == ["empty"]
