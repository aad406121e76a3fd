"""Writes what these pages take from code and data: tables of docs/series.md and hostile.md, docs/reference, the notebook.

python docs/build.py
"""

import ast
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from collect import limits  # noqa: E402 - so that the script runs from anywhere
from normalize.forms import family_of, form_cells, forms  # noqa: E402
from normalize.series import FormMapping, Indicator, Relation, indicators, metrics  # noqa: E402

PAGE = ROOT / "docs" / "series.md"
HOSTILE = ROOT / "docs" / "hostile.md"
SIGNS = {
    Relation.SAME: "",
    Relation.SUM_OF: "Σ ",
    Relation.PART_OF: "⊂ ",
    Relation.NOT_COMPARABLE: "≠ ",
    Relation.ABSENT: "·",
}
APPLICANT = "natural_person"


def metric_lines() -> Iterator[str]:
    """The contracts as a table."""
    yield "| metric | | numerator / denominator | least | unit | forms | note |"
    yield "|---|---|---|---|---|---|---|"
    for each in metrics().values():
        formula = f"{' + '.join(each.numerator)} / {' + '.join(each.denominator)}"
        about = f"{each.note.zh} {each.note.en}"
        label = f"{each.label.zh} {each.label.en}"
        yield f"| `{each.key}` | {label} | {formula} | {each.minimum} | {each.unit} | {', '.join(each.forms)} | {about} |"


def indicator_lines(topic: str) -> Iterator[str]:
    """The indicators of a topic as a table; those by applicant are told by a star."""
    order = sorted(forms().values(), key=lambda form: form.from_year)
    yield "| indicator | | unit | " + " | ".join(form.key for form in order) + " | article |"
    yield "|---" * (4 + len(order)) + "|"
    for each in indicators().values():
        if each.topic == topic and not each.applicant:
            star = "*" if f"{each.key}.{APPLICANT}" in indicators() else ""
            cells = " | ".join(_says(each, form.key) for form in order)
            label = f"{each.label.zh} {each.label.en}"
            yield f"| `{each.key}`{star} | {label} | {each.unit} | {cells} | {each.law.removeprefix('条例')} |"


def _says(each: Indicator, form: str) -> str:
    mapping = each.forms[form]
    return f"{'‖ ' if mapping.breaks else ''}{SIGNS[mapping.relation]}{_cells(mapping)}"


def _cells(mapping: FormMapping) -> str:
    if len(mapping.cells) > 2:
        first = mapping.cells[0]
        rows = {key.row for key in mapping.cells}
        family = {k.row for f, k in form_cells() if f == mapping.form and (k.table, family_of(k.row)) == mapping.family}
        if rows == family:
            return f"{first.table}.{family_of(first.row)}.\\*.{first.column}"
    return " + ".join(str(key) for key in mapping.cells)


def break_lines() -> Iterator[str]:
    """What the data say of every break."""
    for each in indicators().values():
        if not each.applicant:
            for form, mapping in each.forms.items():
                if mapping.breaks:
                    yield f"- `{each.key}` {form}: {mapping.note.zh} {mapping.note.en}"


def parts() -> dict[str, list[str]]:
    """Every generated part of the page, by the name in its markers."""
    topics = {
        f"indicators {topic}": list(indicator_lines(topic)) for topic in dict.fromkeys(i.topic for i in indicators().values())
    }
    return {"metrics": list(metric_lines()), **topics, "breaks": list(break_lines())}


def limit_lines() -> Iterator[str]:
    """The limits, with their defaults and what their docstrings say."""
    tree = ast.parse(Path(limits.__file__).read_text("utf-8"))
    body = next(node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Limits")
    said = {
        node.target.id: after.value.value
        for node, after in pairwise(body)
        if isinstance(node, ast.AnnAssign) and isinstance(after, ast.Expr)
    }
    yield "| limit | default | of what |"
    yield "|---|---:|---|"
    for field in fields(limits.Limits):
        value = field.default
        is_size = field.name.endswith("bytes") or field.name in {"memory", "ratio_floor"}
        shown = limits.readable_size(value) if is_size else f"{value:,g}" if isinstance(value, float) else f"{value:,}"
        yield f"| `{field.name}` | {shown} | {' '.join(said[field.name].replace('``', '`').split())} |"


def filled(page: str, given: Mapping[str, Sequence[str]] | None = None) -> str:
    """The page with its generated parts as the data files give them; those of the series by default.

    Raises:
        ValueError: a part has no place in it.
    """
    for name, lines in (parts() if given is None else given).items():
        begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->\n"
        if begin not in page or end not in page:
            raise ValueError(f"there is no place for {name}")
        head, rest = page.split(begin, 1)
        page = head + begin + "\n" + "\n".join(lines) + "\n\n" + end + rest.split(end, 1)[1]
    return page


if __name__ == "__main__":
    from docs.reference import write

    PAGE.write_text(filled(PAGE.read_text("utf-8")), "utf-8")
    HOSTILE.write_text(filled(HOSTILE.read_text("utf-8"), {"limits": list(limit_lines())}), "utf-8")
    write()
