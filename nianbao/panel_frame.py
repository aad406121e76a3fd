"""The panel: one row a report, one column a cell, straight from the wide tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from sqlalchemy import Connection, select

from collect.errors import ConfigurationError
from nianbao.frames import Kind, figures, typed
from normalize.forms import FormCell, forms
from normalize.model import Verdict
from store.load import Store
from store.read import long_figures
from store.schema import FORM_TABLES, agency, document, document_path, region, report
from store.wide import column_name

IDENTITY = {
    "report_id": Kind.COUNT,
    "agency_id": Kind.COUNT,
    "agency": Kind.TEXT,
    "year": Kind.COUNT,
    "scope": Kind.NAME,
    "form": Kind.NAME,
    "verdict": Kind.NAME,
    "kind": Kind.TEXT,
    "level": Kind.NAME,
    "region_code": Kind.TEXT,
    "province": Kind.TEXT,
    "city": Kind.TEXT,
    "county": Kind.TEXT,
    "published": Kind.DAY,
    "document": Kind.TEXT,
    "sha256": Kind.TEXT,
}
"""The columns before the cells."""

_AMOUNTS = frozenset({"万元"})
"""Units of amounts; all others are counts."""

Years = tuple[int, int]


def panel(store: Store, form: str | None, years: Years | None, verdicts: Sequence[str]) -> pd.DataFrame:
    """See ``nianbao.Database.panel``."""
    if form is not None and form not in forms():
        raise ConfigurationError(f"There is no form {form!r}.", advice=f"There are {', '.join(forms())}.")
    for verdict in verdicts:
        if verdict not in set(Verdict):
            raise ConfigurationError(f"There is no verdict {verdict!r}.", advice=f"There are {', '.join(Verdict)}.")
    asked = (form,) if form else tuple(forms())
    with store.reading() as connection:
        who = _identities(connection, years, verdicts)
        wide = {each: _wide(connection, each) for each in asked}
    if form:
        who = [row for row in who if row[0] in wide[form]]
    columns = dict.fromkeys(cell.key for each in asked for cell in forms()[each].cells())
    places = {each: {cell.key: place for place, cell in enumerate(forms()[each].cells())} for each in asked}
    units = {cell.key: cell for each in asked for cell in forms()[each].cells()}
    own = [row[_FORM] for row in who]
    made = {name: typed(name, kind, [row[place] for row in who]) for place, (name, kind) in enumerate(IDENTITY.items())}
    for key in columns:
        # A report of two forms that has a cell in both: the form that most of it follows counts, so it is asked first.
        holders = [(each, places[each][key]) for each in asked if key in places[each]]
        values = [_value(row[0], of, holders, wide) for row, of in zip(who, own, strict=True)]
        made[str(key)] = figures(values, are_counts=not is_amount(units[key]))
    return pd.DataFrame(made)


def is_amount(cell: FormCell) -> bool:
    """Whether a cell holds money."""
    return cell.unit in _AMOUNTS


_FORM = list(IDENTITY).index("form")


def _value(report_id: int, own: str, holders: Sequence[tuple[str, int]], wide: dict[str, dict[int, Sequence[Any]]]) -> Any:  # noqa: ANN401 - a figure
    found = None
    for form, place in holders:
        row = wide[form].get(report_id)
        if row is not None and row[place] is not None:
            if form == own:
                return row[place]
            found = row[place]
    return found


def _identities(connection: Connection, years: Years | None, verdicts: Sequence[str]) -> list[Sequence[Any]]:
    first_name = (document_path.c.document_id == report.c.document_id) & (document_path.c.ordinal == 0)
    query = (
        select(
            *(report.c[name] for name in ("id", "agency_id", "agency", "year", "scope", "form", "verdict")),
            *(agency.c[name] for name in ("kind", "level", "region_code")),
            *(region.c[name] for name in ("province", "city", "county")),
            report.c.published,
            document_path.c.document,
            document.c.sha256,
        )
        .join_from(report, document, report.c.document_id == document.c.id)
        .outerjoin(document_path, first_name)
        .outerjoin(agency, agency.c.id == report.c.agency_id)
        .outerjoin(region, region.c.code == agency.c.region_code)
        .where(report.c.current == 1)
        .order_by(report.c.agency, report.c.year, report.c.scope, document.c.sha256, report.c.ordinal)
    )
    if years is not None:
        query = query.where(report.c.year.between(*years))
    if verdicts:
        query = query.where(report.c.verdict.in_(verdicts))
    return [tuple(row) for row in connection.execute(query)]


def _wide(connection: Connection, form: str) -> dict[int, Sequence[Any]]:
    """The current rows of a form's table by report, as the driver gives the figures; those too long for it exactly."""
    table = FORM_TABLES[form]
    keys = [cell.key for cell in forms()[form].cells()]
    names = ", ".join(f'"{column_name(key)}"' for key in keys)
    statement = f'SELECT report_id, {names} FROM "{table.name}" WHERE current = 1'  # noqa: S608 - names of our own tables
    found: dict[int, Sequence[Any]] = {row[0]: row[1:] for row in connection.exec_driver_sql(statement)}
    for report_id, cell, exact in long_figures(connection, form, list(found)):
        row = list(found[report_id])
        row[keys.index(cell)] = exact
        found[report_id] = row
    return found
