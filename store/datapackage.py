"""A frictionless Data Package: CSV tables with a ``datapackage.json`` that says what everything is.

Text that a spreadsheet would run as a formula has an apostrophe before it, as in every CSV file of Nianbao. A text that is empty
and one that is not there are both written as nothing: ``missingValues`` says so.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import regex
from sqlalchemy import Connection

from collect.errors import ConfigurationError
from normalize.forms import forms
from store.content import content_hash
from store.export import current_reports, refuse_itself
from store.load import Store
from store.package_tables import PackageTable, package_tables
from store.writers import Kind, OutputColumn, Record, clear_leftovers, whole_file, write_csv

_LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The time of every member of a zip file, so that equal content gives equal bytes."""
_DAY = regex.compile(r"\d{4}-\d{2}-\d{2}")
_DAYS = frozenset({"published"})
"""Columns that are days if all that they hold is one."""

README = """\
# Annual reports of Chinese agencies on open government information (政府信息公开工作年度报告)

`datapackage.json` describes every table and column, in Chinese and English, with types, units and keys.

An empty value is "no number" or "nothing said": it is never 0. In `cells.csv` the column `state` says whether a cell is `blank`
(printed without a number) or `missing` (not printed, or not read with certainty).

Text that a spreadsheet would run as a formula has an apostrophe before it.

A number is cited with agency, year, cell, the document's SHA-256 and page, all of which are in `reports.csv` and `cells.csv`.
"""


def write_datapackage(store: Store, output: Path) -> int:
    """Write the package into a new folder, or into a zip file if ``output`` ends in ``.zip``; gives the number of reports.

    Raises:
        ConfigurationError: the folder is there and not empty, or nothing can be written.
    """
    refuse_itself(store, output)
    if output.suffix.lower() == ".zip":
        with whole_file(output) as part, _aside(output) as folder:
            reports = _fill(store, folder)
            _pack(folder, part)
        return reports
    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        raise ConfigurationError(f"{output} is there already.", advice="Give a new folder, or a name that ends in .zip.")
    if not output.parent.is_dir():
        raise ConfigurationError(f"There is no folder {output.parent}.", advice="Create it, or give another path.")
    try:
        with _aside(output) as folder:
            reports = _fill(store, folder)
            if output.exists():
                output.rmdir()
            folder.replace(output)
    except OSError as error:
        advice = "Check the permissions and the free space."
        raise ConfigurationError(f"{output} cannot be written ({error.strerror}).", advice=advice) from error
    return reports


@contextmanager
def _aside(output: Path) -> Iterator[Path]:
    """A folder beside ``output``, which is gone afterwards."""
    clear_leftovers(output)
    folder = output.with_name(f".{output.name}.{os.getpid()}.folder")
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _pack(folder: Path, output: Path) -> None:
    with ZipFile(output, "w", ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            member = ZipInfo(path.name, _LONG_AGO)
            member.compress_type = ZIP_DEFLATED
            with archive.open(member, "w", force_zip64=True) as target, path.open("rb") as source:
                shutil.copyfileobj(source, target)


def _fill(store: Store, folder: Path) -> int:
    with store.reading() as connection:
        resources = [_resource(store, connection, table, folder) for table in package_tables()]
        reports = current_reports(connection)
        described = _package(resources, reports, content_hash(connection))
    (folder / "README.md").write_text(README, "utf-8")
    (folder / "datapackage.json").write_text(json.dumps(described, ensure_ascii=False, indent=2) + "\n", "utf-8")
    return reports


def _package(resources: Sequence[Mapping[str, Any]], reports: int, content: str) -> dict[str, Any]:
    return {
        "profile": "tabular-data-package",
        "name": "nianbao",
        "title": "政府信息公开工作年度报告 Annual reports of Chinese agencies on open government information",
        "description": f"{reports} reports, read by Nianbao. See README.md.",
        "version": content[:12],
        "contentHash": f"sha256:{content}",
        "keywords": ["China", "freedom of information", "政府信息公开", "年度报告"],
        "licenses": [
            {
                "name": "other-pd",
                "title": "Figures of official documents, which copyright does not protect (中华人民共和国著作权法 第五条)",
            }
        ],
        "sources": [
            {"title": "The agencies' own reports: see document, url and sha256 of each in reports.csv"},
            *({"title": f"{form.title}（{form.source}）"} for form in forms().values()),
        ],
        "resources": list(resources),
    }


def _resource(store: Store, connection: Connection, table: PackageTable, folder: Path) -> dict[str, Any]:
    path = folder / f"{table.name}.csv"
    watch = _Watch(table.columns)
    write_csv(path, table.columns, map(watch.seen, table.batches(store, connection)), encoding="utf-8")
    with path.open("rb") as file:
        digest, size = sha256(), 0
        while piece := file.read(1 << 20):
            digest.update(piece)
            size += len(piece)
    return {
        "profile": "tabular-data-resource",
        "name": table.name,
        "path": path.name,
        "title": table.title,
        "description": table.description,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "lineTerminator": "\n", "doubleQuote": True, "header": True},
        "bytes": size,
        "hash": f"sha256:{digest.hexdigest()}",
        "schema": {
            "fields": [_field(table, column, watch) for column in table.columns],
            "missingValues": [""],
            "primaryKey": list(table.key),
            **({"foreignKeys": [_foreign(*pair) for pair in table.refers.items()]} if table.refers else {}),
        },
    }


def _foreign(column: str, table: str) -> dict[str, Any]:
    return {"fields": [column], "reference": {"resource": table, "fields": [column]}}


def _field(table: PackageTable, column: OutputColumn, watch: _Watch) -> dict[str, Any]:
    made: dict[str, Any] = {"name": column.name, "type": watch.type_of(column)}
    if made["type"] == "boolean":
        made |= {"trueValues": ["1"], "falseValues": ["0"]}
    made |= {"title": column.label_zh, "description": column.label_en}
    if column.unit:
        made["unit"] = column.unit
    limits: dict[str, Any] = {"required": True} if column.name in table.key else {}
    if column.levels:
        limits["enum"] = list(column.levels)
    return made | ({"constraints": limits} if limits else {})


class _Watch:
    """Notes on the way what the columns hold: a type is promised only where every value keeps the promise."""

    def __init__(self, columns: Sequence[OutputColumn]) -> None:
        self._numbers = [place for place, column in enumerate(columns) if column.kind is Kind.NUMBER]
        self._days = [place for place, column in enumerate(columns) if column.name in _DAYS]
        self._names = [column.name for column in columns]
        self._broken: set[str] = set()

    def seen(self, batch: Sequence[Record]) -> Sequence[Record]:
        """The batch itself."""
        for place in self._numbers:
            if self._names[place] not in self._broken and not all(_is_whole(record[place]) for record in batch):
                self._broken.add(self._names[place])
        for place in self._days:
            if not all(_DAY.fullmatch(record[place] or "2000-01-01") for record in batch):
                self._broken.add(self._names[place])
        return batch

    def type_of(self, column: OutputColumn) -> str:
        """Of the Table Schema: an amount is a number even where all that are there are whole."""
        if column.is_flag:
            return "boolean"
        if column.kind is Kind.INTEGER:
            return "integer"
        if column.kind is Kind.NUMBER:
            is_count = "." in column.name and column.unit != "万元"
            return "integer" if is_count and column.name not in self._broken else "number"
        return "date" if column.name in _DAYS and column.name not in self._broken else "string"


def _is_whole(value: Decimal | float | None) -> bool:
    return value is None or value == int(value)
