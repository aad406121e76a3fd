"""What a report said before the reports of the years before and after settled its uncertain cells.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "neighbour_proof",
        sa.Column("report_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("earlier_id", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("later_id", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("before", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name="fk_neighbour_proof_report_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["earlier_id"], ["report.id"], name="fk_neighbour_proof_earlier_id", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["later_id"], ["report.id"], name="fk_neighbour_proof_later_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("report_id", name="pk_neighbour_proof"),
        sqlite_strict=True,
    )
    op.create_index("ix_neighbour_proof_earlier_id", "neighbour_proof", ["earlier_id"])
    op.create_index("ix_neighbour_proof_later_id", "neighbour_proof", ["later_id"])
