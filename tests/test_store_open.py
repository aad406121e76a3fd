import sqlite3
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from collect.errors import StoreError
from normalize.forms import form_cells, forms
from store import generate
from store.compare import differences
from store.migrations import HEAD, REVISIONS, VERSION_TABLE
from store.open import database_url, open_store
from store.schema import FIXED, FORM_TABLES, metadata
from store.search import search
from tests.report_factory import facts, form_report_cells, full_report, report


@pytest.fixture(autouse=True)
def made_anew(new_databases_are_copies, monkeypatch):
    """Here new databases are made by the migrations and not copied: that is what is tested."""
    monkeypatch.setattr("store.open._check_file", new_databases_are_copies)


def test_migrations_build_exactly_the_tables_of_the_schema(tmp_path):
    with open_store(tmp_path / "r.sqlite") as store, store.reading() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "version_table": VERSION_TABLE,
                "include_name": lambda name, kind, _parents: kind != "table" or not name.startswith("report_search"),
                # SQLite knows five storage classes; what matters is that they are the same as the schema's.
                "compare_type": lambda _ctx, _insp, column, found, _type: (
                    column.type.compile(connection.dialect) not in {found.compile(connection.dialect), "ANY"}
                ),
            },
        )
        assert compare_metadata(context, metadata) == []
        built = {
            table: (ddl.count("PRIMARY KEY"), ddl.count("REFERENCES"), "STRICT" in ddl, "WITHOUT ROWID" in ddl)
            for table, ddl in connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'table'"))
        }
    with create_engine("sqlite://").connect() as connection:
        metadata.create_all(connection)
        for table, ddl in connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'table'")):
            expected = (ddl.count("PRIMARY KEY"), ddl.count("REFERENCES"), "STRICT" in ddl, "WITHOUT ROWID" in ddl)
            assert built[table] == expected, table


def test_head_is_the_last_migration_there_is():
    config = Config()
    config.set_main_option("script_location", "store:migrations")
    script = ScriptDirectory.from_config(config)
    assert script.get_heads() == [HEAD]
    assert [step.revision for step in script.walk_revisions()][::-1] == list(REVISIONS)


def test_wide_tables_have_a_strict_column_for_every_cell():
    counts = 2 * sum(1 + len(form.tables) for form in forms().values())  # year and current, and two of each table
    assert sum(len(table.columns) - 1 for table in FORM_TABLES.values()) - counts == len(form_cells()) == 456
    names = FORM_TABLES["2021"].columns.keys()
    assert "applications__refused_state_secret__total" in names
    assert max(len(name) for table in FORM_TABLES.values() for name in table.columns.keys()) <= 63  # noqa: SIM118 - PostgreSQL's limit


def test_ddl_compiles_for_postgresql():
    for table in metadata.sorted_tables:
        ddl = str(CreateTable(table).compile(dialect=postgresql.dialect()))
        assert "STRICT" not in ddl
        assert " ANY" not in ddl
    assert "disclosure__fees__amount NUMERIC" in str(CreateTable(FORM_TABLES["2021"]).compile(dialect=postgresql.dialect()))


def test_every_column_says_what_it_holds():
    assert [f"{t.name}.{c.name}" for t in metadata.tables.values() for c in t.columns if not c.doc] == []


def test_opens_with_the_settings_of_a_shared_database(tmp_path):
    with open_store(tmp_path / "r.sqlite") as store, store.reading() as connection:
        pragmas = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "foreign_keys")}
        assert pragmas == {"journal_mode": "wal", "foreign_keys": 1}
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 30_000


@pytest.mark.parametrize("form", [str, Path, "sqlite:///{}".format])
def test_a_path_and_a_url_are_the_same_database(tmp_path, form):
    path = tmp_path / "报告 100%.sqlite"
    with open_store(path) as store:
        run = store.begin_run("r1")
        store.load(facts(), [full_report()], run)
    with open_store(form(str(path)), create=False) as store:
        assert store.engine.url.database == str(path)


def _other_database(path):
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE photos (id INTEGER)")
    connection.close()


