"""One long series out of all forms: indicators, and what each form says of them. Data, in the TOML files beside this one.

An indicator is what can be followed over the years ("granted", "in force: rules"). For each form it says which cells give
it (``relation``), whether its meaning breaks with the form before (``breaks``), why (``note``), and by which notice and
article of the 条例 (国务院令第711号, 2019). Figures of one ``segment`` are comparable; a break begins a new one. Where a
reading of the forms is an assumption that no source at hand confirms, the note says so and the series breaks.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from normalize.forms import Form, FormColumn, family_of, form_cells, forms
from normalize.model import CellKey


class Relation(StrEnum):
    """How an indicator's figure comes from the cells of a form."""

    SAME = "same"
    """One cell counts it."""
    SUM_OF = "sum_of"
    """The cells together count it. NULL where one of them is no number."""
    PART_OF = "part_of"
    """The cells count only a part of it: the figure is a lower bound."""
    NOT_COMPARABLE = "not_comparable"
    """The cells look like it and are something else: no figure."""
    ABSENT = "absent"
    """The form has nothing of it."""


class Note(NamedTuple):
    """The same said in Chinese and in English."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class FormMapping:
    """What one form says of an indicator."""

    form: str
    relation: Relation
    cells: tuple[CellKey, ...]
    breaks: bool
    """Whether the meaning is not that of the form before."""
    segment: str
    """Form with which the present meaning began; figures of one segment are comparable. Empty where there is no figure."""
    note: Note
    source: str
    """The notice of the form, and the article."""

    @property
    def has_figure(self) -> bool:
        """Whether the form gives the indicator a figure."""
        return self.relation not in {Relation.NOT_COMPARABLE, Relation.ABSENT}

    @property
    def family(self) -> tuple[str, str] | None:
        """Table and family of its first cell: reports that mix forms print whole families as one form has them."""
        return (self.cells[0].table, family_of(self.cells[0].row)) if self.cells else None


@dataclass(frozen=True, slots=True)
class Indicator:
    """What can be followed over the years."""

    key: str
    topic: str
    """File it stands in: applications, disclosure, disputes or statistics."""
    label: Note
    unit: str
    law: str
    """Articles of the 条例; empty where none names it."""
    applicant: str
    """Column of the applicant it is of; empty for all applicants and for indicators without applicants."""
    forms: Mapping[str, FormMapping]
    """By form, oldest first."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric contract: what a rate is made of, and when it is not given."""

    key: str
    label: Note
    numerator: tuple[str, ...]
    """Indicators, added up."""
    denominator: tuple[str, ...]
    minimum: int
    """Least denominator; below it a rate says more of chance than of the agency."""
    forms: tuple[str, ...]
    """Forms it is valid for."""
    unit: str
    per: int
    """The rate is so many times numerator over denominator."""
    bounded: bool
    """The numerator is a part of the denominator: more than all of it is a fault in the figures, and no rate."""
    note: Note

    @property
    def indicators(self) -> tuple[str, ...]:
        """Every indicator it is made of, once."""
        return tuple(dict.fromkeys((*self.numerator, *self.denominator)))

    def segment(self, form: str) -> str:
        """Form with which the present meaning of all its indicators began; empty where one has no figure."""
        found = [indicators()[key].forms[form].segment for key in self.indicators]
        return max(found, key=lambda key: forms()[key].from_year) if form in self.forms and all(found) else ""


_TOTAL = "total"
_RELATIONS = tuple(Relation)
_NO_APPLICANTS = Note("2014年统计表不分申请人。", "The 2014 form does not tell applicants apart.")
_UNMAPPED = Note("尚未对应。", "Not mapped yet.")


@cache
def indicators() -> dict[str, Indicator]:
    """Every indicator by key, in the order of the files."""
    found = [each for name in ("applications", "disputes", "disclosure", "statistics") for each in _topic(name)]
    by_key = {each.key: each for each in found}
    if len(by_key) != len(found):
        raise ValueError("two indicators have the same key")
    return by_key


