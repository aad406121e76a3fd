"""For a country's reports: no join to know which tables a report prints, smaller tables, full-text search.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

from store import search
from store.columns import Digest, Words

revision = "0002"
down_revision = "0001"

_COUNTS = {"2014": ("statistics",), "2019": ("disclosure", "applications", "disputes")}
_COUNTS["2021"] = _COUNTS["2019"]


def upgrade() -> None:
    """Move ``block`` into the wide tables, keep a document's names and its SHA-256 once, make the search index."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    _move_block()
    _move_names()
    _slim_document(sqlite=sqlite)
    _small_index("report", "superseded_by")
    op.drop_index("ix_finding_rule", table_name="finding")  # a pass over the table is as quick as all but the rarest need
    op.create_index("ix_report_standing", "report", ["year", "form", "verdict", "current", "cells_found"])
    if sqlite:
        op.execute("CREATE VIRTUAL TABLE report_search USING fts5(pairs, content='', tokenize='ascii')")
    else:
        op.create_table(
            "report_search",
            sa.Column("report_id", sa.Integer(), nullable=False, autoincrement=False),
            sa.Column("pairs", sa.ARRAY(sa.Text()), nullable=False),
            sa.ForeignKeyConstraint(["report_id"], ["report.id"], name="fk_report_search_report_id", ondelete="CASCADE"),
            sa.PrimaryKeyConstraint("report_id", name="pk_report_search"),
        )
        op.create_index("ix_report_search_pairs", "report_search", ["pairs"], postgresql_using="gin")
    search.build(op.get_bind())


def _small_index(table: str, column: str) -> None:
    """An index of the few rows that have a value there."""
    where = sa.text(f"{column} IS NOT NULL")
    op.drop_index(f"ix_{table}_{column}", table_name=table)
    op.create_index(f"ix_{table}_{column}", table, [column], sqlite_where=where, postgresql_where=where)


def _move_block() -> None:
    """The counts of each printed table become columns of the wide tables, which a new database does not have yet."""
    present = set(sa.inspect(op.get_bind()).get_table_names())
    for form, tables in _COUNTS.items():
        wide = f"form_{form}"
        if wide not in present:
            continue
        for column in ("year", "current"):
            op.execute(f"ALTER TABLE {wide} ADD COLUMN {column} INTEGER")
            op.execute(f"UPDATE {wide} SET {column} = (SELECT r.{column} FROM report AS r WHERE r.id = {wide}.report_id)")  # noqa: S608 - constants
        for table in tables:
            for column, count in ((f"{table}__expected", "cells_expected"), (f"{table}__found", "cells_found")):
                op.execute(f"ALTER TABLE {wide} ADD COLUMN {column} INTEGER")
                op.execute(
                    f"UPDATE {wide} SET {column} = (SELECT b.{count} FROM block AS b WHERE b.report_id = {wide}.report_id"  # noqa: S608 - constants
                    f" AND b.form = '{form}' AND b.\"table\" = '{table}')"
                )
    op.drop_table("block")


def _move_names() -> None:
    """All names of a document stand in ``document_path``, the first one too, and are found by the document's number."""
    op.execute(
        """CREATE TABLE names_before AS
        SELECT p.document_id, p.document, p.origin, p.current, p.first_run, row_number() OVER (
          PARTITION BY p.document_id ORDER BY CASE WHEN p.document = d.document THEN 0 ELSE 1 END, p.first_run, p.document
        ) - 1 AS ordinal
        FROM document_path AS p JOIN document AS d ON d.id = p.document_id"""
    )
    op.drop_table("document_path")
    op.create_table(
        "document_path",
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document", Words(), nullable=False),
        sa.Column("origin", Words(), nullable=False),
        sa.Column("current", sa.Integer(), nullable=False),
        sa.Column("first_run", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name="fk_document_path_document_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["first_run"], ["run.id"], name="fk_document_path_first_run", ondelete="NO ACTION"),
        sa.PrimaryKeyConstraint("document_id", "ordinal", name="pk_document_path"),
        sa.UniqueConstraint("document", "document_id", name="uq_document_path_document_document_id"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    names = "document_id, ordinal, document, origin, current, first_run"
    op.execute(f"INSERT INTO document_path ({names}) SELECT {names} FROM names_before")  # noqa: S608 - constants
    op.drop_table("names_before")


def _slim_document(*, sqlite: bool) -> None:
    """Without what ``document_path`` has; the SHA-256 as bytes."""
    if not sqlite:
        op.execute("ALTER TABLE document DROP COLUMN origin, DROP COLUMN document")
        op.execute("ALTER TABLE document ALTER COLUMN sha256 TYPE bytea USING decode(sha256, 'hex')")
        return
    new = op.create_table(
        "document_new",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", Digest(), nullable=False),
        sa.Column("media_type", Words(), nullable=False),
        sa.Column("producer", Words(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("reader", Words(), nullable=False),
        sa.Column("first_run", sa.Integer(), nullable=False),
        sa.Column("last_run", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["first_run"], ["run.id"], name="fk_document_first_run", ondelete="NO ACTION"),
        sa.ForeignKeyConstraint(["last_run"], ["run.id"], name="fk_document_last_run", ondelete="NO ACTION"),
        sa.PrimaryKeyConstraint("id", name="pk_document"),
        sa.UniqueConstraint("sha256", name="uq_document_sha256"),
        sqlite_strict=True,
    )
    connection = op.get_bind()
    names = ", ".join(column.name for column in new.columns)
    rows = connection.execute(sa.text(f"SELECT {names} FROM document")).mappings().all()  # noqa: S608 - constants
    if rows:
        connection.execute(new.insert(), [dict(row) for row in rows])
    op.drop_table("document")
    op.execute("PRAGMA legacy_alter_table = ON")  # or a view that somebody made of a table dropped here would stop it
    op.rename_table("document_new", "document")
    op.execute("PRAGMA legacy_alter_table = OFF")
