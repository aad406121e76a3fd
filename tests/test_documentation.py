"""What the documentation names exists, and what exists is documented."""

from pathlib import Path

import regex

from normalize.authority.model import Reason
from normalize.forms import forms

ROOT = Path(__file__).parent.parent
RULE = regex.compile(r'"((?:identity|mention|reading|table|tables|cell|cells|conservation)\.[a-z_]+)"')


def test_every_rule_has_a_heading_and_every_heading_is_a_rule():
    used = {name for path in (ROOT / "normalize").rglob("*.py") for name in RULE.findall(path.read_text("utf-8"))}
    used |= {rule.id for form in forms().values() for rule in form.rules}
    headings = set(regex.findall(r"^### (\S+)$", (ROOT / "docs" / "findings.md").read_text("utf-8"), regex.MULTILINE))
    assert headings == used


def test_every_reason_why_an_agency_is_undecided_is_explained():
    page = (ROOT / "docs" / "agencies.md").read_text("utf-8")
    assert set(regex.findall(r"^- `(\w+)`: ", page.split("## Why a name is undecided")[1], regex.MULTILINE)) == set(Reason)


def test_links_of_the_documentation_lead_somewhere():
    for page in (ROOT / "README.md", ROOT / "fixtures" / "README.md", *(ROOT / "docs").glob("*.md")):
        for target in regex.findall(r"\]\((?!https?:)([^)#]+)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
