"""What cells that stay uncertain may say: a table for the person who looks at them.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

from store.columns import Figure, Measure, Words

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "cell_candidate",
        sa.Column("report_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("form", Words(), nullable=False),
        sa.Column("cell", Words(), nullable=False),
        sa.Column("printed", Words(), nullable=False),
        sa.Column("value", Figure(), nullable=True),
        sa.Column("cost", Measure, nullable=False),
        sa.Column("source", Words(), nullable=False),
        sa.Column("fits", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name="fk_cell_candidate_report_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("report_id", "ordinal", name="pk_cell_candidate"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
