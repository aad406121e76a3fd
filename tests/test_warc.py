"""WARC: what a crawl fetched, from files of every make, whole and damaged."""

from __future__ import annotations

import gzip
import io
import lzma
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from collect.archives import gather
from collect.errors import UnreadableError, UnsupportedError
from collect.model import Refusal, Source
from collect.skip import page_rule
from tests.archives import zip_bytes, zstd_bytes

REPORT = "<html><title>甲县2023年政府信息公开工作年度报告</title><p>公开</p></html>".encode()
SITE = "http://www.jiaxian.gov.cn"
DATE = "2024-02-03T04:05:06Z"


def record(path, content=REPORT, *, status="200 OK", kind="text/html", headers=(), warc=(), record_type="response"):
    return (SITE + path if path.startswith("/") else path, content, status, kind, headers, dict(warc), record_type)


def warc_bytes(records, *, packed=True):
    """A WARC as crawlers write them: one gzip member a record, or none."""
    stream = io.BytesIO()
    writer = WARCWriter(stream, gzip=packed)
    writer.write_record(writer.create_warcinfo_record("crawl.warc", {"software": "a crawler"}))
    for url, content, status, kind, headers, warc, record_type in records:
        http = StatusAndHeaders(status, [("Content-Type", kind), *headers], protocol="HTTP/1.1")
        more = {"http_headers": http} if record_type in {"response", "revisit"} else {"warc_content_type": kind}
        payload = io.BytesIO(content)
        about = {"WARC-Date": DATE} | warc
        writer.write_record(writer.create_warc_record(url, record_type, payload=payload, warc_headers_dict=about, **more))
    return stream.getvalue()


def taken(tmp_path, content, name="crawl.warc.gz"):
    path = tmp_path / name
    path.write_bytes(content)
    skipped: Counter[str] = Counter()
    items = list(gather([path], skipped=skipped))
    sources = {item.document: item for item in items if isinstance(item, Source)}
    refusals = {item.document: item.error for item in items if isinstance(item, Refusal)}
    assert len(sources) + len(refusals) == len(items)
    return sources, refusals, skipped


MIXED = (
    record("/art/2024/1/18/art_1_2.html"),
    record("/module/xxgk/xxgkAnnualReport.jsp?area=113708&fbtime=2020"),
    record("/年报/a.pdf", b"%PDF-1.7 ...", kind="application/pdf"),
    record("/gone.html", status="404 Not Found"),
    record("/style.css", b"body {}", kind="text/css"),
    record("/site.js", b"var a", kind="application/javascript; charset=utf-8"),
    record("/news.html", "<p>今日新闻</p>".encode()),
    record("/attachment/2023.zip", zip_bytes({"a.html": REPORT}), kind="application/zip"),
    record("dns:www.jiaxian.gov.cn", b"127.0.0.1", kind="text/dns", record_type="resource"),
    record("/again.html", b"", record_type="revisit"),
    record("/kept.html", record_type="resource"),
    record("/packed.html", gzip.compress(REPORT), headers=[("Content-Encoding", "gzip")]),
    record(
        "/chunks.html",
        b"10\r\n" + REPORT[:16] + b"\r\n%x\r\n" % len(REPORT[16:]) + REPORT[16:] + b"\r\n0\r\n\r\n",
        headers=[("Transfer-Encoding", "chunked")],
    ),
)
EXPECTED = {
    "/art/2024/1/18/art_1_2.html",
    "/module/xxgk/xxgkAnnualReport.jsp?area=113708&fbtime=2020",
    "/年报/a.pdf",
    "/attachment/2023.zip/a.html",
    "/kept.html",
    "/packed.html",
    "/chunks.html",
}


def _one_member(content):
    return gzip.compress(content)


@pytest.mark.parametrize(
    ("packed", "wrap", "name"),
    [
        (True, bytes, "crawl.warc.gz"),
        (False, bytes, "crawl.warc"),
        (False, _one_member, "whole.warc.gz"),  # one gzip member around all records
        (False, lzma.compress, "crawl.warc.xz"),
        (False, zstd_bytes, "crawl.warc.zst"),
    ],
)
def test_answers_become_documents_with_their_address_and_time(tmp_path: Path, packed, wrap, name) -> None:
    sources, refusals, skipped = taken(tmp_path, wrap(warc_bytes(MIXED, packed=packed)), name)
    assert refusals == {}
    assert set(sources) == {f"{name}/www.jiaxian.gov.cn{path}" for path in EXPECTED}
    page = sources[f"{name}/www.jiaxian.gov.cn/art/2024/1/18/art_1_2.html"]
    assert (page.origin, page.fetched) == (f"{SITE}/art/2024/1/18/art_1_2.html", datetime(2024, 2, 3, 4, 5, 6, tzinfo=UTC))
    assert {source.content for source in sources.values()} == {REPORT, b"%PDF-1.7 ..."}
    assert sources[f"{name}/www.jiaxian.gov.cn/attachment/2023.zip/a.html"].origin == f"{SITE}/attachment/2023.zip/a.html"
    assert skipped == {"warc_no_page": 2, "warc_status": 1, "web_asset": 2, "unrelated_page": 1, "warc_revisit": 1}


