"""A database of reports, as Python asks it: every answer is a pandas frame (types: ``nianbao.frames``) or a ``Report``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nianbao import frame_queries as queries
from nianbao.frames import answered, frame
from nianbao.report import Report
from nianbao.stored_report import stored_report
from store.load import Store

if TYPE_CHECKING:
    import pandas as pd

Years = int | tuple[int, int]
"""One reporting year, or the first and the last."""
Names = str | Sequence[str]
"""One name or several."""

_MOST_ROWS = 2**31 - 2
"""What a driver takes for "all"."""


class Database:
    """An open database. ``nianbao.open`` gives one; it is to be closed, or used in a ``with``.

    Agencies go by name, the current or a former one, or by a part of it that fits one agency only. Only current reports
    are answered: of several documents of one report the one that counts (docs/time.md). Every method raises ``NianbaoError``
    where what is asked for does not exist.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def __enter__(self) -> Database:
        """The database itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def __repr__(self) -> str:
        """Its address, without a password."""
        return f"<Database {self._store.engine.url.render_as_string(hide_password=True)}>"

    def close(self) -> None:
        """Give the database back."""
        self._store.close()

    def panel(self, form: str | None = None, *, years: Years | None = None, verdicts: Names = ()) -> pd.DataFrame:
        """One row a report, one column a cell (``applications.new.total``): what an estimate is made with.

        Counts are ``Int64``, amounts (万元) ``Float64``; ``<NA>`` is "no number", and ``cells`` says whether it is blank or
        missing. Before them stand whose report it is, for when, its verdict and its document.

        Args:
            form: ``2014``, ``2019`` or ``2021``: only the reports that print this form, and its cells. Without it every
                report, and the cells of all forms; what two forms ask under one name is one column.
            years: Only these reporting years.
            verdicts: Only reports with one of these verdicts. Uncertain reports (``review``) are in it unless left out.

        Raises:
            NianbaoError: there is no such form or verdict.
        """
        from nianbao.panel_frame import panel  # noqa: PLC0415 - its own module

        return panel(self._store, form, _span(years), _tuple(verdicts))

    def cells(
        self,
        agency: Names = (),
        *,
        years: Years | None = None,
        form: str | None = None,
        table: str | None = None,
        row: str | None = None,
        column: str | None = None,
    ) -> pd.DataFrame:
        """One row a cell: number, state, printed text and place, of all reports or of some.

        ``value`` is ``<NA>`` where there is no number, and ``state`` says why: ``blank`` or ``missing``.

        Args:
            agency: Only these agencies.
            years: Only these reporting years.
            form: Only cells printed in this form.
            table: Only this table, such as ``applications``.
            row: Only this row, such as ``new``.
            column: Only this column, such as ``total``.
        """
        wanted = queries.Wanted(_tuple(agency), _span(years), form, table, row, column)
        return frame(queries.CELLS, queries.cell_rows(self._store, wanted))

    def series(
        self,
        agency: Names = (),
        *,
        kind: str | None = None,
        level: str | None = None,
        within: str | None = None,
        indicators: Names = (),
        years: Years | None = None,
    ) -> pd.DataFrame:
        """The long series that joins the three forms (docs/series.md): one row a report and indicator.

        Where there is no figure, ``null_reason`` says why. Figures of two ``segment`` of an indicator mean different things.

        Args:
            agency: These agencies; without any the peers, and without those all agencies.
            kind: Peers: kind of body, such as ``health``.
            level: Peers: rank.
            within: Peers: name or code of a division.
            indicators: Keys such as ``received``; all without any.
            years: Only these reporting years.
        """
        subjects = queries.subjects(self._store, _tuple(agency), kind, level, within)
        return frame(queries.SERIES, queries.series_rows(self._store, subjects, _tuple(indicators), _span(years)))

    def compare(
        self,
        metric: str,
        agency: Names = (),
        *,
        kind: str | None = None,
        level: str | None = None,
        within: str | None = None,
        years: Years | None = None,
    ) -> pd.DataFrame:
        """A metric (``nianbao metrics``) or an indicator of agencies or of their peers, one row a year.

        A rate stands beside its ``numerator`` and ``denominator``; where there is none, ``null_reason`` says why.
        ``breaks`` names what changed since the report before: a difference across it says nothing of the agency.
        """
        subjects = queries.subjects(self._store, _tuple(agency), kind, level, within)
        return frame(queries.COMPARISON, queries.comparison_rows(self._store, metric, subjects, _span(years)))

    def agencies(self, *, kind: str | None = None, level: str | None = None, within: str | None = None) -> pd.DataFrame:
        """The agencies with their place, the years they report on and how many reports there are."""
        return frame(queries.AGENCIES, queries.agency_rows(self._store, kind, level, within))

    def report(self, agency: str, year: int, *, scope: str | None = None, as_of: str | None = None) -> Report:
        """One report.

        Args:
            agency: Its name, or a part that fits one only.
            year: The reporting year.
            scope: ``own_office`` or ``jurisdiction``, where an agency has a report for each.
            as_of: A day: the report as it stood then.

        Raises:
            NianbaoError: there is none, or there are several.
        """
        return stored_report(self._store, agency, year, scope, as_of)

    def revisions(self, agency: str = "", *, year: int | None = None) -> pd.DataFrame:
        """What was changed in published reports: one row a changed cell, and one for a revision without any."""
        return frame(queries.REVISIONS, queries.revision_rows(self._store, agency, year))

    def coverage(
        self,
        *,
        within: str | None = None,
        kind: str | None = None,
        years: Years | None = None,
        roster: Path | str | None = None,
    ) -> pd.DataFrame:
        """Every report that should be there, and what became of it (docs/time.md).

        ``roster`` is a file that says who is to report; without it every agency is, from its first report on. ``attrs``
        counts what could not be told: ``unplaced`` documents, ``undecided`` and ``undated`` reports.
        """
        from nianbao.commands.time import read_roster_file  # noqa: PLC0415 - only where there is one
        from store.coverage import coverage_of  # noqa: PLC0415 - its own module

        entries = read_roster_file(Path(roster)) if roster else ()
        found = coverage_of(self._store, within=within, kind=kind, years=_span(years), roster=entries)
        made = frame(queries.COVERAGE, queries.coverage_rows(found))
        made.attrs |= {"unplaced": len(found.unplaced), "undecided": found.undecided, "undated": found.undated}
        return made

    def findings(self, agency: Names = (), *, years: Years | None = None) -> pd.DataFrame:
        """What a reader of the figures should know, one row a finding (docs/findings.md)."""
        return frame(queries.FINDINGS, queries.finding_rows(self._store, _tuple(agency), _span(years)))

    def dictionary(self, form: str | None = None) -> pd.DataFrame:
        """What each cell means: labels in Chinese and English, unit, and its column in the wide table."""
        return frame(queries.DICTIONARY, queries.dictionary_rows(form))

    def query(self, sql: str) -> pd.DataFrame:
        """All rows that one SELECT answers. Nothing can be changed this way.

        Raises:
            NianbaoError: the database does not accept it, or it is no question.
        """
        from store.ask import ask  # noqa: PLC0415 - its own module

        found = ask(self._store, sql, _MOST_ROWS)
        return answered(found.columns, found.rows)


def _tuple(names: Names) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


def _span(years: Years | Any) -> tuple[int, int] | None:  # noqa: ANN401 - a range or a list of two will do as well
    if years is None:
        return None
    if isinstance(years, int):
        return years, years
    ends = [int(year) for year in years]
    return min(ends), max(ends)
