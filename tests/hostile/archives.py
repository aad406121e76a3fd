"""Archives made to do harm: bombs, names that climb, links, liars."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator

from tests.archives import raw_zip, tar_bytes, zip_bytes, zstd_bytes
from tests.hostile.good import report
from tests.hostile.model import Hostile, harmless, refused

_ZEROS = 9_000_000


def _named(*names: str) -> bytes:
    """A zip of good reports under these names."""
    return zip_bytes({name: report(900 + number, "txt") for number, name in enumerate(names)})


def _zip_link() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        info = zipfile.ZipInfo("link.txt")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
        archive.writestr(zipfile.ZipInfo("good.txt"), report(910, "txt"))
    return buffer.getvalue()


def _tar_links() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, kind in (
            ("link", tarfile.SYMTYPE),
            ("hard", tarfile.LNKTYPE),
            ("device", tarfile.CHRTYPE),
            ("pipe", tarfile.FIFOTYPE),
        ):
            info = tarfile.TarInfo(f"{name}.txt")
            info.type, info.linkname = kind, "../../../../etc/passwd"
            archive.addfile(info)
    return buffer.getvalue()


def _tar_names() -> bytes:
    return tar_bytes({"/etc/cron.d/evil.txt": report(911, "txt"), "../../../evil.txt": report(912, "txt")})


def _tar_liar() -> bytes:
    """A header that promises eight exabytes (GNU's base-256 field)."""
    info = tarfile.TarInfo("huge.pdf")
    info.size = 8 << 60
    return info.tobuf(tarfile.GNU_FORMAT) + b"x" * 2048


def _sparse() -> bytes:
    """GNU sparse: a hole of a terabyte that takes no byte of the archive."""
    info = tarfile.TarInfo("hole.pdf")
    header = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    header[156:157] = b"S"
    header[386:398], header[398:410] = b"00000000000\0", b"00000000000\0"
    header[482] = 0
    header[483:495] = b"\x80" + (1 << 40).to_bytes(11, "big")
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header) + bytes(1024)


def _nested(levels: int) -> bytes:
    content = report(913, "txt")
    for level in range(levels):
        content = zip_bytes({f"{level}.zip" if level else "report.txt": content})
    return content


def _many_bombs() -> bytes:
    """Small archives in an archive, none of them a bomb by itself."""
    inner = zip_bytes({f"{number}.txt": b"0" * 7_900_000 for number in range(8)})
    return zip_bytes({f"{number}.zip": inner for number in range(40)}, zipfile.ZIP_STORED)


