"""Time: when each content was found at each path, how a report's documents follow each other, whose an unread document is.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

from store.columns import Figure, Words

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make ``document_path`` anew with the run that last found a path; the tables of the ledger, which ``store.open`` fills."""
    _paths()
    op.add_column("report", sa.Column("relation", Words(), nullable=True))
    _failures()
    op.create_table(
        "run_root",
        _key_column("run_id"),
        sa.Column("root", Words(), nullable=False),
        *_keys("run_root", ("run_id", "root"), run_id="run"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "past_sighting",
        *map(_key_column, ("document_id", "ordinal", "period")),
        *map(_integer, ("first_run", "last_run")),
        *_keys("past_sighting", ("document_id", "ordinal", "period"), document_id="document"),
        *_runs("past_sighting", "first_run", "last_run"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    _ledger()


def _key_column(name: str) -> sa.Column[int]:
    """A whole number of a primary key, given by the program."""
    return sa.Column(name, sa.Integer(), autoincrement=False, nullable=False)


def _integer(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _keys(table: str, primary: tuple[str, ...], **references: str) -> tuple[sa.schema.SchemaItem, ...]:
    """The primary key, and references that go with what they refer to."""
    found = (
        sa.ForeignKeyConstraint([name], [f"{target}.id"], name=f"fk_{table}_{name}", ondelete="CASCADE")
        for name, target in references.items()
    )
    return (*found, sa.PrimaryKeyConstraint(*primary, name=f"pk_{table}"))


def _runs(table: str, *names: str) -> tuple[sa.schema.SchemaItem, ...]:
    return tuple(sa.ForeignKeyConstraint([name], ["run.id"], name=f"fk_{table}_{name}", ondelete="NO ACTION") for name in names)


def _paths() -> None:
    """What was found before is taken to have been found once: in its first run."""
    names = "document_id, ordinal, document, origin, current, first_run"
    op.execute(f"CREATE TABLE paths_before AS SELECT {names} FROM document_path")  # noqa: S608 - constants
    op.drop_table("document_path")
    op.create_table(
        "document_path",
        sa.Column("document_id", sa.Integer(), nullable=False),
        _key_column("ordinal"),
        sa.Column("document", Words(), nullable=False),
        sa.Column("origin", Words(), nullable=False),
        *map(_integer, ("current", "first_run", "last_run")),
        *_keys("document_path", ("document_id", "ordinal"), document_id="document"),
        *_runs("document_path", "first_run", "last_run"),
        sa.UniqueConstraint("document", "document_id", name="uq_document_path_document_document_id"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.execute(f"INSERT INTO document_path ({names}, last_run) SELECT {names}, first_run FROM paths_before")  # noqa: S608 - constants
    op.drop_table("paths_before")


def _failures() -> None:
    texts = ("document", "sha256", "origin", "code", "reason", "message", "advice", "reader", "time")
    names = ", ".join((*texts, "run_id"))
    op.execute(f"CREATE TABLE failures_before AS SELECT {names} FROM failure")  # noqa: S608 - constants
    op.drop_table("failure")
    op.create_table(
        "failure",
        *(sa.Column(name, Words(), nullable=False) for name in texts),
        _integer("run_id"),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in ("agency_id", "year")),
        *_runs("failure", "run_id"),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_failure_agency_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("document", name="pk_failure"),
        sqlite_strict=True,
    )
    op.execute(f"INSERT INTO failure ({names}) SELECT {names} FROM failures_before")  # noqa: S608 - constants
    op.drop_table("failures_before")


def _ledger() -> None:
    part = ("report_id", "ordinal")
    op.create_table(
        "tenure",
        *map(_key_column, part),
        _integer("first_run"),
        sa.Column("until_run", sa.Integer(), nullable=True),
        *_keys("tenure", part, report_id="report"),
        *_runs("tenure", "first_run", "until_run"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "revision",
        *map(_key_column, part),
        _integer("old_report_id"),
        sa.Column("kind", Words(), nullable=False),
        _integer("same_path"),
        sa.Column("document", Words(), nullable=False),
        *map(_integer, ("cells", "sections", "same_reader", "run_id")),
        *_keys("revision", part, report_id="report", old_report_id="report"),
        *_runs("revision", "run_id"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_revision_old_report_id", "revision", ["old_report_id"], unique=False)
    op.create_table(
        "revision_cell",
        *map(_key_column, part),
        sa.Column("form", Words(), nullable=False),
        sa.Column("cell", Words(), nullable=False),
        sa.Column("old_printed", Words(), nullable=True),
        sa.Column("old_value", Figure(), nullable=True),
        sa.Column("new_printed", Words(), nullable=True),
        sa.Column("new_value", Figure(), nullable=True),
        *_keys("revision_cell", (*part, "form", "cell"), report_id="report"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "revision_section",
        *map(_key_column, (*part, "number")),
        sa.Column("heading", Words(), nullable=False),
        sa.Column("change", Words(), nullable=False),
        *_keys("revision_section", (*part, "number"), report_id="report"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
