"""Word files, workbooks, OFD files and old Word formats made to do harm."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator

from tests.hostile.good import report
from tests.hostile.model import Hostile, harmless, refused
from tests.typesetter.ofd import package
from tests.typesetter.strays import OLE_HEAD

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_S = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_NS = 'xmlns:ofd="http://www.ofdspec.org/2016"'
_LAUGHS = '<!DOCTYPE x [<!ENTITY l0 "lol">' + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10)) + "]>"


def changed(number: int, kind: str, **parts: Callable[[bytes], bytes]) -> bytes:
    """A good report's package, some of its parts changed; ``word/document.xml`` is ``document``."""
    names = {
        "document": "word/document.xml",
        "relations": "word/_rels/document.xml.rels",
        "sheet": "xl/worksheets/sheet1.xml",
        "ofd": "Doc_0/Document.xml",
    }
    wanted = {names[key]: change for key, change in parts.items()}
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(report(number, kind))) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            data = old.read(info)
            new.writestr(info, wanted[info.filename](data) if info.filename in wanted else data)
    return stream.getvalue()


def joined(number: int, kind: str, more: dict[str, bytes]) -> bytes:
    """A good report's package with further members."""
    stream = io.BytesIO(report(number, kind))
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, data in more.items():
            info = zipfile.ZipInfo(name, (2024, 1, 31, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return stream.getvalue()


def _with_doctype(doctype: str, encoding: str = "utf-8") -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        text = data.decode()
        text = text[text.index("?>") + 2 :] if text.startswith("<?xml") else text
        return f'<?xml version="1.0" encoding="{encoding}"?>{doctype}{text}'.encode(encoding)

    return change


def _in_body(more: str) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        at = data.index(b"<w:body>") + len(b"<w:body>")
        return data[:at] + more.encode() + data[at:]

    return change


def _word(body: str, more: dict[str, bytes] | None = None) -> bytes:
    """A bare Word file."""
    return package(
        {
            "[Content_Types].xml": "<Types/>",
            "word/document.xml": f"<w:document {_W}><w:body>{body}</w:body></w:document>",
            **(more or {}),
        }
    )


def _nested(levels: int) -> str:
    return "<w:tbl><w:tr><w:tc><w:p/></w:tc><w:tc>" * levels + "<w:p/>" + "</w:tc></w:tr></w:tbl>" * levels


def _related(more: str) -> Callable[[bytes], bytes]:
    return lambda data: data.replace(b"</Relationships>", more.encode() + b"</Relationships>")


_REL = '<Relationship Id="rIdX{n}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" Target="{target}"{more}/>'


def _cells(count: int) -> str:
    return "".join(f'<row r="{n + 1}">' + f'<c r="A{n + 1}"><v>1</v></c>' + "</row>" for n in range(count))


def _sheet(more: str, data: str = "") -> Callable[[bytes], bytes]:
    return lambda _: f"<worksheet {_S}><sheetData>{data}</sheetData>{more}</worksheet>".encode()


def _ofd(body: str, pages: str = '<ofd:Page ID="1" BaseLoc="p.xml"/>', common: str = "") -> bytes:
    area = "<ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea>"
    return package(
        {
            "OFD.xml": f"<ofd:OFD {_NS}><ofd:DocBody><ofd:DocRoot>D/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
            "D/Document.xml": f"<ofd:Document {_NS}><ofd:CommonData>{area}{common}</ofd:CommonData><ofd:Pages>{pages}</ofd:Pages></ofd:Document>",
            "D/p.xml": f"<ofd:Page {_NS}><ofd:Content><ofd:Layer>{body}</ofd:Layer></ofd:Content></ofd:Page>",
        }
    )


def _ofd_text(count: str) -> str:
    return f'<ofd:TextObject ID="1" Boundary="0 0 100 9" Font="1" Size="5"><ofd:TextCode X="0" Y="5" DeltaX="{count}">年报年报</ofd:TextCode></ofd:TextObject>'


def _ofd_picture() -> bytes:
    """An OFD whose picture lies, by its name, in another folder of the machine."""
    common = "<ofd:DocumentRes>../../../../etc/passwd</ofd:DocumentRes><ofd:PublicRes>/etc/hostname</ofd:PublicRes>"
    return _ofd("", common=common)


def words() -> Iterator[Hostile]:
    """Word files."""
    kind = "office"
    external = '<!DOCTYPE w:document [<!ENTITY leak SYSTEM "file:///etc/hostname">]>'
    remote = '<!DOCTYPE w:document SYSTEM "http://127.0.0.1:1/evil.dtd">'
    yield refused(
        kind,
        "entity.docx",
        "an entity that names a file of this machine",
        lambda: changed(940, "docx", document=_with_doctype(external)),
        "unreadable.dtd",
    )
    yield refused(
        kind,
        "remote.docx",
        "a DTD on another machine",
        lambda: changed(940, "docx", document=_with_doctype(remote)),
        "unreadable.dtd",
    )
    yield refused(
        kind, "laughs.docx", "a billion laughs", lambda: changed(940, "docx", document=_with_doctype(_LAUGHS)), "unreadable.dtd"
    )
    yield refused(
        kind,
        "laughs16.docx",
        "the same in UTF-16",
        lambda: changed(940, "docx", document=_with_doctype(_LAUGHS, "utf-16")),
        "unreadable.dtd",
    )
    yield refused(
        kind,
        "bomb.docx",
        "200 MB of blanks in 200 KB",
        lambda: changed(940, "docx", document=lambda _: b" " * 200_000_000),
        "unsupported.too_large",
    )
    yield refused(
        kind,
        "ratio.docx",
        "25 MB at a ratio of 1,000",
        lambda: changed(940, "docx", document=_in_body("<w:p/>" * 4_000_000)),
        "unsupported.too_large",
    )
    yield refused(kind, "tables.docx", "300 tables within each other", lambda: _word(_nested(300)), "unreadable.nesting")
    yield refused(
        kind,
        "spans.docx",
        "cells that span 1,000,000,000 columns",
        lambda: _word(
            (
                "<w:tbl><w:tr>"
                + '<w:tc><w:tcPr><w:gridSpan w:val="1000000000"/></w:tcPr><w:p><w:r><w:t>1</w:t></w:r></w:p></w:tc>' * 3
                + "</w:tr></w:tbl>"
            )
            * 20
        ),
        "not_a_report",
        "unreadable",
        "unsupported.too_large",
    )
    yield refused(
        kind,
        "merged.docx",
        "60,000 rows merged into one cell",
        lambda: _word(
            "<w:tbl>"
            + "<w:tr><w:tc><w:tcPr><w:vMerge/></w:tcPr><w:p/></w:tc><w:tc><w:p><w:r><w:t>1</w:t></w:r></w:p></w:tc></w:tr>"
            * 60_000
            + "</w:tbl>"
        ),
        "not_a_report",
        "unsupported.too_large",
    )
    yield refused(
        kind,
        "nobody.docx",
        "a document without a body",
        lambda: package({"word/document.xml": f"<w:document {_W}/>"}),
        "unreadable",
    )
    yield refused(
        kind,
        "locked.docx",
        "a Word file with a password (OLE)",
        lambda: OLE_HEAD + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(1000),
        "encrypted",
    )
    yield harmless(
        kind,
        "climbing.docx",
        "members whose names climb out of the folder",
        lambda: joined(941, "docx", {"../../../../tmp/evil.txt": b"x", "/etc/evil": b"x"}),
    )
    yield harmless(
        kind,
        "links.docx",
        "templates, frames and pictures of other machines and files",
        lambda: changed(
            942,
            "docx",
            relations=_related(
                "".join(
                    _REL.format(n=n, kind=k, target=t, more=m)
                    for n, (k, t, m) in enumerate(
                        (
                            ("attachedTemplate", "http://127.0.0.1:1/evil.dotm", ' TargetMode="External"'),
                            ("image", "file:///etc/passwd", ' TargetMode="External"'),
                            ("header", "../../../../../etc/passwd", ""),
                            ("footnotes", "../word/document.xml", ""),
                            ("oleObject", "\\\\evil\\share\\x", ' TargetMode="External"'),
                        )
                    )
                )
            ),
        ),
    )
    yield harmless(
        kind,
        "macros.docx",
        "macros and an executable embedded",
        lambda: joined(
            943, "docx", {"word/vbaProject.bin": OLE_HEAD + bytes(5000), "word/embeddings/oleObject1.bin": b"MZ" + bytes(5000)}
        ),
    )
    yield harmless(
        kind,
        "fields.docx",
        "fields that fetch and run",
        lambda: changed(
            944,
            "docx",
            document=_in_body(
                '<w:p><w:fldSimple w:instr=" DDEAUTO cmd &quot;/c calc&quot; "/><w:fldSimple w:instr=" INCLUDETEXT &quot;file:///etc/passwd&quot; "/></w:p>'
            ),
        ),
    )


def workbooks() -> Iterator[Hostile]:
    """Workbooks."""
    kind = "office"
    yield refused(
        kind,
        "merged.xlsx",
        "a merged range of 17,179,869,184 cells",
        lambda: changed(
            945,
            "xlsx",
            sheet=_sheet('<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>', '<row r="1"><c r="A1"><v>1</v></c></row>'),
        ),
        "unsupported.too_large",
    )
    yield refused(
        kind,
        "many.xlsx",
        "250,000 rows",
        lambda: changed(945, "xlsx", sheet=_sheet("", _cells(250_000))),
        "unsupported.too_large",
    )
    yield refused(
        kind,
        "corner.xlsx",
        "two cells, at opposite corners of the largest sheet",
        lambda: changed(
            945,
            "xlsx",
            sheet=_sheet("", '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
        ),
        "unsupported.too_large",
    )
    yield refused(
        kind, "entity.xlsx", "an entity in a sheet", lambda: changed(945, "xlsx", sheet=_with_doctype(_LAUGHS)), "unreadable.dtd"
    )
    yield refused(
        kind,
        "strings.xlsx",
        "a table of strings that unpacks to 40 MB",
        lambda: joined(945, "xlsx", {"xl/sharedStrings2.xml": b"<sst>" + b"<si/>" * 8_000_000}),
        "unsupported.too_large",
    )
    yield refused(kind, "cut.xlsx", "a workbook that ends in its middle", lambda: report(945, "xlsx")[:4000], "unreadable")
    yield harmless(
        kind,
        "links.xlsx",
        "links to other workbooks, and a connection",
        lambda: joined(
            946, "xlsx", {"xl/externalLinks/externalLink1.xml": b"<externalLink/>", "xl/connections.xml": b"<connections/>"}
        ),
    )


def ofds() -> Iterator[Hostile]:
    """OFD files."""
    kind = "office"
    damaged = ("unreadable", "not_a_report", "needs_ocr")
    yield refused(
        kind, "pages.ofd", "3,000 pages", lambda: _ofd("", '<ofd:Page ID="1" BaseLoc="p.xml"/>' * 3000), "too_many_pages"
    )
    yield refused(
        kind, "entity.ofd", "a billion laughs", lambda: changed(947, "ofd", ofd=_with_doctype(_LAUGHS)), "unreadable.dtd"
    )
    yield refused(
        kind, "counted.ofd", "distances counted 2,000,000,000 times", lambda: _ofd(_ofd_text("g 2000000000 5")), *damaged
    )
    yield refused(kind, "files.ofd", "resources that are files of this machine", _ofd_picture, *damaged)
    yield refused(kind, "bomb.ofd", "a page that unpacks to 100 MB", lambda: _ofd(" " * 100_000_000), "unsupported.too_large")
    yield refused(
        kind,
        "ring.ofd",
        "a page that is its own template",
        lambda: _ofd("<ofd:PageBlock>" * 200 + "</ofd:PageBlock>" * 200, common='<ofd:TemplatePage ID="5" BaseLoc="p.xml"/>'),
        *damaged,
    )


def old_words() -> Iterator[Hostile]:
    """What LibreOffice is asked to open."""
    kind = "office"
    failed = ("unreadable", "needs_libreoffice", "unsupported", "not_a_report")
    yield refused(kind, "groups.rtf", "100,000 groups within each other", lambda: b"{\\rtf1 " + b"{" * 100_000, *failed)
    yield refused(
        kind,
        "fetch.rtf",
        "pictures of other machines and files",
        lambda: (
            b'{\\rtf1 {\\field{\\*\\fldinst INCLUDEPICTURE "http://127.0.0.1:1/x.png" \\\\d}}{\\field{\\*\\fldinst INCLUDETEXT "file:///etc/passwd"}} x\\par}'
        ),
        *failed,
    )
    yield refused(
        kind,
        "debris.doc",
        "the head of a Word file, then noise",
        lambda: OLE_HEAD + bytes(504) + "WordDocument".encode("utf-16-le") + b"\0\0" + bytes(range(256)) * 40,
        *failed,
    )


def inputs() -> Iterator[Hostile]:
    """Every office file but those for LibreOffice, which takes seconds over each."""
    yield from words()
    yield from workbooks()
    yield from ofds()