def _overlapping() -> bytes:
    """Many entries that share one run of packed bytes, as in Fifield's bomb: no ratio of a single member tells."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    plain = bytes(4_000_000)
    packed = packer.compress(plain) + packer.flush()
    crc = zlib.crc32(plain)
    body = struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", 20, 0, 8, 0, 33, crc, len(packed), len(plain), 5, 0) + b"0.txt" + packed
    directory = b""
    for number in range(2000):
        name = b"%d.txt" % number
        entry = (20, 20, 0, 8, 0, 33, crc, len(packed), len(plain), len(name), 0, 0, 0, 0, 0, 0)
        directory += struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\x01\x02", *entry) + name
    return body + directory + struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 2000, 2000, len(directory), len(body), 0)


def _twins() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in (914, 915):
            archive.writestr(zipfile.ZipInfo("report.txt"), report(number, "txt"))
    return buffer.getvalue()


def _broken_member() -> bytes:
    content = bytearray(zip_bytes({"a.txt": b"a" * 500, "good.txt": report(916, "txt")}, zipfile.ZIP_STORED))
    content[content.index(b"a" * 50)] = 0
    return bytes(content)


def _unknown_packing() -> bytes:
    content = bytearray(zip_bytes({"a.txt": b"a" * 500}))
    for signature, at in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        content[content.index(signature) + at] = 97
    return bytes(content)


def _promises() -> bytes:
    """A directory that promises four gigabytes where twenty bytes lie."""
    content = bytearray(zip_bytes({"a.txt": b"a" * 500}))
    for signature, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = content.index(signature) + at
        content[start : start + 4] = struct.pack("<I", 0xFFFFFFF0)
    return bytes(content)


def _endless_record() -> bytes:
    return b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://a.example/x\r\nContent-Length: 999999999999999\r\n\r\nHTTP/1.1 200 OK\r\n\r\nx"


def inputs() -> Iterator[Hostile]:
    """Every archive."""
    kind = "archive"
    yield harmless(
        kind,
        "climbing.zip",
        "names that climb out of the folder (../../)",
        lambda: _named("../../../evil.txt", "..\\..\\evil2.txt"),
        2,
    )
    yield harmless(
        kind,
        "absolute.zip",
        "absolute names, of Unix and of Windows",
        lambda: _named("/etc/cron.d/evil.txt", "C:\\Windows\\evil.txt"),
        2,
    )
    yield harmless(kind, "climbing.tar", "absolute and climbing names in a tar", _tar_names, 2)
    yield harmless(
        kind,
        "names.zip",
        "names that command a terminal, a shell, a spreadsheet, a page",
        lambda: _named(
            "\x1b]0;owned\x07\x1b[2J.txt", "$(reboot);`id`.txt", '=HYPERLINK("http://x").txt', "<img src=x onerror=alert(1)>.txt"
        ),
        4,
    )
    yield harmless(kind, "endless-name.zip", "a name of 60,000 characters", lambda: _named("n" * 60_000 + ".txt"))
    yield harmless(kind, "twins.zip", "two members of one name", _twins, 2)
    yield harmless(
        kind, "gbk.zip", "names in GBK, not marked as such", lambda: raw_zip(["年报/甲县.txt".encode("gbk")], report(917, "txt"))
    )
    yield refused(kind, "link.zip", "a symbolic link to /etc/passwd", _zip_link, "unsupported", reads=1)
    yield refused(kind, "links.tar", "symbolic and hard links, a device, a pipe", _tar_links, "unsupported")
    yield refused(kind, "locked.zip", "an encrypted member", lambda: raw_zip([b"secret.pdf"], flags=1), "encrypted")
    yield refused(
        kind,
        "bomb.zip",
        "9 MB of zeros beside a report",
        lambda: zip_bytes({"bomb.pdf": bytes(_ZEROS), "good.txt": report(918, "txt")}),
        "unsupported",
        reads=1,
    )
    yield refused(
        kind,
        "bomb.tar.gz",
        "a bomb behind a report",
        lambda: gzip.compress(tar_bytes({"good.txt": report(919, "txt"), "bomb.pdf": bytes(_ZEROS)}), mtime=0),
        "unsupported",
        reads=1,
    )
    yield refused(
        kind, "bomb.gz", "a bomb without an archive in it", lambda: gzip.compress(bytes(_ZEROS), mtime=0), "unsupported"
    )
    yield refused(kind, "bomb.bz2", "50 MB of zeros in 50 bytes", lambda: bz2.compress(bytes(50_000_000)), "unsupported")
    yield refused(kind, "bomb.xz", "the same by xz", lambda: lzma.compress(bytes(50_000_000)), "unsupported")
    yield refused(kind, "bomb.zst", "the same by zstandard", lambda: zstd_bytes(bytes(50_000_000)), "unsupported")
    yield refused(kind, "matryoshka.zip", "archives within archives, 12 deep", lambda: _nested(12), "unsupported")
    yield refused(kind, "many-bombs.zip", "2.5 GB in many small nested archives", _many_bombs, "unsupported", "unreadable")
    yield refused(
        kind, "overlapping.zip", "2,000 members that share their bytes: 8 GB", _overlapping, "unsupported", "unreadable"
    )
    yield refused(kind, "damaged.zip", "a member whose checksum is wrong", _broken_member, "unreadable", reads=1)
    yield refused(kind, "packing.zip", "a method of packing that nobody knows", _unknown_packing, "unsupported", "unreadable")
    yield refused(kind, "promises.zip", "a member that is said to have 4 GB", _promises, "unsupported", "unreadable")
    yield refused(
        kind, "cut.zip", "an archive that ends in its middle", lambda: _named("a.txt", "b.txt")[:2000], "unreadable", reads=1
    )
    yield refused(kind, "huge.tar", "a header that promises 8 exabytes", _tar_liar, "unreadable", "unsupported")
    yield refused(kind, "sparse.tar", "a hole of a terabyte (GNU sparse)", _sparse, "unreadable", "unsupported")
    yield refused(kind, "debris.zip", "the first 14 bytes of a zip", lambda: b"PK\x03\x04" + bytes(10), "unreadable")
    yield refused(kind, "archive.7z", "an archive that is not opened", lambda: b"7z\xbc\xaf\x27\x1c" + bytes(100), "unsupported")
    yield refused(kind, "archive.rar", "another", lambda: b"Rar!\x1a\x07\x01\x00" + bytes(100), "unsupported")
    yield refused(
        kind, "endless.warc", "a record that promises a petabyte", _endless_record, "unreadable", "unsupported", "not_a_report"
    )
