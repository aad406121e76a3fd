"""Rows to files: csv, parquet, xlsx. A file appears whole or not at all."""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import regex

from collect.errors import ConfigurationError
from store.orders import ORDERS
from store.values import figure_text

SHEET_ROWS = 1_048_576
"""Rows of a sheet in Excel's format, the header included."""

_FORMULA = regex.compile(r"[=@＝＠\t\r\n]|[+\-＋－](?![\d\s,，.．%％\p{Han}]*+\z)")
"""Text that a spreadsheet may run when it opens a csv file. A sign before a plain number (``+5``, ``-``, ``-3件``) is none."""
_STARTS = frozenset("=@＝＠\t\r\n+-＋－")
"""What such text begins with: nearly every text is let through by a look at its first character."""


class Kind(Enum):
    """What a column holds."""

    TEXT = "text"
    """Also codes: they keep leading zeros everywhere."""
    INTEGER = "integer"
    NUMBER = "number"
    """``Decimal`` or float. In csv plain decimal text; elsewhere a double, exact to 15 significant digits."""


@dataclass(frozen=True, slots=True)
class OutputColumn:
    """A column of an exported file."""

    name: str
    kind: Kind = Kind.TEXT
    label_zh: str = ""
    label_en: str = ""
    unit: str = ""
    is_flag: bool = False
    """A number that is 1 for yes and 0 for no."""

    @property
    def levels(self) -> tuple[str, ...]:
        """The names that the column may hold, in their order; empty where it may hold any text."""
        return ORDERS.get(self.name, ()) if self.kind is Kind.TEXT else ()


Record = Sequence[Any]
Writer = Callable[[Path, Sequence[OutputColumn], Iterable[Sequence[Record]]], int]
"""Writes batches of records, None for nothing, and gives how many there were."""


@contextmanager
def whole_file(output: Path) -> Iterator[Path]:
    """A path beside ``output`` to write to; it takes its place when all went well, and vanishes otherwise.

    Raises:
        ConfigurationError: the file cannot be written there.
    """
    if output.is_dir():
        raise ConfigurationError(f"{output} is a folder.", advice="Give the name of a file.")
    if not output.parent.is_dir():
        raise ConfigurationError(f"There is no folder {output.parent}.", advice="Create it, or give another path.")
    part = output.with_name(f".{output.name}.{os.getpid()}.part")
    try:
        clear_leftovers(output)
        yield part
        part.replace(output)
    except OSError as error:
        advice = "Check the permissions and the free space, or close the file where it is open."
        raise ConfigurationError(f"{output} cannot be written ({error.strerror}).", advice=advice) from error
    finally:
        part.unlink(missing_ok=True)


_LEFTOVER = regex.compile(r"\.(?P<pid>\d+)\.(part|folder)")


def clear_leftovers(output: Path) -> None:
    """Remove what runs that were killed left beside ``output``: it bears the number of a process that is no more."""
    prefix = f".{output.name}"
    for path in output.parent.iterdir():
        told = _LEFTOVER.fullmatch(path.name.removeprefix(prefix)) if path.name.startswith(prefix) else None
        if told is None or _lives(int(told["pid"])):
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True
    return True


def harmless(text: str) -> str:
    """``text`` for a csv file: an apostrophe before what a spreadsheet would run as a formula."""
    return f"'{text}" if text[:1] in _STARTS and _FORMULA.match(text) else text


def write_csv(
    path: Path, columns: Sequence[OutputColumn], batches: Iterable[Sequence[Record]], *, encoding: str = "utf-8-sig"
) -> int:
    """UTF-8, with a byte order mark unless ``encoding`` says otherwise: without it Excel misreads Chinese."""
    as_texts = [_CSV_TEXTS[column.kind] for column in columns]
    count = 0
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([column.name for column in columns])
        for batch in batches:
            count += len(batch)
            held = zip(*batch, strict=True)  # column by column, most of which need nothing done
            writer.writerows(zip(*(texts(column) for texts, column in zip(as_texts, held, strict=bool(batch))), strict=True))
    return count


@lru_cache(maxsize=1 << 16)
def _number_text(value: Decimal | float) -> str:
    """Plain decimal text. Equal numbers have equal texts, whatever their type, so those that come again and again are kept."""
    return figure_text(value) if isinstance(value, Decimal) else figure_text(Decimal(repr(value)))


def _harmless_all(column: Sequence[str | None]) -> Sequence[str | None]:
    if _STARTS.isdisjoint({text[:1] for text in column if text}):
        return column
    return [text if text is None else harmless(text) for text in column]


