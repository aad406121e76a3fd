"""Files that were taken in, as they lay there: what lets a second run pass over them unopened.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

from store.columns import Words

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the table, and the index by which a moved file is recognised."""
    long = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "seen_file",
        sa.Column("path", Words(), nullable=False),
        sa.Column("document", Words(), nullable=False),
        sa.Column("size", long, nullable=False),
        sa.Column("modified_ns", long, nullable=False),
        sa.Column("looked_ns", long, nullable=False),
        sa.Column("sha256", Words(), nullable=True),
        sa.Column("members", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("path", "document", name="pk_seen_file"),
        sqlite_strict=True,
    )
    op.create_index("ix_document_size", "document", ["size"], unique=False)
