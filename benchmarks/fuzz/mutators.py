"""Changes that get past what bytes changed at random do not: markup token by token, parts of a zip, objects of a PDF file."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Callable, Sequence
from copy import deepcopy
from random import Random

import regex
from lxml import etree

from benchmarks.fuzz.target import Mutator, Raw

_MARKUP = regex.compile(rb"<[^<>]*>|[^<]+|<")
_ATTRIBUTE = regex.compile(rb"""(?<=[\s:])([\w:.-]+)=("[^"]*"|'[^']*'|[^\s>"']+)""")
_NUMBER = regex.compile(rb"-?\d+(?:\.\d+)?")
_NO_XML = regex.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MOST_ELEMENTS = 6000
_FLOODS = 0.004
"""How often a piece is repeated until it fills the input: what takes quadratic time shows by that."""
_FLOOD = 50_000
_VALUES = (
    *b"0 1 2 -1 3 65536 999999999 4294967296 -99999999999999999999 1e400 0.5 NaN 100% none block \xc2\xb2".split(),
    *(b"idna", b"base64", b"unicode_escape", b"utf-7", b"http://[::1/"),
    b"",
    b"9" * 5000,
)
_TEXTS = (
    *[
        "一、总体情况",
        "二、主动公开政府信息情况",
        "三、收到和处理政府信息公开申请情况",
        "自然人",
        "商业企业",
        "总计",
        "规章",
        "行政规范性文件",
    ],
    *[
        "本年新收政府信息公开申请数量",
        "（一）予以公开",
        "其他",
        "0",
        "12",
        "/",
        "—",
        "无",
        "1,234",
        "３",
        "2023年",
        "2024年度政府信息公开工作年度报告",
    ],
    *("\u3000", "\ufeff", "\u200b", "\u202e", "\U00020000", "\x0b", "\x1f", "\r", "²", "①", "\ufffe"),
)


def markup(data: bytes, rng: Random, raw: Raw) -> bytes:
    """HTML or XML with tokens dropped, doubled, moved, nested, or with other attributes, numbers and words."""
    if rng.random() < 0.25:
        return raw(data)
    tokens = _MARKUP.findall(data)
    if not tokens:
        return raw(data)
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        _edit(tokens, rng, raw, _in_markup)
    return b"".join(tokens)


def _edit(tokens: list[bytes], rng: Random, raw: Raw, inside: Callable[[bytes, Random, Raw], bytes]) -> None:
    """One change to a list of tokens, in place."""
    at = rng.randrange(len(tokens))
    length = rng.choice((1, 1, 2, 3, 5, 9, 20, 60))
    piece = tokens[at : at + length]
    if rng.random() < _FLOODS:
        tokens[at:at] = piece * (_FLOOD // max(sum(map(len, piece)), 1))
    match rng.randrange(8):
        case 0:
            del tokens[at : at + length]
        case 1:
            tokens[at:at] = piece * rng.choice((1, 1, 2, 5, 40)) if len(tokens) < 20_000 else []
        case 2:
            del tokens[at : at + length]
            to = rng.randint(0, len(tokens))
            tokens[to:to] = piece
        case 3:
            tokens[at : at + length] = reversed(piece)
        case _:
            tokens[at] = inside(tokens[at], rng, raw)
    if not tokens:
        tokens.append(b" ")


def _in_markup(token: bytes, rng: Random, raw: Raw) -> bytes:
    if rng.random() < 0.2:
        return raw(token)
    if not token.startswith(b"<"):
        return _in_text(token, rng, raw)
    found = list(_ATTRIBUTE.finditer(token))
    if found and rng.random() < 0.7:
        each = rng.choice(found)
        value = rng.choice(_VALUES) if rng.random() < 0.7 else raw(each[2].strip(b"\"'"))
        return token[: each.start(2)] + b'"' + value.replace(b'"', b"") + b'"' + token[each.end(2) :]
    more = rng.choice((b' rowspan="%s"', b' colspan="%s"', b' style="display:%s"', b' width="%s"', b' hidden="%s"'))
    end = token.rfind(b">")
    return token[:end].rstrip(b"/") + more % rng.choice(_VALUES) + token[end:] if end > 0 else raw(token)


def _in_text(token: bytes, rng: Random, _raw: Raw) -> bytes:
    numbers = list(_NUMBER.finditer(token))
    if numbers and rng.random() < 0.4:
        each = rng.choice(numbers)
        return token[: each.start()] + rng.choice(_VALUES) + token[each.end() :]
    at = rng.randint(0, len(token))
    word = rng.choice(_TEXTS).encode()
    return token[:at] + word + token[at if rng.random() < 0.5 else min(len(token), at + 3 * rng.randint(1, 8)) :]


def xml(data: bytes, rng: Random, raw: Raw) -> bytes:
    """XML with elements dropped, doubled, moved, nested or changed, and still well-formed; seldom not."""
    if rng.random() < 0.05:
        return markup(data, rng, raw)
    try:
        root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, huge_tree=True))
    except (etree.XMLSyntaxError, ValueError):
        return markup(data, rng, raw)
    for _ in range(rng.choice((1, 1, 1, 2, 4, 8))):
        elements = [each for each in root.iter() if isinstance(each.tag, str)]
        if len(elements) > _MOST_ELEMENTS:
            break
        _edit_tree(rng.choice(elements), elements, rng, raw)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _edit_tree(element: etree._Element, elements: Sequence[etree._Element], rng: Random, raw: Raw) -> None:
    parent, other = element.getparent(), rng.choice(elements)
    match rng.randrange(11):
        case 0 if parent is not None:
            parent.remove(element)
        case 1 if parent is not None:
            for _ in range(rng.choice((1, 1, 2, 20))):
                parent.insert(parent.index(element), deepcopy(element))
        case 2 if parent is not None and sum(1 for _ in element.iter()) < 200:
            other.append(deepcopy(element))  # perhaps into itself
        case 3 if parent is not None and element not in other.iterancestors() and element is not other:
            other.insert(rng.randint(0, len(other)), element)
        case 4 if parent is not None:
            at = parent.index(element)
            parent[at : at + 1] = list(element)
        case 5:
            element.tag = other.tag
        case 6 if other.attrib:
            name = rng.choice(list(other.attrib))
            element.set(name, other.attrib[name])
        case 7 if element.attrib:
            del element.attrib[rng.choice(list(element.attrib))]
        case 8:
            element.text = _allowed(_in_text((element.text or "").encode(), rng, raw))
        case _ if element.attrib:
            name = rng.choice(list(element.attrib))
            old = str(element.attrib[name]).encode()
            new = rng.choice(_VALUES) if rng.random() < 0.4 else _in_text(old, rng, raw) if rng.random() < 0.5 else raw(old)
            element.set(name, _allowed(new))
        case _:
            element.text = _allowed(raw((element.text or "").encode()))


