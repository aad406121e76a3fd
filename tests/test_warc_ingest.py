"""A WARC of mixed records taken in whole: every record's outcome, from wherever the file lies and however it is packed."""

from __future__ import annotations

import gzip
import io
import lzma
import os
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import Any

import fsspec
import pytest
from warcio.archiveiterator import ArchiveIterator

from collect.archives import gather
from collect.errors import UnreadableError
from collect.model import Refusal, Source
from nianbao.batch import ingest
from store.open import open_store
from tests.archives import tar_bytes, zip_bytes, zstd, zstd_bytes
from tests.history import History
from tests.test_warc import DATE, SITE, record, warc_bytes
from tests.typesetter.docx import DocxStyle, print_docx
from tests.typesetter.html import HtmlStyle, print_html
from tests.typesetter.pdf import PdfStyle, print_pdf

HOST = SITE.removeprefix("http://")
FETCHED = "2024-02-03T04:05:06+00:00"
PAPER = History().paper
MENU = "<ul>" + "".join(f"<li><a href='{n}'>政府信息公开 栏目{n}</a></li>" for n in range(40)) + "</ul>"
BUDGET = "<h1>甲县财政局2023年部门预算公开说明</h1>" + "<p>本报告说明收入预算总额为一百万元，支出预算总额相同。</p>" * 20
GUIDE = "<h1>甲县财政局政府信息公开指南</h1>" + "<p>公民、法人和其他组织可以向本机关申请获取政府信息。</p>" * 20


def damaged(raw: bytes) -> bytes:
    broken = bytearray(raw)
    broken[-40] ^= 0xFF
    return bytes(broken)


def parts(*, packed: bool) -> list[bytes]:
    """A WARC in pieces, so that one of them can be damaged."""
    whole = partial(warc_bytes, packed=packed)
    report = print_html(PAPER(2023), HtmlStyle(), Random(1))
    return [
        whole(
            [
                record("/nb/2023.html", report),
                record("/nb/2022.pdf", print_pdf(PAPER(2022), PdfStyle(), Random(1)), kind="application/pdf"),
                record("/nb/gbk.html", print_html(PAPER(2021), HtmlStyle(encoding="gb18030"), Random(1))),
                record("/nb/2019.zip", zip_bytes({"年报/2019.docx": print_docx(PAPER(2019), DocxStyle(), Random(1))})),
                record("/nb/2020.html.gz", gzip.compress(print_html(PAPER(2020), HtmlStyle(), Random(1)))),
                record("/copy/2023.html", report),
                record("/nb/again.html", b"", record_type="revisit"),
                record("/moved.html", b"", status="301 Moved Permanently", headers=[("Location", "/nb/2023.html")]),
                record("/gone.html", status="404 Not Found"),
                record("/index.html", MENU.encode()),
                record("/budget.html", BUDGET.encode()),
                record("/guide.html", GUIDE.encode("gb18030")),
                record("/news.html", "<p>今日新闻</p>".encode()),
                record("/nb/cut.html", report, warc={"WARC-Truncated": "length"}),
                record("/style.css", b"body {}", kind="text/css"),
                record(f"dns:{HOST}", b"127.0.0.1", kind="text/dns", record_type="resource"),
            ]
        ),
        damaged(whole([record("/nb/damaged.html", report + b"x" * 3000)])),
        whole([record("/nb/2018.html", print_html(PAPER(2018), HtmlStyle(), Random(1)))]),
    ]


@pytest.fixture(scope="module")
def mixed() -> bytes:
    return b"".join(parts(packed=True))


LOADED = {
    "nb/2023.html": 2023,
    "copy/2023.html": 2023,
    "nb/2022.pdf": 2022,
    "nb/gbk.html": 2021,
    "nb/2020.html.gz/2020.html": 2020,
    "nb/2019.zip/年报/2019.docx": 2019,
    "nb/2018.html": 2018,
}
SKIPPED = {"warc_revisit": 1, "warc_status": 2, "unrelated_page": 2, "web_asset": 1, "warc_no_page": 4}


