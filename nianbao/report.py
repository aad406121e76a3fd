"""One report, as Python sees it: read from a file or kept in a database, the same either way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from collect.errors import ConfigurationError
from extract.model import Box, Locus
from normalize.forms import Form, FormCell, forms
from normalize.model import CellKey, Finding, Mention, Section, State
from normalize.model import Report as Read

if TYPE_CHECKING:
    import pandas as pd


class Figure(NamedTuple):
    """A cell of a report, with how it is known and where it is printed."""

    form: str
    key: CellKey
    value: Decimal | None
    """None is "no number"; ``state`` says why. Amounts in 万元."""
    printed: str
    state: State
    note: str = ""
    confidence: float = 1.0
    box: Box | None = None
    locus: Locus | None = None


class Extra(NamedTuple):
    """A value in a row or column that the agency added to the form."""

    table: str
    row_label: str
    column_label: str
    printed: str
    value: Decimal | None


@dataclass(frozen=True, slots=True, repr=False)
class Report:
    """What one agency reported for one year.

    ``report["applications.new.total"]`` is one number; ``report.cells`` are all, as a pandas frame; ``report.show()`` draws
    the official tables.
    """

    agency: str
    """As printed in the title, or the best evidence there is."""
    year: int | None
    form: str
    """The official form most of it follows; empty for prose."""
    verdict: str
    """``verified``, ``inconsistent``, ``review`` or ``prose``: see the README."""
    scope: str | None = None
    """``own_office`` or ``jurisdiction``, where the report says so."""
    title: str = ""
    period: str = ""
    published: str = ""
    """ISO date where stated."""
    document: str = ""
    sha256: str = ""
    report_id: int | None = None
    """Its number in the database; None of a file that was only read."""
    figures: tuple[Figure, ...] = field(default=())
    notes: tuple[Finding, ...] = field(default=())
    """Findings: what a reader of the figures should know."""
    prose: tuple[Section, ...] = field(default=())
    stated: tuple[Mention, ...] = field(default=())
    """Numbers stated in the prose."""
    extras: tuple[Extra, ...] = field(default=())

    def __repr__(self) -> str:
        """Whose it is, for when, and its verdict."""
        found = sum(figure.state is not State.MISSING for figure in self.figures)
        cells = f"{found} of {len(self.figures)} cells"
        return f"<Report {self.agency or 'of an unnamed agency'} {self.year or 'without a year'}: {self.verdict}, {cells}>"

    def __getitem__(self, cell: str) -> Decimal | None:
        """The number of a cell, ``table.row.column``; None where it holds no number, ``figure`` says why.

        Raises:
            ConfigurationError: the report has no such cell.
        """
        return self.figure(cell).value

    def figure(self, cell: str, form: str = "") -> Figure:
        """A cell with its state, printed text and place. ``form`` tells apart cells of a report that mixes two forms.

        Without it the form counts that most of the report follows.

        Raises:
            ConfigurationError: the report has no such cell.
        """
        found = {each.form: each for each in self.figures if str(each.key) == cell}
        chosen = found.get(form) if form else found.get(self.form) or next(iter(found.values()), None)
        if chosen is None:
            held = f"the form of {form or self.form}" if form or self.form else "a report without a table"
            raise ConfigurationError(
                f"There is no cell {cell!r} in {held} here.", advice="`nianbao forms FORM` and report.cells list the cells."
            )
        return chosen

    @property
    def cells(self) -> pd.DataFrame:
        """Every cell that the printed tables should have, one row a cell, in the order of the form."""
        from nianbao.frames import Kind, frame  # noqa: PLC0415 - pandas is dear to import, and only needed here

        columns = {
            **dict.fromkeys(("form",), Kind.NAME),
            **dict.fromkeys(("table", "row", "column", "label_zh", "label_en", "unit"), Kind.TEXT),
            "value": Kind.AMOUNT,
            "printed": Kind.TEXT,
            "state": Kind.NAME,
            "note": Kind.TEXT,
            "confidence": Kind.AMOUNT,
            "page": Kind.COUNT,
            **dict.fromkeys(("x0", "top", "x1", "bottom"), Kind.AMOUNT),
            **dict.fromkeys(("line", "field"), Kind.COUNT),
        }
        return frame(columns, map(_cell_row, self.figures))

    @property
    def findings(self) -> pd.DataFrame:
        """One row a finding, in the order they were made."""
        from nianbao.frames import Kind, frame  # noqa: PLC0415 - see cells

        columns = {"rule": Kind.TEXT, "severity": Kind.NAME}
        columns |= dict.fromkeys(("message", "cells", "expected", "actual"), Kind.TEXT)
        rows = ((f.rule, f.severity.value, f.message, " ".join(f.cells), f.expected, f.actual) for f in self.notes)
        return frame(columns, rows)

    @property
    def sections(self) -> pd.DataFrame:
        """The chapters with their prose; ``number`` 1 to 6 is the official chapter, 0 what precedes it."""
        from nianbao.frames import Kind, frame  # noqa: PLC0415 - see cells

        columns = {"number": Kind.COUNT, "heading": Kind.TEXT, "text": Kind.TEXT}
        return frame(columns, ((s.number, s.heading, s.text) for s in self.prose))

    @property
    def mentions(self) -> pd.DataFrame:
        """The numbers stated in the prose, one row each, with what they count and whose they are (docs/prose.md)."""
        from nianbao.frames import Kind, frame  # noqa: PLC0415 - see cells

        columns = dict.fromkeys(("metric", "whose", "qualifier"), Kind.TEXT) | {"value": Kind.AMOUNT}
        columns |= dict.fromkeys(("unit", "kind"), Kind.TEXT) | dict.fromkeys(("approximate", "negated"), Kind.FLAG)
        columns |= {"section": Kind.COUNT, "sentence": Kind.TEXT, "cell": Kind.TEXT}
        return frame(columns, map(_mention_row, self.stated))

    @property
    def extra_cells(self) -> pd.DataFrame:
        """Values in rows and columns that the agency added to the form."""
        from nianbao.frames import Kind, frame  # noqa: PLC0415 - see cells

        columns = dict.fromkeys(("table", "row_label", "column_label", "printed"), Kind.TEXT) | {"value": Kind.AMOUNT}
        return frame(columns, self.extras)

    def table(self, name: str, form: str = "") -> pd.DataFrame:
        """One official table as printed: a row a form row, a column a form column, ``<NA>`` where there is no number.

        Args:
            name: Such as ``applications``.
            form: Whose table, where the report mixes two forms; that of the most cells by default.

        Raises:
            ConfigurationError: the report prints no such table.
        """
        from nianbao.frames import figures  # noqa: PLC0415 - see cells

        held = [each for each in self.figures if each.key.table == name and (not form or each.form == form)]
        if not held:
            printed = ", ".join(dict.fromkeys(each.key.table for each in self.figures)) or "none"
            raise ConfigurationError(f"The report prints no table {name!r}.", advice=f"Those it prints: {printed}.")
        of = max({each.form for each in held}, key=lambda key: (sum(each.form == key for each in held), key))
        values = {(each.key.row, each.key.column): each.value for each in held if each.form == of}
        rows, columns = (list(dict.fromkeys(pair[place] for pair in values)) for place in (0, 1))
        import pandas as pd  # noqa: PLC0415 - see cells

        made = {column: figures([values.get((row, column)) for row in rows], are_counts=True) for column in columns}
        found = pd.DataFrame(made)
        found.index = pd.Index(rows, name="row")
        return found

    def show(self) -> None:
        """Draw the official tables with their states and findings: as HTML in a notebook, else as text."""
        try:
            from IPython.core.getipython import get_ipython  # noqa: PLC0415 - only there in a notebook
            from IPython.display import display  # noqa: PLC0415
        except ImportError:
            shell = None
        else:
            shell = get_ipython()
        if getattr(shell, "kernel", None) is not None:
            display(self)  # type: ignore[no-untyped-call] # IPython has no types
            return
        from nianbao.report_text import print_report  # noqa: PLC0415 - see cells

        print_report(self)

    def _repr_html_(self) -> str:
        """The report as a notebook shows it."""
        from nianbao.report_html import report_html  # noqa: PLC0415 - see cells

        return report_html(self)


@cache
def _dictionary(form: str) -> Mapping[CellKey, FormCell]:
    return {cell.key: cell for cell in forms()[form].cells()}


def _cell_row(figure: Figure) -> Sequence[Any]:
    said = _dictionary(figure.form)[figure.key]
    box: Sequence[Any] = figure.box or (None,) * 5
    locus: Sequence[Any] = figure.locus or (None,) * 2
    labels = (f"{said.row_label}：{said.column_label}", said.en, said.unit)
    figure_said = (figure.value, figure.printed, figure.state.value, figure.note, figure.confidence)
    return (figure.form, *figure.key, *labels, *figure_said, *box, *locus)


def _mention_row(m: Mention) -> Sequence[Any]:
    cell = None if m.key is None else str(m.key)
    return (m.metric, m.whose, m.qualifier, m.value, m.unit, m.kind, m.approximate, m.negated, m.section, m.sentence, cell)


def printed_forms(report: Report) -> list[tuple[Form, dict[CellKey, Figure]]]:
    """The forms that a report prints, newest first, each with its cells."""
    found = []
    for form in forms().values():
        held = {figure.key: figure for figure in report.figures if figure.form == form.key}
        if held:
            found.append((form, held))
    return found


def reports_in(source: Path | str | bytes, name: str = "") -> tuple[Report, ...]:
    """Every report that a file holds; see ``nianbao.read_all``."""
    from hashlib import sha256  # noqa: PLC0415

    from nianbao.pipeline import read_reports  # noqa: PLC0415 - see cells

    if isinstance(source, bytes):
        content, document = source, name
    else:
        from collect.archives import find  # noqa: PLC0415 - see cells

        found = find(Path(source))
        content, document = found.content, name or found.document
    digest = sha256(content).hexdigest()
    return tuple(_as_read(read, document, digest) for read in read_reports(content, document))


def _as_read(read: Read, document: str, digest: str) -> Report:
    who = read.identity
    return Report(
        agency=who.agency,
        year=who.year,
        form=read.form,
        verdict=read.verdict.value,
        scope=who.scope.value if who.scope else None,
        title=who.title,
        period=who.period,
        published=who.published,
        document=document,
        sha256=digest,
        figures=tuple(
            Figure(c.form, c.key, c.value, c.printed, c.state, c.note, c.confidence, c.box, c.locus) for c in read.cells
        ),
        notes=read.findings,
        prose=read.sections,
        stated=read.mentions,
        extras=tuple(Extra(e.table, e.row_label, e.column_label, e.printed, e.value) for e in read.extra_cells),
    )
