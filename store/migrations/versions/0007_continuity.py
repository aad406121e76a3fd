"""Continuity: what the reports of one year say of the next, and of the level above.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

from store.columns import Figure, Words

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the tables; everything there is stands to be looked at."""
    _rules_and_steps()
    _findings()
    op.execute(
        "INSERT INTO continuity_stale (agency_id, agency)"
        " SELECT DISTINCT agency_id, '' FROM report WHERE agency_id IS NOT NULL"
        " UNION SELECT DISTINCT 0, agency FROM report WHERE agency_id IS NULL AND agency <> ''"
    )


def _rules_and_steps() -> None:
    op.create_table(
        "continuity_rule",
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rule", Words(), nullable=False),
        sa.Column("part", Words(), nullable=False),
        sa.Column("text", Words(), nullable=False),
        sa.Column("text_en", Words(), nullable=False),
        sa.Column("edition", Words(), nullable=False),
        sa.PrimaryKeyConstraint("ordinal", name="pk_continuity_rule"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "continuity_step",
        sa.Column("report_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("earlier_id", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("link", Words(), nullable=False),
        sa.Column("agency_id", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("agency", Words(), nullable=False),
        sa.Column("outcomes", Words(), nullable=False),
        sa.Column("breaks", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name="fk_continuity_step_report_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["earlier_id"], ["report.id"], name="fk_continuity_step_earlier_id", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_continuity_step_agency_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("report_id", name="pk_continuity_step"),
        sqlite_strict=True,
    )
    op.create_index("ix_continuity_step_earlier_id", "continuity_step", ["earlier_id"], unique=False)
    op.create_index("ix_continuity_step_agency_id", "continuity_step", ["agency_id"], unique=False)
    op.create_index("ix_continuity_step_agency", "continuity_step", ["agency"], unique=False)
    op.create_table(
        "continuity_stale",
        sa.Column("agency_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("agency", Words(), nullable=False),
        sa.PrimaryKeyConstraint("agency_id", "agency", name="pk_continuity_stale"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _findings() -> None:
    op.create_table(
        "continuity",
        sa.Column("report_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rule", Words(), nullable=False),
        sa.Column("part", Words(), nullable=False),
        sa.Column("class", Words(), nullable=False),
        sa.Column("severity", Words(), nullable=False),
        sa.Column("cells", Words(), nullable=False),
        sa.Column("expected", Words(), nullable=False),
        sa.Column("actual", Words(), nullable=False),
        sa.Column("difference", Figure(), nullable=True),
        sa.Column("message", Words(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name="fk_continuity_report_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("report_id", "rule", "part", name="pk_continuity"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_continuity_rule_class", "continuity", ["rule", "class"], unique=False)
    op.create_table(
        "level_sum",
        sa.Column("report_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("cell", Words(), nullable=False),
        sa.Column("whole", Figure(), nullable=False),
        sa.Column("parts", Figure(), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("outcome", Words(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name="fk_level_sum_report_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("report_id", "cell", name="pk_level_sum"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