def test_every_record_of_a_mixed_warc_has_its_outcome(mixed: bytes, tmp_path: Path) -> None:
    (tmp_path / "crawl.warc.gz").write_bytes(mixed)
    os.utime(tmp_path / "crawl.warc.gz", (1_600_000_000, 1_600_000_000))  # so that it counts as unchanged the second time
    with open_store(tmp_path / "reports.sqlite") as store:
        first = ingest([tmp_path / "crawl.warc.gz"], store)
        again = ingest([tmp_path / "crawl.warc.gz"], store)
        with store.reading() as connection:
            rows = connection.exec_driver_sql(
                "SELECT p.document, p.origin, p.fetched, p.record, r.year, r.verdict FROM document_path AS p"
                " JOIN report AS r ON r.document_id = p.document_id"
            ).all()
            failed = connection.exec_driver_sql("SELECT document, reason FROM failure").all()
    name = f"crawl.warc.gz/{HOST}/"
    assert {row.document.removeprefix(name): row.year for row in rows} == LOADED
    assert {row.verdict for row in rows} == {"verified"}
    assert {row.fetched for row in rows} == {FETCHED}
    assert {row.origin for row in rows} == {f"{SITE}/{path}" for path in LOADED}
    assert {document.removeprefix(name).removesuffix(" (2)"): reason for document, reason in failed} == {
        "guide.html": "not_a_report.guide",
        "budget.html": "not_a_report.budget",
        "nb/cut.html": "unreadable",
        "crawl.warc.gz": "unreadable",  # the damaged record: its address is lost with it
    }
    assert first.skipped == again.skipped == SKIPPED
    assert (first.documents, first.loaded, first.known, first.rejected) == (11, 6, 1, 4)
    assert (again.documents, again.loaded, again.known, again.rejected) == (11, 0, 11, 4)
    for row in rows:  # the record it names is the one it came in
        file, _, offset = row.record.partition("#")
        with (tmp_path / file).open("rb") as stream:
            stream.seek(int(offset))
            found = next(iter(ArchiveIterator(stream)))
        assert row.origin.startswith(found.rec_headers["WARC-Target-URI"])
        assert found.rec_headers["WARC-Date"] == DATE


def with_dictionary(raw: bytes, *, packed: bool) -> bytes:
    """As ArchiveTeam packs: a dictionary in front, then a frame for each record."""
    records = [b"WARC/" + part for part in raw.split(b"WARC/1.0")[1:]]
    records = [part.replace(b"WARC/", b"WARC/1.0", 1) for part in records]
    samples = [bytes(part[:400]) + str(n).encode() for n in range(40) for part in records]
    trained = zstd.train_dict(samples, 2_000)
    said = zstd_bytes(trained.dict_content) if packed else trained.dict_content
    return (
        struct.pack("<4sI", b"\x5d\x2a\x4d\x18", len(said))
        + said
        + b"".join(zstd_bytes(part, zstd_dict=trained) for part in records)
    )


SMALL = [
    record("/nb/1.html"),
    record("/nb/2.html", warc={"WARC-Date": "2025-01-02T03:04:05Z"}),
    record("/s.css", kind="text/css"),
]
PACKINGS: dict[str, Callable[[], bytes]] = {
    "a.warc": lambda: warc_bytes(SMALL, packed=False),
    "a.warc.gz": lambda: warc_bytes(SMALL),
    "a.warc.zst": lambda: zstd_bytes(warc_bytes(SMALL, packed=False)),
    "dictionary.warc.zst": lambda: with_dictionary(warc_bytes(SMALL, packed=False), packed=False),
    "packed dictionary.warc.zst": lambda: with_dictionary(warc_bytes(SMALL, packed=False), packed=True),
    "a.warc.xz": lambda: lzma.compress(warc_bytes(SMALL, packed=False)),
    "a.zip": lambda: zip_bytes({"x/a.warc.gz": warc_bytes(SMALL)}),
    "a.tar": lambda: tar_bytes({"a.warc": warc_bytes(SMALL, packed=False)}),
    "a.tar.gz": lambda: tar_bytes({"a.warc.gz": warc_bytes(SMALL)}, "w:gz"),
    "a.tar.bz2": lambda: tar_bytes({"a.warc.gz": warc_bytes(SMALL)}, "w:bz2"),
    "a.tar.xz": lambda: tar_bytes({"a.warc.gz": warc_bytes(SMALL)}, "w:xz"),
    "a.tar.zst": lambda: zstd_bytes(tar_bytes({"b.zip": zip_bytes({"a.warc.gz": warc_bytes(SMALL)})})),
}


