"""The views on time: what was found where and when, how reports stood, and what replaced what. SQL as in ``store.views``."""

# ruff: noqa: S608 - every name comes from this project

from __future__ import annotations

_GONE = """(SELECT MIN(later.started) FROM run AS later JOIN run_root AS t ON t.run_id = later.id
    WHERE later.id > p.last_run AND later.finished IS NOT NULL
      AND (p.origin = t.root OR SUBSTR(p.origin, 1, LENGTH(t.root) + 1) = t.root || '/'))"""
"""When a later run that came to its end looked there and did not find it."""

SIGHTINGS = f"""\
SELECT p.document_id, p.document, p.origin, f.started AS first_seen, l.started AS last_seen, p.current,
  CASE WHEN p.current = 1 THEN {_GONE} END AS gone_since, p.fetched, p.via, p.record
FROM document_path AS p JOIN run AS f ON f.id = p.first_run JOIN run AS l ON l.id = p.last_run
UNION ALL
SELECT p.document_id, p.document, p.origin, f.started, l.started, 0, CAST(NULL AS TEXT),
  CAST(NULL AS TEXT), CAST(NULL AS TEXT), CAST(NULL AS TEXT)
FROM past_sighting AS s JOIN document_path AS p ON p.document_id = s.document_id AND p.ordinal = s.ordinal
  JOIN run AS f ON f.id = s.first_run JOIN run AS l ON l.id = s.last_run"""

_REPORT = "r.id AS report_id, r.agency_id, r.agency, r.year, r.scope, r.form, r.verdict, p.document"
_NAME = "JOIN document_path AS p ON p.document_id = r.document_id AND p.ordinal = 0"

REPORT_HISTORY = f"""\
SELECT {_REPORT}, f.started AS since, CAST(NULL AS TEXT) AS until
FROM report AS r JOIN document AS d ON d.id = r.document_id JOIN run AS f ON f.id = d.first_run {_NAME}
WHERE r.current = 1 AND NOT EXISTS (SELECT 1 FROM tenure AS t WHERE t.report_id = r.id)
UNION ALL
SELECT {_REPORT}, f.started, u.started
FROM tenure AS t JOIN report AS r ON r.id = t.report_id {_NAME}
  JOIN run AS f ON f.id = t.first_run LEFT JOIN run AS u ON u.id = t.until_run"""


def _seen(which: str, report: str) -> str:
    first, last, number = f"{which}_first_seen", f"{which}_last_seen", f"{report}.document_id"
    return (
        f"(SELECT s.started FROM document AS d JOIN run AS s ON s.id = d.first_run WHERE d.id = {number}) AS {first},\n"
        "  (SELECT MAX(s.started) FROM document_path AS x JOIN run AS s ON s.id = x.last_run"
        f" WHERE x.document_id = {number}) AS {last}"
    )


REVISIONS = f"""\
SELECT r.id AS report_id, o.id AS old_report_id, r.agency_id, r.agency, r.year, r.scope, v.kind, v.cells, v.sections,
  v.same_path, v.same_reader, w.started AS noticed, q.document AS old_document, v.document AS new_document,
  {_seen("old", "o")},
  {_seen("new", "r")},
  v.ordinal
FROM revision AS v JOIN report AS r ON r.id = v.report_id JOIN report AS o ON o.id = v.old_report_id
  JOIN run AS w ON w.id = v.run_id JOIN document_path AS q ON q.document_id = o.document_id AND q.ordinal = 0"""

REPORT_DOCUMENTS = f"""\
SELECT COALESCE(r.superseded_by, r.id) AS report_id, r.id AS printed_id, c.agency_id, c.agency, c.year, c.scope,
  COALESCE(r.relation, 'current') AS relation, d.media_type, p.document, p.origin, p.current,
  f.started AS first_seen, l.started AS last_seen, CASE WHEN p.current = 1 THEN {_GONE} END AS gone_since,
  p.fetched, p.via, p.record
FROM report AS r JOIN report AS c ON c.id = COALESCE(r.superseded_by, r.id)
  JOIN document AS d ON d.id = r.document_id JOIN document_path AS p ON p.document_id = d.id
  JOIN run AS f ON f.id = p.first_run JOIN run AS l ON l.id = p.last_run"""


def time_views() -> dict[str, str]:
    """The SELECT of each view by name."""
    return {
        "sightings": SIGHTINGS,
        "report_history": REPORT_HISTORY,
        "revisions": REVISIONS,
        "report_documents": REPORT_DOCUMENTS,
    }
