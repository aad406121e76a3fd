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
    """Move ``block`` into the wide tables, keep a document's origin once (with its path), make the search index."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    _move_block()
    op.execute("ALTER TABLE document DROP COLUMN origin")
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
    inspector = sa.inspect(op.get_bind())
    present = set(inspector.get_table_names())
    views = set(inspector.get_view_names())
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
    for view in ("applications", "disclosure", "disputes", "statistics"):  # they select from block; made anew afterwards
        if view in views:
            op.execute(f"DROP VIEW {view}")
    op.drop_table("block")
