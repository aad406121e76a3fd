"""Archives that are damaged, locked, or made to do harm: each costs what it must and no more."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
import zipfile
from pathlib import Path

import pytest

from collect.archives import gather
from collect.errors import EncryptedError, UnreadableError, UnsupportedError
from collect.limits import Limits
from collect.model import Refusal
from tests.archives import raw_zip, take, tar_bytes, zip_bytes


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
