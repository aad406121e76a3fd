"""What documents and files are called, and what they print, commands no terminal."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from nianbao import cli
from nianbao.commands import harmless
from tests.report_factory import facts, full_report, new_store

EVIL = "甲\x1b]0;owned\x07\x1b[2J[red]x[/red][link=http://e]y[/link]:skull:\u202e\u2066县财政局"
"""A title for the window, an empty screen, markup of the library that prints, and text the other way round."""
SHOWN = "[red]x[/red]"
COMMANDING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two years of an agency of that name, which also heads its chapters, rows and findings."""
    path: Path = tmp_path_factory.mktemp("evil") / "reports.sqlite"
    with new_store(path) as store:
        run = store.begin_run("5")
        with store.loading(run) as loader:
            for year in (2022, 2023):
                made = full_report()
                made = replace(
                    made,
                    identity=replace(made.identity, agency=EVIL, title=EVIL, published=EVIL, year=year),
                    findings=tuple(replace(found, message=EVIL, expected=EVIL, actual=EVIL) for found in made.findings),
                    sections=tuple(replace(each, heading=EVIL, text=each.text + EVIL) for each in made.sections),
                    extra_cells=tuple(replace(e, row_label=EVIL, column_label=EVIL, printed=EVIL) for e in made.extra_cells),
                )
                loader.load(facts(f"{year}{EVIL}.pdf", origin=f"https://e/{EVIL}", producer=EVIL), [made])
        store.finish_run(run, {})
    return path


@pytest.mark.parametrize(
    "words",
    [
        ("status",),
        ("show", EVIL, "2023"),
        ("show", f"nobody{EVIL}", "2023"),
        ("query", "SELECT agency, title FROM report"),
        ("query", f'SELECT 1 AS "{EVIL}"'),
        ("search", "县"),
        ("cite", EVIL, "2023", "applications.new.total"),
        ("agencies", "list"),
        ("coverage",),
        ("continuity", EVIL),
        ("series", EVIL),
        ("ingest", f"/nowhere/{EVIL}"),
    ],
    ids=lambda words: words[0],
)
def test_no_command_prints_what_commands_a_terminal(db: Path, words: tuple[str, ...]) -> None:
    result = CliRunner().invoke(cli.main, [*words, "--db", str(db)])
    assert COMMANDING.search(result.output) is None
    assert SHOWN in result.output.replace("\n", "") or words[0] in {"agencies", "coverage", "query", "status"}


def test_inspecting_a_file_of_such_a_name(tmp_path: Path) -> None:
    path = tmp_path / f"{EVIL.replace('/', '')}.txt"
    path.write_text("一份年报")
    result = CliRunner().invoke(cli.main, ["inspect", str(path)])
    assert result.exit_code
    assert COMMANDING.search(result.output) is None


def test_lines_stay_lines() -> None:
    assert harmless("a\nb\tc\r\x1b[1m\ud800\u200f") == "a\nb\tc\ufffd\ufffd[1m\ufffd\ufffd"
