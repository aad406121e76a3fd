"""Good reports, each of an agency of its own, in several formats."""

from __future__ import annotations

from functools import cache
from random import Random

from normalize.forms import forms
from tests.typesetter.compose import YEARS, paper_of, rules_of
from tests.typesetter.docx import DocxStyle, print_docx
from tests.typesetter.figures import Shape, draw
from tests.typesetter.html import HtmlStyle, print_html
from tests.typesetter.model import Paper
from tests.typesetter.ofd import OfdStyle, print_ofd
from tests.typesetter.pdf import PdfStyle, print_pdf
from tests.typesetter.text import TextStyle, print_text
from tests.typesetter.xlsx import XlsxStyle, print_xlsx

FORMATS = ("html", "txt", "docx", "html", "pdf", "xlsx", "html", "ofd", "txt", "docx")
"""In turn; web pages most often, as on the web."""


def paper(number: int) -> Paper:
    """The report of the agency with that number."""
    rng = Random(number)
    form = ("2021", "2021", "2019", "2014")[number % 4]
    figures = draw(forms()[form].tables, rules_of(form), Shape("medium", "none"), rng)
    return paper_of(f"青禾市白鹭区{in_chinese(number)}街道办事处", YEARS[form][0], form, figures, rng)


def in_chinese(number: int) -> str:
    """A number as a street's name."""
    return "".join("零甲乙丙丁戊己庚辛壬"[int(digit)] for digit in str(number))


@cache
def report(number: int, kind: str) -> bytes:
    """It printed in a format."""
    printed, rng = paper(number), Random(number)
    match kind:
        case "html":
            return print_html(printed, HtmlStyle(template=rng.choice(("cms", "layout", "word"))), rng)
        case "docx":
            return print_docx(printed, DocxStyle(), rng)
        case "xlsx":
            return print_xlsx(printed, XlsxStyle(), rng)
        case "ofd":
            return print_ofd(printed, OfdStyle(), rng)
        case "txt":
            return print_text(printed, TextStyle("tabs"), rng)
        case _:
            return print_pdf(printed, PdfStyle(), rng)
