"""Decisions say what they replaced, and what the reader alone made of a corrected report is kept.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

from store.columns import Figure, Words

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add the columns and the table. Decisions made before say nothing of what they replaced."""
    for column in (
        sa.Column("old_value", Figure(), nullable=True),
        sa.Column("old_printed", Words(), nullable=True),
        sa.Column("old_state", Words(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
    ):
        op.add_column("correction", column)
    op.create_table(
        "report_reading",
        sa.Column("report_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("verdict", Words(), nullable=False),
        sa.Column("reading", Words(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name="fk_report_reading_report_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("report_id", name="pk_report_reading"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
