"""Settings for every test."""

from pathlib import Path

import pytest


def pytest_make_parametrize_id(val, argname):
    """Name a case by its argument, never by bytes: archives hold the time they were made, and workers must collect alike."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """A database of the fixtures' reports, made once; not to be written to."""
    import nianbao  # noqa: PLC0415 - what the other tests need not load

    path = tmp_path_factory.mktemp("demo") / "demo.sqlite"
    summary = nianbao.ingest(Path(__file__).parent.parent / "fixtures" / "reports", path)
    assert (summary.documents, summary.verdicts["verified"], summary.cells) == (11, 9, 1698)
    return path
