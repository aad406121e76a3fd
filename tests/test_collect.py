"""The first room: files, folders and archives, genuine and hostile."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import struct
import tarfile
import zipfile
import zlib
from collections import Counter
from pathlib import Path

import pytest

from collect.archives import Refusal, gather
from collect.containers import Container, container_of
from collect.errors import ConfigurationError, EncryptedError, UnreadableError, UnsupportedError
from collect.limits import Limits, readable_size
from collect.model import Source
from collect.names import clean_name, decode_name
from collect.skip import skip_rule


def zip_bytes(members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def tar_bytes(members: dict[str, bytes], mode: str = "w") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:  # type: ignore[call-overload] # the mode is a parameter
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def raw_zip(names: list[bytes], content: bytes = b"x", *, flags: int = 0, descriptor: bool = False) -> bytes:
    """A zip written by hand: names as raw bytes, as GBK tools write them, optionally streamed with data descriptors."""
    body, directory = b"", b""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(content) + packer.flush()
    crc = zlib.crc32(content)
    flags |= 0x8 if descriptor else 0
    for name in names:
        offset = len(body)
        known = (0, 0, 0) if descriptor else (crc, len(packed), len(content))
        body += struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", 20, flags, 8, 0, 33, *known, len(name), 0) + name + packed
        if descriptor:
            body += struct.pack("<4sIII", b"PK\x07\x08", crc, len(packed), len(content))
        entry = (20, 20, flags, 8, 0, 33, crc, len(packed), len(content), len(name), 0, 0, 0, 0, 0, offset)
        directory += struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\x01\x02", *entry) + name
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, len(names), len(names), len(directory), len(body), 0)
    return body + directory + end


def take(
    *paths: Path, limits: Limits | None = None, skipped: Counter[str] | None = None
) -> tuple[dict[str, bytes], dict[str, type]]:
    """Documents by name, and refusals by name with the class of their error."""
    items = list(gather(paths, limits=limits or Limits(), skipped=skipped))
    documents = {item.document: item.content for item in items if isinstance(item, Source)}
    refusals = {item.document: type(item.error) for item in items if isinstance(item, Refusal)}
    assert len(documents) + len(refusals) == len(items), "every item has a name of its own"
    return documents, refusals


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


def test_links_and_devices_in_tar_are_refused(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, kind, target in (
            ("link", tarfile.SYMTYPE, "/etc/passwd"),
            ("hard", tarfile.LNKTYPE, "x"),
            ("dev", tarfile.CHRTYPE, ""),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, target
            archive.addfile(info)
        archive.addfile(tarfile.TarInfo("good.txt"))
    (tmp_path / "a.tar").write_bytes(buffer.getvalue())
    documents, refusals = take(tmp_path)
    assert documents == {"a.tar/good.txt": b""}
    assert refusals == dict.fromkeys(("a.tar/link", "a.tar/hard", "a.tar/dev"), UnsupportedError)


def test_link_in_zip_is_refused(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        info = zipfile.ZipInfo("link")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    (tmp_path / "a.zip").write_bytes(buffer.getvalue())
    assert take(tmp_path) == ({}, {"a.zip/link": UnsupportedError})


def test_encrypted_member_is_refused_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(raw_zip([b"secret.pdf"], flags=1))
    assert take(tmp_path) == ({}, {"a.zip/secret.pdf": EncryptedError})


def test_damaged_member_costs_only_itself(tmp_path: Path) -> None:
    content = bytearray(zip_bytes({"a.txt": b"a" * 50, "b.txt": b"b" * 50}, zipfile.ZIP_STORED))
    content[content.index(b"a" * 50)] = 0
    (tmp_path / "a.zip").write_bytes(content)
    assert take(tmp_path) == ({"a.zip/b.txt": b"b" * 50}, {"a.zip/a.txt": UnreadableError})


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_truncated_zip_gives_what_came_before(tmp_path: Path, compression: int) -> None:
    members = {f"{i}.txt": os.urandom(3000) for i in range(4)}
    whole = zip_bytes(members, compression)
    (tmp_path / "a.zip").write_bytes(whole[: whole.index(b"3.txt") + 500])
    documents, refusals = take(tmp_path)
    assert documents == {f"a.zip/{name}": members[name] for name in ("0.txt", "1.txt", "2.txt")}
    assert refusals == {"a.zip": UnreadableError}


def test_truncated_streamed_zip_with_data_descriptors(tmp_path: Path) -> None:
    whole = raw_zip(["一.txt".encode("gbk"), b"2.txt", b"3.txt"], b"content", descriptor=True)
    (tmp_path / "a.zip").write_bytes(whole[: whole.index(b"3.txt") + 6])
    documents, refusals = take(tmp_path)
    assert documents == {"a.zip/一.txt": b"content", "a.zip/2.txt": b"content"}
    assert refusals == {"a.zip": UnreadableError}


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:xz", "w:bz2"])
def test_truncated_tar_gives_what_came_before(tmp_path: Path, mode: str) -> None:
    members = {f"{i}.txt": os.urandom(600_000) for i in range(3)}
    whole = tar_bytes(members, mode)
    (tmp_path / "a.tar").write_bytes(whole[: len(whole) * 5 // 6])
    documents, refusals = take(tmp_path)
    assert documents.get("a.tar/0.txt") == members["0.txt"]
    assert "a.tar/2.txt" not in documents
    assert refusals["a.tar"] is UnreadableError


def test_tar_damaged_between_members_is_not_taken_for_its_end(tmp_path: Path) -> None:
    content = bytearray(tar_bytes({"1.txt": b"1", "2.txt": b"2"}))
    content[1024:1536] = b"\x55" * 512
    (tmp_path / "a.tar").write_bytes(content)
    assert take(tmp_path) == ({"a.tar/1.txt": b"1"}, {"a.tar": UnreadableError})


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04" + b"\x00" * 10, b"PK\x05\x06", gzip.compress(b"x" * 999)[:20], b"BZh91AY&SY", b"\xfd7zXZ\x00\x01"]
)
def test_debris_of_archives_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.zip").write_bytes(content)
    documents, refusals = take(tmp_path)
    assert documents == {}
    assert set(refusals.values()) == {UnreadableError}


@pytest.mark.parametrize("magic", [b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07\x01\x00"])
def test_other_archives_say_what_to_do(tmp_path: Path, magic: bytes) -> None:
    (tmp_path / "a.7z").write_bytes(magic + bytes(100))
    (refusal,) = gather([tmp_path])
    assert isinstance(refusal, Refusal)
    assert "Unpack it" in str(refusal.error)


BOMB = bytes(9_000_000)


def test_bomb_in_zip_costs_only_itself(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zip_bytes({"bomb.pdf": BOMB, "good.pdf": b"x"}))
    assert take(tmp_path) == ({"a.zip/good.pdf": b"x"}, {"a.zip/bomb.pdf": UnsupportedError})


def test_bomb_in_compressed_tar_ends_the_archive(tmp_path: Path) -> None:
    (tmp_path / "a.tgz").write_bytes(tar_bytes({"first.pdf": b"1", "bomb.pdf": BOMB, "later.pdf": b"2"}, "w:gz"))
    assert take(tmp_path) == ({"a.tgz/first.pdf": b"1"}, {"a.tgz": UnsupportedError})


def test_bomb_without_a_tar_ends_early(tmp_path: Path) -> None:
    (tmp_path / "a.gz").write_bytes(gzip.compress(BOMB))
    assert take(tmp_path) == ({}, {"a.gz": UnsupportedError})


def test_bomb_of_many_nested_archives_is_bounded(tmp_path: Path) -> None:
    inner = zip_bytes({f"{i}": bytes(400_000) for i in range(16)})
    (tmp_path / "a.zip").write_bytes(zip_bytes({f"{i}.zip": inner for i in range(16)}))
    documents, refusals = take(tmp_path, limits=Limits(ratio=10))
    assert sum(map(len, documents.values())) <= Limits().ratio_floor
    assert refusals["a.zip"] is UnsupportedError


def test_too_many_members(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zip_bytes({f"{i}.txt": b"" for i in range(20)}))
    documents, refusals = take(tmp_path, limits=Limits(members=5))
    assert len(documents) == 5
    assert refusals == {"a.zip": UnsupportedError}


def test_large_member_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zip_bytes({"large.pdf": os.urandom(70_000), "small.pdf": b"x"}))
    limits = Limits(file_bytes=50_000)
    assert take(tmp_path, limits=limits) == ({"a.zip/small.pdf": b"x"}, {"a.zip/large.pdf": UnsupportedError})


def test_one_member_at_a_time(tmp_path: Path) -> None:
    """The second member is not unpacked before it is asked for."""
    (tmp_path / "a.zip").write_bytes(zip_bytes({"1.txt": b"1", "2.txt": os.urandom(50_000)}))
    items = gather([tmp_path])
    first = next(items)
    assert first.document == "a.zip/1.txt"
    (tmp_path / "a.zip").write_bytes(b"")
    second = next(items)
    assert isinstance(second, Refusal)


@pytest.mark.parametrize(("size", "text"), [(12, "12 bytes"), (2048, "2 KB"), (200 * 1024**2, "200 MB"), (3 * 1024**3, "3.0 GB")])
def test_sizes_for_people(size: int, text: str) -> None:
    assert readable_size(size) == text
