"""What the documentation names exists, and what exists is documented."""

from pathlib import Path

import regex

from docs.build import PAGE, filled
from normalize.authority.model import Reason
from normalize.continuity.levels import Coverage
from normalize.continuity.model import Kind, Outcome
from normalize.continuity.rules import rule_set
from normalize.forms import forms
from normalize.series import Relation
from normalize.series.rates import Lack

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
    for page in (ROOT / "README.md", ROOT / "fixtures" / "README.md", *(ROOT / "docs").glob("*.md")):
        for target in regex.findall(r"\]\((?!https?:)([^)#]+)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
