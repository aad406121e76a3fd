"""Sources on the web, and when they were checked with what result.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

from store.columns import Words

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "source",
        sa.Column("source", Words(), nullable=False),
        sa.Column("title", Words(), nullable=False),
        sa.Column("agency", Words(), nullable=False),
        sa.Column("agency_key", Words(), nullable=False),
        sa.Column("region", Words(), nullable=False),
        sa.Column("address", Words(), nullable=False),
        sa.Column("enabled", sa.Integer(), nullable=False),
        sa.Column("every_days", sa.Integer(), nullable=False),
        sa.Column("next_due", Words(), nullable=True),
        sa.Column("awaited", sa.Integer(), nullable=True),
        sa.Column("alarm", Words(), nullable=False),
        sa.PrimaryKeyConstraint("source", name="pk_source"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_source_agency_key", "source", ["agency_key"])
    op.create_table(
        "source_check",
        sa.Column("source", Words(), nullable=False),
        sa.Column("crawl", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("started", Words(), nullable=False),
        sa.Column("finished", Words(), nullable=False),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in (
                "requests",
                "not_modified",
                "documents",
                "new_documents",
                "changed_documents",
                "vanished_documents",
            )
        ),
        sa.Column("refused", Words(), nullable=False),
        sa.Column("error", Words(), nullable=False),
        sa.PrimaryKeyConstraint("source", "crawl", name="pk_source_check"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
