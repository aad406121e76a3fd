"""Bytes to text: which of the encodings that Chinese sites use this really is.

Two traps decide the order. UTF-8 Chinese often decodes *strictly* as GB18030 (``鏀垮簻`` for ``政府``), and GBK decodes as
Big5 nonsense, so neither a declaration nor a strict decode is believed before the result looks like written Chinese:
among the Han characters of any genuine page, simplified or traditional, a few hundred make up a third and more.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

import regex
from charset_normalizer import from_bytes

from collect.errors import UnreadableError
from collect.stated import codec_of

# Single characters are told by `re`, which tests a large set by a bitmap; every document passes through these.
_FREQUENT = re.compile(
    "["  # The commonest characters of modern written Chinese ...
    "的一是不了在人有我他这为之大来以个中上们到说国和地也子时道出而要于就下得可你年生自会那后能对着事其里所去行过家十用发天"
    "如然作方成者多日都三小军二无同么经法当起与好看学进种将还分此心前面又定见只主没公从已所使想向把被头今第本两正外开样样内新"
    "月明问力理尔点文几定两种员其最高把机体部门应情实现加工量长期水化业各意建次数间通重该统由向全系及果接条提件关比或"
    # ... those of government pages ...
    "政府信息开申请告报度市县区镇乡街省局办处委厅室务网站规章规范性文件处罚许可强制收费复议诉讼结果维持纠正总计依据登记"
    "情况存在主要问题改进其他需要事项名称索引号布日期来源首页电话地址版权单位以及按照编写服务社会"
    # ... and the traditional forms of both.
    "這為來個們說國時會後對著過發當與學進種還見沒從問開關點實現體應員機間經處務網門報縣區鎮鄉廳規範強費複議訴訟結維糾總計據"
    "]+"
)
_HAN = re.compile("[\u3400-\u9fff\U00020000-\U0010ffff]+")
_NARROW = re.compile("[\0-\u2e7f]+")
_ODD = re.compile("[\0-\x08\x0e-\x19\x1c-\x1f\ufffd\ue000-\uf8ff]")

_DECLARED = regex.compile(
    rb"""charset\s*=\s*["']?\s*([A-Za-z0-9_\-:.]+)|<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9_\-]+)""", regex.I
)

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)

_DOUBLED = regex.compile("鏀垮簻|淇℃伅|鍏紑|骞村害|鎶ュ憡|宸ヤ綔")
"""政府, 信息, 公开, 年度, 报告, 工作 in UTF-8, read as GBK and saved again."""

_SAMPLE = 1 << 14
_MEANINGLESS = 0.12
"""Share of frequent characters below which Chinese is no Chinese. Genuine pages have 0.35 to 0.7, mojibake 0 to 0.06."""


def declared_charset(content: bytes) -> str:
    """The charset that a ``<meta>`` element or an XML prolog names in the first 4 KB, or ``""``."""
    found = _DECLARED.search(content[:4096])
    return (found[1] or found[2]).decode("ascii") if found else ""


def decode(content: bytes, declared: str = "") -> tuple[str, str]:
    """Text and the name of the encoding it was in.

    Order: byte order mark, UTF-16 betrayed by its zero bytes, declared charset, strict UTF-8, strict GB18030 and Big5, a
    tolerant reading of the same (one broken byte must not cost the page), the statistical detector.

    Args:
        content: The file.
        declared: What a ``<meta>`` element or a header claims. A claim that fails strictly, or yields what is not written
            Chinese, is passed over.

    Returns:
        The text without its byte order mark, line ends as they are; and the Python name of the codec. Bytes that fit no
        reading show as U+FFFD.

    Raises:
        UnreadableError: no encoding makes text of it.
    """
    for mark, encoding in _BOMS:
        if content.startswith(mark) and (text := _strictly(content[len(mark) :], encoding)) is not None:
            return text, encoding
    for encoding in _candidates(content, declared):
        text = _strictly(content, encoding)
        if text is None:
            continue
        text, encoding = _undoubled(text, encoding)  # noqa: PLW2901  # the encoding is then another
        if not _nonsense(text):
            return text, encoding
    return _tolerantly(content, declared)


