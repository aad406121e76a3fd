"""Every example of the README and of the documentation runs, and shows what it shows."""

import doctest
import shutil
import sys
from io import StringIO
from pathlib import Path

import nbformat
import pytest
import regex
from nbclient import NotebookClient

import nianbao
from tests.examples import MARK, PAGE_MARK, ROOT, blocks, missing_lines, pages, run, session, shell_lines, words

REPORTS = ROOT / "fixtures" / "reports"
FINDS_NOTHING = {
    "nianbao copies list --kind agencies",
    "nianbao copies show 沭阳县财政局 --year 2021",
    "nianbao revisions",
    "nianbao show 宿迁市人民政府 2024 --as-of 2025-03-01",
    "nianbao compare --metric review_correction_rate --kind government --level county --within 宿迁市 --csv peers.csv",
    "nianbao search 复议 撤销 --db reports.sqlite",
}
"""Examples that find nothing in the fixtures and say so with exit code 1; what they ask is there in real archives."""


@pytest.fixture
def place(tmp_path, monkeypatch, demo):
    """A folder like the source's, with what the examples name; work goes on in it."""

    def make(page):
        for folder in ("fixtures", "benchmarks"):
            (tmp_path / folder).symlink_to(ROOT / folder)
        shutil.copytree(ROOT / "docs", tmp_path / "docs", ignore=shutil.ignore_patterns("_build"))
        shutil.copy(REPORTS / "suqian-2024.pdf", tmp_path / "report.pdf")
        shutil.copy(REPORTS / "bailu-yunxi.zip", tmp_path / "2023.zip")
        for folder in ("reports", "scans", "home"):
            (tmp_path / folder).mkdir()
            shutil.copy(REPORTS / "hedong-2021.txt", tmp_path / folder)
        (tmp_path / "home" / "reports").symlink_to(REPORTS)
        corpus = tmp_path / "CORPUS"
        corpus.mkdir()
        shutil.copy(REPORTS / "hedong-2021.txt", corpus)
        rows = (ROOT / "fixtures" / "figures" / "hedong-2021.csv").read_text("utf-8").splitlines()
        names = {0: "doc,", **dict.fromkeys(range(1, len(rows)), "hedong-2021,")}
        (corpus / "truth.csv").write_text("\n".join(f"{names[n]}{row}" for n, row in enumerate(rows)) + "\n", "utf-8")
        (tmp_path / "aliases.toml").write_text('[[alias]]\nprinted = "云溪县水利局"\nagency = "宿迁市水利局"\n', "utf-8")
        text = page.read_text("utf-8")
        for name in ("demo.sqlite", "reports.sqlite"):
            if f"ingest fixtures/reports --db {name}" not in text and f"ingest ~/reports 2023.zip --db {name}" not in text:
                shutil.copy(demo, tmp_path / name)
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("HOME", str(tmp_path / "home"))
        monkeypatch.delenv("NIANBAO_DB", raising=False)
        return tmp_path

    return make


def is_example(block):
    return bool(block.kind) and not block.mark


@pytest.mark.parametrize(
    "page", [page for page in pages() if any(map(is_example, blocks(page.read_text("utf-8"))))], ids=lambda p: p.stem
)
def test_examples_run_and_show_what_they_show(page, place):
    place(page)
    names: dict[str, object] = {}
    for block in filter(is_example, blocks(page.read_text("utf-8"))):
        where = f"{page.name}:{block.line}"
        if block.kind == "session":
            assert session(block, page, names) == "", where
        elif block.kind == "python":
            exec(compile(block.text, where, "exec"), names)
        elif block.kind == "sql":
            for statement in filter(str.strip, block.text.split(";")):
                with nianbao.open("demo.sqlite" if Path("demo.sqlite").exists() else "reports.sqlite") as db:
                    db.query(statement)
        else:
            for command, shown in shell_lines(block):
                if words(command)[:1] == ["nianbao"]:
                    result = run(command)
                    bare = command.split("  #")[0].strip()
                    assert result.exit_code == int(bare in FINDS_NOTHING), f"{where}: {command}\n{result.output}"
                    assert missing_lines(shown, result.output) is None, f"{where}: {command}\n{result.output}"


def test_what_is_not_run_here_says_why_or_where():
    for page in pages():
        text = page.read_text("utf-8")
        for found in (*MARK.finditer(text), *PAGE_MARK.finditer(text)):
            if found[2]:
                assert page.name in (ROOT / found[2]).read_text("utf-8"), f"{found[2]} does not run {page.name}"
            else:
                assert len(found[1]) > len("not run: why"), page.name


def test_the_examples_of_the_package_itself_run(place, monkeypatch):
    place(ROOT / "README.md")
    monkeypatch.setattr(sys, "stdout", StringIO())
    assert doctest.testmod(nianbao).failed == 0


def test_make_targets_and_programs_that_pages_name_exist():
    targets = set(regex.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), regex.MULTILINE))
    for page in pages():
        text = page.read_text("utf-8")
        assert set(regex.findall(r"(?:^    |`)make (\w+)", text, regex.MULTILINE)) <= targets, page.name
        for program in regex.findall(r"(?:^    |`)python ((?:\w+/)+\w+\.py)", text, regex.MULTILINE):
            assert (ROOT / program).exists(), f"{page.name}: {program}"
        for module in regex.findall(r"(?:^    |`)python -m (benchmarks\.\w+)", text, regex.MULTILINE):
            assert (ROOT / module.replace(".", "/")).with_suffix(".py").exists(), f"{page.name}: {module}"


def test_the_notebook_of_the_tutorial_runs(place):
    folder = place(ROOT / "docs" / "tutorial.md")
    notebook = nbformat.read(ROOT / "docs" / "tutorial.ipynb", as_version=4)
    nbformat.validate(notebook)
    NotebookClient(notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(folder)}}).execute()
    shown = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    drawn = [output.data["text/html"] for output in shown if "text/html" in output.get("data", {})]
    assert any('<div class="nianbao"' in html and "宿迁市人民政府2024年" in html for html in drawn)
    assert not [output for output in shown if output.output_type == "error"]
    assert (folder / "rates.png").stat().st_size > 10_000


def test_marks_are_seen():
    page = "# A\n\n    nianbao status\n\n<!-- not run: it would never end -->\n\n    nianbao browse\n\nand\n\n    nianbao forms\n"
    assert [(block.kind, block.mark) for block in blocks(page)] == [
        ("shell", ""),
        ("shell", "not run: it would never end"),
        ("shell", ""),
    ]
    marked = page.replace("# A\n", "# A\n\n<!-- examples of this page: run by tests/test_x.py -->\n")
    assert [block.mark for block in blocks(marked)][::2] == ["run by tests/test_x.py"] * 2
