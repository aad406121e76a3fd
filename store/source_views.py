"""The view ``freshness``: how fresh what each source gave is. Standard SQL, as in ``store.views``."""

from __future__ import annotations

_CHANGED = "c.new_documents + c.changed_documents + c.vanished_documents > 0"

FRESHNESS = f"""\
WITH names AS (SELECT source FROM source UNION SELECT source FROM source_check),
last AS (
  SELECT c.source, MAX(c.crawl) AS crawl, MAX(CASE WHEN c.error = '' THEN c.finished END) AS last_checked,
    MAX(CASE WHEN {_CHANGED} THEN c.finished END) AS last_changed, COUNT(*) AS checks
  FROM source_check AS c GROUP BY c.source
)
SELECT n.source, COALESCE(s.title, '') AS title, COALESCE(s.agency, '') AS agency, a.id AS agency_id,
  COALESCE(s.region, '') AS region, COALESCE(s.address, '') AS address, COALESCE(s.enabled, 0) AS enabled,
  CASE WHEN l.source IS NULL THEN 'never' WHEN c.error <> '' THEN 'unreached' WHEN c.documents = 0 THEN 'empty'
    WHEN s.alarm <> '' THEN 'silent' WHEN s.awaited IS NOT NULL THEN 'waiting' ELSE 'fresh' END AS state,
  c.finished AS last_tried, l.last_checked, l.last_changed, s.next_due, COALESCE(c.error, '') AS last_error,
  s.awaited, COALESCE(s.alarm, '') AS alarm, COALESCE(l.checks, 0) AS checks, c.crawl, c.requests, c.not_modified, c.documents,
  c.new_documents, c.changed_documents, c.vanished_documents, c.refused
FROM names AS n LEFT JOIN source AS s ON s.source = n.source LEFT JOIN last AS l ON l.source = n.source
  LEFT JOIN source_check AS c ON c.source = l.source AND c.crawl = l.crawl
  LEFT JOIN agency AS a ON a.key = s.agency_key AND s.agency_key <> ''"""  # noqa: S608 - every name comes from this project


def source_views() -> dict[str, str]:
    """The SELECT of the view by name."""
    return {"freshness": FRESHNESS}