def _allowed(text: bytes) -> str:
    return _NO_XML.sub("", text.decode("utf-8", "ignore"))


_LINE = regex.compile(rb"[^\n\t|]*[\n\t|]?")


def lines(data: bytes, rng: Random, raw: Raw) -> bytes:
    """Text with fields and lines dropped, doubled, moved or changed."""
    if rng.random() < 0.25:
        return raw(data)
    tokens = [token for token in _LINE.findall(data) if token] or [b""]
    for _ in range(rng.choice((1, 1, 2, 4))):
        _edit(tokens, rng, raw, _in_text)
    return b"".join(tokens)


def zipped(inner: Callable[[str], Mutator | None]) -> Mutator:
    """The mutator of a zip: a part is changed by the mutator that ``inner`` has for its name, or the parts themselves are."""

    def mutate(data: bytes, rng: Random, raw: Raw) -> bytes:
        parts = unzipped(data)
        if not parts or rng.random() < 0.04:
            return raw(data)
        if rng.random() < 0.06:
            _edit_parts(parts, rng, raw)
            return rezipped(parts)
        fit = [at for at, (name, _) in enumerate(parts) if inner(name) is not None]
        at = rng.choices(fit, [1 + min(len(parts[at][1]), 40_000) for at in fit])[0] if fit else rng.randrange(len(parts))
        name, content = parts[at]
        mutator = inner(name) or raw_bytes
        parts[at] = name, mutator(content, rng, raw)
        return rezipped(parts)

    return mutate


def crude(rng: Random) -> Raw:
    """In libFuzzer's place where there is none: a few bytes put in, taken out or changed."""

    def change(data: bytes) -> bytes:
        changed = bytearray(data)
        for _ in range(rng.choice((1, 1, 2, 5))):
            at, length = rng.randint(0, len(changed)), rng.choice((1, 1, 2, 8, 40))
            piece = changed[at : at + length]
            match rng.randrange(4):
                case 0:
                    changed[at:at] = rng.randbytes(length)
                case 1:
                    del changed[at : at + length]
                case 2:
                    changed[at:at] = piece
                case _:
                    changed[at : at + len(piece)] = rng.randbytes(len(piece))
        return bytes(changed)

    return change


def raw_bytes(data: bytes, _rng: Random, raw: Raw) -> bytes:
    """Bytes as bytes."""
    return raw(data)


def _edit_parts(parts: list[tuple[str, bytes]], rng: Random, raw: Raw) -> None:
    at = rng.randrange(len(parts))
    name, content = parts[at]
    match rng.randrange(4):
        case 0 if len(parts) > 1:
            del parts[at]
        case 1:
            parts.append((rng.choice(parts)[0], content))
        case 2:
            parts[at] = raw(name.encode()).decode("utf-8", "replace")[:200], content
        case _:
            parts[at] = name, rng.choice(parts)[1]


def unzipped(data: bytes) -> list[tuple[str, bytes]]:
    """Names and contents; none of what is no zip, or a bomb."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            if sum(info.file_size for info in infos) > 8_000_000:
                return []
            return [(info.filename, archive.read(info)) for info in infos]
    except Exception:
        return []


def rezipped(parts: Sequence[tuple[str, bytes]]) -> bytes:
    """A zip of them; the order and the time are fixed, so that the same parts give the same bytes."""
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        warnings.simplefilter("ignore")  # two parts of one name are what is wanted
        for name, content in parts:
            info = zipfile.ZipInfo(name.replace("\0", "") or "a")
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return buffer.getvalue()
