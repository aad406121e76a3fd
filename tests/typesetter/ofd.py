"""OFD: the sheets of the press as an OFD package (GB/T 33190-2016), in the ways in which programs write them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from xml.sax.saxutils import escape

from reportlab.pdfbase.pdfmetrics import stringWidth

from tests.typesetter.model import Paper
from tests.typesetter.pages import FONT, Fill, Ink, Sheet, Stroke, TableStyle
from tests.typesetter.pdf import PdfStyle, typeset

_MM = 25.4 / 72
_NS = 'xmlns:ofd="http://www.ofdspec.org/2016"'


@dataclass(frozen=True, slots=True)
class OfdStyle:
    """How the package is made."""

    table: TableStyle = field(default_factory=TableStyle)
    scaled: bool = False
    """Objects in points, brought to millimetres by their matrix, as converters from PDF write them."""
    single: bool = False
    """A text object for every character."""
    runs: bool = False
    """Equal distances counted: ``g 3 5.6``."""
    template: bool = False
    """Rules and areas stand in a template page."""
    areas: bool = False
    """Rules as filled areas."""
    shuffled: bool = False


def print_ofd(paper: Paper, style: OfdStyle, rng: Random) -> bytes:
    """The paper as an OFD file. The same paper and style give the same parts."""
    sheets = typeset(paper, PdfStyle(style.table), rng)
    parts = {
        "OFD.xml": f'<ofd:OFD {_NS} Version="1.0" DocType="OFD"><ofd:DocBody><ofd:DocInfo><ofd:Title>'
        f"{escape(''.join(paper.title))}</ofd:Title><ofd:Creator>typesetter</ofd:Creator></ofd:DocInfo>"
        "<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": _document(sheets, style),
    }
    for number, sheet in enumerate(sheets):
        marks, texts = "".join(_marks(sheet, style)), "".join(_texts(sheet, style, rng))
        used = f'<ofd:Template TemplateID="{900 + number}" ZOrder="Background"/>' if style.template else ""
        parts[f"Doc_0/Pages/Page_{number}/Content.xml"] = _page(texts if style.template else marks + texts, used)
        if style.template:
            parts[f"Doc_0/Tpls/Tpl_{number}/Content.xml"] = _page(marks, "")
    return package(parts)


def ofd_of_pictures(pictures: Sequence[bytes]) -> bytes:
    """A4 pages of an OFD file, each a PNG picture of a page and nothing else."""
    media = "".join(
        f"<ofd:MultiMedia ID='{n}' Type='Image' Format='PNG'><ofd:MediaFile>i{n}.png</ofd:MediaFile></ofd:MultiMedia>"
        for n in range(len(pictures))
    )
    pages = "".join(f"<ofd:Page ID='{100 + n}' BaseLoc='Pages/{n}.xml'/>" for n in range(len(pictures)))
    area = "<ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea>"
    common = f"<ofd:CommonData>{area}<ofd:DocumentRes>Res.xml</ofd:DocumentRes></ofd:CommonData>"
    parts: dict[str, str | bytes] = {
        "OFD.xml": f"<ofd:OFD {_NS}><ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": f"<ofd:Document {_NS}>{common}<ofd:Pages>{pages}</ofd:Pages></ofd:Document>",
        "Doc_0/Res.xml": f"<ofd:Res {_NS} BaseLoc='Res'><ofd:MultiMedias>{media}</ofd:MultiMedias></ofd:Res>",
    }
    for number, picture in enumerate(pictures):
        parts[f"Doc_0/Res/i{number}.png"] = picture
        image = f'<ofd:ImageObject Boundary="0 0 210 297" CTM="210 0 0 297 0 0" ResourceID="{number}"/>'
        parts[f"Doc_0/Pages/{number}.xml"] = _page(image, "")
    return package(parts)


def package(parts: Mapping[str, str | bytes]) -> bytes:
    """A zip of the parts."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (2024, 1, 31, 0, 0, 0)), part)
    return stream.getvalue()


def _document(sheets: Sequence[Sheet], style: OfdStyle) -> str:
    width, height = (_mm(length) for length in (sheets[0].width, sheets[0].height))
    pages = "".join(f'<ofd:Page ID="{n + 1}" BaseLoc="Pages/Page_{n}/Content.xml"/>' for n in range(len(sheets)))
    templates = "".join(
        f'<ofd:TemplatePage ID="{900 + n}" BaseLoc="Tpls/Tpl_{n}/Content.xml"/>'
        for n in range(len(sheets) if style.template else 0)
    )
    area = f"<ofd:PageArea><ofd:PhysicalBox>0 0 {width} {height}</ofd:PhysicalBox></ofd:PageArea>"
    common = f"<ofd:CommonData><ofd:MaxUnitID>999</ofd:MaxUnitID>{area}{templates}</ofd:CommonData>"
    return f"<ofd:Document {_NS}>{common}<ofd:Pages>{pages}</ofd:Pages></ofd:Document>"


