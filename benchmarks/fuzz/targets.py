"""What is attacked. A new reader is one more entry here, with its seeds and the mutator of its format."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from random import Random
from unittest.mock import patch

from benchmarks.fuzz import archives, models, mutators, pages, pictures, seeds, settings
from benchmarks.fuzz.invariants import check_document, check_reports
from benchmarks.fuzz.pdf_mutator import pdf
from benchmarks.fuzz.target import Broken, Mutator, Raw, Target
from collect.errors import NianbaoError
from extract import sniff as formats
from extract.model import Document

Reader = Callable[[bytes], Document]
Seeds = Callable[[], Iterable[bytes]]


def _understood(document: Document) -> None:
    from nianbao.pipeline import understand  # noqa: PLC0415 - so that each process imports only what its target needs

    try:
        reading = understand(document)
    except NianbaoError:
        return
    check_reports(document, reading.reports)


def _reads(read: Reader) -> Callable[[bytes], None]:
    """A target of a reader. The reader itself is asked, not the door: so that nothing catches what it raises."""

    def run(data: bytes) -> None:
        try:
            document = read(data)
        except NianbaoError:
            return
        check_document(document)
        lot = hashlib.sha256(data).digest()[0]
        if lot < 16 and read(data) != document:
            raise Broken("not-repeatable", "the same bytes gave two documents")
        if lot % 3 == 0:  # what is made of documents is another target's: a sample is enough
            _understood(document)

    return run


def _by(media_type: str, readers: str = "READERS") -> Reader:
    def read(data: bytes) -> Document:
        from extract import read as door  # noqa: PLC0415

        reader: Reader = getattr(door, readers)[media_type]
        return reader(data)

    return read


def _html(data: bytes) -> Document:
    is_archive = data[:200].lstrip().lower().startswith((b"mime-version", b"from:"))
    return _by(formats.MHTML if is_archive else formats.HTML)(data)


def _pdf(data: bytes) -> Document:
    """Without recognition: pages of pixels are another target's."""
    with patch("extract.pdf.is_installed", lambda: False):
        return _by(formats.PDF)(data)


def _picture(data: bytes) -> Document:
    from extract.scan import holds_table, read_picture  # noqa: PLC0415

    holds_table(data)
    return read_picture(data)


def _normalized(data: bytes) -> None:
    from benchmarks.fuzz.models import document_of  # noqa: PLC0415

    document = document_of(data)
    _understood(document)


def _known(data: bytes) -> None:
    """What comes before any reader: formats, encodings, kinds of containers."""
    import io  # noqa: PLC0415

    from collect.containers import container_of  # noqa: PLC0415
    from collect.crawl.sniff import kind_of  # noqa: PLC0415
    from collect.skip import page_rule  # noqa: PLC0415
    from extract.decode import declared_charset, decode  # noqa: PLC0415
    from extract.effort import pages_to_recognise  # noqa: PLC0415

    container_of(io.BytesIO(data))
    kind_of(data)
    page_rule(data)
    for ask in (lambda: formats.sniff(data, "a.txt"), lambda: decode(data, declared_charset(data))):
        try:
            ask()
        except NianbaoError:
            continue
    pages_to_recognise(data)


def _part(name: str) -> mutators.Mutator | None:
    """XML is changed as markup; the rest only with the container."""
    return mutators.xml if name.endswith((".xml", ".rels")) else None


def _either(data: bytes, rng: Random, raw: Raw) -> bytes:
    return mutators.markup(data, rng, raw) if rng.random() < 0.5 else mutators.lines(data, rng, raw)


def _reader(name: str, read: Reader, made: Seeds, mutate: Mutator, *libraries: str, more: str = "", **limits: int) -> Target:
    """The target of a reader in ``extract.name``; ``libraries`` are those in Python that it reads with."""
    modules = (f"extract.{more or name}", *libraries)
    return Target(name, _reads(read), made, mutate, ("extract", *libraries), modules, **limits)


TARGETS: dict[str, Target] = {
    target.name: target
    for target in (
        _reader("html", _html, seeds.pages, mutators.markup),
        _reader("pdf", _pdf, seeds.pdf, pdf),
        _reader("docx", _by(formats.DOCX), seeds.docx, mutators.zipped(_part)),
        Target("normalize", _normalized, models.seeds, mutators.raw_bytes, ("normalize",), ("normalize.reports",), 4096),
        _reader("text", _by(formats.TEXT), seeds.text, mutators.lines),
        _reader("xlsx", _by(formats.XLSX), seeds.xlsx, mutators.zipped(_part), "openpyxl"),
        _reader("ofd", _by(formats.OFD), seeds.ofd, mutators.zipped(_part)),
        Target(
            *("containers", archives.gathered, archives.archives, archives.archive),
            *(("collect",), ("collect.archives",)),
            traces_comparisons=True,
        ),
        Target(
            *("warc", archives.gathered, archives.warcs, archives.warc),
            *(("collect", "warcio"), ("collect.archives", "collect.warc")),
            traces_comparisons=True,
        ),
        Target("sites", pages.judged, pages.sites, pages.site_page, ("collect",), ("collect.crawl.reading",)),
        _reader("pdf-again", _by(formats.PDF, "SECOND_READERS"), seeds.pdf, pdf, "pdfplumber", "pdfminer", more="ink_pdfplumber"),
        replace(
            _reader("scan", _picture, pictures.seeds, pictures.picture, most=1 << 18),
            run=pictures.without_network(_reads(_picture)),
        ),
        Target(
            *("decode", _known, seeds.anything, _either),
            *(("extract", "collect"), ("extract.sniff", "extract.decode", "collect.skip")),
            traces_comparisons=True,
        ),
        _reader("xls", _by(formats.XLS), seeds.xls, mutators.raw_bytes, "xlrd"),
        Target(
            *("settings", settings.taken, settings.seeds, settings.setting),
            *(
                ("collect", "nianbao", "normalize"),
                ("collect.sites.load", "nianbao.nightly.config", "normalize.authority.roster"),
            ),
        ),
    )
}
"""By name, in the order of worth."""
