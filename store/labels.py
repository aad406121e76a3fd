"""What the columns of exported files mean, in Chinese and English. Cells of the forms have theirs from the forms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from normalize.forms import FormCell, forms
from store.writers import Kind, OutputColumn

LABELS: Mapping[str, tuple[str, str]] = {
    "report_id": ("报告编号", "Number of the report in this database"),
    "document": ("文件", "Name of the document, relative to what was ingested"),
    "url": ("来源网址", "Web address of the document, where it has one"),
    "sha256": ("文件指纹", "SHA-256 of the document's content"),
    "ordinal": ("序号", "Place among the reports of the document, from 0"),
    "agency_id": ("机关编号", "Number of the agency in this database; empty where it is undecided"),
    "agency": ("机关", "Agency as printed in the title, or by the best evidence there is"),
    "key": ("机关标识", "Key of the agency, the same in every database"),
    "name": ("机关名称", "Usual name of the agency"),
    "kind": ("类别", "Kind, of a body or of a mention"),
    "level": ("层级", "Rank of the agency"),
    "region_code": ("行政区划代码", "Code of the division"),
    "region": ("行政区划", "Name of the division"),
    "province": ("省", "Province"),
    "city": ("市", "City"),
    "county": ("县", "County"),
    "year": ("年度", "Year the figures are for"),
    "form": ("格式", "Official form: 2014, 2019 or 2021"),
    "scope": ("口径", "Whose figures they are, where the report says so: own_office or jurisdiction"),
    "verdict": ("核实结论", "How far the reading can be trusted: see the README"),
    "title": ("标题", "Title as printed"),
    "published": ("公布日期", "Date of publication, where the report states it"),
    "cells_expected": ("应有单元格", "Cells the printed tables should have"),
    "cells_found": ("读出单元格", "Cells read with a number or a printed blank"),
    "findings": ("发现数", "Number of findings"),
    "table": ("表", "Table of the form"),
    "row": ("行", "Row of the table"),
    "column": ("列", "Column of the table"),
    "cell": ("单元格", "table.row.column of a cell"),
    "cells": ("单元格", "table.row.column of the cells involved, separated by spaces"),
    "value": ("数值", "The number, in the unit of its cell or indicator; empty where there is none"),
    "printed": ("原文", "Text as printed"),
    "state": ("状态", "How the value is known: printed, blank, missing, repaired or corrected"),
    "page": ("页", "Page, from 1; empty in a document without pages"),
    "x0": ("左", "Left side of the printed box: PDF points, origin top left"),
    "top": ("上", "Top of the printed box"),
    "x1": ("右", "Right side of the printed box"),
    "bottom": ("下", "Bottom of the printed box"),
    "line": ("行号", "Line of a text, or table row of a web page or DOCX, from 1"),
    "field": ("栏号", "Field of the line, or cell of the row, from 1; 0 is the whole line"),
    "rule": ("规则", "Stable id of the rule: see docs/findings.md"),
    "severity": ("程度", "note, hint, fault or doubt"),
    "expected": ("应为", "What the rule expects"),
    "actual": ("实为", "What is printed"),
    "message": ("说明", "A sentence for people"),
    "metric": ("指标", "What a mention counts"),
    "whose": ("归属", "Whose figure a mention is"),
    "qualifier": ("限定", "More on the role of a mention"),
    "unit": ("单位", "Unit"),
    "approximate": ("约数", "1 where it is said to be only about right"),
    "negated": ("否定", "1 where a 0 is stated in words"),
    "section": ("章", "Official chapter, 1 to 6; 0 what precedes it"),
    "start": ("起", "Where the number begins in its section's text"),
    "stop": ("止", "Behind the number's last character"),
    "sentence": ("句", "Sentence as printed"),
    "reports": ("报告数", "Number of reports"),
    "first_year": ("首年", "First year with a report"),
    "last_year": ("末年", "Last year with a report"),
    "indicator": ("序列指标", "Key of the indicator: see docs/series.md"),
    "relation": ("关系", "How the figure comes from the form: see docs/series.md"),
    "segment": ("口径段", "Figures of two segments of an indicator mean different things"),
    "null_reason": ("缺数原因", "Why there is no figure"),
    "contested": ("有争议", "An accounting rule that names one of its cells fails"),
    "label_zh": ("中文标签", "Label in Chinese"),
    "label_en": ("英文标签", "Label in English"),
    "variable": ("变量名", "Name of the variable in the file"),
}
"""By name of the column: Chinese, English."""


def labelled(name: str, kind: Kind = Kind.TEXT, *, is_flag: bool = False) -> OutputColumn:
    """A column of that name with its labels."""
    zh, en = LABELS[name]
    return OutputColumn(name, kind, zh, en, is_flag=is_flag)


def cell_column(cell: FormCell) -> OutputColumn:
    """A column of a panel."""
    return OutputColumn(str(cell.key), Kind.NUMBER, f"{cell.row_label}：{cell.column_label}", cell.en, cell.unit)


def panel_columns(*keys: str) -> Iterator[OutputColumn]:
    """A column a cell of these forms (of all without any), the newer form's words where two have it."""
    made = {cell.key: cell_column(cell) for key in keys or tuple(forms()) for cell in forms()[key].cells()}
    yield from made.values()