def _page(objects: str, used: str) -> str:
    return f'<ofd:Page {_NS}>{used}<ofd:Content><ofd:Layer ID="2">{objects}</ofd:Layer></ofd:Content></ofd:Page>'


def _mm(points: float) -> str:
    return f"{points * _MM:.4f}"


def _marks(sheet: Sheet, style: OfdStyle) -> Iterator[str]:
    for fill in sheet.fills:
        yield _area(fill)
    for stroke in sheet.strokes:
        if style.areas:
            x0, x1 = sorted((stroke.x0, stroke.x1))
            y0, y1 = sorted((stroke.y0, stroke.y1))
            yield _area(Fill(x0 - 0.24, y0 - 0.24, x1 + 0.24, y1 + 0.24, (0, 0, 0)))
        else:
            yield _line(stroke)


def _area(fill: Fill) -> str:
    width, height = _mm(fill.x1 - fill.x0), _mm(fill.y1 - fill.y0)
    colour = " ".join(str(round(255 * part)) for part in fill.colour)
    return (
        f'<ofd:PathObject ID="5" Boundary="{_mm(fill.x0)} {_mm(fill.y0)} {width} {height}" Stroke="false" Fill="true">'
        f'<ofd:FillColor Value="{colour}"/>'
        f"<ofd:AbbreviatedData>M 0 0 L {width} 0 L {width} {height} L 0 {height} C</ofd:AbbreviatedData></ofd:PathObject>"
    )


def _line(stroke: Stroke) -> str:
    x, y = min(stroke.x0, stroke.x1), min(stroke.y0, stroke.y1)
    ends = " L ".join(f"{_mm(at - x)} {_mm(down - y)}" for at, down in ((stroke.x0, stroke.y0), (stroke.x1, stroke.y1)))
    size = f"{_mm(abs(stroke.x1 - stroke.x0))} {_mm(abs(stroke.y1 - stroke.y0))}"
    return (
        f'<ofd:PathObject ID="6" Boundary="{_mm(x)} {_mm(y)} {size}" LineWidth="0.18">'
        f"<ofd:AbbreviatedData>M {ends}</ofd:AbbreviatedData></ofd:PathObject>"
    )


def _texts(sheet: Sheet, style: OfdStyle, rng: Random) -> Iterator[str]:
    inks = rng.sample(sheet.inks, len(sheet.inks)) if style.shuffled else sheet.inks
    for ink in inks:
        x = ink.x
        for text in ink.text if style.single else [ink.text]:
            yield _text(ink, x, text, style)
            x += stringWidth(text, FONT, ink.size)


def _text(ink: Ink, x: float, text: str, style: OfdStyle) -> str:
    unit = 1.0 if style.scaled else _MM
    ways = [stringWidth(character, FONT, ink.size) * unit for character in text[:-1]]
    deltas = _counted(ways) if style.runs else " ".join(f"{way:.4f}" for way in ways)
    width = stringWidth(text, FONT, ink.size)
    top = ink.y - ink.size
    matrix = f' CTM="{_MM:.6f} 0 0 {_MM:.6f} 0 0"' if style.scaled else ""
    delta = f' DeltaX="{deltas}"' if deltas else ""
    return (
        f'<ofd:TextObject ID="7" Boundary="{_mm(x)} {_mm(top)} {_mm(width)} {_mm(1.3 * ink.size)}" Font="3" '
        f'Size="{ink.size * unit:.4f}"{matrix}><ofd:FillColor Value="0 0 0"/>'
        f'<ofd:TextCode X="0" Y="{ink.size * unit:.4f}"{delta}>{escape(text)}</ofd:TextCode></ofd:TextObject>'
    )


def _counted(ways: Sequence[float]) -> str:
    """Distances with equal ones counted."""
    parts: list[str] = []
    at = 0
    while at < len(ways):
        same = at
        while same < len(ways) and abs(ways[same] - ways[at]) < 1e-6:
            same += 1
        parts.append(f"g {same - at} {ways[at]:.4f}" if same - at > 1 else f"{ways[at]:.4f}")
        at = same
    return " ".join(parts)
