"""Sections that print the same text: what the search over the store finds.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

from store.columns import Measure, Words

revision = "0008"
down_revision = "0007"


def _number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _reference(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), autoincrement=False, nullable=False)


def upgrade() -> None:
    """Make the four tables; nothing is in them before the first search."""
    op.create_table(
        "copy_search",
        _number("id"),
        sa.Column("version", Words(), nullable=False),
        *map(_number, ("last_run", "reports", "sections", "compared", "common_clauses", "common_sentences")),
        sa.PrimaryKeyConstraint("id", name="pk_copy_search"),
        sqlite_strict=True,
    )
    op.create_table(
        "copy_cluster",
        _number("id"),
        _reference("report_id"),
        *map(_number, ("ordinal", "sections", "agencies", "places")),
        *(_number(name, nullable=True) for name in ("first_year", "last_year")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name="fk_copy_cluster_report_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_copy_cluster"),
        sqlite_strict=True,
    )
    op.create_index("ix_copy_cluster_report_id", "copy_cluster", ["report_id"], unique=False)
    op.create_table(
        "copy_member",
        *map(_reference, ("report_id", "ordinal", "cluster_id")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name="fk_copy_member_report_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["cluster_id"], ["copy_cluster.id"], name="fk_copy_member_cluster_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("report_id", "ordinal", name="pk_copy_member"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_copy_member_cluster_id", "copy_member", ["cluster_id"], unique=False)
    op.create_table(
        "copy_pair",
        *map(_reference, ("report_id", "ordinal")),
        sa.Column("kind", Words(), nullable=False),
        _reference("other_report_id"),
        _number("other_ordinal"),
        sa.Column("similarity", Measure, nullable=False),
        *map(_number, ("shared", "numbers", "numbers_same")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name="fk_copy_pair_report_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["other_report_id"], ["report.id"], name="fk_copy_pair_other_report_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("report_id", "ordinal", "kind", name="pk_copy_pair"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_copy_pair_other_report_id", "copy_pair", ["other_report_id"], unique=False)
