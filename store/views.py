"""The views, generated from the forms: the shapes people ask for, over the wide tables.

All of them show current reports only. The text is standard SQL that SQLite and PostgreSQL both take, but for the
hexadecimal digits of a document's SHA-256.
"""

# ruff: noqa: S608 - every name and label comes from the project's own form files

from __future__ import annotations

from collections.abc import Mapping, Sequence

from normalize.forms import Form, FormRow, FormTable, forms
from normalize.model import CellKey
from store.agency_views import agency_views
from store.continuity_views import continuity_views
from store.copy_views import copy_views
from store.coverage_views import coverage_views
from store.prose_views import prose_views
from store.series_views import series_views
from store.source_views import source_views
from store.time_views import time_views
from store.wide import column_name, expected_name, found_name

_HEXADECIMAL = {"sqlite": "lower(hex(d.sha256))", "postgresql": "encode(d.sha256, 'hex')"}
_NAME = "LEFT JOIN document_path AS p ON p.document_id = r.document_id AND p.ordinal = 0\n"
_DOCUMENT = f"LEFT JOIN document AS d ON d.id = r.document_id\n{_NAME}"


def view_statements(columns: Mapping[str, Sequence[str]], dialect: str) -> dict[str, str]:
    """The SELECT of each view by name, each after those it uses.

    ``columns`` are the wide tables' columns in the database's order, by form; ``dialect`` is the name SQLAlchemy gives it.
    One view for each table that any form has: a row per report and form row as printed, all forms together.
    """
    tables: dict[str, list[tuple[Form, FormTable]]] = {}
    for form in forms().values():
        for table in form.tables:
            tables.setdefault(table.key, []).append((form, table))
    sha256 = _HEXADECIMAL[dialect]
    return {
        "current_report": _current_report(sha256),
        **agency_views(),
        **time_views(),
        **coverage_views(),
        **continuity_views(),
        **copy_views(),
        **prose_views(columns),
        **source_views(),
        "block": _block(),
        "cells": _cells(columns),
        **{name: _form_rows(members) for name, members in tables.items()},
        **series_views(dialect),
    }


def _name(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _current_report(sha256: str) -> str:
    return (
        f"SELECT r.id AS report_id, p.document, {sha256} AS sha256, r.agency, r.year, r.scope, r.verdict, r.form, r.title,\n"
        "  r.period, r.published, r.cells_expected, r.cells_found, r.findings, r.agency_id\n"
        f"FROM report AS r {_DOCUMENT}WHERE r.current = 1"
    )


def _block() -> str:
    """The tables each report prints, superseded reports included."""
    return "\nUNION ALL\n".join(
        f'SELECT f.report_id, {_text(form.key)} AS form, {_text(table.key)} AS "table",\n'
        f"  f.{_name(expected_name(table))} AS cells_expected, f.{_name(found_name(table))} AS cells_found\n"
        f"FROM {_name(f'form_{form.key}')} AS f WHERE f.{_name(expected_name(table))} IS NOT NULL"
        for form in forms().values()
        for table in form.tables
    )


def _cells(columns: Mapping[str, Sequence[str]]) -> str:
    """Long form. One CASE a form, not one SELECT a cell: 456 cells are near SQLite's limit of 500 compound terms."""
    return "\nUNION ALL\n".join(_cells_of(form, columns[form.key]) for form in forms().values())


def _cells_of(form: Form, order: Sequence[str]) -> str:
    names = {column_name(cell.key) for cell in form.cells()}
    value = "\n    ".join(f"WHEN {place} THEN f.{_name(name)}" for place, name in enumerate(order) if name in names)
    relation = f"form_{form.key}"
    return (
        "SELECT r.report_id, r.document, r.sha256, r.agency, r.year, c.form, r.verdict,\n"
        '  c."table", c."row", c."column", c.value,\n'
        "  COALESCE(n.printed, CAST(c.value AS TEXT)) AS printed, COALESCE(n.state, 'printed') AS state\n"
        'FROM (SELECT f.report_id, d.form, d.cell, d."table", d."row", d."column", CASE d.position\n'
        f"    {value} END AS value\n"
        f"  FROM {_name(relation)} AS f JOIN data_dictionary AS d ON d.relation = {_text(relation)}) AS c\n"
        "JOIN current_report AS r ON r.report_id = c.report_id\n"
        "LEFT JOIN cell_note AS n ON n.report_id = c.report_id AND n.form = c.form AND n.cell = c.cell\n"
        "WHERE c.value IS NOT NULL OR n.state IS NOT NULL"
    )


def _form_rows(members: Sequence[tuple[Form, FormTable]]) -> str:
    """A row per report and form row; the columns of all forms side by side, NULL where a form or row has none."""
    headings = list(dict.fromkeys(column.key for _, table in members for column in table.columns))
    return "\nUNION ALL\n".join(
        _form_row(form, table, row, headings) for form, table in members for row in table.rows if not row.heading
    )


def _form_row(form: Form, table: FormTable, row: FormRow, headings: Sequence[str]) -> str:
    values = ", ".join(
        # The cast gives the column its type where the first SELECT of the union has no such cell (PostgreSQL asks for it).
        f"{_value(table, row, heading) if heading in row.columns else 'CAST(NULL AS NUMERIC)'} AS {_name(heading)}"
        for heading in headings
    )
    return (
        "SELECT f.report_id, p.document, r.agency, r.agency_id, f.year, r.scope, r.verdict,\n"
        f'  {_text(form.key)} AS form, {_text(row.key)} AS "row", {_text("/".join(row.label.path))} AS label, {values}\n'
        f"FROM {_name(f'form_{form.key}')} AS f JOIN report AS r ON r.id = f.report_id\n"
        f"{_NAME}WHERE f.current = 1 AND f.{_name(expected_name(table))} IS NOT NULL"
    )


def _value(table: FormTable, row: FormRow, heading: str) -> str:
    return f"f.{_name(column_name(CellKey(table.key, row.key, heading)))}"
