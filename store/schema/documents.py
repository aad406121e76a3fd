"""Runs, documents and what became of the files they came from."""

from __future__ import annotations

from sqlalchemy import Column, Integer, LargeBinary, UniqueConstraint

from store.columns import Digest
from store.schema.parts import id_, integer, long, ordinal, reference, table, text_

run = table(
    "run",
    id_("Number of the run."),
    text_("started", "When it started: ISO 8601, UTC."),
    text_("finished", "When it finished; NULL if it was interrupted.", nullable=True),
    text_("reader", "Version of the reading code."),
    text_("arguments", "What it was asked to do."),
    text_("counts", "What became of the documents: JSON; NULL if it was interrupted.", nullable=True),
    text_("crawl", "Crawl whose documents it took in: number and name of the archive; NULL for files.", nullable=True),
)

document = table(
    "document",
    id_("Number of the document, in the order of first arrival."),
    Column(
        "sha256",
        Digest,
        nullable=False,
        unique=True,
        doc="SHA-256 of the content, as bytes (hexadecimal in the views): the document's identity.",
    ),
    text_("media_type", "Format, found from the content."),
    text_("producer", "Program that made the file, as the file says."),
    integer("pages", "Number of pages; 0 in a format without pages."),
    Column("size", Integer, nullable=False, index=True, doc="Size in bytes."),
    text_("reader", "Version of the reading code that gave what is stored."),
    reference("first_run", "run.id", "Run that first loaded it.", ondelete="NO ACTION"),
    reference("last_run", "run.id", "Run that last changed what is stored of it.", ondelete="NO ACTION"),
)

document_path = table(
    "document_path",
    reference("document_id", "document.id", "The content found there.", primary_key=True),
    ordinal("Place among the names of this content, from 0: the one it was first found under, which the views show."),
    text_("document", "Path relative to the ingested folder; archive.zip/member in an archive."),
    text_("origin", "Full path or URL."),
    integer("current", "1 if the path last held this content, 0 if other content has replaced it."),
    reference("first_run", "run.id", "Run that first found this content there, this time.", ondelete="NO ACTION"),
    reference("last_run", "run.id", "Run that last found this content there.", ondelete="NO ACTION"),
    text_("fetched", "When it was fetched from there, this time, by a crawl: ISO 8601, UTC; NULL for a file.", nullable=True),
    text_("via", "Address of the page that led there, as far as a crawl says.", nullable=True),
    text_("record", "WARC record of the fetch, with its headers: FILE#OFFSET in the archive.", nullable=True),
    UniqueConstraint("document", "document_id"),
    rowid=False,
)

document_warning = table(
    "document_warning",
    reference("document_id", "document.id", "The document.", primary_key=True),
    ordinal("Place among the document's warnings, from 0."),
    text_("code", "Stable id of the warning."),
    text_("message", "What the reader noticed."),
    integer("page", "Page it concerns, from 1.", nullable=True),
)

failure = table(
    "failure",
    text_("document", "Name of the document that could not be loaded.", primary_key=True),
    text_("sha256", "SHA-256 of its content."),
    text_("origin", "Full path or URL."),
    text_("code", "Kind of error."),
    text_("reason", "Finer code within the kind."),
    text_("message", "What happened."),
    text_("advice", "What to do."),
    text_("reader", "Version of the reading code."),
    text_("time", "When: ISO 8601, UTC."),
    reference("run_id", "run.id", "Run it happened in.", ondelete="NO ACTION"),
    reference("agency_id", "agency.id", "Whose report it is, as name and address say.", ondelete="SET NULL", nullable=True),
    integer("year", "For which year, as name and address say.", nullable=True),
)

seen_file = table(
    "seen_file",
    text_("path", "Absolute path or URL of a file that was taken in; sha256:… for one of a crawl.", primary_key=True),
    text_("document", "Public name it had then; an archive's members begin with it.", primary_key=True),
    long("size", "Size in bytes, then."),
    long("modified_ns", "Time of its last change, then: nanoseconds since 1970; -1 if unknown."),
    long("looked_ns", "When that was looked up: nanoseconds since 1970."),
    text_("sha256", "SHA-256 of its content; NULL for an archive.", nullable=True),
    Column("members", LargeBinary, doc="Archive: what it held and what was passed over, packed: see store.seen."),
)
