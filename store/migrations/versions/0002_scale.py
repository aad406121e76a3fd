"""For a country's reports: no join to know which tables a report prints, smaller tables, full-text search.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

from store import search

revision = "0002"
down_revision = "0001"

_COUNTS = {"2014": ("statistics",), "2019": ("disclosure", "applications", "disputes")}
_COUNTS["2021"] = _COUNTS["2019"]


def upgrade() -> None:
    """Move ``block`` into the wide tables, rebuild ``document_path`` without a rowid, make the search index."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    _move_block()
    if sqlite:
        _rebuild_document_path()
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


def _move_block() -> None:
    """The counts of each printed table become columns of the wide tables, which a new database does not have yet."""
    inspector = sa.inspect(op.get_bind())
    present = set(inspector.get_table_names())
    views = set(inspector.get_view_names())
    for form, tables in _COUNTS.items():
        wide = f"form_{form}"
        if wide not in present:
            continue
        for table in tables:
            for column, count in ((f"{table}__expected", "cells_expected"), (f"{table}__found", "cells_found")):
                op.execute(f"ALTER TABLE {wide} ADD COLUMN {column} INTEGER")
                op.execute(
                    f"UPDATE {wide} SET {column} = (SELECT b.{count} FROM block AS b WHERE b.report_id = {wide}.report_id"  # noqa: S608 - constants
                    f" AND b.form = '{form}' AND b.\"table\" = '{table}')"
                )
    for view in ("applications", "disclosure", "disputes", "statistics"):  # they select from block; made anew afterwards
        if view in views:
            op.execute(f"DROP VIEW {view}")
    op.drop_table("block")


def _rebuild_document_path() -> None:
    op.execute("PRAGMA legacy_alter_table = ON")  # else the renaming would stumble over views that somebody made of it
    op.create_table(
        "document_path_new",
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("current", sa.Integer(), nullable=False),
        sa.Column("first_run", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name="fk_document_path_document_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["first_run"], ["run.id"], name="fk_document_path_first_run", ondelete="NO ACTION"),
        sa.PrimaryKeyConstraint("document", "document_id", name="pk_document_path"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.execute("INSERT INTO document_path_new SELECT document, document_id, origin, current, first_run FROM document_path")
    op.drop_table("document_path")
    op.rename_table("document_path_new", "document_path")
    op.create_index("ix_document_path_document_id", "document_path", ["document_id"], unique=False)
    op.execute("PRAGMA legacy_alter_table = OFF")
