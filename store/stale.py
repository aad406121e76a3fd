"""Agencies of which reports have changed since continuity was last computed: marked in the transaction that changes them."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, text

Chain = tuple[int, str]
"""What joins an agency's reports: its number, or 0 and the printed name where the agency is undecided."""

_MARK = text("INSERT INTO continuity_stale (agency_id, agency) VALUES (:agency_id, :agency) ON CONFLICT DO NOTHING")


def mark_stale(connection: Connection, chains: Iterable[Chain]) -> None:
    """Note that reports of these agencies were added, changed, replaced or taken away."""
    rows = [{"agency_id": number, "agency": name} for number, name in sorted(set(chains))]
    if rows:
        connection.execute(_MARK, rows)