@pytest.mark.parametrize(
    ("packed", "damage"), [(True, "flipped"), (True, "cut"), (False, "flipped"), (False, "cut"), (False, "length")]
)
def test_a_damaged_record_costs_itself_alone(tmp_path: Path, packed, damage) -> None:
    parts = [warc_bytes([record(f"/{n}.html", REPORT + bytes(str(n) * 3000, "ascii"))], packed=packed) for n in range(3)]
    middle = bytearray(parts[1])
    if damage == "flipped":
        middle[-40] ^= 0xFF
    elif damage == "cut":
        del middle[-60:]
    else:
        middle[bytes(middle).rfind(b"Content-Length: ") + 16] = ord("9")
    sources, refusals, _ = taken(tmp_path, parts[0] + bytes(middle) + parts[2], "crawl.warc")
    assert {"crawl.warc/www.jiaxian.gov.cn/0.html", "crawl.warc/www.jiaxian.gov.cn/2.html"} == set(sources)
    assert {type(error) for error in refusals.values()} == {UnreadableError}


def test_what_the_crawl_did_not_get_whole_is_refused(tmp_path: Path) -> None:
    records = (
        record("/cut.html", warc={"WARC-Truncated": "length"}),
        record("/packed.html", headers=[("Content-Encoding", "x-unheard-of")]),
        record("/good.html"),
    )
    sources, refusals, _ = taken(tmp_path, warc_bytes(records))
    assert list(sources) == ["crawl.warc.gz/www.jiaxian.gov.cn/good.html"]
    assert {name.rpartition("/")[2]: type(error) for name, error in refusals.items()} == {
        "cut.html": UnreadableError,
        "packed.html": UnsupportedError,
    }


def test_a_warc_of_nothing_but_its_head_holds_nothing(tmp_path: Path) -> None:
    assert taken(tmp_path, warc_bytes([]))[:2] == ({}, {})


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        ("<p>政府信息公开年度报告</p>".encode(), None),
        ("<p>政府信息公开年报</p>".encode("gb18030"), None),
        ("<p>政府資訊公開工作報告</p>".encode("big5"), None),
        ("<p>信息公开申请</p>".encode("utf-16"), None),
        (f"<a href='/'>首页</a><p>政府信息公开</p>{'<a href=1>x</a>' * 9}<td>收到申请".encode(), None),
        # said in links only: the menus of every page of a site
        (
            "<ul><li><a href='/zfxxgk'>政府信息公开</a><li><A HREF=1>政府信息公开年报</A></ul><p>今日新闻</p>".encode(),
            "unrelated_page",
        ),
        ("<a href='/zfxxgk'>政府信息公开年报</a><p>预算公开</p>".encode("gb18030"), "unrelated_page"),
        (
            "<p>政府信息<b>公</b><b>开</b>工作年度报&nbsp; 告</p><a href=1>信息公开</a>".encode(),
            None,
        ),  # cut up by a word processor
        # a link that is never closed holds the page, not a menu's word
        (f"<a name='top' ><p>{'政府信息公开工作' * 40}年度报告</p><a href='1'>x</a>".encode(), None),
        ("<a href='1'>政府信息公开</a><p>&#160;今日新闻&nbsp;</p>".encode(), "unrelated_page"),
        ("<a href='1'>政府信息公开</a><p>&#x653F;&#x5E9C;&#20449;</p>".encode(), None),
        (b"<p>&#20844;&#24320;</p>", None),
        (b"%PDF-1.4", None),
        (zip_bytes({"word/document.xml": b""}), None),
        (b"\xd0\xcf\x11\xe0 an old Word file", None),
        (b"\xff\xd8\xff a picture", None),
        ("<p>今日新闻</p>".encode(), "unrelated_page"),
        (b"", "unrelated_page"),
    ],
)
def test_pages_that_cannot_be_reports_are_passed_over(content, rule) -> None:
    assert page_rule(content) == rule
