"""PDF files made to do harm: rings, bombs, sizes beyond all measure, what should never run."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator, Mapping
from random import Random

from reportlab.lib import pdfencrypt
from reportlab.pdfgen.canvas import Canvas

from tests.hostile.good import paper, report
from tests.hostile.model import Hostile, harmless, refused
from tests.typesetter.pdf import PdfStyle, _print, typeset
from tests.typesetter.strays import empty_pages, password_pdf

_FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
_TEXT = b"BT /F1 20 Tf 60 700 Td (annual report 2023) Tj ET"


def written(objects: Mapping[int, bytes], *, root: int = 1, more: bytes = b"") -> bytes:
    """A file of these objects, with a right index."""
    content = b"%PDF-1.7\n"
    places = {}
    for number, body in sorted(objects.items()):
        places[number] = len(content)
        content += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(content)
    size = max(objects) + 1
    content += b"xref\n0 %d\n" % size + b"0000000000 65535 f \n"
    for number in range(1, size):
        content += b"%010d 00000 n \n" % places[number] if number in places else b"0000000000 00000 f \n"
    return content + b"trailer\n<< /Size %d /Root %d 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (size, root, more, start)


def stream(data: bytes, entries: bytes = b"") -> bytes:
    """A stream object as it stands."""
    return b"<< /Length %d %s >>\nstream\n" % (len(data), entries) + data + b"\nendstream"


def packed(data: bytes, entries: bytes = b"", times: int = 1) -> bytes:
    """A stream object deflated so many times over."""
    for _ in range(times):
        data = zlib.compress(data, 9)
    return stream(data, b"/Filter [%s] %s" % (b"/FlateDecode " * times, entries))


def paged(
    content: bytes,
    *,
    resources: bytes = b"",
    box: bytes = b"0 0 595 842",
    more: Mapping[int, bytes] | None = None,
    page: bytes = b"",
) -> bytes:
    """A file of one page with that content stream."""
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        3: b"<< /Type /Page /Parent 2 0 R /MediaBox [%s] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> %s >> %s >>"
        % (box, resources, page),
        4: content,
        5: _FONT,
    }
    return written({**objects, **(more or {})})


def updated(content: bytes, catalog: bytes, objects: Mapping[int, bytes]) -> bytes:
    """A good file with more in its catalogue and further objects (numbered from 9000), by an incremental update."""
    found = re.search(rb"(\d+) 0 obj\n<<((?:(?!endobj).)*?/Type /Catalog(?:(?!endobj).)*?)>>\s*endobj", content, re.DOTALL)
    before = re.findall(rb"startxref\s+(\d+)", content)[-1]
    assert found is not None
    number = int(found[1])
    bodies = {number: b"<<" + found[2] + catalog + b">>", **objects}
    table = b"xref\n"
    for each, body in sorted(bodies.items()):
        table += b"%d 1\n%010d 00000 n \n" % (each, len(content))
        content += b"%d 0 obj\n" % each + body + b"\nendobj\n"
    start = len(content)
    trailer = b"trailer\n<< /Size 9100 /Root %d 0 R /Prev %s >>\nstartxref\n%d\n%%%%EOF\n" % (number, before, start)
    return content + table + trailer


def _active(number: int) -> bytes:
    """Scripts, an attachment, programs to start and forms to send: none of it is to happen."""
    catalog = b" /OpenAction 9000 0 R /AA << /WC 9000 0 R >> /Names << /JavaScript << /Names [(x) 9000 0 R] >> /EmbeddedFiles << /Names [(evil.exe) 9001 0 R] >> >> "
    objects = {
        9000: b"<< /S /JavaScript /JS (app.alert\\(1\\); this.submitForm\\('http://127.0.0.1:1/'\\);) /Next [9003 0 R 9004 0 R 9000 0 R] >>",
        9001: b"<< /Type /Filespec /F (evil.exe) /EF << /F 9002 0 R >> >>",
        9002: stream(b"MZ" + bytes(3000), b"/Type /EmbeddedFile"),
        9003: b"<< /S /Launch /F (/bin/sh) /Win << /F (cmd.exe) /P (/c calc) >> >>",
        9004: b"<< /S /GoToR /F (\\\\\\\\evil\\\\share) /D [0 /Fit] >>",
    }
    return updated(report(number, "pdf"), catalog, objects)


def _outline_ring(number: int) -> bytes:
    objects = {
        9000: b"<< /Type /Outlines /First 9001 0 R /Last 9001 0 R /Count 1 >>",
        9001: b"<< /Title (x) /Parent 9000 0 R /Next 9001 0 R /Prev 9001 0 R /First 9000 0 R >>",
    }
    return updated(report(number, "pdf"), b" /Outlines 9000 0 R /Dests 9000 0 R ", objects)


def _opening(number: int) -> bytes:
    """A report under an empty user password, which every reader opens."""
    buffer = io.BytesIO()
    locked = pdfencrypt.StandardEncryption("", "owner", strength=128, canPrint=0, canCopy=0)
    canvas = Canvas(buffer, invariant=1, encrypt=locked)
    style = PdfStyle()
    for sheet in typeset(paper(number), style, Random(number)):
        canvas.setPageSize((sheet.width, sheet.height))
        _print(canvas, sheet, style, Random(number))
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _broken_index(number: int) -> bytes:
    """A report whose index names wrong places throughout."""
    content = report(number, "pdf")
    return re.sub(rb"\d{10} 00000 n", b"0000000017 00000 n", content)


def _index_ring() -> bytes:
    content = paged(stream(_TEXT))
    start = re.findall(rb"startxref\s+(\d+)", content)[-1]
    return content.replace(b"/Root 1 0 R ", b"/Root 1 0 R /Prev %s " % start)


def _kids_ring() -> bytes:
    return written(
        {
            1: b"<< /Type /Catalog /Pages 2 0 R >>",
            2: b"<< /Type /Pages /Kids [2 0 R 3 0 R] /Count 99 >>",
            3: b"<< /Type /Pages /Kids [2 0 R] /Parent 2 0 R /Count 99 >>",
        }
    )


def _deep_tree(levels: int) -> bytes:
    objects = {1: b"<< /Type /Catalog /Pages 2 0 R >>"}
    for number in range(2, levels):
        objects[number] = b"<< /Type /Pages /Kids [%d 0 R] /Count 1 >>" % (number + 1)
    objects[levels] = b"<< /Type /Page /Parent %d 0 R /MediaBox [0 0 99 99] >>" % (levels - 1)
    return written(objects)


def _many_kids() -> bytes:
    """One page, named 100,000 times."""
    kids = b"3 0 R " * 100_000
    return written(
        {
            1: b"<< /Type /Catalog /Pages 2 0 R >>",
            2: b"<< /Type /Pages /Kids [%s] /Count 100000 >>" % kids,
            3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
            4: stream(_TEXT),
            5: _FONT,
        }
    )


def _forms(levels: int) -> bytes:
    """Forms that each paint the next one ten times: a billion laughs."""
    more = {}
    for level in range(levels):
        inner = b"/Resources << /XObject << /X %d 0 R >> >>" % (21 + level) if level < levels - 1 else b""
        data = b"/X Do " * 10 if level < levels - 1 else b"0 0 9 9 re f"
        more[20 + level] = stream(data, b"/Type /XObject /Subtype /Form /BBox [0 0 595 842] " + inner)
    return paged(stream(_TEXT + b" /X Do"), resources=b"/XObject << /X 20 0 R >>", more=more)


def _form_ring() -> bytes:
    form = stream(b"/X Do", b"/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << /XObject << /X 20 0 R >> >>")
    return paged(stream(_TEXT + b" /X Do"), resources=b"/XObject << /X 20 0 R >>", more={20: form})


def _look_ring() -> bytes:
    """A note whose look paints itself."""
    form = stream(b"/X Do", b"/Type /XObject /Subtype /Form /BBox [0 0 99 99] /Resources << /XObject << /X 20 0 R >> >>")
    note = b"<< /Type /Annot /Subtype /FreeText /Rect [0 0 99 99] /AP << /N 20 0 R >> /Popup 21 0 R /Parent 21 0 R >>"
    return paged(stream(_TEXT), more={20: form, 21: note}, page=b"/Annots [21 0 R 21 0 R]")


def _glyph_ring() -> bytes:
    """A font whose glyph is drawn with the font itself."""
    font = b"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 9 9] /FontMatrix [1 0 0 1 0 0] /FirstChar 97 /LastChar 97 /Widths [9] /Encoding << /Differences [97 /a] >> /CharProcs << /a 21 0 R >> /Resources << /Font << /T 20 0 R >> >> >>"
    return paged(
        stream(b"BT /T 9 Tf 60 700 Td (aaaa) Tj ET"),
        resources=b"/ExtGState << >>",
        more={5: font, 20: font, 21: stream(b"9 0 d0 BT /T 1 Tf (aa) Tj ET")},
    ).replace(b"/F1 5 0 R", b"/T 20 0 R")


def _picture(width: int, height: int, data: bytes, *, entries: bytes = b"") -> bytes:
    image = packed(
        data,
        b"/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 8 %s"
        % (width, height, entries),
    )
    return paged(stream(b"500 0 0 800 0 0 cm /X Do"), resources=b"/XObject << /X 20 0 R >>", more={20: image})


def _to_unicode() -> bytes:
    ranges = (
        b"1 begincodespacerange <0000> <ffff> endcodespacerange 1 beginbfrange <0000> <ffffffff> <4e00> endbfrange\n" * 20_000
    )
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 20 0 R >>"
    return paged(stream(_TEXT), more={5: font, 20: packed(ranges)})


def inputs() -> Iterator[Hostile]:
    """Every PDF file."""
    kind = "PDF"
    damaged = ("unreadable", "not_a_report", "needs_ocr", "unusable_text_layer")
    yield refused(kind, "password.pdf", "a password is needed", password_pdf, "encrypted")
    yield harmless(kind, "opening.pdf", "encrypted, but opens without a password", lambda: _opening(950))
    yield harmless(kind, "active.pdf", "scripts, an attached program, actions that start and send", lambda: _active(951))
    yield harmless(kind, "outline.pdf", "an outline that goes round in a ring", lambda: _outline_ring(952))
    yield harmless(kind, "index.pdf", "an index of wrong places", lambda: _broken_index(953))
    yield harmless(kind, "junk.pdf", "900 bytes of something else before it", lambda: b"\n" * 900 + report(954, "pdf"))
    yield refused(kind, "index-ring.pdf", "an index that names itself as the one before", _index_ring, *damaged)
    yield refused(kind, "kids-ring.pdf", "a tree of pages that holds itself", _kids_ring, *damaged)
    yield refused(kind, "kids-deep.pdf", "a tree of pages 20,000 levels deep", lambda: _deep_tree(20_000), *damaged)
    yield refused(kind, "kids-many.pdf", "one page, named 100,000 times", _many_kids, "too_many_pages")
    yield refused(kind, "pages.pdf", "700 empty pages", lambda: empty_pages(700), "too_many_pages", *damaged)
    yield refused(kind, "form-ring.pdf", "a form that paints itself", _form_ring, *damaged)
    yield refused(kind, "form-laughs.pdf", "forms that paint a million forms", lambda: _forms(7), *damaged)
    yield refused(kind, "form-deep.pdf", "forms within forms, 60 deep", lambda: _chain(60), *damaged)
    yield refused(kind, "look-ring.pdf", "a note whose look paints itself", _look_ring, *damaged)
    yield refused(kind, "glyph-ring.pdf", "a glyph that is drawn with itself", _glyph_ring, *damaged)
    yield refused(
        kind, "bomb.pdf", "a page that unpacks to 400 MB", lambda: paged(packed(b" " * 400_000_000)), "unsupported.too_large"
    )
    yield refused(
        kind,
        "bomb-twice.pdf",
        "the same packed twice over, in 1 KB",
        lambda: paged(packed(b" " * 400_000_000, times=2)),
        "unsupported.too_large",
    )
    yield refused(
        kind,
        "objects.pdf",
        "300,000 rectangles on a page",
        lambda: paged(stream(b"0 0 1 1 re f\n" * 300_000)),
        "unreadable.limits",
        *damaged,
    )
    yield refused(
        kind, "path.pdf", "a path of 100,000 corners", lambda: paged(stream(b"0 0 m " + b"9 9 l " * 100_000 + b"S")), *damaged
    )
    yield refused(
        kind, "states.pdf", "a million saved graphics states", lambda: paged(stream(b"q " * 1_000_000 + _TEXT)), *damaged
    )
    yield refused(
        kind,
        "arrays.pdf",
        "200,000 arrays within each other",
        lambda: paged(stream(_TEXT), page=b"/X " + b"[" * 200_000 + b"]" * 200_000),
        *damaged,
    )
    yield refused(kind, "operands.pdf", "the same in the page's content", lambda: paged(stream(b"[" * 200_000 + _TEXT)), *damaged)
    yield refused(
        kind,
        "huge.pdf",
        "a page 1,000,000,000 points wide",
        lambda: paged(stream(_TEXT), box=b"0 0 1000000000 1000000000"),
        *damaged,
    )
    yield refused(
        kind,
        "upside.pdf",
        "a page that has no size, or less",
        lambda: paged(stream(_TEXT), box=b"99 99 -99999999999999999999 0"),
        *damaged,
    )
    yield refused(
        kind,
        "poster.pdf",
        "a page of 14,400 points with a picture all over",
        lambda: _picture(200, 200, bytes(40_000)).replace(b"0 0 595 842", b"0 0 14400 14400"),
        *damaged,
    )
    yield refused(
        kind,
        "picture.pdf",
        "a picture of 60,000 by 60,000 pixels, of which little is there",
        lambda: _picture(60_000, 60_000, bytes(60_000)),
        *damaged,
        "unsupported.too_large",
    )
    yield refused(
        kind,
        "picture-bomb.pdf",
        "a picture of 20,000 by 20,000 pixels in 400 KB",
        lambda: _picture(20_000, 20_000, bytes(400_000_000)),
        *damaged,
        "unsupported.too_large",
    )
    yield refused(
        kind,
        "picture-liar.pdf",
        "a picture of 2,000,000,000 pixels each way",
        lambda: _picture(2_000_000_000, 2_000_000_000, b"x"),
        *damaged,
        "unsupported.too_large",
    )
    yield refused(
        kind, "meanings.pdf", "a font's table of meanings that claims all there are, 20,000 times", _to_unicode, *damaged
    )
    yield refused(kind, "cut.pdf", "a report that ends in its middle", lambda: report(955, "pdf")[:9000], "unreadable")
    yield refused(
        kind, "noise.pdf", "noise behind a right first line", lambda: b"%PDF-1.4\n" + Random(3).randbytes(2_000_000), "unreadable"
    )


def _chain(levels: int) -> bytes:
    more = {}
    for level in range(levels):
        inner = b"/Resources << /XObject << /X %d 0 R >> >>" % (21 + level)
        more[20 + level] = stream(b"/X Do", b"/Type /XObject /Subtype /Form /BBox [0 0 595 842] " + inner)
    more[20 + levels] = stream(b"0 0 9 9 re f", b"/Type /XObject /Subtype /Form /BBox [0 0 595 842]")
    return paged(stream(_TEXT + b" /X Do"), resources=b"/XObject << /X 20 0 R >>", more=more)