def _newer(path):
    open_store(path).close()
    connection = sqlite3.connect(path)
    connection.execute(f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    connection.commit()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


@pytest.mark.parametrize(
    ("make", "create", "says"),
    [
        (lambda _: None, False, "nianbao ingest"),  # there is none
        (lambda p: p.write_bytes(b""), False, "nianbao ingest"),  # an empty file is an empty database
        (lambda p: p.write_bytes(b"not a database, only text" * 50), True, "not a database"),
        (lambda p: p.mkdir(), True, "folder"),
        (_other_database, True, "something else"),
        (_newer, True, "Install the present version"),
    ],
)
def test_refuses_with_advice(tmp_path, make, create, says):
    path = tmp_path / "x.sqlite"
    make(path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(StoreError, match=says):
        open_store(path, create=create)
    assert (path.read_bytes() if path.is_file() else None) == before


@pytest.mark.parametrize("url", ["nonsense://x/y", "postgresql+nodriver://x/y", "://"])
def test_an_unusable_address_is_a_store_error(url):
    with pytest.raises(StoreError):
        open_store(url)


def test_a_missing_folder_is_a_store_error(tmp_path):
    with pytest.raises(StoreError, match="no folder"):
        open_store(tmp_path / "no" / "such" / "r.sqlite")


def test_passwords_stay_out_of_messages():
    assert "secret" not in database_url("postgresql://me:secret@host/db").render_as_string(hide_password=True)


def test_a_migration_killed_half_way_leaves_an_empty_database(tmp_path, monkeypatch):
    path = tmp_path / "r.sqlite"
    monkeypatch.setattr("store.open.generate", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        open_store(path)
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    connection.close()
    monkeypatch.undo()
    open_store(path).close()
    open_store(path, create=False).close()


def test_a_form_that_gained_cells_grows_its_table_and_keeps_the_figures(tmp_path):
    path = tmp_path / "r.sqlite"
    with open_store(path) as store:
        store.load(facts(), [full_report()], store.begin_run("r1"))
    _as_if_made_before(path, "form_2021", "disputes__review__upheld", "form_2014")
    with open_store(path) as store, store.reading() as connection:
        columns = generate.wide_columns(connection)
        assert columns["2021"][-1] == "disputes__review__upheld"  # appended: other columns keep their place
        assert len(columns["2014"]) == 3 + 2 + 58
        assert columns == {form: columns[form] for form in forms()}
        assert connection.execute(text("SELECT applications__new__total FROM form_2021")).scalar() == 13
        assert connection.execute(text("SELECT count(*) FROM statistics")).scalar() == 0
        query = "SELECT position FROM data_dictionary WHERE relation = 'form_2021' AND name = 'disputes__review__upheld'"
        assert connection.execute(text(query)).all() == [(len(columns["2021"]) - 1,)]
        assert "STRICT" in connection.execute(text("SELECT sql FROM sqlite_master WHERE name = 'form_2014'")).scalar()


def _as_if_made_before(path, table, column, absent_table):
    connection = sqlite3.connect(path)
    for (view,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'view'").fetchall():
        connection.execute(f"DROP VIEW {view}")
    connection.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    connection.execute(f"DROP TABLE {absent_table}")
    connection.execute("DELETE FROM generated")
    connection.commit()
    connection.close()


def _first_revision(path, source):
    """The database at ``source`` as it was kept at revision 0001."""
    engine = create_engine(f"sqlite:///{path}")
    config = Config()
    config.set_main_option("script_location", "store:migrations")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    engine.dispose()
    connection = sqlite3.connect(path)
    connection.execute("ATTACH ? AS new", (str(source),))
    for table in FORM_TABLES.values():
        names = ", ".join(c.name for c in table.columns if c.name.count("__") == 2)
        connection.execute(f"CREATE TABLE {table.name} AS SELECT report_id, {names} FROM new.{table.name}")
    for (table,) in connection.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'").fetchall():
        columns = {row[1] for row in connection.execute(f"PRAGMA main.table_info({table})")}
        columns &= {row[1] for row in connection.execute(f"PRAGMA new.table_info({table})")}
        if (table in metadata.tables and not table.startswith("form_")) or table == "block":
            if table == "provenance":  # its places count the columns of the first revision
                continue
            values = {f'"{name}"': f'"{name}"' for name in columns}
            if table == "document":
                first = "SELECT document FROM new.document_path WHERE document_id = id AND ordinal = 0"
                values |= {'"sha256"': "lower(hex(sha256))", "origin": "''", "document": f"({first})"}
            if table == "mention":
                values["sentence"] = (
                    "(SELECT substr(s.text, x.sentence_start + 1, x.sentence_stop - x.sentence_start) FROM new.section AS s"
                    " WHERE s.report_id = x.report_id AND s.ordinal = x.section_ordinal)"
                )
            connection.execute(
                f"INSERT INTO {table} ({', '.join(values)}) SELECT {', '.join(values.values())} FROM new.{table} AS x"
            )
    connection.execute("DELETE FROM generated")
    connection.commit()
    connection.close()


def test_a_database_of_the_first_revision_becomes_what_a_new_one_would_be(tmp_path):
    with open_store(tmp_path / "new.sqlite") as new:
        run = new.begin_run("r1")
        new.load(facts("old.pdf"), [full_report()], run)
        new.load(facts("a.pdf"), [full_report(), report("乙县", 2020, "2019")], run)
        new.load(facts("b.pdf"), [report("洪泽区", cells=form_report_cells("2019", tables={"disputes"}))], run)
        new.load(facts("0.pdf", "a.pdf"), [], run)  # a second name
        _first_revision(tmp_path / "old.sqlite", tmp_path / "new.sqlite")
        with open_store(tmp_path / "old.sqlite") as old, new.reading() as one, old.reading() as other:
            assert {difference.table for difference in differences(new, old)} == {"mention", "provenance"}
            told = text(
                "SELECT metric, value, unit, sentence_start, sentence_stop, cell, kind, whose FROM mention"
            )  # only the place is not known
            assert one.execute(told).all() == other.execute(told).all()
            for view in ("block", "applications", "cells"):
                query = text(f"SELECT * FROM {view}")
                assert sorted(map(str, one.execute(query))) == sorted(map(str, other.execute(query)))
            assert [hit.agency for hit in search(other, ["办结"])] == ["甲县司法局"]
            assert other.exec_driver_sql("PRAGMA foreign_key_check").all() == []
            assert other.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_views_of_others_stay(tmp_path):
    path = tmp_path / "r.sqlite"
    open_store(path).close()
    connection = sqlite3.connect(path)
    connection.execute("CREATE VIEW mine AS SELECT agency FROM current_report")
    connection.execute("UPDATE generated SET fingerprint = 'old'")
    connection.commit()
    connection.close()
    with open_store(path) as store:
        assert {"mine", "cells", "applications"} <= set(inspect(store.engine).get_view_names())


def test_the_fixed_tables_come_before_those_that_refer_to_them():
    made = set()
    for table in FIXED:
        assert {key.column.table.name for key in table.foreign_keys} <= made | {table.name}
        made.add(table.name)
