"""Archives and WARC files: seeds, mutators, and what is asked of them."""

from __future__ import annotations

import gzip
import io
import tarfile
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import regex

from benchmarks.fuzz import mutators
from benchmarks.fuzz.invariants import check_text
from benchmarks.fuzz.target import Broken, Raw

# archives ------------------------------------------------------------------------------------------------------------

_SMALL = {
    "2023/年报.txt": "云溪县2023年政府信息公开工作年度报告\n一、总体情况\n".encode(),
    "附件.html": "<html><title>甲县2023年政府信息公开工作年度报告</title><p>公开申请</p></html>".encode(),
    "../x.txt": b"up",
    "a_files/1.png": b"\x89PNG\r\n\x1a\n" + bytes(40),
}


def archives() -> Iterator[bytes]:
    """Zip, tar, single files and archives within archives."""
    yield _zip(_SMALL)
    yield _zip({name.encode("gbk").decode("cp437"): content for name, content in _SMALL.items()}, zipfile.ZIP_STORED)
    yield _zip({"内.zip": _zip(_SMALL), "b.tar.gz": gzip.compress(_tar(_SMALL), mtime=0)})
    yield _zip({"一.zip": _zip({"二.zip": _zip({"三.zip": _zip(_SMALL)})})})
    yield _tar(_SMALL)
    yield _tar(_SMALL, tarfile.PAX_FORMAT)
    yield gzip.compress(_tar(_SMALL), mtime=0)
    yield gzip.compress(_SMALL["附件.html"], mtime=0)
    import bz2  # noqa: PLC0415
    import lzma  # noqa: PLC0415

    import zstandard  # noqa: PLC0415

    yield bz2.compress(_tar(_SMALL))
    yield lzma.compress(_zip(_SMALL))
    yield zstandard.compress(_tar(_SMALL))
    yield _zip(_SMALL)[:-60]
    yield b"7z\xbc\xaf\x27\x1c" + bytes(30)
    yield b"Rar!\x1a\x07\x01\0" + bytes(30)


def _zip(members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, compression)
    return buffer.getvalue()


def _tar(members: dict[str, bytes], form: int = tarfile.GNU_FORMAT) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def archive(data: bytes, rng: Random, raw: Raw) -> bytes:
    """A zip by its members, a gzip by what is in it, nested ones too; or the bytes as they are."""
    if rng.random() < 0.5:
        return raw(data)
    if data.startswith(b"PK"):
        return mutators.zipped(_nested)(data, rng, raw)
    if data.startswith(b"\x1f\x8b"):
        try:
            with gzip.open(io.BytesIO(data)) as opened:
                inner = opened.read(1 << 20)
        except Exception:
            return raw(data)
        return gzip.compress(archive(inner, rng, raw), 1, mtime=0)
    if data[257:262] == b"ustar":
        return _tar_block(data, rng, raw)
    return raw(data)


def _nested(name: str) -> mutators.Mutator:
    del name
    return archive


