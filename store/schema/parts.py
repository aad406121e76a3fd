"""What tables are made of: every column says what it holds, every table is STRICT on SQLite."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, MetaData, Table
from sqlalchemy.schema import SchemaItem

from store.columns import Measure, Words

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def id_(doc: str) -> Column[int]:
    """The number of a row, given by the database."""
    return Column("id", Integer, primary_key=True, doc=doc)


def text_(
    name: str, doc: str, *, nullable: bool = False, primary_key: bool = False, unique: bool = False, index: bool = False
) -> Column[str]:
    """A column of text."""
    return Column(name, Words, nullable=nullable, primary_key=primary_key, unique=unique or None, index=index or None, doc=doc)


def integer(name: str, doc: str, *, nullable: bool = False) -> Column[int]:
    """A column of whole numbers."""
    return Column(name, Integer, nullable=nullable, doc=doc)


def long(name: str, doc: str) -> Column[int]:
    """A column of whole numbers beyond 32 bits."""
    return Column(name, BigInteger().with_variant(Integer(), "sqlite"), nullable=False, doc=doc)


def ordinal(doc: str) -> Column[int]:
    """Place in a list: the last part of the primary key."""
    return Column("ordinal", Integer, primary_key=True, autoincrement=False, doc=doc)


def reference(
    name: str,
    target: str,
    doc: str,
    *,
    ondelete: str = "CASCADE",
    nullable: bool = False,
    primary_key: bool = False,
    index: bool = False,
) -> Column[int]:
    """A column that names a row of another table."""
    key = ForeignKey(target, ondelete=ondelete)
    return Column(name, key, nullable=nullable, primary_key=primary_key, autoincrement=False, index=index or None, doc=doc)


def table(name: str, *parts: SchemaItem, rowid: bool = True, autoincrement: bool = False) -> Table:
    """A table; on SQLite a STRICT one, without a rowid where the primary key is all that finds a row."""
    return Table(
        name,
        metadata,
        *parts,
        sqlite_strict=True,
        sqlite_with_rowid=rowid,
        sqlite_autoincrement=autoincrement,
    )


def part_of_report(name: str, *columns: Column[Any], rowid: bool = False) -> Table:
    """A table of a report's parts, in printed order."""
    return table(
        name,
        reference("report_id", "report.id", "The report.", primary_key=True),
        ordinal("Place among the report's rows of this table, from 0."),
        *columns,
        rowid=rowid,
    )


def places() -> tuple[Column[Any], ...]:
    """Where something was printed: page and box, or line and field."""
    return (
        integer("page", "Page, from 1; NULL in a document without pages.", nullable=True),
        *(
            Column(name, Measure, doc=f"{side} of the printed box: PDF points, origin top left.")
            for name, side in (("x0", "Left side"), ("top", "Top"), ("x1", "Right side"), ("bottom", "Bottom"))
        ),
        integer("line", "Text: line; HTML and DOCX: table row; from 1.", nullable=True),
        integer("field", "Field of the line or cell of the row, from 1; 0 is the whole line.", nullable=True),
    )
