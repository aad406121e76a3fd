"""Mentions with their place, kind and role: every number of the prose, not only those of a clear metric.

Revision ID: 0009
Revises: 0008
"""

# ruff: noqa: S608 - only constants go into the statements

import sqlalchemy as sa
from alembic import op

from store.columns import Figure, Words

revision = "0009"
down_revision = "0008"

_KEPT = ("report_id", "ordinal", "metric", "value", "unit", "section", "cell")
_TOLD = ("kind", "whose", "qualifier", "approximate", "negated")
_KNOWN = "CASE WHEN unit LIKE '%元' THEN 'amount' ELSE 'count' END", "'self'", "''", "0", "0"
"""What holds for every mention of the revisions before: only whole counts of the agency itself were taken."""
_LATER = ("section_ordinal", "start", "stop", "sentence_start", "sentence_stop", "whole", "base")
"""Where it stands. The sentence is found again in its section; the number in it only by reading the document again."""
_FIND = {"sqlite": "instr(s.text, m.sentence)", "postgresql": "strpos(s.text, m.sentence)"}


def upgrade() -> None:
    """A value may be NULL (数十次), and a sentence is no longer kept a second time. SQLite can allow that only in a new table."""
    dialect = op.get_bind().dialect.name
    _find_sentences(_FIND[dialect])
    if dialect == "sqlite":
        _build_anew()
    else:
        _alter()
    for name in ("section_ordinal", "sentence_start", "sentence_stop"):
        op.execute(
            f"UPDATE mention SET {name} = (SELECT p.{name} FROM mention_sentence AS p"
            " WHERE p.report_id = mention.report_id AND p.ordinal = mention.ordinal)"
        )
    op.drop_table("mention_place")
    op.drop_table("mention_sentence")


def _find_sentences(found: str) -> None:
    """Where each sentence stands; ``found`` is its place from 1, or 0."""
    op.execute(
        "CREATE TABLE mention_place AS SELECT m.report_id, m.ordinal, MIN(s.ordinal) AS section_ordinal"
        " FROM mention AS m JOIN section AS s ON s.report_id = m.report_id AND s.number = m.section"
        f" WHERE {found} > 0 GROUP BY m.report_id, m.ordinal"
    )
    op.execute(
        "CREATE TABLE mention_sentence AS SELECT m.report_id, m.ordinal, p.section_ordinal,"
        f" {found} - 1 AS sentence_start, {found} - 1 + length(m.sentence) AS sentence_stop"
        " FROM mention AS m JOIN mention_place AS p ON p.report_id = m.report_id AND p.ordinal = m.ordinal"
        " JOIN section AS s ON s.report_id = m.report_id AND s.ordinal = p.section_ordinal"
    )


def _alter() -> None:
    op.alter_column("mention", "value", existing_type=Figure(), nullable=True)
    for name in _TOLD:
        kind = Words() if name in _TOLD[:3] else sa.Integer()
        op.add_column("mention", sa.Column(name, kind, nullable=True))
    op.execute(f"UPDATE mention SET {', '.join(f'{name} = {value}' for name, value in zip(_TOLD, _KNOWN, strict=True))}")
    for name in _TOLD:
        op.alter_column("mention", name, nullable=False)
    for name in _LATER:
        op.add_column("mention", sa.Column(name, sa.Integer(), nullable=True))
    op.drop_column("mention", "sentence")


def _build_anew() -> None:
    op.create_table(
        "mention_new",
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("metric", Words(), nullable=False),
        sa.Column("value", Figure(), nullable=True),
        sa.Column("unit", Words(), nullable=False),
        sa.Column("section", sa.Integer(), nullable=False),
        sa.Column("cell", Words(), nullable=True),
        *(sa.Column(name, Words(), nullable=False) for name in _TOLD[:3]),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in _TOLD[3:]),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in _LATER),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name="fk_mention_report_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("report_id", "ordinal", name="pk_mention"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    names = ", ".join(_KEPT)
    op.execute(f"INSERT INTO mention_new ({names}, {', '.join(_TOLD)}) SELECT {names}, {', '.join(_KNOWN)} FROM mention")
    op.drop_table("mention")
    op.execute("PRAGMA legacy_alter_table = ON")  # or a view that somebody made of a table dropped here would stop it
    op.rename_table("mention_new", "mention")
    op.execute("PRAGMA legacy_alter_table = OFF")
