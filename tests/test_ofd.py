"""OFD packages become documents: objects in their places, templates, what does not show, and damaged containers."""

from __future__ import annotations

import io
import os
from random import Random

import pytest
from PIL import Image

from collect.errors import EncryptedError, NianbaoError, UnreadableError, UnsupportedError
from extract.inline import DRAWN
from extract.model import Document, Grid, Line, Metadatum
from extract.ocr import is_installed
from extract.ofd import read_ofd
from extract.read import read
from nianbao.pipeline import read_reports
from tests.typesetter.compose import random_paper
from tests.typesetter.figures import Shape
from tests.typesetter.ofd import ofd_of_pictures, package
from tests.typesetter.readback import differences
from tests.typesetter.scans import ScanStyle, as_pictures, scanned_pages

NS = 'xmlns:ofd="http://www.ofdspec.org/2016"'
TEXT = "本年度收到申请3607件，均已答复。"


def ofd(objects: str, *, document: str = "", page: str = "", **parts: str | bytes) -> bytes:
    """A package of one page of 210 by 297 mm."""
    return package(
        {
            "OFD.xml": f"<ofd:OFD {NS}><ofd:DocBody><ofd:DocInfo><ofd:Title>年度报告</ofd:Title><ofd:Author>某局</ofd:Author>"
            "<ofd:Creator>Suwell</ofd:Creator></ofd:DocInfo><ofd:DocRoot>/Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
            "Doc_0/Document.xml": f"<ofd:Document {NS}><ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>0 0 210 297"
            f"</ofd:PhysicalBox></ofd:PageArea>{document}</ofd:CommonData>"
            "<ofd:Pages><ofd:Page ID='1' BaseLoc='P/0.xml'/></ofd:Pages></ofd:Document>",
            "Doc_0/P/0.xml": f"<ofd:Page {NS}>{page}<ofd:Content><ofd:Layer>{objects}</ofd:Layer></ofd:Content></ofd:Page>",
            **{f"Doc_0/{name}": part for name, part in parts.items()},
        }
    )


def text(characters: str, x: float = 20, y: float = 20, *, code: str = "", look: str = "", inner: str = "") -> str:
    """A text object of 4 mm characters."""
    deltas = code or f'X="0" Y="4" DeltaX="{" ".join("2" if c.isascii() else "4" for c in characters[:-1])}"'
    return (
        f'<ofd:TextObject Boundary="{x} {y} 100 6" Size="4" {look}>{inner}<ofd:TextCode {deltas}>{characters}</ofd:TextCode>'
        "</ofd:TextObject>"
    )


def path(data: str, x: float = 0, y: float = 0, look: str = "") -> str:
    return f'<ofd:PathObject Boundary="{x} {y} 100 100" {look}><ofd:AbbreviatedData>{data}</ofd:AbbreviatedData></ofd:PathObject>'


def lines(document: Document) -> list[str]:
    return [block.text for block in document.blocks if isinstance(block, Line)]


@pytest.mark.parametrize(
    ("objects", "expected"),
    [
        pytest.param(text(TEXT), [TEXT], id="distances listed"),
        pytest.param(text("收到申请", code='X="0" Y="4" DeltaX="g 3 4"'), ["收到申请"], id="distances counted"),
        pytest.param(text("收到12件", code='X="0" Y="4"'), ["收到12件"], id="no distances"),
        pytest.param(text("收到", 20) + text("申请", 28), ["收到申请"], id="objects on one line"),
        pytest.param(text("后", 20, 60) + text("前", 20, 20), ["前", "后"], id="painted out of order"),
        pytest.param(text("看", look='Visible="false"') + text("见", 20, 60), ["见"], id="invisible"),
        pytest.param(text("看", look='Alpha="0"') + text("见", 20, 60), ["见"], id="transparent"),
        pytest.param(text("看", inner='<ofd:FillColor Value="255 255 255"/>') + text("见", 20, 60), ["见"], id="white"),
        pytest.param(f"<ofd:PageBlock>{text('块')}</ofd:PageBlock>", ["块"], id="block"),
        pytest.param(
            '<ofd:TextObject Boundary="20 20 50 6" Size="12" CTM="0.3333 0 0 0.3333 0 0"><ofd:TextCode X="0" Y="12" '
            'DeltaX="12">大小</ofd:TextCode></ofd:TextObject>',
            ["大小"],
            id="scaled by its matrix",
        ),
    ],
)
def test_text_objects_read_as_they_are_set(objects: str, expected: list[str]) -> None:
    assert lines(read_ofd(ofd(objects))) == expected


