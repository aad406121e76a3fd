"""The long series: tables that say what its indicators and metrics are. They are filled from the data files on opening.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

from store.columns import Words

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create the four tables."""
    _table(
        "indicator",
        ("indicator",),
        _words("indicator"),
        sa.Column("position", sa.Integer(), nullable=False),
        *map(_words, ("topic", "applicant", "label_zh", "label_en", "unit")),
    )
    _table(
        "indicator_form",
        ("form", "indicator"),
        *map(_words, ("form", "indicator")),
        sa.Column("position", sa.Integer(), nullable=False),
        *map(_words, ("relation", "segment")),
        sa.Column("breaks", sa.Integer(), nullable=False),
        sa.Column("family", Words(), nullable=True),
        sa.Column("witness", Words(), nullable=True),
        *map(_words, ("note_zh", "note_en", "source")),
    )
    _table("indicator_cell", ("form", "indicator", "cell"), *map(_words, ("form", "indicator", "cell")))
    _table(
        "metric",
        ("metric",),
        _words("metric"),
        sa.Column("position", sa.Integer(), nullable=False),
        *map(_words, ("label_zh", "label_en", "numerator", "denominator")),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("minimum", "per", "bounded")),
        *map(_words, ("forms", "unit", "note_zh", "note_en")),
    )


def _words(name: str) -> sa.Column[str]:
    return sa.Column(name, Words(), nullable=False)


def _table(name: str, key: tuple[str, ...], *columns: sa.Column[str] | sa.Column[int]) -> None:
    primary = sa.PrimaryKeyConstraint(*key, name=f"pk_{name}")
    op.create_table(name, *columns, primary, sqlite_strict=True, sqlite_with_rowid=False)
