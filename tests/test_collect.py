"""The first room: files, folders and archives, genuine and hostile."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import tarfile
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from collect.archives import gather
from collect.containers import Container, container_of
from collect.errors import ConfigurationError, UnreadableError, UnsupportedError
from collect.limits import Limits, readable_size
from collect.model import Source
from collect.names import clean_name, decode_name
from collect.skip import skip_rule
from tests.archives import raw_zip, take, tar_bytes, zip_bytes


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("2023年报.pdf".encode(), "2023年报.pdf"),
        ("2023年报.pdf".encode("gbk"), "2023年报.pdf"),
        (b"plain.pdf", "plain.pdf"),
        ("联通.txt".encode("gbk"), "联通.txt"),  # valid UTF-8 too
        ("Ελλάδα.txt".encode(), "Ελλάδα.txt"),
        (b"\xff\xfe.pdf", "\ufffd\ufffd.pdf"),
    ],
)
def test_names_are_utf8_or_gbk(raw: bytes, expected: str) -> None:
    assert decode_name(raw) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a/b.pdf", "a/b.pdf"),
        ("../../etc/passwd", "etc/passwd"),
        ("/etc/passwd", "etc/passwd"),
        ("C:\\年报\\a.pdf", "年报/a.pdf"),
        ("a\x1b[31m\n.pdf", "a\ufffd[31m\ufffd.pdf"),
        ("a\u202efdp.exe", "a\ufffdfdp.exe"),  # right-to-left override: shows as aexe.pdf
        ("..", "unnamed"),
    ],
)
def test_names_are_labels_without_power(name: str, expected: str) -> None:
    assert clean_name(name) == expected


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("2023/report.pdf", None),
        ("report.jsp", None),  # as downloaders name pages
        ("table.png", None),  # a report may be a picture
        ("年报_files/logo.png", "web_asset"),
        ("site/style.CSS", "web_asset"),
        ("__MACOSX/._a.pdf", "system"),
        (".DS_Store", "hidden"),
        ("Thumbs.db", "system"),
        (".git/config", "hidden"),
        ("~$年报.docx", "office_lock"),
        ("reports.sqlite", "database"),
        ("fonts/simsun.ttf", "web_asset"),
    ],
)
def test_skip_rules(name: str, rule: str | None) -> None:
    assert skip_rule(name) == rule


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", None),
        (b"%PDF-1.7", None),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", None),
        (zip_bytes({"a.pdf": b"x"}), Container.ZIP),
        (zip_bytes({}), Container.ZIP),
        (zip_bytes({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"}), None),
        (zip_bytes({"mimetype": b"application/vnd.oasis.opendocument.text"}), None),
        (tar_bytes({"a": b"x"}), Container.TAR),
        (gzip.compress(b"x"), Container.GZIP),
        (bz2.compress(b"x"), Container.BZIP2),
        (lzma.compress(b"x"), Container.XZ),
        (b"7z\xbc\xaf\x27\x1c" + bytes(40), Container.SEVEN_ZIP),
        (b"Rar!\x1a\x07\x01\x00", Container.RAR),
    ],
)
def test_containers_are_told_by_content(content: bytes, kind: Container | None) -> None:
    stream = io.BytesIO(content)
    assert container_of(stream) is kind
    assert stream.tell() == 0


def test_old_tar_without_magic_is_known_by_its_checksum() -> None:
    header = bytearray(512)
    header[:5], header[100:107], header[124:135], header[148:156] = b"a.txt", b"0000644", b"00000000000", b" " * 8
    header[148:156] = f"{sum(header):06o}\0 ".encode()
    assert container_of(io.BytesIO(bytes(header) + bytes(1024))) is Container.TAR


def test_folder_is_walked_in_order_and_named_from_its_root(tmp_path: Path) -> None:
    for name in ("b/2.pdf", "b/1.pdf", "a.html", "c.txt", ".hidden/x.pdf", "x.css"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    (tmp_path / "b" / "loop").symlink_to(tmp_path)
    skipped: Counter[str] = Counter()
    documents, refusals = take(tmp_path, skipped=skipped)
    assert list(documents) == ["a.html", "b/1.pdf", "b/2.pdf", "c.txt"]
    assert documents["b/1.pdf"] == b"b/1.pdf"
    assert refusals == {}
    assert skipped == {"hidden": 1, "web_asset": 1, "repeated_link": 1}


def test_linked_folder_is_followed_once(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (outside / "a.pdf").write_bytes(b"a")
    (root / "l1").symlink_to(outside)
    (root / "l2").symlink_to(outside)
    (outside / "back").symlink_to(root)
    documents, _ = take(root)
    assert list(documents) == ["l1/a.pdf"]


def test_what_is_no_file_is_refused_and_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.pdf")
    (tmp_path / "dangling.pdf").symlink_to(tmp_path / "nowhere")
    (tmp_path / "good.pdf").write_bytes(b"x")
    documents, refusals = take(tmp_path)
    assert list(documents) == ["good.pdf"]
    assert refusals == {"dangling.pdf": UnreadableError, "pipe.pdf": UnsupportedError}


def test_single_file_is_named_by_its_name_and_never_skipped(tmp_path: Path) -> None:
    (tmp_path / "x.css").write_bytes(b"x")
    (item,) = gather([tmp_path / "x.css"])
    assert item == Source("x.css", b"x", str(tmp_path / "x.css"))


def test_equal_names_under_several_paths_stay_apart(tmp_path: Path) -> None:
    for year in ("2022", "2023"):
        (tmp_path / year).mkdir()
        (tmp_path / year / "年报.pdf").write_bytes(year.encode())
    assert take(tmp_path / "2022", tmp_path / "2023")[0] == {"年报.pdf": b"2022", "2023/年报.pdf": b"2023"}
    assert list(take(*sorted(tmp_path.glob("*/年报.pdf")))[0]) == ["年报.pdf", "2023/年报.pdf"]


def test_missing_path_is_said_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"no file or folder .*nowhere"):
        gather([tmp_path, tmp_path / "nowhere"])


def test_large_file_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "noise.bin").open("wb") as file:
        file.truncate(2_000_000)
    documents, refusals = take(tmp_path, limits=Limits(file_bytes=1_000_000))
    assert (documents, refusals) == ({}, {"noise.bin": UnsupportedError})


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.zip", zip_bytes({"d/1.pdf": b"one", "2.txt": b"two", "__MACOSX/x": b"", "s.css": b""})),
        ("stored.zip", zip_bytes({"d/1.pdf": b"one", "2.txt": b"two"}, zipfile.ZIP_STORED)),
        ("a.tar", tar_bytes({"d/1.pdf": b"one", "2.txt": b"two"})),
        ("a.tar.gz", tar_bytes({"d/1.pdf": b"one", "2.txt": b"two"}, "w:gz")),
        ("a.tar.bz2", tar_bytes({"d/1.pdf": b"one", "2.txt": b"two"}, "w:bz2")),
        ("a.tar.xz", tar_bytes({"d/1.pdf": b"one", "2.txt": b"two"}, "w:xz")),
        ("misnamed.pdf", zip_bytes({"d/1.pdf": b"one", "2.txt": b"two"})),
    ],
)
def test_archives_of_every_kind(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    documents, refusals = take(tmp_path)
    assert documents == {f"{name}/d/1.pdf": b"one", f"{name}/2.txt": b"two"}
    assert refusals == {}


def test_office_documents_are_documents(tmp_path: Path) -> None:
    docx = zip_bytes({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"})
    rearranged = zip_bytes({"word/styles.xml": b"<x/>", "word/document.xml": b"<x/>", "[Content_Types].xml": b"<x/>"})
    (tmp_path / "a.docx").write_bytes(docx)
    (tmp_path / "b.docx").write_bytes(rearranged)
    (tmp_path / "c.zip").write_bytes(zip_bytes({"inner.docx": rearranged}))
    (tmp_path / "d.docx").write_bytes(docx[:60])
    assert take(tmp_path)[0] == {"a.docx": docx, "b.docx": rearranged, "c.zip/inner.docx": rearranged, "d.docx": docx[:60]}


def test_single_compressed_document(tmp_path: Path) -> None:
    (tmp_path / "年报.html.gz").write_bytes(gzip.compress("年报".encode()))
    assert take(tmp_path)[0] == {"年报.html.gz/年报.html": "年报".encode()}


def test_archives_within_archives_to_depth_three(tmp_path: Path) -> None:
    deep = zip_bytes({"deep.pdf": b"deep"})
    third = tar_bytes({"third.pdf": b"3", "four.zip": deep}, "w:gz")
    second = zip_bytes({"three.tgz": third, "second.pdf": b"2"})
    (tmp_path / "one.zip").write_bytes(zip_bytes({"two.zip": second, "first.pdf": b"1"}))
    documents, refusals = take(tmp_path)
    assert documents == {
        "one.zip/two.zip/three.tgz/third.pdf": b"3",
        "one.zip/two.zip/second.pdf": b"2",
        "one.zip/first.pdf": b"1",
    }
    assert refusals == {"one.zip/two.zip/three.tgz/four.zip": UnsupportedError}


def test_member_names_in_gbk_utf8_and_cp437(tmp_path: Path) -> None:
    names = ["河东区\\年报.pdf".encode("gbk"), "洪泽区.pdf".encode(), b"caf\x82.pdf", b"/abs.pdf", b"../../up.pdf"]
    (tmp_path / "a.zip").write_bytes(raw_zip(names))
    expected = ["a.zip/河东区/年报.pdf", "a.zip/洪泽区.pdf", "a.zip/café.pdf", "a.zip/abs.pdf", "a.zip/up.pdf"]
    assert list(take(tmp_path)[0]) == expected


def test_gbk_names_in_tar_and_on_disk(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", encoding="gbk", format=tarfile.GNU_FORMAT) as archive:
        archive.addfile(tarfile.TarInfo("河东区.txt"))
    (tmp_path / "a.tar").write_bytes(buffer.getvalue())
    Path(os.fsdecode(os.fsencode(tmp_path) + "/洪泽区.txt".encode("gbk"))).write_bytes(b"x")
    assert set(take(tmp_path)[0]) == {"a.tar/河东区.txt", "洪泽区.txt"}


def test_equal_member_names_stay_apart(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(raw_zip([b"a.pdf", b"a.pdf", b"d/../a.pdf"]))
    assert list(take(tmp_path)[0]) == ["a.zip/a.pdf", "a.zip/a.pdf (2)", "a.zip/d/a.pdf"]


@pytest.mark.parametrize(("size", "text"), [(12, "12 bytes"), (2048, "2 KB"), (200 * 1024**2, "200 MB"), (3 * 1024**3, "3.0 GB")])
def test_sizes_for_people(size: int, text: str) -> None:
    assert readable_size(size) == text