def likelihood(text: str) -> float:
    """How much the text looks like written Chinese: 0 to 1, or 1 where too few Han characters say nothing."""
    sample = text if len(text) <= _SAMPLE else text[: _SAMPLE // 2] + text[len(text) // 2 : len(text) // 2 + _SAMPLE // 2]
    odd = len(_ODD.findall(sample))
    wide = _NARROW.sub("", sample)
    if len(wide) < 12:
        return 1.0 - min(1.0, 10 * odd / max(1, len(sample)))
    frequent = len(wide) - len(_FREQUENT.sub("", wide))
    han = len(wide) - len(_HAN.sub("", wide)) or len(wide)
    return frequent / max(han, len(wide) // 3) * (1.0 - min(1.0, 4 * odd / len(wide)))


def _nonsense(text: str) -> bool:
    return likelihood(text) < _MEANINGLESS


def _candidates(content: bytes, declared: str) -> Iterator[str]:
    """Encodings in order of belief; each is tried strictly."""
    sixteen = _utf16_without_mark(content)
    if sixteen:
        yield sixteen
    named = _codec(declared)
    # Valid UTF-8 with Chinese in it is practically never anything else, whatever the page says of itself.
    if named and not (named in {"gb18030", "big5hkscs"} and _is_utf8(content)):
        yield named
    yield "utf-8"
    yield "gb18030"
    yield "big5hkscs"
    # Chinese without a single ASCII character, not even a line end, has hardly a zero byte to betray it.
    yield "utf-16-le"
    yield "utf-16-be"


def _codec(declared: str) -> str:
    """The codec a declaration means; ``""`` for none, an unknown one, or one that can decode anything and so says nothing."""
    name = declared.strip().strip("\"'").lower()
    codec = codec_of({"x-gbk": "gbk", "gb2312-80": "gbk", "utf8mb4": "utf-8", "unicode": "utf-16-le"}.get(name, name))
    if codec in {"gb2312", "gbk", "gb18030", "hz"}:
        return "gb18030"
    if codec in {"big5", "cp950", "big5hkscs"}:
        return "big5hkscs"
    if codec.startswith(("utf-16", "utf-32")):
        return ""  # a declaration that could be read as ASCII is wrong about this
    return "" if codec in {"ascii", "latin-1", "iso8859-1", "cp1252", "iso8859-15"} else codec


def _utf16_without_mark(content: bytes) -> str:
    """``utf-16-le`` or ``-be`` if zero bytes stand where that encoding puts the high byte of ASCII, else ``""``."""
    sample = content[:_SAMPLE]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if even + odd < max(1, len(sample) // 200):
        return ""
    if odd > 8 * even:
        return "utf-16-le"
    return "utf-16-be" if even > 8 * odd else ""


def _is_utf8(content: bytes) -> bool:
    text = _strictly(content, "utf-8")
    return text is not None and not text.isascii() and not _nonsense(text)


def _strictly(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except (UnicodeDecodeError, LookupError, ValueError):
        return None


def _undoubled(text: str, encoding: str) -> tuple[str, str]:
    """The text, with UTF-8 that somebody read as GBK and saved again put right where nothing was lost."""
    if _DOUBLED.search(text[:_SAMPLE]):
        try:
            return text.encode("gb18030").decode("utf-8"), f"{encoding} of utf-8 misread as gb18030"
        except UnicodeError:
            pass
    return text, encoding


def _tolerantly(content: bytes, declared: str) -> tuple[str, str]:
    """The likeliest reading with the broken bytes replaced; what the detector says when none is likely."""
    readings = []
    for encoding in dict.fromkeys(e for e in (_codec(declared), "utf-8", "gb18030", "big5hkscs") if e):
        text = content.decode(encoding, "replace")
        readings.append((likelihood(text) - text.count("\ufffd") / max(1, len(text)), encoding, text))
    merit, encoding, text = max(readings, key=lambda reading: reading[0])
    if merit >= _MEANINGLESS:
        return text, encoding
    best = from_bytes(content[: 2 * _SAMPLE]).best()
    if best is not None and (found := _strictly(content, best.encoding)) is not None and not _nonsense(found):
        return found, codecs.lookup(best.encoding).name
    raise UnreadableError("No known encoding makes written Chinese of these bytes.", code="unreadable.encoding")
