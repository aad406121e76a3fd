"""The long series: its indicators, what each form says of them, and the metric contracts. Derived from normalize.series."""

from __future__ import annotations

from store.schema.parts import integer, table, text_

indicator = table(
    "indicator",
    text_("indicator", "Key of the indicator.", primary_key=True),
    integer("position", "Place in the list of indicators, from 0."),
    text_("topic", "applications, disclosure, disputes or statistics."),
    text_("applicant", "Column of the applicant it is of; empty for all applicants."),
    text_("label_zh", "What it counts."),
    text_("label_en", "The same in English."),
    text_("unit", "Unit of the figure."),
    rowid=False,
)

indicator_form = table(
    "indicator_form",
    text_("form", "Form.", primary_key=True),
    text_("indicator", "Key of the indicator.", primary_key=True),
    integer("position", "Place in the list of indicators, from 0."),
    text_("relation", "same, sum_of, part_of, not_comparable or absent: see docs/series.md."),
    text_("segment", "Form with which the present meaning began; figures of one segment are comparable."),
    integer("breaks", "1 where the meaning is not that of the form before."),
    text_("family", "Table and family of rows that its first cell is of.", nullable=True),
    text_("witness", "First cell of that family: it stands in every report that prints the family on this form.", nullable=True),
    text_("note_zh", "How it compares with the other forms."),
    text_("note_en", "The same in English."),
    text_("source", "Notice of the form, and articles of the 条例."),
    rowid=False,
)

indicator_cell = table(
    "indicator_cell",
    text_("form", "Form.", primary_key=True),
    text_("indicator", "Key of the indicator.", primary_key=True),
    text_("cell", "table.row.column of a cell it is made of.", primary_key=True),
    rowid=False,
)

metric = table(
    "metric",
    text_("metric", "Key of the metric.", primary_key=True),
    integer("position", "Place in the list of metrics, from 0."),
    text_("label_zh", "What it says."),
    text_("label_en", "The same in English."),
    text_("numerator", "Indicators that are added up, separated by spaces."),
    text_("denominator", "The same, to divide by."),
    integer("minimum", "Least denominator; below it there is no rate."),
    integer("per", "The rate is so many times numerator over denominator."),
    integer("bounded", "1 where the numerator is a part of the denominator."),
    text_("forms", "Forms it is valid for, separated by spaces."),
    text_("unit", "Unit of the rate."),
    text_("note_zh", "What to mind."),
    text_("note_en", "The same in English."),
    rowid=False,
)
