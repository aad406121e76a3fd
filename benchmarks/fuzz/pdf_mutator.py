"""PDF files taken apart into objects, changed there, and put together again with lengths and cross-references that agree."""

from __future__ import annotations

import base64
import zlib
from random import Random

import regex

from benchmarks.fuzz.target import Raw

_OBJECT = regex.compile(rb"(?<![\d.])(\d{1,7})\s+(\d{1,5})\s+obj\b(.*?)\bendobj\b", regex.S)
_STREAM = regex.compile(rb"^(.*?)\bstream\r?\n(.*?)\r?\n?endstream", regex.S)
_TRAILER = regex.compile(rb"\btrailer\s*(<<.*?>>)\s*startxref", regex.S)
_FILTER = regex.compile(rb"/Filter\s*(?:\[[^\]]*\]|/\w+)")
_LENGTH = regex.compile(rb"/Length\s+\d+(?:\s+\d+\s+R)?")
_TOKEN = regex.compile(
    rb"\((?:[^()\\]|\\.)*\)|<[0-9A-Fa-f\s]*>|\d+\s+\d+\s+R\b|/[^\s/<>\[\]()]*|[-+]?[\d.]+|<<|>>|[A-Za-z'\"*]+|\s+|.", regex.S
)
_NUMBERS = (b"0", b"-1", b"1", b"0.00001", b"1e9", b"99999999999", b"-32768", b"32767", b"2147483648", b"3.4e38", b"500", b"72")
_OPERATORS = b"q Q cm w J j M d ri i gs m l c v y h re S s f F f* B B* b b* n W W* CS cs SC SCN sc scn G g RG rg K k sh BI ID EI Do MP DP BMC BDC EMC BX EX Tc Tw Tz TL Tf Tr Ts Td TD Tm T* Tj TJ ' \" d0 d1".split()  # fmt: skip  # noqa: E501
_NAMES = b"/Type /Page /Pages /Kids /Count /MediaBox /CropBox /Rotate /Contents /Resources /Font /XObject /Form /Image /Parent /Filter /FlateDecode /ASCII85Decode /LZWDecode /RunLengthDecode /DCTDecode /Length /Encoding /ToUnicode /Identity-H /Widths /W /DW /FontMatrix /Matrix /BBox /Annots /AcroForm /OpenAction /JS /Names /EmbeddedFiles /OCProperties /UserUnit /StructParents /Subtype /Type0 /Type3 /CIDFontType2 /DescendantFonts /FontDescriptor /FontBBox".split()  # fmt: skip  # noqa: E501


def pdf(data: bytes, rng: Random, raw: Raw) -> bytes:
    """A PDF file with an object changed, dropped, doubled or pointing elsewhere."""
    objects = [(int(found[1]), found[3]) for found in _OBJECT.finditer(data)]
    if not objects or rng.random() < 0.06:
        return raw(data)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        at = rng.choices(range(len(objects)), [_weight(body) for _, body in objects])[0]
        number, body = objects[at]
        chance = rng.random()
        if chance < 0.03 and len(objects) > 1:
            del objects[at]
        elif chance < 0.06:
            objects.append((rng.choice(objects)[0], body))
        else:
            objects[at] = number, _changed(body, [number for number, _ in objects], rng, raw)
    trailer = _TRAILER.search(data)
    dictionary = trailer[1] if trailer else b"<< /Root 1 0 R >>"
    if rng.random() < 0.03:
        dictionary = _edited(dictionary, [number for number, _ in objects], rng, raw)
    return _together(objects, dictionary)


def _weight(body: bytes) -> int:
    """Content streams most, font files least."""
    if b"/Length1" in body or b"/FontFile" in body:
        return 1
    return 20 if b"stream" in body[:400] else 4


def _changed(body: bytes, numbers: list[int], rng: Random, raw: Raw) -> bytes:
    stream = _STREAM.match(body)
    if stream is None:
        return _edited(body, numbers, rng, raw)
    head, content = stream[1], stream[2]
    if rng.random() < 0.1:
        return _edited(head, numbers, rng, raw) + b"stream\n" + content + b"\nendstream\n"
    plain = unfiltered(head, content)
    if plain is None:
        content = raw(content)
    else:
        head, content = _FILTER.sub(b"", head), _edited(plain, numbers, rng, raw)
    head = _LENGTH.sub(b"/Length %d" % len(content), head)
    return head + b"stream\n" + content + b"\nendstream\n"


def unfiltered(head: bytes, content: bytes) -> bytes | None:
    """A stream as it is meant, where its filters are the usual ones; else None."""
    found = _FILTER.search(head)
    filters = regex.findall(rb"/(\w+)", found[0])[1:] if found else []
    try:
        for each in filters:
            if each == b"ASCII85Decode":
                content = base64.a85decode(content.strip().removesuffix(b"~>"))
            elif each == b"FlateDecode" and b"/Predictor" not in head:
                content = zlib.decompressobj().decompress(content, 1 << 20)
            else:
                return None
    except (zlib.error, ValueError):
        return None
    return content


def _edited(piece: bytes, numbers: list[int], rng: Random, raw: Raw) -> bytes:
    if rng.random() < 0.1:
        return raw(piece)
    tokens: list[bytes] = _TOKEN.findall(piece)
    if not tokens:
        return raw(piece)
    at = rng.randrange(len(tokens))
    length = rng.choice((1, 1, 2, 4, 10, 40))
    match rng.randrange(10):
        case 0:
            del tokens[at : at + length]
        case 1:
            tokens[at:at] = tokens[at : at + length] * rng.choice((1, 1, 3, 30))
        case 2:
            moved = tokens[at : at + length]
            del tokens[at : at + length]
            to = rng.randint(0, len(tokens))
            tokens[to:to] = moved
        case 3:
            tokens[at:at] = [b" ", rng.choice(_OPERATORS), b" "]
        case 4:
            tokens[at:at] = [
                b" ",
                rng.choice(_NAMES),
                b" ",
                rng.choice((b"%d 0 R" % rng.choice(numbers), rng.choice(_NUMBERS), rng.choice(_NAMES))),
                b" ",
            ]
        case _:
            tokens[at] = _token(tokens[at], numbers, rng, raw)
    return b"".join(tokens)


def _token(token: bytes, numbers: list[int], rng: Random, raw: Raw) -> bytes:
    if token.endswith(b"R") and token[:1].isdigit():
        return b"%d 0 R" % rng.choice(numbers)
    if token.strip(b"+-.0123456789") == b"" and token:
        return rng.choice(_NUMBERS) if rng.random() < 0.5 else b"%.2f" % rng.uniform(-100, 1000)
    if token.startswith(b"/"):
        return rng.choice(_NAMES)
    if token.isalpha():
        return rng.choice(_OPERATORS)
    if token[:1] in b"(<" and len(token) > 2:
        return token[:1] + raw(token[1:-1]) + token[-1:]
    return raw(token)


def _together(objects: list[tuple[int, bytes]], trailer: bytes) -> bytes:
    out = bytearray(b"%PDF-1.5\n")
    places: dict[int, int] = {}
    for number, body in objects:
        places.setdefault(number, len(out))
        out += b"%d 0 obj%sendobj\n" % (number, body if body[-1:].isspace() else body + b"\n")
    start = len(out)
    size = max(places, default=0) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % min(size, 100_000)
    for number in range(1, min(size, 100_000)):
        out += b"%010d 00000 n \n" % places[number] if number in places else b"0000000000 00000 f \n"
    out += b"trailer\n%s\nstartxref\n%d\n%%%%EOF\n" % (trailer, start)
    return bytes(out)
