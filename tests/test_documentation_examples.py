"""Every example of the README and of the documentation runs, and shows what it shows."""

import doctest
import sys
import tomllib
from contextlib import ExitStack
from io import StringIO
from pathlib import Path

import click
import nbformat
import pandas as pd
import pytest
import regex
from nbclient import NotebookClient
from prometheus_client.parser import text_string_to_metric_families

import nianbao
from tests.example_places import place_of
from tests.examples import ROOT, blocks, missing_lines, pages, session, shell_lines, words
from tests.test_documentation import commands_root

NOT_RUN = {
    "README.md": ("make demo", "make test", "source .venv/bin/activate"),
    "CONTRIBUTING.md": ("make demo", "make check", "make docs"),
    "accuracy.md": ("python benchmarks/accuracy.py",),
    "browse.md": ("pip install 'nianbao[browse]'",),
    "faults.md": ('python -m benchmarks.faults --only "kill: ingest" --seed 7', "python -m benchmarks.faults --only disk,file"),
    "fuzzing.md": (
        "make fuzz",
        'make fuzz TARGETS="html docx" MINUTES=5',
        "python -m benchmarks.fuzz --jobs 2",
        "python -m benchmarks.fuzz --table",
    ),
    "mutations.md": (
        "python -m benchmarks.mutations 100000 --workers 2 --results attack.jsonl",
        "python -m benchmarks.mutations --table --results attack.jsonl",
    ),
    "soak.md": ("make soak",),
    "dask.md": ("pip install 'nianbao[dask]'",),
    "postgresql.md": ("pip install 'nianbao[postgres]'",),
    "prose.md": ("python benchmarks/mentions.py",),
    "python.md": ("pip install nianbao",),
    "scans.md": ("pip install 'nianbao[ocr]'",),
}
"""Every line of a shell that no test runs. Nothing else may be left out."""
WHY = {
    "make": "make runs the tests, or what takes hours",
    "source": "make demo makes the environment in which the tests run",
    "pip": "it asks a package index; that there is such an extra is checked",
    "python": "a benchmark takes minutes; that there is such a program is checked",
}
MAY_END = {"nightly": {0, 12}}
"""Exit codes of commands but 0: 12 where the test runs in a month in which reports are due."""


@pytest.fixture
def place(tmp_path, monkeypatch, demo):
    """Makes the place of a page; work goes on in it."""
    places = ExitStack()

    def make(page):
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("HOME", str(tmp_path / "home"))
        monkeypatch.setenv("COLUMNS", "160")
        monkeypatch.delenv("NIANBAO_DB", raising=False)
        return places.enter_context(place_of(page, tmp_path, demo))

    with places:
        yield make


@pytest.mark.parametrize("page", [page for page in pages() if any(blocks(page.read_text("utf-8")))], ids=lambda page: page.stem)
def test_examples_run_and_show_what_they_show(page, place):
    here = place(page)
    names: dict[str, object] = {}
    for block in blocks(page.read_text("utf-8")):
        if not block.marked("test"):
            _TRY[block.kind](block, page, here, names)


def try_session(block, page, _place, names):
    assert session(block, page, names) == "", f"{page.name}:{block.line}"


def try_python(block, page, _place, names):
    exec(compile(block.text, f"{page.name}:{block.line}", "exec"), names)


def try_sql(block, _page, _place, _names):
    for statement in filter(str.strip, block.text.split(";")):
        with nianbao.open("demo.sqlite" if Path("demo.sqlite").exists() else "reports.sqlite") as db:
            db.query(statement)


def try_file(block, _page, place, _names):
    place.put(block)


def try_source(block, page, _place, _names):
    """A piece of the program's own data: word for word."""
    assert block.text in (ROOT / block.marked("source")).read_text("utf-8"), f"{page.name}:{block.line}"


def try_shell(block, page, place, _names):
    for command, shown in shell_lines(block):
        bare = command.split("  #")[0].strip()
        if bare in NOT_RUN.get(page.name, ()):
            continue
        where = f"{page.name}:{block.line}: {command}"
        code, said = place.run(command)
        assert code in ({1} if bare in place.finds_nothing else MAY_END.get(words(command)[1], {0})), f"{where}\n{said}"
        assert missing_lines([place.real(line) for line in shown], said) is None, f"{where}\n{said}"


def try_tree(block, page, place, _names):
    """Folders of the source, or of what the page's examples have made."""
    for line in block.lines:
        for name in regex.split(r"\s{2,}", line.strip())[0].split():
            found = [name, *(f"{folder.name}/{name}" for folder in place.folder.iterdir() if folder.is_dir())]
            assert any((root / each).exists() for root in (ROOT, place.folder) for each in found), f"{page.name}: {name}"


def try_stata(block, page, _place, _names):
    """Stata is not free: what the lines name is looked up in the file that the page has made."""
    with pd.read_stata(words(block.lines[0])[1], iterator=True) as reader:
        variables, labels = reader.variable_labels(), reader.value_labels()
    assert [line.split()[0] for line in block.lines] == ["use", "describe", "summarize"], page.name
    assert any(name.startswith(block.lines[1].split()[1].rstrip("*")) for name in variables)
    _, name, _, asked, _, value = block.lines[2].split()
    variable, text, label = asked, *regex.fullmatch(r'"(.+)":(\w+)', value).groups()
    assert {name, variable} <= set(variables)
    assert text in labels[label].values()


