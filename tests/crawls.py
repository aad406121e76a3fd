"""Scripted crawls: what a site answered in each of three nights, for tests of taking an archive in."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from random import Random

from collect.archive.archive import Archive
from collect.archive.model import Exchange, Role
from collect.crawl.model import SiteResult
from tests.archives import zip_bytes
from tests.exchanges import SITE, exchange, night
from tests.history import History
from tests.typesetter.docx import DocxStyle, print_docx
from tests.typesetter.html import HtmlStyle, print_html
from tests.typesetter.pdf import PdfStyle, print_pdf

HISTORY = History()
REVISED = HISTORY.carrying(2022, natural_person=9)


def page(year: int, history: History = HISTORY) -> bytes:
    """A year's report as a web page."""
    return print_html(history.paper(year), HtmlStyle(), Random(1))


def pdf(year: int) -> bytes:
    return print_pdf(HISTORY.paper(year), PdfStyle(), Random(1))


def docx(year: int) -> bytes:
    return print_docx(HISTORY.paper(year), DocxStyle(), Random(1))


LIST = f"{SITE}/nb/index.html"
PAGE_2021, PAGE_2022, PAGE_2023, PAGE_2024 = (f"{SITE}/nb/{year}.html" for year in (2021, 2022, 2023, 2024))
PDF_2024 = f"{SITE}/attach/2024.pdf"
ZIP = f"{SITE}/attach/old.zip"
NEWS = f"{SITE}/nb/news.html"


@cache  # a PDF and a zip say when they were made
def answers(number: int) -> list[Exchange]:
    """What the site answered in a night: 1 to 4."""
    lists = {"role": Role.LIST}
    of_page = {"via": LIST, "title": "年度报告", "headers": (("Content-Type", "text/html"), ("ETag", f'"{number}"'))}
    of_file = {"role": Role.ATTACHMENT, "via": PAGE_2024, "title": "附件"}
    same = {"status": 304}
    nights = {
        1: [
            exchange("/robots.txt", "User-agent: *", role=Role.OTHER),
            exchange(LIST, "<a>年报</a>", **lists),
            exchange(PAGE_2021, page(2021), **of_page),
            exchange(PAGE_2022, page(2022), **of_page),
            exchange(PAGE_2024, page(2024), **of_page),
            exchange(PDF_2024, pdf(2024), **of_file),
            exchange(ZIP, zip_bytes({"2019/报告.docx": docx(2019), "说明.txt": "这是部门预算公开说明".encode()}), **of_file),
            exchange(NEWS, "<p>政府信息公开 新闻：我县召开工作会议。</p>", **of_page),
            exchange(f"{SITE}/moved", status=302, headers=(("Location", PAGE_2024),)),
        ],
        2: [  # 2022 is revised in silence, 2021 is gone, 2023 is new
            exchange(LIST, "<a>年报 2023</a>", **lists),
            exchange(PAGE_2021, "没有", status=404),
            exchange(PAGE_2022, page(2022, REVISED), **of_page),
            exchange(PAGE_2023, page(2023), **of_page),
            exchange(PAGE_2024, **same),
            exchange(PDF_2024, pdf(2024), **of_file),  # sent again, the same
            exchange(ZIP, **same, role=Role.ATTACHMENT),
            exchange(NEWS, **same),
        ],
        3: [  # the site is ill: nothing may vanish
            exchange(LIST, **same, role=Role.LIST),
            exchange(PAGE_2022, "忙", status=503),
            exchange(PAGE_2024, "请输入验证码", role=Role.OTHER),
            exchange(PDF_2024, "没有", status=404),
        ],
        4: [  # 2022 is as it was first, 2021 is back, the zip is not asked for, the pdf is gone
            exchange(LIST, "<a>年报 2023</a>", **lists),
            exchange(PAGE_2021, page(2021), **of_page),
            exchange(PAGE_2022, page(2022), **of_page),
            exchange(PAGE_2023, **same),
            exchange(PAGE_2024, "忙", status=503),
            exchange(PDF_2024, "没有", status=410),
            exchange(NEWS, **same),
        ],
    }
    return nights[number]


def crawl(archive: Archive, number: int, said: Iterable[Exchange] | None = None, *, error: str = "") -> None:
    """A whole night."""
    assert archive.begin(night(number)).number == number
    for count, answer in enumerate(answers(number) if said is None else said):
        moment = night(number, count + 1)
        archive.record(number, Exchange(**{name: getattr(answer, name) for name in answer.__slots__} | {"moment": moment}))
    error = error or ("the site did not answer" if number == 3 and said is None else "")
    archive.keep_result(SiteResult("shuyang", number, night(number), night(number, 50), error=error))
    archive.finish(number, night(number, 60))


def made(root: Path, nights: int = 4) -> Path:
    """An archive of so many nights."""
    with Archive.open(root, create=True) as archive:
        for number in range(1, nights + 1):
            crawl(archive, number)
    return root
