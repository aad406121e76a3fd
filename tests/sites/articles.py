"""What a site publishes: reports with known figures, and the documents that only sound alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from io import BytesIO
from random import Random
from zipfile import ZipFile, ZipInfo

import pypdfium2

from normalize.model import CellKey
from tests.typesetter.compose import paper_of, rules_of
from tests.typesetter.docx import DocxStyle, print_docx
from tests.typesetter.figures import Shape, draw
from tests.typesetter.html import HtmlStyle, print_html
from tests.typesetter.model import Figure, Paper
from tests.typesetter.pdf import PdfStyle, print_pdf

PLACES = ("青禾市", "白鹭区", "云溪县", "石桥县", "长亭区", "杏林市", "北塘区", "南浦县", "双桥市", "柳河县")
# fmt: off
OFFICES = (
    "财政局", "教育局", "司法局", "民政局", "审计局", "水利局", "统计局", "商务局", "气象局", "医疗保障局", "市场监督管理局",
    "交通运输局", "农业农村局", "卫生健康局", "应急管理局", "退役军人事务局", "生态环境局", "文化和旅游局", "住房和城乡建设局",
    "人力资源和社会保障局",
)
# fmt: on
NEAR_MISSES = (
    "{place}{year}年法治政府建设年度报告",
    "{place}财政局{year}年部门决算公开",
    "{year}年{place}政府工作报告",
    "{place}政府信息公开指南（{year}年版）",
    "{place}政府信息公开申请表",
    "{year}年上半年政府信息公开数据统计",
    "{place}统计局关于{year}年统计年报的公告",
    "关于做好{year}年政府信息公开工作年度报告编制工作的通知",
    "{place}{year}年政务公开工作要点",
    "一图读懂：{place}{year}年政府信息公开工作年度报告",
    "政府信息公开年度报告制度",
    "{place}政府网站工作年度报表（{year}年度）",
)
NEWS = (
    "{place}召开{year}年第{number}次常务会议",
    "{place}开展政务公开培训（第{number}期）",
    "{place}发布{year}年第{number}号公告",
)


@dataclass(frozen=True, slots=True)
class File:
    """A file that a page links to."""

    name: str
    """As the link says."""
    ending: str
    role: str = "attachment"
    """``attachment`` or ``image``."""
    holds_report: bool = True


@dataclass(frozen=True, slots=True)
class Article:
    """One page of a site."""

    number: int
    title: str
    published: date
    kind: str = "report"
    """``report``, ``near_miss`` or ``news``."""
    agency: str = ""
    year: int = 0
    shape: str = "page"
    """``page``: the whole text; ``attached``: a line and a file; ``viewer``: a file shown by pdf.js; ``pictures``: tables as
    pictures."""
    files: tuple[File, ...] = ()
    revision: int = 0
    address: str = ""
    """Where it lies if not where its site would place it."""
    seed: str = ""
    mirrors: str = ""
    """Address of a further copy on the same site."""

    @property
    def is_report(self) -> bool:
        """Whether it is a report."""
        return self.kind == "report"

    def paper(self) -> Paper:
        """The report before it is printed."""
        return _paper(self.agency, self.year, self.seed, self.revision)

    def figures(self) -> Mapping[CellKey, Figure]:
        """The truth of every cell."""
        return self.paper().figures


FORMS = {2019: "2019", 2020: "2019"}


def form_of(year: int) -> str:
    """The form that was the official one in a year."""
    return FORMS.get(year, "2021" if year >= 2021 else "2014")


@cache
def _paper(agency: str, year: int, seed: str, revision: int) -> Paper:
    rng = Random(f"{seed} {agency} {year}")
    form = form_of(year)
    shape = Shape(rng.choice(("small", "medium")), "none")
    empty = paper_of(agency, year, form, {}, rng)
    paper = replace(empty, figures=draw(empty.tables, rules_of(form), shape, rng))
    return paper if not revision else replace(paper, figures={**paper.figures, **revised_cells(paper, revision)})


def revised_cells(paper: Paper, revision: int) -> Mapping[CellKey, Figure]:
    """The cells that a silent revision changes: three that no sum binds, each by the revision's number."""
    rules = rules_of(paper.form)
    bound = {term for rule in rules for term in (*rule.left, *rule.right)}
    free = [k for k in paper.figures if k.table == "disclosure" or (k.table == "statistics" and k.row not in bound)]
    return {key: Figure.of((paper.figures[key].value or 0) + revision) for key in free[:3]}


@cache
def printed_body(article: Article) -> str:
    """The report as HTML between ``<body>`` and ``</body>``, without its heading."""
    page = print_html(article.paper(), HtmlStyle("print"), Random(article.seed)).decode()
    return page[page.index("</h1>") + 5 : page.rindex("</body>")]


@cache
def printed_file(article: Article, file: File) -> bytes:
    """A file that the article links to."""
    rng = Random(f"{article.seed} {file.name}")
    paper = article.paper()
    if file.role == "image":
        return _picture(print_pdf(paper, PdfStyle(), rng))
    match file.ending:
        case "docx" | "doc":  # servers name .docx files .doc; the bytes tell
            return print_docx(paper, DocxStyle(), rng)
        case "pdf":
            return print_pdf(paper, PdfStyle(), rng)
        case "zip":
            stream = BytesIO()
            with ZipFile(stream, "w") as packed:
                packed.writestr(ZipInfo("report.docx", (2024, 1, 1, 0, 0, 0)), print_docx(paper, DocxStyle(), rng))
            return stream.getvalue()
        case other:
            raise ValueError(other)


def _picture(pdf: bytes) -> bytes:
    document = pypdfium2.PdfDocument(pdf)
    page = document[min(1, len(document) - 1)]
    stream = BytesIO()
    page.render(scale=1).to_pil().save(stream, "PNG")
    document.close()
    return stream.getvalue()


@dataclass(slots=True)
class Press:
    """Makes the articles of one site, the same ones for the same seed."""

    place: str
    seed: str
    rng: Random = field(init=False)
    _number: int = 0

    def __post_init__(self) -> None:
        self.rng = Random(self.seed)

    def _next(self) -> int:
        self._number += self.rng.randint(3, 40)
        return 1_000_000 + self._number

    def report(self, office: str, year: int, **more: object) -> Article:
        """A report of an office of the place."""
        agency = f"{self.place}{office}"
        title = self.rng.choice(
            (
                "{a}{y}年政府信息公开工作年度报告",
                "{a}{y}年政府信息公开年度报告",
                "{y}年{a}政府信息公开工作年度报告",
                "{a}{y}年度政府信息公开工作报告",
            )
        ).format(a=agency, y=year)
        published = date(year + 1, 1, 8) + timedelta(days=self.rng.randint(0, 70))
        number = self._next()
        return Article(number, title, published, "report", agency, year, seed=f"{self.seed} {number}", **more)  # type: ignore[arg-type]

    def near_miss(self, index: int, year: int) -> Article:
        """A document that sounds like a report and is none."""
        title = NEAR_MISSES[index % len(NEAR_MISSES)].format(place=self.place, year=year)
        return Article(self._next(), title, date(year + 1, 2, 1) + timedelta(days=self.rng.randint(0, 60)), "near_miss")

    def news(self, index: int, year: int) -> Article:
        """Any other page."""
        title = NEWS[index % len(NEWS)].format(place=self.place, year=year, number=index + 1)
        return Article(self._next(), title, date(year + 1, 3, 1) + timedelta(days=self.rng.randint(0, 200)), "news")
