"""Web pages, web archives and texts made to do harm."""

from __future__ import annotations

import base64
from collections.abc import Iterator

from tests.hostile.good import report
from tests.hostile.model import Hostile, harmless, refused
from tests.hostile.pictures import declared_png

_HEAD = '<html><head><meta charset="utf-8"><title>甲县2023年政府信息公开工作年度报告</title></head><body>'
_NO_REPORT = ("not_a_report", "unreadable.empty")


def page(body: str) -> bytes:
    """A page whose title is a report's."""
    return f"{_HEAD}{body}</body></html>".encode()


def with_more(number: int, more: str) -> bytes:
    """A good report's page with something more at its end."""
    content = report(number, "html")
    encoded = more.encode()
    at = content.lower().rindex(b"</body>")
    return content[:at] + encoded + content[at:]


def in_head(number: int, more: str) -> bytes:
    """A good report's page with something more in its head."""
    content = report(number, "html")
    at = content.lower().index(b"</head>")
    return content[:at] + more.encode() + content[at:]


def _billion_laughs() -> bytes:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return f'<?xml version="1.0"?><!DOCTYPE html [<!ENTITY l0 "lol">{entities}]>'.encode() + page("<p>&l9;</p>")


def _multiparts(levels: int) -> bytes:
    """A web archive of parts within parts."""
    head = "MIME-Version: 1.0\r\n"
    for level in range(levels):
        head += f'Content-Type: multipart/related; boundary="b{level}"\r\n\r\n--b{level}\r\n'
    return (head + "Content-Type: text/html\r\n\r\n<p>x</p>\r\n").encode()


def _nested_tables(levels: int) -> bytes:
    return page("<table><tr><td>1</td><td>" * levels + "0" + "</td></tr></table>" * levels)


def _striped(length: int) -> bytes:
    """Text in which bidi controls, zero-width characters and accents outnumber the rest."""
    return report(931, "txt") + ("统\u202e计\u200b\u0301\u0301\u0301\n" * length).encode()


