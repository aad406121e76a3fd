"""What the database has of the forms: wide tables, views and dictionary.

They are not migrated but derived: whenever the forms or this code have changed since the database was last opened, what
is new is added and the rest made anew. So a new official form is one data file, and no migration.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256

from sqlalchemy import Column, Connection, delete, insert, inspect, select
from sqlalchemy.schema import CreateColumn

from store.dictionary import dictionary_rows
from store.schema import FORM_TABLES, data_dictionary, generated
from store.series_rows import SERIES_TABLES, series_rows, series_text
from store.views import view_statements


def wide_columns(connection: Connection) -> dict[str, list[str]]:
    """The columns of the wide tables there are, in the database's order, by form."""
    inspector = inspect(connection)
    present = set(inspector.get_table_names())
    return {
        form: [column["name"] for column in inspector.get_columns(table.name)]
        for form, table in FORM_TABLES.items()
        if table.name in present
    }


def is_fresh(connection: Connection, columns: Mapping[str, Sequence[str]]) -> bool:
    """Whether the database has everything as the forms and this code would make it."""
    return not any(_lacking(columns).values()) and _made(connection) == _fingerprints(columns, connection.dialect.name)


def generate(connection: Connection) -> dict[str, list[str]]:
    """Bring wide tables, views and dictionary up to date; gives ``wide_columns`` as they are then."""
    columns = wide_columns(connection)
    if is_fresh(connection, columns):
        return columns
    drop_views(connection)
    _grow(connection, columns)
    columns = wide_columns(connection)
    for name, statement in view_statements(columns, connection.dialect.name).items():
        connection.exec_driver_sql(f'CREATE VIEW "{name}" AS\n{statement}')
    connection.execute(delete(data_dictionary))
    connection.execute(insert(data_dictionary), dictionary_rows(columns))
    for table in SERIES_TABLES:
        connection.execute(delete(table))
        connection.execute(insert(table), series_rows()[table.name])
    rows = [{"name": name, "fingerprint": print_} for name, print_ in _fingerprints(columns, connection.dialect.name).items()]
    connection.execute(insert(generated), rows)
    return columns


def _lacking(columns: Mapping[str, Sequence[str]]) -> dict[str, list[Column[object]]]:
    """Columns that the forms have and the database has not, by form."""
    present = {form: set(names) for form, names in columns.items()}
    return {
        form: [column for column in table.columns if column.name not in present.get(form, ())]
        for form, table in FORM_TABLES.items()
    }


def _grow(connection: Connection, columns: Mapping[str, Sequence[str]]) -> None:
    for form, lacking in _lacking(columns).items():
        table = FORM_TABLES[form]
        if form not in columns:
            table.create(connection)
            continue
        for column in lacking:
            specification = CreateColumn(column).compile(dialect=connection.dialect)
            connection.exec_driver_sql(f'ALTER TABLE "{table.name}" ADD COLUMN {specification}')


def drop_views(connection: Connection) -> None:
    """Drop the views made before, and no view that somebody else made: ``generate`` makes them anew."""
    made = _made(connection)
    views = [view for view in inspect(connection).get_view_names() if view in made]
    # Every other view selects from current_report, so it goes last.
    for view in sorted(views, key=lambda name: name == "current_report"):
        connection.exec_driver_sql(f'DROP VIEW "{view}"')
    connection.execute(delete(generated))


def _made(connection: Connection) -> dict[str, str]:
    return {row.name: row.fingerprint for row in connection.execute(select(generated))}


def _fingerprints(columns: Mapping[str, Sequence[str]], dialect: str) -> dict[str, str]:
    dictionary = json.dumps(dictionary_rows(columns), ensure_ascii=False)
    texts = {**view_statements(columns, dialect), "data_dictionary": dictionary, "series_rows": series_text()}
    return {name: sha256(text.encode()).hexdigest() for name, text in texts.items()}
