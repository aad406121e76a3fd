"""What documents were found where and when, and how one report's documents follow each other.

All but ``run_root`` and ``past_sighting`` is derived by ``store.supersede`` from the rest, for reports that have several
documents.
"""

from __future__ import annotations

from sqlalchemy import Column, Integer

from store.columns import Figure
from store.schema.parts import integer, ordinal, part_of_report, reference, table, text_

run_root = table(
    "run_root",
    reference("run_id", "run.id", "The run.", primary_key=True),
    text_("root", "A folder, file or address that it looked through, in full.", primary_key=True),
    rowid=False,
)

past_sighting = table(
    "past_sighting",
    reference("document_id", "document.id", "A content that was at a path, was replaced there, and came back.", primary_key=True),
    ordinal("The path: as in document_path."),
    Column("period", Integer, primary_key=True, autoincrement=False, doc="Which of its times there, from 0."),
    reference("first_run", "run.id", "Run that first found it there in that time.", ondelete="NO ACTION"),
    reference("last_run", "run.id", "Run that last found it there in that time.", ondelete="NO ACTION"),
    rowid=False,
)

tenure = part_of_report(
    "tenure",
    reference("first_run", "run.id", "Run from which on this document's report was the current one.", ondelete="NO ACTION"),
    reference("until_run", "run.id", "Run from which on another was; NULL if it still is.", ondelete="NO ACTION", nullable=True),
)

revision = part_of_report(
    "revision",
    reference("old_report_id", "report.id", "The report as the replaced document has it.", index=True),
    text_("kind", "What changed: bytes (neither figures nor prose), prose or cells."),
    integer("same_path", "1 if the newer document took the older one's place at a path; 0 if it appeared elsewhere."),
    text_("document", "Path where the newer one appeared."),
    integer("cells", "Number of cells that differ: see revision_cell."),
    integer("sections", "Number of chapters whose prose differs: see revision_section."),
    integer("same_reader", "1 if the same version of the reading code read both; else it may be the reader that changed."),
    reference("run_id", "run.id", "Run that first found the newer one in that place.", ondelete="NO ACTION"),
)

revision_cell = table(
    "revision_cell",
    reference("report_id", "report.id", "The report as the newer document has it.", primary_key=True),
    ordinal("Which revision of it: as in revision."),
    text_("form", "Form of the cell; empty for a row or column that the agency added.", primary_key=True),
    text_("cell", "table.row.column of the cell; labels as printed where the agency added it.", primary_key=True),
    text_("old_printed", "Text of the older document; NULL where it prints no such cell.", nullable=True),
    Column("old_value", Figure, doc="The number before; NULL where there was none."),
    text_("new_printed", "Text of the newer document; NULL where it prints no such cell.", nullable=True),
    Column("new_value", Figure, doc="The number now; NULL where there is none."),
    rowid=False,
)

revision_section = table(
    "revision_section",
    reference("report_id", "report.id", "The report as the newer document has it.", primary_key=True),
    ordinal("Which revision of it: as in revision."),
    Column("number", Integer, primary_key=True, autoincrement=False, doc="Official chapter; 0 is what precedes it."),
    text_("heading", "Heading in the newer document, or in the older one where the newer has no such chapter."),
    text_("change", "changed, added or removed."),
    rowid=False,
)