def web_pages() -> Iterator[Hostile]:
    """Every page."""
    kind = "web page"
    yield refused(kind, "deep.html", "50,000 elements within each other", lambda: page("<div><b>" * 25_000), "unreadable.nesting")
    yield refused(kind, "tables.html", "600 tables within each other", lambda: _nested_tables(600), "unsupported.nesting")
    yield refused(kind, "long.html", "31 MB of paragraphs", lambda: page("<p>年报</p>" * 2_450_000), "unsupported.too_large")
    yield refused(
        kind,
        "cells.html",
        "a table of 210,000 cells",
        lambda: page("<table>" + "<tr><td>1<td>2<td>3</tr>" * 70_000 + "</table>"),
        "unsupported.too_large",
    )
    yield refused(
        kind,
        "wide.html",
        "a row of 3,000 cells",
        lambda: page("<table><tr>" + "<td>1" * 3000 + "</tr><tr><td>1</table>"),
        "unsupported.too_large",
        *_NO_REPORT,
    )
    yield refused(
        kind,
        "spans.html",
        "cells that span 1,000,000,000 columns and rows",
        lambda: page(
            '<table><tr><td colspan="1000000000" rowspan="1000000000">1<td>2</tr><tr><td rowspan="999999999999999999999">1</table>'
            * 50
        ),
        *_NO_REPORT,
        "unsupported.too_large",
    )
    yield harmless(
        kind,
        "spans-beside.html",
        "a report, and beside it a table of endless spans",
        lambda: with_more(930, '<table><tr><td colspan="1000000000" rowspan="-5">甲</table>'),
    )
    yield refused(kind, "laughs.html", "a billion laughs in a page's DTD", _billion_laughs, *_NO_REPORT, "unreadable")
    yield refused(
        kind,
        "attribute.html",
        "an attribute of 10 MB",
        lambda: page(f'<p title="{"a" * 10_000_000}">x</p>'),
        *_NO_REPORT,
        "unreadable",
        "unsupported",
    )
    yield refused(
        kind,
        "open.html",
        "200,000 elements that are never closed",
        lambda: page("<p><span>" * 100_000),
        *_NO_REPORT,
        "unreadable.nesting",
    )
    yield refused(
        kind,
        "mend.html",
        "end tags that a parser must mend, 300,000 of them",
        lambda: page("<a><b></a></b>" * 150_000),
        *_NO_REPORT,
        "unreadable",
    )
    yield refused(
        kind,
        "digits.html",
        "a cell of a million digits",
        lambda: page(f"<table><tr><td>总计<td>{'1' * 1_000_000}</table>"),
        *_NO_REPORT,
    )
    yield refused(
        kind, "parts.mht", "a web archive of 3,000 parts within each other", lambda: _multiparts(3000), "unreadable", *_NO_REPORT
    )
    yield harmless(
        kind,
        "styles.html",
        "60,000 rules of style",
        lambda: in_head(932, "<style>" + "".join(f".a{n} .b{n}>p:not(.c){{display:none}}" for n in range(60_000)) + "</style>"),
    )
    yield harmless(
        kind,
        "scripts.html",
        "scripts, frames, redirects, requests to a cloud's own address",
        lambda: in_head(
            933,
            '<script>document.body.innerHTML=""</script><meta http-equiv="refresh" content="0;url=http://169.254.169.254/"><link rel="stylesheet" href="http://169.254.169.254/latest"><base href="file:///etc/">',
        ),
    )
    yield harmless(
        kind,
        "pictures.html",
        "pictures of other machines and of this one's files",
        lambda: with_more(
            934, '<img src="file:///etc/passwd"><img src="http://127.0.0.1:1/x.png"><img src="../../../../etc/passwd">' * 200
        ),
    )
    yield harmless(
        kind,
        "inlaid.html",
        "a picture of 100,000 by 100,000 pixels in the page itself",
        lambda: with_more(935, f'<img src="data:image/png;base64,{base64.b64encode(declared_png(100_000, 100_000)).decode()}">'),
    )
    yield harmless(
        kind,
        "commanding.html",
        "words that command a terminal, a page, a spreadsheet, a database",
        lambda: with_more(
            936, "<p>\x1b]0;owned\x07\x1b[2J &lt;script&gt;alert(1)&lt;/script&gt; =cmd|'/C calc'!A1 '); DROP TABLE report;--</p>"
        ),
    )
    yield harmless(
        kind,
        "odd.html",
        "characters that no text has: surrogates, NULs, beyond Unicode",
        lambda: with_more(937, "<p>&#x0;&#xD800;&#x110000;&#xFFFFFFFFF;\0\ufffe\U0010ffff</p>"),
    )


def texts() -> Iterator[Hostile]:
    """Every text."""
    kind = "text"
    yield refused(kind, "long.txt", "25 MB of text", lambda: "年报\n".encode() * 3_600_000, "unsupported.size", *_NO_REPORT)
    yield refused(kind, "lines.txt", "400,000 lines", lambda: b"1\n" * 400_000, "unsupported.size", *_NO_REPORT)
    yield refused(
        kind, "bars.txt", "two million fields parted by bars", lambda: b"1|" * 2_000_000, "unsupported.size", *_NO_REPORT
    )
    yield refused(
        kind,
        "brackets.txt",
        "half a million open brackets",
        lambda: ("2023年" + "（" * 500_000).encode(),
        *_NO_REPORT,
        "unreadable",
        "unsupported",
    )
    yield refused(kind, "noise.txt", "random bytes", lambda: _noise(3_000_000), "unreadable")
    yield refused(kind, "nothing.txt", "a megabyte of zeros", lambda: bytes(1_000_000), "unreadable.empty")
    yield harmless(kind, "striped.txt", "bidi controls, invisible characters, heaps of accents", lambda: _striped(2_000))


def _noise(size: int) -> bytes:
    from random import Random  # noqa: PLC0415 - here only

    return Random(7).randbytes(size)


def inputs() -> Iterator[Hostile]:
    """Every web page and text."""
    yield from web_pages()
    yield from texts()