def try_promql(block, page, place, _names):
    """There is no Prometheus here: each metric, label and value is looked up in the file that the page's night has written."""
    families = {each.name: each for each in text_string_to_metric_families((place.folder / "nianbao.prom").read_text("utf-8"))}
    for line in block.lines:
        name, labels = regex.search(r"(nianbao_\w+)(?:\{(.*)\})?", line).groups()
        assert families[name].samples, f"{page.name}: {line}"
        for label, values in regex.findall(r'(\w+)=~"([^"]+)"', labels or ""):
            assert set(values.split("|")) <= {sample.labels[label] for sample in families[name].samples}, line


_TRY = {
    "session": try_session,
    "python": try_python,
    "sql": try_sql,
    "file": try_file,
    "source": try_source,
    "shell": try_shell,
    "tree": try_tree,
    "stata": try_stata,
    "promql": try_promql,
}


def test_what_is_not_run_is_listed_and_there_is_a_reason():
    there = {}
    for page in pages():
        for block in blocks(page.read_text("utf-8")):
            if block.kind == "shell" and not block.marked("test"):
                commands = [command.split("  #")[0].strip() for command, _ in shell_lines(block)]
                there.setdefault(page.name, []).extend(each for each in commands if words(each)[0] in WHY)
    assert {name: tuple(commands) for name, commands in there.items() if commands} == NOT_RUN


def test_what_is_run_elsewhere_is_run_there():
    for page in pages():
        for block in blocks(page.read_text("utf-8")):
            if test := block.marked("test"):
                assert f'marked("{page.name}", "{Path(test).stem}")' in (ROOT / test).read_text("utf-8"), page.name


def test_the_extras_that_pages_install_exist():
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    for page in pages():
        assert set(regex.findall(r"pip install '?nianbao\[(\w+)\]", page.read_text("utf-8"))) <= set(extras), page.name


def test_commands_that_the_text_names_are_command_lines_that_there_are():
    for page in pages():
        for line in regex.findall(r"(?<!`)`nianbao ([^`]+)`(?!`)", page.read_text("utf-8")):
            given = words(regex.sub(r"\[.*\]|\.\.\.", "", line))
            found, context = commands_root(), click.Context(commands_root())
            while isinstance(found, click.Group) and given:
                _, found, given = found.resolve_command(context, given)
            options = {name for parameter in found.params for name in (*parameter.opts, *parameter.secondary_opts)} | {"--help"}
            assert {word for word in given if word.startswith("-")} <= options, f"{page.name}: nianbao {line}"


def test_the_examples_of_the_package_itself_run(place, monkeypatch):
    place(ROOT / "docs" / "python.md")
    monkeypatch.setattr(sys, "stdout", StringIO())
    assert doctest.testmod(nianbao).failed == 0


def test_make_targets_and_programs_that_pages_name_exist():
    targets = set(regex.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text("utf-8"), regex.MULTILINE))
    for page in pages():
        text = page.read_text("utf-8")
        assert set(regex.findall(r"(?:^    |`)make ([\w-]+)", text, regex.MULTILINE)) <= targets, page.name
        for program in regex.findall(r"(?:^    |`)python ((?:\w+/)+\w+\.py)", text, regex.MULTILINE):
            assert (ROOT / program).exists(), f"{page.name}: {program}"
        for module in regex.findall(r"(?:^    |`)python -m (benchmarks\.\w+)", text, regex.MULTILINE):
            path = ROOT / module.replace(".", "/")
            assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), f"{page.name}: {module}"


def test_the_notebook_of_the_tutorial_runs(place):
    folder = place(ROOT / "docs" / "tutorial.md").folder
    notebook = nbformat.read(ROOT / "docs" / "tutorial.ipynb", as_version=4)
    nbformat.validate(notebook)
    NotebookClient(notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(folder)}}).execute()
    shown = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    drawn = [output.data["text/html"] for output in shown if "text/html" in output.get("data", {})]
    assert any('<div class="nianbao"' in html and "宿迁市人民政府2024年" in html for html in drawn)
    assert not [output for output in shown if output.output_type == "error"]
    assert (folder / "rates.png").stat().st_size > 10_000


def test_marks_are_seen():
    page = (
        "# A\n\n    nianbao status\n\n<!-- run by tests/test_x.py -->\n\n    nianbao browse\n\n"
        "<!-- file: a.toml, continued -->\n\n    x = 1\n\nand\n\n    $ pip install x\n"
    )
    assert [(block.kind, block.marked("test"), block.marked("file"), block.marked("more")) for block in blocks(page)] == [
        ("shell", None, None, None),
        ("shell", "tests/test_x.py", None, None),
        ("file", None, "a.toml", "continued"),
        ("shell", None, None, None),
    ]
