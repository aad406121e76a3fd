"""The view on sections that print the same text. Standard SQL, as in ``store.views``."""

from __future__ import annotations

COPIES = """\
SELECT c.kind, c.similarity, c.shared, c.numbers, c.numbers_same, m.cluster_id,
  r.agency, r.agency_id, r.year, r.published, s.number AS chapter, s.heading, s.text,
  o.agency AS other_agency, o.agency_id AS other_agency_id, o.year AS other_year, o.published AS other_published,
  t.number AS other_chapter, t.heading AS other_heading, t.text AS other_text,
  c.report_id, c.ordinal, c.other_report_id, c.other_ordinal
FROM copy_pair AS c
JOIN report AS r ON r.id = c.report_id JOIN report AS o ON o.id = c.other_report_id
JOIN section AS s ON s.report_id = c.report_id AND s.ordinal = c.ordinal
JOIN section AS t ON t.report_id = c.other_report_id AND t.ordinal = c.other_ordinal
LEFT JOIN copy_member AS m ON m.report_id = c.report_id AND m.ordinal = c.ordinal
WHERE r.current = 1 AND o.current = 1"""


def copy_views() -> dict[str, str]:
    """The SELECT of each view by name."""
    return {"copies": COPIES}
