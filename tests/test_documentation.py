"""What the documentation names exists, and what exists is documented."""

from pathlib import Path

import click
import pytest
import regex
import yaml

import nianbao
from docs.build import HOSTILE, PAGE, filled, limit_lines
from docs.reference import commands, pages, relations, view_columns
from normalize.authority.model import Reason
from normalize.continuity.levels import Coverage
from normalize.continuity.model import Kind, Outcome
from normalize.continuity.rules import rule_set
from normalize.forms import forms
from normalize.series import Relation
from normalize.series.rates import Lack
from store.migrations import VERSION_TABLE
from store.schema import metadata
from tests.error_codes import codes
from tests.examples import words

ROOT = Path(__file__).parent.parent
RULE = regex.compile(r'"((?:copy|identity|mention|reading|table|tables|cell|cells|conservation)\.[a-z_]+)"')


def test_every_rule_has_a_heading_and_every_heading_is_a_rule():
    used = {name for path in (ROOT / "normalize").rglob("*.py") for name in RULE.findall(path.read_text("utf-8"))}
    used |= {rule.id for form in forms().values() for rule in form.rules}
    used |= {part.rule for part in rule_set().parts} | {rule_set().levels.id}
    headings = set(regex.findall(r"^### (\S+)$", (ROOT / "docs" / "findings.md").read_text("utf-8"), regex.MULTILINE))
    assert headings == used


def test_every_reason_why_an_agency_is_undecided_is_explained():
    page = (ROOT / "docs" / "agencies.md").read_text("utf-8")
    assert set(regex.findall(r"^- `(\w+)`: ", page.split("## Why a name is undecided")[1], regex.MULTILINE)) == set(Reason)


def test_the_tables_of_the_series_are_those_of_the_data():
    page = PAGE.read_text("utf-8")
    assert page == filled(page), "run `python docs/build.py`"


def test_the_table_of_limits_is_that_of_the_code():
    page = HOSTILE.read_text("utf-8")
    assert page == filled(page, {"limits": list(limit_lines())}), "run `python docs/build.py`"


def test_every_reason_for_no_figure_is_explained():
    page = PAGE.read_text("utf-8").split("## The view `series`")[1].split("## Breaks")[0]
    assert [lack.value for lack in Lack if f"`{lack.value}`" not in page] == []
    assert [relation.value for relation in Relation if f"| `{relation.value}` |" not in page] == []


def test_every_class_of_continuity_is_explained():
    page = (ROOT / "docs" / "continuity.md").read_text("utf-8")
    table = page.split("## Classes")[1].split("## Tables")[0]
    named = [name for line in table.splitlines() if line.startswith("|") for name in regex.findall(r"`(\w+)`", line)]
    assert set(named) - {"review", "difference"} == {*Outcome, *Kind}
    assert set(Coverage) <= set(regex.findall(r"`(\w+)`", page.split("## Across levels")[1]))