def _tar_block(data: bytes, rng: Random, raw: Raw) -> bytes:
    """A header changed, with its checksum set right."""
    at = 512 * rng.randrange(max(len(data) // 512, 1))
    header = bytearray((raw(data[at : at + 512]) + bytes(512))[:512])
    if rng.random() < 0.7:
        header[156:157] = rng.choice((b"0", b"1", b"2", b"5", b"6", b"L", b"K", b"x", b"g", b"S", b"\0"))
    if rng.random() < 0.3:
        header[124:136] = rng.choice((b"77777777777\0", b"00000000000\0", b"\x80" + b"\xff" * 11, b"-0000000001\0", b"\xff" * 12))
    header[148:156] = b"        "
    header[148:156] = b"%06o\0 " % sum(header)
    return data[:at] + bytes(header) + data[at + 512 :]


def gathered(data: bytes) -> None:
    """All that an archive holds is taken in within its limits, under names that stay where they belong."""
    from collect.archives import gather  # noqa: PLC0415 - imported instrumented
    from collect.limits import Limits  # noqa: PLC0415
    from collect.model import Refusal, Source  # noqa: PLC0415

    limits = Limits(file_bytes=1 << 20, total_bytes=4 << 20, members=500, ratio=100, ratio_floor=1 << 18, depth=3)
    with tempfile.TemporaryDirectory(dir=_memory()) as folder:
        path = Path(folder) / "a.bin"
        path.write_bytes(data)
        items = list(gather([path], limits=limits, skipped=Counter()))
        names = [item.document for item in items if isinstance(item, Source)]
        if len(names) != len(set(names)):
            raise Broken("name-twice", f"{names}"[:300])
        for item in items:
            check_text(item.document)
            parts = item.document.split("/")
            if ".." in parts or "" in parts[:-1] or item.document.startswith("/") or "\\" in item.document:
                raise Broken("name-leaves", repr(item.document)[:300])
            if isinstance(item, Refusal):
                check_text(item.error.message)
        size = sum(len(item.content) for item in items if isinstance(item, Source))
        if size > limits.total_bytes or len(items) > limits.members + 2:
            raise Broken("limit", f"{size} bytes, {len(items)} items")
        if set(Path(folder).iterdir()) != {path}:
            raise Broken("file-written", f"{list(Path(folder).iterdir())}"[:300])


def _memory() -> str | None:
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


# WARC ----------------------------------------------------------------------------------------------------------------

_PAGE = "<html><title>甲县2023年政府信息公开工作年度报告</title><p>公开申请</p></html>".encode()


def _records() -> list[bytes]:
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n%s\r\n"
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(_PAGE), _PAGE)
    bodies = (
        ("response", http % b"" + _PAGE),
        ("response", http % b"Content-Encoding: gzip\r\n" + gzip.compress(_PAGE, mtime=0)),
        ("response", http % b"Transfer-Encoding: chunked\r\n" + chunked),
        ("resource", _PAGE),
        ("revisit", http % b""),
        ("response", b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n\r\nno"),
        ("warcinfo", b"software: a crawler\r\n"),
    )
    return [_record(kind, at, body) for at, (kind, body) in enumerate(bodies)]


def _record(kind: str, at: int, body: bytes) -> bytes:
    content_type = "text/html" if kind == "resource" else "application/http; msgtype=response"
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: http://www.jiaxian.gov.cn/art/{at}.html?a=1\r\n"
        f"WARC-Date: 2024-02-03T04:05:06Z\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body + b"\r\n\r\n"


def warcs() -> Iterator[bytes]:
    """Records apart and together, packed and not."""
    records = _records()
    yield b"".join(records)
    yield b"".join(gzip.compress(record, mtime=0) for record in records)
    yield gzip.compress(b"".join(records), mtime=0)
    yield from records[:4]
    yield _zip({"crawl.warc": b"".join(records[:2])})
    import zstandard  # noqa: PLC0415

    yield b"".join(zstandard.compress(record) for record in records[:3])


_LENGTH = regex.compile(rb"Content-Length: -?\d+")


def warc(data: bytes, rng: Random, raw: Raw) -> bytes:
    """Records changed line by line, with the right length or a wrong one; those packed apart stay apart."""
    chance = rng.random()
    if chance < 0.15:
        return raw(data)
    if data.startswith(b"\x1f\x8b"):
        pieces = [piece for piece in regex.split(rb"(?=\x1f\x8b\x08)", data) if piece]
        at = rng.randrange(len(pieces))
        try:
            plain = gzip.decompress(pieces[at])
        except Exception:
            return raw(data)
        pieces[at] = gzip.compress(warc(plain, rng, raw), 1, mtime=0)
        if rng.random() < 0.1:
            rng.shuffle(pieces)
        return b"".join(pieces)
    records = [piece for piece in regex.split(rb"(?=WARC/1)", data) if piece]
    if not records:
        return raw(data)
    at = rng.randrange(len(records))
    records[at] = mutators.lines(records[at], rng, raw)
    if rng.random() < 0.6:
        head, blank, body = records[at].partition(b"\r\n\r\n")
        length = max(len(body) - 4, 0) if rng.random() < 0.8 else rng.choice((0, 1, len(body), 10**12, -1))
        records[at] = _LENGTH.sub(b"Content-Length: %d" % length, head) + blank + body
    if rng.random() < 0.1:
        records.insert(rng.randint(0, len(records)), rng.choice(records))
    return b"".join(records)