def test_places_are_points_from_the_upper_left_corner_of_the_page() -> None:
    document = read_ofd(ofd(text("收到", 25.4, 50.8)))
    (line,) = document.blocks
    assert line.box is not None
    assert (line.box.page, line.box.x0, line.box.x1) == (1, 72.0, pytest.approx(72 + 8 / 25.4 * 72, abs=0.02))
    assert line.box.top < (50.8 + 4) / 25.4 * 72 < line.box.bottom
    assert [(p.number, p.width, p.height) for p in document.pages] == [(1, 595.28, 841.89)]
    assert document.metadata == (Metadatum("title", "年度报告"), Metadatum("author", "某局"))
    assert document.producer == "Suwell"


def test_templates_and_composites_belong_to_the_page() -> None:
    graphic = f"<ofd:CompositeGraphicUnit ID='8'><ofd:Content>{text('合', 0, 0)}</ofd:Content></ofd:CompositeGraphicUnit>"
    unit = f"<ofd:Res {NS}>{graphic}</ofd:Res>"
    template = f"<ofd:Page {NS}><ofd:Content><ofd:Layer>{text('底', 20, 40)}</ofd:Layer></ofd:Content></ofd:Page>"
    content = ofd(
        text("页") + '<ofd:CompositeObject Boundary="20 60 9 9" ResourceID="8"/>',
        document='<ofd:PublicRes>Res.xml</ofd:PublicRes><ofd:TemplatePage ID="9" BaseLoc="T.xml"/>',
        page='<ofd:Template TemplateID="9"/>',
        **{"Res.xml": unit, "T.xml": template},
    )
    assert lines(read_ofd(content)) == ["页", "底", "合"]


RULES = "".join(f"M 20 {y} L 120 {y} " for y in (30, 40, 50)) + "".join(f"M {x} 30 L {x} 50 " for x in (20, 60, 90, 120))
CELLS = text("项目", 22, 32) + text("甲", 62, 32) + text("乙", 92, 32) + text("许可", 22, 42) + text("12", 62, 42)


@pytest.mark.parametrize(
    ("mark", "expected"),
    [
        pytest.param("", "", id="blank"),
        pytest.param(path("M 0 0 B 1 0 2 1 2 2 L 0 3 C", 94, 43, 'Fill="true" Stroke="false"'), DRAWN, id="curved"),
        pytest.param(path("M 0 0 L 1 2 L 3 0", 94, 43), DRAWN, id="ticked"),
        pytest.param('<ofd:ImageObject Boundary="94 43 3 3" ResourceID="1"/>', DRAWN, id="pictured"),
    ],
)
def test_a_cell_that_shows_a_drawing_is_no_blank(mark: str, expected: str) -> None:
    (grid,) = [block for block in read_ofd(ofd(path(RULES) + CELLS + mark)).blocks if isinstance(block, Grid)]
    assert [cell.text for cell in grid.cells] == ["项目", "甲", "乙", "许可", "12", expected]


@pytest.mark.skipif(not is_installed() and not os.environ.get("CI"), reason="OCR is not installed")
def test_pages_that_are_pictures_are_recognised() -> None:
    paper = random_paper("2014", Shape("small"), Random(3))
    pictures = as_pictures(scanned_pages(paper, ScanStyle(), 5), ScanStyle())
    reports = read_reports(ofd_of_pictures(pictures), "report.ofd")
    assert differences(paper, reports) == []


@pytest.mark.parametrize(
    ("content", "error", "code"),
    [
        pytest.param(ofd(""), UnreadableError, "unreadable.empty", id="empty page"),
        pytest.param(ofd(text(TEXT))[:-40], UnreadableError, "unreadable.truncated", id="cut off"),
        pytest.param(package({"OFD.xml": f"<ofd:OFD {NS}/>"}), UnreadableError, "unreadable", id="no document"),
        pytest.param(
            package({"OFD.xml": f"<ofd:OFD {NS}><ofd:DocBody><ofd:DocRoot>x.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>"}),
            UnreadableError,
            "unreadable.truncated",
            id="a part is missing",
        ),
        pytest.param(package({"OFD.xml": "<ofd"}), UnreadableError, "unreadable.damaged", id="damaged part"),
        pytest.param(package({"OFD.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a/>'}), UnreadableError, "unreadable.dtd", id="entity"),
        pytest.param(package({"OFD.xml": "<a/>", "Encryptions.xml": "<a/>"}), EncryptedError, "encrypted", id="encrypted"),
    ],
)
def test_what_cannot_be_read_says_why(content: bytes, error: type[NianbaoError], code: str) -> None:
    with pytest.raises(error) as raised:
        read(content, "report.ofd")
    assert raised.value.reason == code


def test_a_scan_without_text_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("extract.ofd.is_installed", lambda: False)
    blank = io.BytesIO()
    Image.new("L", (40, 56), 255).save(blank, "PNG")
    with pytest.raises(UnsupportedError) as raised:
        read_ofd(ofd_of_pictures([blank.getvalue()]))
    assert raised.value.reason == "needs_ocr"