def test_links_of_the_documentation_lead_somewhere():
    for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "fixtures" / "README.md", *(ROOT / "docs").rglob("*.md")):
        for target in regex.findall(r"\]\((?!https?:)([^)#]+)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


# What is made from the code


@pytest.mark.parametrize("path", sorted(pages()), ids=lambda path: path.name)
def test_what_is_made_from_the_code_is_as_the_code_has_it(path):
    made = pages()[path]
    assert path.read_text("utf-8").rstrip("\n") == made.rstrip("\n"), "run `python docs/build.py`"


def reference(page):
    """The text under each heading of a reference page."""
    text = (ROOT / "docs" / "reference" / page).read_text("utf-8")
    parts = regex.split(r"^##+ (.+)$", text, flags=regex.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.mark.parametrize(
    ("path", "command"), list(commands()), ids=lambda value: "-".join(value) if isinstance(value, tuple) else ""
)
def test_every_command_and_option_has_its_entry(path, command):
    entry = reference("cli.md")[" ".join(path)]
    assert command.help.split(".")[0].split("(")[0].strip()[:40] in entry
    for parameter in command.params:
        names = (
            parameter.opts
            if isinstance(parameter, click.Option)
            else [parameter.make_metavar(click.Context(command)).strip("[].")]
        )
        assert [name for name in names if name not in entry] == [], path
        assert not isinstance(parameter, click.Option) or parameter.help, f"{' '.join(path)} {parameter.name} has no help"


def test_examples_of_the_help_are_command_lines_that_there_are():
    for path, command in commands():
        for line in (command.help or "").splitlines():
            if line.strip().startswith("nianbao "):
                given = words(line.strip().split("&&")[0])[1:]
                parent, found, context = commands_root(), None, click.Context(commands_root())
                while isinstance(parent, click.Group):
                    name, found, given = parent.resolve_command(context, given)
                    parent = found
                parsed = found.make_context(name, list(given), parent=context, resilient_parsing=False)
                assert parsed.command is found, f"{' '.join(path)}: {line}"


def commands_root():
    return next(command for _, command in commands())


def test_every_table_and_view_has_its_entry_and_every_entry_its_table_or_view():
    said, entries = relations(), reference("tables.md")
    assert set(said["tables"]) == set(metadata.tables)
    assert set(said["views"]) == set(view_columns())
    assert set(entries) - {"Tables", "Views"} == {*said["tables"], *said["views"]}
    assert VERSION_TABLE not in said["tables"]
    for name, columns in view_columns().items():
        assert [column for column in columns if f"`{column}`" not in entries[name]] == []
    for name, table in metadata.tables.items():
        if not name.startswith("form_"):
            assert [column.name for column in table.columns if f"| `{column.name}` | " not in entries[name]] == []


def test_every_cell_of_every_form_is_in_the_reference():
    entries = reference("cells.md")
    for form in forms().values():
        for table in form.tables:
            entry = entries[f"{form.key} {table.key}"]
            lines = {line.split("|")[1].strip(" `"): line for line in entry.splitlines() if line.startswith("| `")}
            for row in (row for row in table.rows if not row.heading):
                assert [key for key in row.columns if f"`{key}`" not in entry] == []
                assert row.label.leaf in entry
                assert row.key in lines


def test_every_error_code_is_explained_and_every_explained_code_is_given():
    page = (ROOT / "docs" / "errors.md").read_text("utf-8")
    explained = regex.findall(r"^### (\S+)$", page, regex.MULTILINE)
    assert len(explained) == len(set(explained))
    known = codes()
    assert {code: known[code] for code in sorted(set(known) - set(explained))} == {}, "give them a heading in docs/errors.md"
    assert set(explained) - set(known) == set()
    for part in regex.split(r"^### ", page, flags=regex.MULTILINE)[1:]:
        assert len(part.split("\n", 1)[1].split("\n#")[0].strip()) >= 10, part.split("\n")[0]


def test_every_public_name_of_python_is_in_the_reference():
    page = (ROOT / "docs" / "reference" / "python.md").read_text("utf-8")
    for name in nianbao.__all__:
        assert regex.search(rf"\b{name}\b", page), name


def test_every_page_stands_in_exactly_one_table_of_contents():
    listed = []
    for page in sorted((ROOT / "docs").rglob("*.md")):
        for tree in regex.findall(r"```\{toctree\}\n(.*?)```", page.read_text("utf-8"), regex.DOTALL):
            names = [line.strip() for line in tree.splitlines() if line.strip() and not line.startswith(":")]
            listed += [(page.parent / name).relative_to(ROOT / "docs").as_posix() for name in names]
    there = {path.relative_to(ROOT / "docs").with_suffix("").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    assert sorted(listed) == sorted(there - {"index"}), "docs/index.md has the tables of contents"


def test_every_page_has_one_title_and_begins_with_it():
    for page in (ROOT / "docs").rglob("*.md"):
        text = page.read_text("utf-8")
        assert text.startswith(("# ", "```{include}")), page.name
        outside = regex.sub(r"```.*?```", "", text, flags=regex.DOTALL)
        assert len(regex.findall(r"^# ", outside, regex.MULTILINE)) == int(text.startswith("# ")), page.name


def test_the_citation_file_says_what_the_package_says():
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    project = regex.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text("utf-8"), regex.MULTILINE)
    assert (cited["cff-version"], cited["type"], cited["license"]) == ("1.2.0", "software", "MIT")
    assert str(cited["version"]) == project[1]
    assert cited["authors"] == [{"name": "The Nianbao authors"}]
