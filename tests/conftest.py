"""Settings for every test."""

import os
import shutil
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest

from tests.shared import FOLDER, made_once


def pytest_configure(config):
    """A folder for what the processes of this session share."""
    if not hasattr(config, "workerinput"):
        os.environ[FOLDER] = tempfile.mkdtemp(prefix="nianbao-tests-")


def pytest_unconfigure(config):
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ.pop(FOLDER), ignore_errors=True)


def pytest_make_parametrize_id(val, argname):
    """Name a case by its argument, never by bytes: archives hold the time they were made, and workers must collect alike."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture(scope="session", autouse=True)
def new_databases_are_copies(tmp_path_factory):
    """An SQLite file that this process makes is a copy of an empty one: making one takes eight times as long as opening it.

    Gives what it stands in for, for tests of the making itself.
    """
    if "store.open" not in sys.modules:  # no test that was collected needs it, and it is dear to import
        yield None
        return
    opening = sys.modules["store.open"]
    check = opening._check_file
    empty = tmp_path_factory.mktemp("empty") / "empty.sqlite"
    patch = pytest.MonkeyPatch()

    def check_and_copy(url, *, create):
        check(url, create=create)
        if not create or not url.drivername.startswith("sqlite") or url.database in (None, "", ":memory:"):
            return
        path = Path(url.database)
        if path == empty or path.exists() or path.is_symlink():
            return
        if not empty.exists():
            opening.open_store(empty).close()
        with suppress(OSError):  # then it is made as everywhere else, and fails as everywhere else
            copy = path.with_name(f"{path.name}.{os.getpid()}")
            shutil.copyfile(empty, copy)
            copy.rename(path)

    patch.setattr(opening, "_check_file", check_and_copy)
    yield check
    patch.undo()


@pytest.fixture(scope="session")
def demo():
    """A database of the fixtures' reports, made once; not to be written to."""
    return made_once("demo.sqlite", _ingest_fixtures)


def _ingest_fixtures(path):
    import nianbao  # noqa: PLC0415 - what the other tests need not load

    summary = nianbao.ingest(Path(__file__).parent.parent / "fixtures" / "reports", path)
    assert (summary.documents, summary.verdicts["verified"], summary.cells) == (11, 9, 1698)