def seen(path: str | Path) -> list[tuple[str, str, str]]:
    items = list(gather([path]))
    assert [item.error for item in items if isinstance(item, Refusal)] == []
    sources = [item for item in items if isinstance(item, Source)]
    assert len(sources) == 2
    return [(s.document.rpartition("www.")[2], s.origin, s.fetched.isoformat() if s.fetched else "") for s in sources]


EXPECTED = [
    ("jiaxian.gov.cn/nb/1.html", f"{SITE}/nb/1.html", FETCHED),
    ("jiaxian.gov.cn/nb/2.html", f"{SITE}/nb/2.html", "2025-01-02T03:04:05+00:00"),
]


@pytest.mark.parametrize("name", PACKINGS)
def test_addresses_and_times_survive_every_packing(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(PACKINGS[name]())
    assert seen(tmp_path / name) == EXPECTED


@pytest.mark.parametrize("name", ["a.warc.gz", "a.tar.zst"])
def test_a_warc_in_memory_reads_the_same(name: str) -> None:
    system = fsspec.filesystem("memory")
    system.pipe(f"/crawls/{name}", PACKINGS[name]())
    try:
        assert seen(f"memory://crawls/{name}") == EXPECTED
    finally:
        system.rm("/crawls", recursive=True)


class _Parts(SimpleHTTPRequestHandler):
    """A server that sends parts of a file, as most do."""

    def log_message(self, *_: Any) -> None:
        pass

    def send_head(self) -> Any:
        wanted = self.headers.get("Range")
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            return super().send_head()
        content = path.read_bytes()
        first, _, last = (wanted or "bytes=0-").removeprefix("bytes=").partition("-")
        end = min(int(last) if last else len(content) - 1, len(content) - 1)
        self.send_response(206 if wanted else 200)
        self.send_header("Accept-Ranges", "bytes")
        if wanted:
            self.send_header("Content-Range", f"bytes {first}-{end}/{len(content)}")
        self.send_header("Content-Length", str(end + 1 - int(first)))
        self.end_headers()
        return io.BytesIO(content[int(first) : end + 1])


class _Whole(SimpleHTTPRequestHandler):
    """A server that knows whole files only."""

    def log_message(self, *_: Any) -> None:
        pass


class _Breaking(_Parts):
    """A server that breaks off when it is asked for what lies in the middle."""

    def send_head(self) -> Any:
        if self.command == "GET" and not self.headers.get("Range", "bytes=0-").startswith("bytes=0-"):
            self.send_error(500)
            return None
        return super().send_head()


@contextmanager
def served(folder: Path, handler: type[SimpleHTTPRequestHandler]) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


def require(package: str) -> None:
    """Skip where what fsspec needs for http:// is not installed; in CI that is a failure."""
    if find_spec(package) is None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"{package} is not installed")
        pytest.skip(f"{package} is not installed")


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A zip that is larger than what fsspec fetches at once (5 MB), with its directory at the end."""
    require("aiohttp")
    (tmp_path / "www").mkdir()
    padding = Random(1).randbytes(11_000_000)
    (tmp_path / "www" / "large.zip").write_bytes(zip_bytes({"x.css": padding, "a.warc.gz": warc_bytes(SMALL)}))
    return tmp_path / "www"


@pytest.mark.parametrize("handler", [_Parts, _Whole])
def test_a_warc_in_a_zip_on_a_web_server_reads_the_same(large: Path, handler: type[SimpleHTTPRequestHandler]) -> None:
    with served(large, handler) as address:
        assert seen(f"{address}/large.zip") == EXPECTED


def test_a_server_that_breaks_off_costs_its_file_alone(large: Path, tmp_path: Path) -> None:
    (tmp_path / "good.warc").write_bytes(warc_bytes(SMALL))
    with served(large, _Breaking) as address:
        refusal, *sources = gather([f"{address}/large.zip", tmp_path / "good.warc"])
    assert isinstance(refusal, Refusal)
    assert isinstance(refusal.error, UnreadableError)
    assert len(sources) == 2