def _number_texts(column: Sequence[Decimal | float | None]) -> Sequence[str | int | None]:
    return [number if number is None or type(number) is int else _number_text(number) for number in column]


def _as_they_are(column: Sequence[Any]) -> Sequence[Any]:
    return column


_CSV_TEXTS: dict[Kind, Callable[[Sequence[Any]], Sequence[Any]]] = {
    Kind.TEXT: _harmless_all,
    Kind.INTEGER: _as_they_are,
    Kind.NUMBER: _number_texts,
}
"""What the csv writer is given of a column's values; it writes None as nothing, and whole numbers by itself."""


def write_parquet(path: Path, columns: Sequence[OutputColumn], batches: Iterable[Sequence[Record]]) -> int:
    """One row group a batch. Labels and units are metadata of the fields: ``label_zh``, ``label_en``, ``unit``."""
    import pyarrow as pa  # noqa: PLC0415 - slow to import, needed by few commands
    import pyarrow.parquet as pq  # noqa: PLC0415

    types = {Kind.TEXT: pa.string(), Kind.INTEGER: pa.int64(), Kind.NUMBER: pa.float64()}
    schema = pa.schema([pa.field(column.name, types[column.kind], metadata=_labels(column)) for column in columns])
    count = 0
    with pq.ParquetWriter(path, schema) as writer:
        for batch in batches:
            count += len(batch)
            arrays = [
                pa.array(
                    [_double(record[place]) if column.kind is Kind.NUMBER else record[place] for record in batch], field.type
                )
                for place, (column, field) in enumerate(zip(columns, schema, strict=True))
            ]
            writer.write_table(pa.table(arrays, schema=schema))
    return count


def _labels(column: OutputColumn) -> dict[str, str] | None:
    """What is known of a column, under the names that its metadata has in a file."""
    said = {"label_zh": column.label_zh, "label_en": column.label_en, "unit": column.unit}
    return {name: text for name, text in said.items() if text} or None


def _double(value: Decimal | float | None) -> float | None:
    return None if value is None else float(value)


def write_xlsx(path: Path, columns: Sequence[OutputColumn], batches: Iterable[Sequence[Record]]) -> int:
    """One sheet. Text is stored as text, so nothing is ever run as a formula.

    Raises:
        ConfigurationError: more rows than a sheet takes.
    """
    from openpyxl import Workbook  # noqa: PLC0415 - slow to import, needed by few commands
    from openpyxl.writer.excel import ExcelWriter  # noqa: PLC0415

    book = Workbook(write_only=True)
    sheet = book.create_sheet("nianbao")
    try:
        count = _fill(sheet, columns, batches)
    except BaseException:
        sheet.close()  # openpyxl complains of a sheet that is dropped open
        raise
    # Not book.save: where the disk is full it would leave the file open, and complain of it on standard error.
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        ExcelWriter(book, archive).write_data()
    return count


def _fill(sheet: Any, columns: Sequence[OutputColumn], batches: Iterable[Sequence[Record]]) -> int:  # noqa: ANN401 - openpyxl has no types
    cells = [_sheet_cells(sheet)[column.kind] for column in columns]
    sheet.append([column.name for column in columns])
    count = 0
    for batch in batches:
        count += len(batch)
        if count >= SHEET_ROWS:
            raise ConfigurationError(
                f"More than the {SHEET_ROWS:,} rows that a sheet takes.", advice="Export csv or parquet instead."
            )
        for record in batch:
            sheet.append([None if value is None else cell(value) for cell, value in zip(cells, record, strict=True)])
    return count


def _sheet_cells(sheet: Any) -> dict[Kind, Callable[[Any], Any]]:  # noqa: ANN401 - openpyxl has no types
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE  # noqa: PLC0415

    def text(value: str) -> object:
        value = ILLEGAL_CHARACTERS_RE.sub("\ufffd", value)
        if not value.startswith(("=", "#")):
            return value
        cell = WriteOnlyCell(sheet, value)  # openpyxl takes = for a formula and # for an error
        cell.data_type = "s"
        return cell

    return {Kind.TEXT: text, Kind.INTEGER: int, Kind.NUMBER: lambda value: int(value) if value == int(value) else float(value)}


WRITERS: dict[str, Writer] = {"csv": write_csv, "parquet": write_parquet, "xlsx": write_xlsx}
"""Kinds of files, by suffix. Stata's is beside: see ``store.stata``."""
