"""Files that fsspec reads: the same documents under the same names as from the disk, and clear words where it cannot."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import fsspec
import pytest

from collect import files
from collect.archives import Collection, gather, require_documents
from collect.errors import ConfigurationError, UnreadableError
from collect.files import is_url, load
from collect.model import FoundFile, Reference, Refusal, Source
from nianbao.batch import ingest
from nianbao.reading import evidence_of_origin
from nianbao.workers import hired
from store.open import open_store
from tests.archives import zip_bytes
from tests.scripted_reader import reader

CONTENTS = {
    "a/1.txt": "verified 甲局".encode(),
    "a/年报.txt": "review 乙局".encode(),
    "b.zip": zip_bytes({"2.txt": b"budget", "3.txt": "verified 丙局".encode()}),
    "style.css": b"",
}


@pytest.fixture
def memory() -> Iterator[str]:
    """A folder of fsspec's file system in memory."""
    system = fsspec.filesystem("memory")
    for name, content in CONTENTS.items():
        system.pipe(f"/reports/{name}", content)
    yield "memory://reports"
    system.rm("/reports", recursive=True)


def write(folder: Path) -> Path:
    for name, content in CONTENTS.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


@pytest.mark.parametrize(
    ("path", "remote"),
    [("s3://bucket/x", True), ("memory://x", True), ("file:///x", False), ("/x", False), ("x.pdf", False), ("C://x", False)],
)
def test_urls_are_told_from_paths(path: str, remote: bool) -> None:
    assert is_url(path) is remote


def test_a_folder_reads_the_same_wherever_it_lies(memory: str, tmp_path: Path) -> None:
    local = [(item.document, item.content) for item in gather([write(tmp_path / "reports")]) if isinstance(item, Source)]
    assert [(item.document, item.content) for item in gather([memory]) if isinstance(item, Source)] == local
    by_file = gather([f"file://{tmp_path}/reports"])
    assert [(item.document, item.content) for item in by_file if isinstance(item, Source)] == local
    assert next(item.origin for item in gather([memory])) == "memory:///reports/a/1.txt"


def test_one_remote_file_is_named_by_its_name(memory: str) -> None:
    (item,) = gather([f"{memory}/a/1.txt"])
    assert item == Source("1.txt", CONTENTS["a/1.txt"], "memory:///reports/a/1.txt")


@pytest.mark.parametrize("workers", [1, 2])
def test_a_remote_folder_is_ingested_once(memory: str, tmp_path: Path, workers: int, monkeypatch: pytest.MonkeyPatch) -> None:
    now = files.time.time_ns()
    monkeypatch.setattr(files.time, "time_ns", lambda: now + 10**10)  # the files are older than a clock's granularity
    with open_store(tmp_path / "db.sqlite") as store, hired(workers) as crew:  # no worker sees this process's memory
        first = ingest([memory], store, crew=crew, read=reader)
        assert (first.documents, first.loaded, first.failures) == (4, 3, {"not_a_report.budget": 1})
        monkeypatch.setattr(files, "open_file", None)
        second = ingest([memory], store, crew=crew, read=reader)
        assert (second.documents, second.known, second.verdicts) == (4, 4, first.verdicts)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("memory://nowhere", r"no file or folder memory://nowhere\. Check the spelling"),
        ("xyzzy://bucket/reports", r"xyzzy://bucket/reports cannot be understood .*s3://, sftp:// or https://"),
        ("zip://x::memory://reports/b.zip", r"chain of addresses\. Name the archive itself"),
    ],
)
def test_what_cannot_be_reached_is_said(url: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message) as raised:
        require_documents([url])
    assert raised.value.exit_code == 78


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(ConfigurationError, match=r"Reading s3:// needs a package that is missing\. .*s3fs"):
        require_documents(["s3://bucket/reports"])


def test_a_place_that_cannot_be_asked_is_said(memory: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(*_: object) -> None:
        raise RuntimeError("no credentials")

    monkeypatch.setattr(fsspec.get_filesystem_class("memory"), "info", offline)
    with pytest.raises(ConfigurationError, match=r"cannot be reached \(RuntimeError: no credentials\)\. Check the network"):
        require_documents([memory])


@pytest.mark.parametrize(
    ("info", "expected"),
    [
        ({"mtime": 1.5}, 1_500_000_000),
        ({"LastModified": datetime(1970, 1, 1, 0, 0, 2, tzinfo=UTC)}, 2_000_000_000),
        ({"updated": "1970-01-01T00:00:03+00:00"}, 3_000_000_000),
        ({"updated": "yesterday", "created": 4}, 4_000_000_000),
        ({"mtime": None}, -1),
        ({}, -1),
    ],
)
def test_times_of_change_of_every_kind_of_place(info: dict[str, object], expected: int) -> None:
    assert files._modified_ns(info) == expected


def test_a_reference_loads_only_the_file_that_was_meant(tmp_path: Path) -> None:
    path = tmp_path / "1.txt"
    path.write_bytes(b"four")
    (file,) = Collection().files([path])
    assert isinstance(file, FoundFile)
    (reference,) = Collection().documents(file)
    assert isinstance(reference, Reference)
    assert load(reference) == Source("1.txt", b"four", str(path))
    for content in (b"five!", b"two"):
        path.write_bytes(content)
        with pytest.raises(UnreadableError, match="has changed"):
            load(reference)
    path.unlink()
    with pytest.raises(UnreadableError, match="is gone"):
        load(reference)
    (refusal,) = Collection().documents(file)
    assert isinstance(refusal, Refusal)


@pytest.mark.parametrize(
    ("origin", "evidence"),
    [
        ("https://www.hongze.gov.cn/1.html", "https://www.hongze.gov.cn/1.html"),
        ("s3://my-bucket/江苏/1.html", "a/1.html"),
        ("/home/me/江苏/1.html", "a/1.html"),
    ],
)
def test_only_a_web_address_says_whose_report_it_is(origin: str, evidence: str) -> None:
    assert evidence_of_origin(Source("a/1.html", b"", origin)) == evidence
