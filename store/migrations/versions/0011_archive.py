"""Crawls: which one a run took in, and when, from where and by which record each content was fetched.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

from store.columns import Words

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the columns; what was loaded before does not say."""
    op.add_column("run", sa.Column("crawl", Words(), nullable=True))
    for name in ("fetched", "via", "record"):
        op.add_column("document_path", sa.Column(name, Words(), nullable=True))
