"""Formats by content, and what is said of those that are not read."""

from __future__ import annotations

import base64
import io
import random
import zipfile

import pytest

from collect.errors import EncryptedError, NianbaoError, UnreadableError, UnsupportedError
from extract.model import Document, Line
from extract.read import READERS, read
from extract.sniff import DOC, DOCX, HTML, MHTML, ODT, PDF, RTF, TEXT, WORD_XML, sniff

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
REPORT = "安州区应急管理局2023年政府信息公开工作年度报告\n规章\t0\t0\t0\n" * 30
NOISE = random.Random(2).randbytes(200_000)


def zipped(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), data)
    return buffer.getvalue()


def ole(stream: str, at_512: bytes = b"") -> bytes:
    return OLE + bytes(504) + at_512.ljust(512, b"\0") + stream.encode("utf-16-le") + b"\0\0"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"%PDF-1.7\n", PDF),
        (b"\r\n\xef\xbb\xbf%PDF-1.4", PDF),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 900 + b"%PDF-1.4", PDF),
        (b"<!DOCTYPE html><p>", HTML),
        ("<title>错误</title>找不到页面".encode(), HTML),
        (b'<?xml version="1.0"?><!DOCTYPE html PUBLIC "x"><html>', HTML),
        ("<html><body>政府".encode("utf-16"), HTML),
        ("<html><body>政府".encode("utf-16-be"), HTML),
        ("<p>甲</p>".encode("gbk"), HTML),
        (b"<!-- saved from url --><TABLE border=1>", HTML),
        ("?xml:namespace><p>定西市地震局".encode(), HTML),
        ("前言<p>甲</p><p>乙</p><table><tr><td>1</td></tr></table>".encode(), HTML),
        (zipped(word__document_xml=b""), DOCX),
        (zipped(mimetype=b"application/vnd.oasis.opendocument.text", content_xml=b""), ODT),
        (zipped(xl__workbook_xml=b""), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (zipped(OFD_xml=b""), "application/ofd"),
        (zipped(a=b""), "application/zip"),
        (ole("WordDocument"), DOC),
        (ole("Workbook"), "application/vnd.ms-excel"),
        (b"{\\rtf1\\ansi", RTF),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x\r\n", MHTML),
        (b'<?xml version="1.0"?><?mso-application progid="Word.Document"?><w:wordDocument>', WORD_XML),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"II*\0", "image/tiff"),
        (REPORT.encode(), TEXT),
        (REPORT.encode("gbk"), TEXT),
        (REPORT.encode("utf-16-le"), TEXT),
        (NOISE[:3000] + REPORT.encode() * 10, TEXT),
        ("?xml:namespace>定西市地震局".encode(), TEXT),
        ("a < b, c > d, <甲>".encode(), TEXT),
    ],
)
def test_format_by_content(content: bytes, expected: str) -> None:
    assert sniff(content) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a.htm", HTML), ("a.txt", TEXT), ("a.pdf", TEXT), ("", TEXT)],
)
def test_the_name_breaks_a_tie_only(name: str, expected: str) -> None:
    assert sniff("第一行<br>第二行".encode(), name) == expected
    assert sniff(b"%PDF-1.4", name) == PDF


@pytest.mark.parametrize(
    ("content", "error", "reason"),
    [
        (b"", UnreadableError, "unreadable.empty"),
        (b"\0" * 5000, UnreadableError, "unreadable.empty"),
        (b" \r\n\t\x1a", UnreadableError, "unreadable.empty"),
        (NOISE, UnreadableError, "unreadable.binary"),
        (OLE, UnreadableError, "unreadable.truncated"),
        (OLE + bytes(504), UnreadableError, "unreadable.truncated"),
        (zipped(word__document_xml=b"x" * 99)[:60], UnreadableError, "unreadable.truncated"),
        (ole("EncryptedPackage"), EncryptedError, "encrypted"),
        (ole("WordDocument", b"\xec\xa5" + bytes(8) + b"\x00\x01"), EncryptedError, "encrypted"),
        (zipped(OFD_xml=b""), UnreadableError, "unreadable.damaged"),
        (zipped(ppt__presentation_xml=b""), UnsupportedError, "unsupported"),
        (zipped(a=b""), UnsupportedError, "unsupported"),
        (ole("Workbook"), UnreadableError, "unreadable.damaged"),
        (b"Rar!\x1a\x07\x00", UnsupportedError, "unsupported"),
        (b"\x89PNG\r\n\x1a\n", UnreadableError, "unreadable.picture"),
        (zipped(word__document_xml=b""), UnreadableError, "unreadable.damaged"),
        (b"<html><script>1</script></html>", UnreadableError, "unreadable.empty"),
        (b"MIME-Version: 1.0\nContent-Type: text/plain\n\ntext/html is elsewhere", UnreadableError, "unreadable"),
    ],
)
def test_what_is_not_read_says_why(content: bytes, error: type[NianbaoError], reason: str) -> None:
    with pytest.raises(error) as caught:
        read(content, "report.pdf")
    assert caught.value.reason == reason
    assert caught.value.advice


def test_an_error_page_named_pdf_is_a_page() -> None:
    document = read("<html><body><h1>404</h1><p>您访问的页面不存在</p></body></html>".encode(), "a.pdf")
    assert document.media_type == HTML
    assert [block.text for block in document.blocks if isinstance(block, Line)] == ["404", "您访问的页面不存在"]


def test_a_web_archive_of_word_is_read_as_its_page() -> None:
    page = "<html><body><p>甲县2023年年度报告</p></body></html>"
    parts = [
        "MIME-Version: 1.0",
        'Content-Type: multipart/related; boundary="--=_x"',
        "",
        "----=_x",
        'Content-Type: text/html; charset="gb2312"',
        "Content-Transfer-Encoding: base64",
        "",
        base64.encodebytes(page.encode("gbk")).decode(),
        "----=_x",
        "Content-Type: image/png",
        "",
        "AAAA",
        "----=_x--",
        "",
    ]
    document = read("\r\n".join(parts).encode(), "report.doc")
    assert document.media_type == MHTML
    assert [block.text for block in document.blocks if isinstance(block, Line)] == ["甲县2023年年度报告"]


def test_a_failing_reader_is_a_typed_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def deep(_: bytes) -> Document:
        raise RecursionError

    monkeypatch.setitem(READERS, HTML, deep)
    with pytest.raises(UnreadableError):
        read(b"<html>")
