"""Settings for every test."""

import os
import shutil
import tempfile
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


@pytest.fixture(scope="session")
def demo():
    """A database of the fixtures' reports, made once; not to be written to."""
    return made_once("demo.sqlite", _ingest_fixtures)


def _ingest_fixtures(path):
    import nianbao  # noqa: PLC0415 - what the other tests need not load

    summary = nianbao.ingest(Path(__file__).parent.parent / "fixtures" / "reports", path)
    assert (summary.documents, summary.verdicts["verified"], summary.cells) == (11, 9, 1698)