@cache
def metrics() -> dict[str, Metric]:
    """Every metric contract by key, in the order of the file."""
    known = indicators()
    found = [_metric(raw) for raw in _read("metrics")["metrics"]]
    if strange := {key for each in found for key in each.indicators} - known.keys():
        raise ValueError(f"metrics of indicators that do not exist: {sorted(strange)}")
    return {each.key: each for each in found}


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((files(__package__) / f"{name}.toml").read_text("utf-8"))


def _metric(raw: Mapping[str, Any]) -> Metric:
    return Metric(
        key=raw["key"],
        label=Note(*raw["label"]),
        numerator=tuple(raw["numerator"]),
        denominator=tuple(raw["denominator"]),
        minimum=raw["minimum"],
        forms=tuple(raw["forms"]),
        unit=raw.get("unit", "%"),
        per=raw.get("per", 100),
        bounded=raw.get("bounded", True),
        note=Note(*raw["note"]),
    )


def _topic(name: str) -> Iterator[Indicator]:
    file = _read(name)
    notes = {key: Note(*texts) for key, texts in file["notes"].items()}
    for raw in file["indicators"]:
        yield _indicator(name, raw, notes, None)
        if raw.get("applicants"):
            yield from (_indicator(name, raw, notes, applicant) for applicant in _applicants())


def _applicants() -> tuple[FormColumn, ...]:
    """The columns of the applicants, the total left out, as the newest form has them."""
    table = next(table for form in forms().values() for table in form.tables if table.key == "applications")
    return tuple(column for column in table.columns if column.key != _TOTAL)


def _indicator(topic: str, raw: Mapping[str, Any], notes: Mapping[str, Note], applicant: FormColumn | None) -> Indicator:
    column = applicant.key if applicant else _TOTAL
    label = Note(*raw["label"])
    if applicant:
        label = Note(f"{label.zh}（{applicant.label.leaf}）", f"{label.en}, {applicant.en}")
        if applicant.key == "other_org":  # its label 其他 alone says nothing
            label = Note(f"{raw['label'][0]}（{'/'.join(applicant.label.path)}）", label.en)
    mapped: dict[str, FormMapping] = {}
    for form in sorted(forms().values(), key=lambda form: form.from_year):
        mapped[form.key] = _mapping(form, raw, notes, column, mapped)
    key = f"{raw['key']}.{applicant.key}" if applicant else raw["key"]
    return Indicator(key, topic, label, raw["unit"], raw["law"], applicant.key if applicant else "", mapped)


def _mapping(
    form: Form, raw: Mapping[str, Any], notes: Mapping[str, Note], column: str, before: Mapping[str, FormMapping]
) -> FormMapping:
    says = raw.get(form.key, {"absent": True})
    (relation,) = (each for each in _RELATIONS if each.value in says)
    texts: list[str] = [] if relation is Relation.ABSENT else says[relation.value]
    note = says.get("note", _UNMAPPED)
    note = notes[note] if isinstance(note, str) else Note(*note)
    if column != _TOTAL and not all(text.endswith(".*") for text in texts):
        relation, texts, note = Relation.ABSENT, [], _NO_APPLICANTS
    cells = tuple(_cell(form, text, column) for text in texts)
    mapping = FormMapping(form.key, relation, cells, False, "", note, "；".join(filter(None, (form.source, raw["law"]))))
    if not mapping.has_figure:
        return mapping
    earlier = [each for each in before.values() if each.relation is not Relation.ABSENT]
    # There is nothing to break with where no earlier form has anything of it.
    breaks = bool(earlier) and (says.get("break", False) or not earlier[-1].has_figure)
    last = next((each.segment for each in reversed(earlier) if each.segment), form.key)
    return replace(mapping, breaks=breaks, segment=form.key if breaks else last)


def _cell(form: Form, text: str, column: str) -> CellKey:
    """The cell a file names; its last part ``*`` is the applicant's column."""
    table, rest = text.split(".", 1)
    row, last = rest.rsplit(".", 1)
    key = CellKey(table, row, column if last == "*" else last)
    if (form.key, key) not in form_cells():
        raise ValueError(f"the form of {form.key} has no cell {key}")
    return key
