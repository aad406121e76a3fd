"""Measures crawls: what each kind of record of a WARC costs, near misses above all, and what the archive's own work costs.

Prints Markdown. Processor time; every kind is measured in the same run, so the ratios hold elsewhere too.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the typesetter is part of the tests, not of the package

from collect.archive.archive import Archive  # noqa: E402
from collect.archive.model import Exchange, Role  # noqa: E402
from collect.archives import gather  # noqa: E402
from collect.crawl.model import SiteResult  # noqa: E402
from collect.errors import NianbaoError  # noqa: E402
from collect.model import Source  # noqa: E402
from nianbao.crawled import ingest_crawl  # noqa: E402
from nianbao.reading import read_source  # noqa: E402
from store.open import open_store  # noqa: E402
from tests.history import History  # noqa: E402
from tests.scripted_reader import reader  # noqa: E402
from tests.test_warc import record, warc_bytes  # noqa: E402
from tests.typesetter.html import HtmlStyle, print_html  # noqa: E402

RECORDS = 150
NIGHT = 2_000
_TOPICS = ("农业", "教育", "卫生", "市场", "民政", "交通", "财政", "应急", "住建", "文旅", "生态", "人社")


def page(title: str, sentence: str, *, menu: str = "政府信息公开") -> str:
    """A page of a government's site: 30 kB, most of it menus and scripts."""
    links = "".join(f'<li><a href="/col/{n}/index.html">{menu}{_TOPICS[n % 12]}{n}</a></li>' for n in range(120))
    script = "<script>" + "var state = {page: 1, size: 20};\n" * 200 + "</script>"
    text = "".join(f"<p>{sentence}（{n}）</p>" for n in range(30))
    return f"<html><head><title>{title}</title>{script}</head><body><ul>{links}</ul><h1>{title}</h1>{text}</body></html>"


BUDGET = "本单位收入预算总额为一百二十万元，支出预算总额相同，其中基本支出占八成，项目支出占二成。"
GUIDE = "公民、法人和其他组织可以向本机关申请获取政府信息，申请人应当填写申请表并提供身份证明。"
NEWS = "我县召开全县工作会议，会议总结了上半年各项工作，部署了下半年重点任务，县领导出席并讲话。"
REPORT = print_html(History().paper(2023), HtmlStyle(), Random(1)).decode()

KINDS: dict[str, Callable[[int], tuple[object, ...]]] = {
    "style sheet": lambda n: record(f"/{n}.css", b"a { color: red }\n" * 2000, kind="text/css"),
    "answer 404": lambda n: record(f"/{n}.html", page("没有", "页面不存在。").encode(), status="404 Not Found"),
    "page that nowhere says 公开": lambda n: record(f"/{n}.html", f"{page('要闻', NEWS, menu='部门')}<!--{n}-->".encode()),
    "near miss: news under a menu 政府信息公开": lambda n: record(f"/{n}.html", f"{page('要闻', NEWS)}<!--{n}-->".encode()),
    "near miss: budget": lambda n: record(f"/{n}.html", f"{page('某县财政局部门预算公开', BUDGET)}<!--{n}-->".encode()),
    "near miss: guide to disclosure": lambda n: record(f"/{n}.html", f"{page('政府信息公开指南', GUIDE)}<!--{n}-->".encode()),
    "report as a web page": lambda n: record(f"/{n}.html", f"{REPORT}<!--{n}-->".encode()),
}


def records(folder: Path) -> Iterator[str]:
    """What a record costs, by kind."""
    yield "| record | ms to its outcome | of a report's | outcome |"
    yield "|---|---:|---:|---|"
    costs, ends = {}, {}
    for kind, made in KINDS.items():
        path = folder / "crawl.warc.gz"
        path.write_bytes(warc_bytes([made(number) for number in range(RECORDS)]))
        outcomes: Counter[str] = Counter()
        start = time.process_time()
        skipped: Counter[str] = Counter()
        for item in gather([path], skipped=skipped):
            assert isinstance(item, Source)
            try:
                outcomes[read_source(item)[1][0].verdict] += 1
            except NianbaoError as error:
                outcomes[error.reason] += 1
        costs[kind] = (time.process_time() - start) / RECORDS * 1000
        outcomes += skipped - Counter({"warc_no_page": 1})
        ((ends[kind], count),) = outcomes.items()
        assert count == RECORDS
    whole = costs["report as a web page"]
    for kind, cost in costs.items():
        yield f"| {kind} | {cost:.2f} | {cost / whole:.2f} | `{ends[kind]}` |"


START = datetime(2026, 1, 1, tzinfo=UTC)


def nights(folder: Path) -> Iterator[str]:
    """What the archive's own work costs."""
    yield "| the archive's work | ms each |"
    yield "|---|---:|"
    pages = [f"verified 甲{number}局 {page('年报', NEWS)}".encode() for number in range(NIGHT)]
    root = folder / "archive"

    def night(archive: Archive, number: int, status: int) -> float:
        archive.begin(START + timedelta(days=number))
        start = time.process_time()
        for place, body in enumerate(pages):
            moment = START + timedelta(days=number, seconds=place)
            url = f"http://www.shuyang.gov.cn/{place}.html"
            archive.record(number, Exchange(url, moment, status, "s", Role.REPORT, body=body if status == 200 else b""))
        spent = (time.process_time() - start) / NIGHT * 1000
        archive.keep_result(SiteResult("s", number, START, START + timedelta(days=number, hours=2)))
        archive.finish(number, START + timedelta(days=number, hours=3))
        return spent

    with Archive.open(root, create=True) as archive, open_store(folder / "reports.sqlite") as store:
        yield f"| record a new page of {len(pages[0]) // 1000} kB | {night(archive, 1, 200):.2f} |"
        yield f"| record it sent again, the same | {night(archive, 2, 200):.2f} |"
        yield f"| record that it is not modified | {night(archive, 3, 304):.2f} |"
        captures = list(archive.captures(1))
        start = time.process_time()
        for capture in captures:
            archive.content(capture.sha256)
        yield f"| find and read a content | {(time.process_time() - start) / NIGHT * 1000:.2f} |"
        start = time.process_time()
        archive.reindex()
        yield f"| make the index anew, an exchange | {(time.process_time() - start) / (3 * NIGHT) * 1000:.2f} |"
        ingest_crawl(archive, 1, store, read=lambda source: reader(Source("", source.content.partition(b" <")[0])))
        for number, what in ((2, "a document sent again"), (3, "a document not modified")):
            start = time.process_time()
            taken = ingest_crawl(archive, number, store, read=reader)
            assert taken.summary.known == NIGHT
            yield f"| take in {what}, of a later night | {(time.process_time() - start) / NIGHT * 1000:.2f} |"
    size = sum(path.stat().st_size for path in root.glob("*.warc.gz"))
    yield ""
    yield f"Three nights of {NIGHT:,} pages: {size / 1e6:.1f} MB for {sum(map(len, pages)) / 1e6:.0f} MB of pages each night."


def main() -> None:
    """Prints both tables."""
    with TemporaryDirectory() as name:
        print("\n".join(records(Path(name))))
        print()
        print("\n".join(nights(Path(name))))


if __name__ == "__main__":
    main()
