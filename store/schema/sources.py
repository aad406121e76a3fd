"""Sources of documents on the web, and what each check of them found.

``source`` is what ``sources/*.toml`` says and how the last night left it; ``source_check`` is what crawls say, and can be
made again from an archive.
"""

from __future__ import annotations

from sqlalchemy import Column, Integer

from store.schema.parts import integer, table, text_

source = table(
    "source",
    text_("source", "Name of the source: its table in sources/*.toml.", primary_key=True),
    text_("title", "What it is called."),
    text_("agency", "Whose reports it publishes, where it is one agency's; else empty."),
    text_("agency_key", "Key of that agency; empty where the name does not tell.", index=True),
    text_("region", "Division it is of, where it is a whole division's."),
    text_("address", "Its first list."),
    integer("enabled", "1 if it is asked at all."),
    integer("every_days", "How often it is gone through, in days."),
    text_("next_due", "When it is to be gone through next: ISO 8601, UTC; NULL if never.", nullable=True),
    integer("awaited", "Year whose report was due when it was last checked, and is not there; NULL if none.", nullable=True),
    text_("alarm", "Why the last night sounds an alarm for it; empty if it does not."),
    rowid=False,
)

source_check = table(
    "source_check",
    text_("source", "Name of the source.", primary_key=True),
    Column("crawl", Integer, primary_key=True, autoincrement=False, doc="Number of the crawl, in its archive."),
    text_("started", "When it began: ISO 8601, UTC."),
    text_("finished", "When it ended."),
    integer("requests", "Questions asked, robots files and retries included."),
    integer("not_modified", "Answers that said that nothing has changed."),
    integer("documents", "Documents (pages, attachments, pictures) that the source held then."),
    integer("new_documents", "Addresses that were never seen there before."),
    integer("changed_documents", "Addresses that held other content than before."),
    integer("vanished_documents", "Addresses that held a document and did no longer."),
    text_("refused", "What came and was no document, by reason: JSON."),
    text_("error", "Why it could not be gone through to its end; empty if it could."),
    rowid=False,
)
