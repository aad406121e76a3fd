"""The fixed tables. Frozen: a later change is a later revision.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

from store.columns import Figure, Measure, Words

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create every fixed table."""
    op.create_table(
        "correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", Words(), nullable=False),
        sa.Column("report_ordinal", sa.Integer(), nullable=False),
        sa.Column("form", Words(), nullable=False),
        sa.Column("cell", Words(), nullable=False),
        sa.Column("value", Figure(), nullable=True),
        sa.Column("printed", Words(), nullable=False),
        sa.Column("reason", Words(), nullable=False),
        sa.Column("person", Words(), nullable=False),
        sa.Column("time", Words(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_correction"),
        sqlite_strict=True,
    )
    op.create_index("ix_correction_sha256", "correction", ["sha256"], unique=False)
    op.create_table(
        "data_dictionary",
        sa.Column("relation", Words(), nullable=False),
        sa.Column("name", Words(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("form", Words(), nullable=True),
        sa.Column("table", Words(), nullable=True),
        sa.Column("row", Words(), nullable=True),
        sa.Column("column", Words(), nullable=True),
        sa.Column("cell", Words(), nullable=True),
        sa.Column("label_zh", Words(), nullable=True),
        sa.Column("label_en", Words(), nullable=True),
        sa.Column("unit_zh", Words(), nullable=True),
        sa.Column("unit_en", Words(), nullable=True),
        sa.Column("signed", sa.Integer(), nullable=True),
        sa.Column("description", Words(), nullable=False),
        sa.PrimaryKeyConstraint("relation", "name", name="pk_data_dictionary"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "generated",
        sa.Column("name", Words(), nullable=False),
        sa.Column("fingerprint", Words(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_generated"),
        sqlite_strict=True,
    )
    op.create_table(
        "region",
        sa.Column("code", Words(), nullable=False),
        sa.Column("name", Words(), nullable=False),
        sa.Column("parent_code", Words(), nullable=True),
        sa.PrimaryKeyConstraint("code", name="pk_region"),
        sqlite_strict=True,
    )
    op.create_table(
        "run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("started", Words(), nullable=False),
        sa.Column("finished", Words(), nullable=True),
        sa.Column("reader", Words(), nullable=False),
        sa.Column("arguments", Words(), nullable=False),
        sa.Column("counts", Words(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_run"),
        sqlite_strict=True,
    )
    op.create_table(
        "agency",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", Words(), nullable=False),
        sa.Column("region_code", Words(), nullable=True),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name="fk_agency_region_code"),
        sa.PrimaryKeyConstraint("id", name="pk_agency"),
        sa.UniqueConstraint("name", name="uq_agency_name"),
        sqlite_strict=True,
    )
    op.create_table(
        "document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", Words(), nullable=False),
        sa.Column("document", Words(), nullable=False),
        sa.Column("origin", Words(), nullable=False),
        sa.Column("media_type", Words(), nullable=False),
        sa.Column("producer", Words(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("reader", Words(), nullable=False),
        sa.Column("first_run", sa.Integer(), nullable=False),
        sa.Column("last_run", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["first_run"], ["run.id"], name="fk_document_first_run", ondelete="NO ACTION"),
        sa.ForeignKeyConstraint(["last_run"], ["run.id"], name="fk_document_last_run", ondelete="NO ACTION"),
        sa.PrimaryKeyConstraint("id", name="pk_document"),
        sa.UniqueConstraint("sha256", name="uq_document_sha256"),
        sqlite_strict=True,
    )
    op.create_table(
        "failure",
        sa.Column("document", Words(), nullable=False),
        sa.Column("sha256", Words(), nullable=False),
        sa.Column("origin", Words(), nullable=False),
        sa.Column("code", Words(), nullable=False),
        sa.Column("reason", Words(), nullable=False),
        sa.Column("message", Words(), nullable=False),
        sa.Column("advice", Words(), nullable=False),
        sa.Column("reader", Words(), nullable=False),
        sa.Column("time", Words(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name="fk_failure_run_id", ondelete="NO ACTION"),
        sa.PrimaryKeyConstraint("document", name="pk_failure"),
        sqlite_strict=True,
    )
    op.create_table(
        "document_path",
        sa.Column("document", Words(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("origin", Words(), nullable=False),
        sa.Column("current", sa.Integer(), nullable=False),
        sa.Column("first_run", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name="fk_document_path_document_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["first_run"], ["run.id"], name="fk_document_path_first_run", ondelete="NO ACTION"),
        sa.PrimaryKeyConstraint("document", "document_id", name="pk_document_path"),
        sqlite_strict=True,
    )
    op.create_index("ix_document_path_document_id", "document_path", ["document_id"], unique=False)
    op.create_table(
        "document_warning",
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", Words(), nullable=False),
        sa.Column("message", Words(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name="fk_document_warning_document_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("document_id", "ordinal", name="pk_document_warning"),
        sqlite_strict=True,
    )
    op.create_table(
        "report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("agency", Words(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("scope", Words(), nullable=True),
        sa.Column("form", Words(), nullable=False),
        sa.Column("verdict", Words(), nullable=False),
        sa.Column("title", Words(), nullable=False),
        sa.Column("period", Words(), nullable=False),
        sa.Column("published", Words(), nullable=False),
        sa.Column("cells_expected", sa.Integer(), nullable=False),
        sa.Column("cells_found", sa.Integer(), nullable=False),
        sa.Column("findings", sa.Integer(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("ignored", sa.Integer(), nullable=False),
        sa.Column("in_findings", sa.Integer(), nullable=False),
        sa.Column("checks_holding", sa.Integer(), nullable=False),
        sa.Column("checks_failing", sa.Integer(), nullable=False),
        sa.Column("checks_not_assessable", sa.Integer(), nullable=False),
        sa.Column("current", sa.Integer(), nullable=False),
        sa.Column("superseded_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name="fk_report_agency_id", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name="fk_report_document_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["superseded_by"], ["report.id"], name="fk_report_superseded_by", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_report"),
        sa.UniqueConstraint("document_id", "ordinal", name="uq_report_document_id_ordinal"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index("ix_report_agency_id", "report", ["agency_id"], unique=False)
    op.create_index("ix_report_agency_year_scope", "report", ["agency", "year", "scope"], unique=False)
    op.create_index("ix_report_superseded_by", "report", ["superseded_by"], unique=False)
    op.create_table(
        "block",
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("form", Words(), nullable=False),
        sa.Column("table", Words(), nullable=False),
        sa.Column("cells_expected", sa.Integer(), nullable=False),
        sa.Column("cells_found", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name="fk_block_report_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("report_id", "form", "table", name="pk_block"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "cell_note",
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("form", Words(), nullable=False),
        sa.Column("cell", Words(), nullable=False),
        sa.Column("state", Words(), nullable=False),
        sa.Column("printed", Words(), nullable=False),
        sa.Column("note", Words(), nullable=False),
        sa.Column("exact", Words(), nullable=True),
        sa.Column("confidence", Measure, nullable=True),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name="fk_cell_note_report_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("report_id", "form", "cell", name="pk_cell_note"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "extra_cell",
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("table", Words(), nullable=False),
        sa.Column("row_label", Words(), nullable=False),
        sa.Column("column_label", Words(), nullable=False),
        sa.Column("printed", Words(), nullable=False),
        sa.Column("value", Figure(), nullable=True),
        sa.Column("page", sa.Integer(), nullable=True),
        sa.Column("x0", Measure, nullable=True),
        sa.Column("top", Measure, nullable=True),
        sa.Column("x1", Measure, nullable=True),
        sa.Column("bottom", Measure, nullable=True),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("field", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name="fk_extra_cell_report_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("report_id", "ordinal", name="pk_extra_cell"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "finding",
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rule", Words(), nullable=False),
        sa.Column("severity", Words(), nullable=False),
        sa.Column("cells", Words(), nullable=False),
        sa.Column("expected", Words(), nullable=False),
        sa.Column("actual", Words(), nullable=False),
        sa.Column("message", Words(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name="fk_finding_report_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("report_id", "ordinal", name="pk_finding"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_finding_rule", "finding", ["rule"], unique=False)
    op.create_table(
        "ignored",
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rule", Words(), nullable=False),
        sa.Column("printed", Words(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name="fk_ignored_report_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("report_id", "ordinal", name="pk_ignored"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "mention",
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("metric", Words(), nullable=False),
        sa.Column("value", Figure(), nullable=False),
        sa.Column("unit", Words(), nullable=False),
        sa.Column("sentence", Words(), nullable=False),
        sa.Column("section", sa.Integer(), nullable=False),
        sa.Column("cell", Words(), nullable=True),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name="fk_mention_report_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("report_id", "ordinal", name="pk_mention"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "provenance",
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("cells", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name="fk_provenance_report_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("report_id", name="pk_provenance"),
        sqlite_strict=True,
    )
    op.create_table(
        "rule_check",
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rule", Words(), nullable=False),
        sa.Column("outcome", Words(), nullable=False),
        sa.Column("cells", Words(), nullable=False),
        sa.Column("expected", Words(), nullable=False),
        sa.Column("actual", Words(), nullable=False),
        sa.Column("message", Words(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name="fk_rule_check_report_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("report_id", "ordinal", name="pk_rule_check"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "section",
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("heading", Words(), nullable=False),
        sa.Column("text", Words(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name="fk_section_report_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("report_id", "ordinal", name="pk_section"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    if op.get_bind().dialect.name == "sqlite":  # elsewhere, rights do this: grant INSERT and SELECT only
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER correction_no_{change.lower()} BEFORE {change} ON correction "
                "BEGIN SELECT RAISE(ABORT, 'correction is append-only'); END"
            )
