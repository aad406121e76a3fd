"""Agencies and regions: tables that stood empty get the columns they need; candidates, aliases and successions get tables.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

from store.columns import Words

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make ``region`` and ``agency`` anew (nothing ever filled them), and the tables beside them."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    if not sqlite:
        op.drop_constraint("fk_report_agency_id", "report", type_="foreignkey")
    op.drop_table("agency")
    op.drop_table("region")
    _regions()
    _agencies()
    if not sqlite:
        op.create_foreign_key("fk_report_agency_id", "report", "agency", ["agency_id"], ["id"], ondelete="SET NULL")
    _reports()


def _regions() -> None:
    op.create_table(
        "region",
        sa.Column("code", Words(), nullable=False),
        sa.Column("name", Words(), nullable=False),
        sa.Column("level", Words(), nullable=False),
        sa.Column("parent_code", Words(), nullable=True),
        sa.Column("province", Words(), nullable=False),
        sa.Column("city", Words(), nullable=False),
        sa.Column("county", Words(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=True),
        sa.Column("until", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("code", name="pk_region"),
        sqlite_strict=True,
    )
    op.create_index("ix_region_city", "region", ["city"], unique=False)
    op.create_table(
        "region_heir",
        sa.Column("code", Words(), nullable=False),
        sa.Column("heir_code", Words(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["code"], ["region.code"], name="fk_region_heir_code", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("code", "heir_code", name="pk_region_heir"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _agencies() -> None:
    op.create_table(
        "agency",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", Words(), nullable=False),
        sa.Column("name", Words(), nullable=False),
        sa.Column("name_year", sa.Integer(), nullable=True),
        sa.Column("region_code", Words(), nullable=True),
        sa.Column("level", Words(), nullable=False),
        sa.Column("kind", Words(), nullable=False),
        sa.Column("category", Words(), nullable=False),
        sa.Column("area", Words(), nullable=False),
        sa.Column("system", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name="fk_agency_region_code"),
        sa.PrimaryKeyConstraint("id", name="pk_agency"),
        sa.UniqueConstraint("key", name="uq_agency_key"),
        sqlite_strict=True,
    )
    op.create_index("ix_agency_kind_level", "agency", ["kind", "level"], unique=False)
    op.create_index("ix_agency_region_code", "agency", ["region_code"], unique=False)
    op.create_table(
        "agency_kind",
        sa.Column("kind", Words(), nullable=False),
        sa.Column("category", Words(), nullable=False),
        sa.Column("label", Words(), nullable=False),
        sa.Column("successor", Words(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("kind", name="pk_agency_kind"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "agency_succession",
        sa.Column("agency_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("successor_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_agency_succession_agency_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["successor_id"], ["agency.id"], name="fk_agency_succession_successor_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("agency_id", "successor_id", name="pk_agency_succession"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "agency_alias",
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("printed", Words(), nullable=False),
        sa.Column("document", Words(), nullable=False),
        sa.Column("first_year", sa.Integer(), nullable=True),
        sa.Column("last_year", sa.Integer(), nullable=True),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_agency_alias_agency_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("ordinal", name="pk_agency_alias"),
        sqlite_strict=True,
    )
    op.create_index("ix_agency_alias_printed", "agency_alias", ["printed"], unique=False)


def _reports() -> None:
    op.add_column("report", sa.Column("agency_read", sa.Integer(), nullable=True))
    op.add_column("report", sa.Column("agency_basis", Words(), nullable=True))
    op.add_column("report", sa.Column("agency_reason", Words(), nullable=True))
    op.create_table(
        "agency_candidate",
        sa.Column("report_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", Words(), nullable=False),
        sa.Column("name", Words(), nullable=False),
        sa.Column("region_code", Words(), nullable=False),
        sa.Column("kind", Words(), nullable=False),
        sa.Column("joint", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name="fk_agency_candidate_report_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("report_id", "ordinal", name="pk_agency_candidate"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
