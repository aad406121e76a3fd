"""Measures reading HTML, DOCX and text beside the bare parse of the same bytes, and what noise costs.

    python benchmarks/markup.py [FILE ...]

*Bare parse* is the least that any reader on lxml has to do: decode and ``lxml.html.document_fromstring``; or open the zip and
parse ``word/document.xml``. *Parse and walk* then visits every element once and collects its text. Times are those of the
process, the least of several runs taken in turn; compare ratios, not milliseconds.
"""

from __future__ import annotations

import resource
import sys
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from multiprocessing import get_context
from pathlib import Path
from random import Random

from lxml import etree, html

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from collect.errors import NianbaoError  # noqa: E402  # the project need not be installed
from extract.decode import declared_charset, decode  # noqa: E402
from extract.read import read  # noqa: E402
from tests.typesetter.compose import random_paper  # noqa: E402
from tests.typesetter.docx import DocxStyle, print_docx  # noqa: E402
from tests.typesetter.figures import Shape  # noqa: E402
from tests.typesetter.html import HtmlStyle, print_html  # noqa: E402
from tests.typesetter.text import TextStyle, print_text  # noqa: E402

ROUNDS = 7
NOISE = 50_000_000
PER_KIND = 4
FORMS = ("2021", "2019", "2014")

Sample = dict[str, list[tuple[str, bytes]]]


def parse_html(content: bytes) -> etree._Element:
    return html.document_fromstring(decode(content, declared_charset(content))[0])


def parse_docx(content: bytes) -> etree._Element:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return etree.fromstring(archive.read("word/document.xml"))


def walked(root: etree._Element) -> str:
    """The text of every element and behind it, as a loop over them sees it."""
    found = []
    for element in root.iter():
        if element.text:
            found.append(element.text)
        if element.tail:
            found.append(element.tail)
    return "".join(found)


PARSERS: dict[str, Callable[[bytes], etree._Element]] = {".html": parse_html, ".docx": parse_docx}


def portal(page: bytes, sections: int) -> bytes:
    """A page of a content management system: the report among menus, lists of news, style sheets and scripts."""
    text = page.decode()
    report = text[text.index('<div id="zoom">') : text.index("</article>")]
    menu = "".join(
        f'<li class="nav-item" id="m{i}"><a href="/c/{i}.html" target="_blank" title="栏目{i}">栏目{i}名称</a></li>'
        for i in range(sections)
    )
    news = "".join(
        f'<div class="list"><span class="date">2024-01-{i % 28 + 1:02d}</span><a href="/a/{i}.html">关于{i}号事项的通知</a></div>'
        for i in range(sections)
    )
    script = "".join(f'items["k{i}"] = "政府信息公开 {i} <div>&lt;";\n' for i in range(4 * sections))
    return (
        f"<!DOCTYPE html><html><head><meta charset=utf-8><title>门户网站</title><style>{'.a{color:red}' * sections}</style>"
        f"<script>{script}</script></head><body><div class=header><ul class=menu>{menu}</ul></div><div class=left>{news}</div>"
        f"<div class=content>{report}</div><script>{script}</script><div class=footer>主办单位：编辑部</div></body></html>"
    ).encode()


def samples(files: Iterable[Path]) -> Sample:
    """Documents by kind: typeset ones, the fixtures, and the files named."""
    rng = Random(20240101)
    papers = [random_paper(FORMS[i % 3], Shape(("small", "large")[i % 2]), rng, prose=4) for i in range(PER_KIND)]
    pages = {
        "HTML, portal": HtmlStyle(),
        "HTML, layout tables": HtmlStyle(template="layout"),
        "HTML, Word": HtmlStyle(template="word", encoding="gb18030"),
    }
    texts = ("tabs", "slid_tabs", "markdown", "bars", "lines", "aligned")
    found: Sample = {kind: [(".html", print_html(p, style, Random(1))) for p in papers] for kind, style in pages.items()}
    found["HTML, portal with 300 kB around it"] = [(".html", portal(print_html(p, HtmlStyle(), Random(1)), 900)) for p in papers]
    found["DOCX"] = [(".docx", print_docx(p, DocxStyle(), Random(1))) for p in papers]
    found["DOCX, split runs"] = [(".docx", print_docx(p, DocxStyle(split_runs=True, tracked=True), Random(1))) for p in papers]
    for layout in texts:
        found[f"text, {layout}"] = [(".txt", print_text(p, TextStyle(layout), Random(1))) for p in papers]
    for path in sorted((ROOT / "fixtures" / "reports").iterdir()):
        if path.suffix in {".html", ".docx", ".txt"}:
            found.setdefault(f"fixtures, {path.suffix[1:]}", []).append((path.suffix, path.read_bytes()))
    for path in files:
        found.setdefault(f"files, {path.suffix[1:]}", []).append((path.suffix, path.read_bytes()))
    return found


def milliseconds(*works: Callable[[], object]) -> list[float]:
    """The least time of each, all of them taken in turn so that a busy machine troubles them alike."""
    best = [float("inf")] * len(works)
    for _ in range(ROUNDS):
        for i, work in enumerate(works):
            start = time.process_time()
            work()
            best[i] = min(best[i], time.process_time() - start)
    return [1000 * seconds for seconds in best]


def reading(files: Iterable[Path] = ()) -> Iterator[str]:
    """Markdown rows: what reading costs beside the bare parse."""
    yield "| documents | number | kB | bare parse, ms | parse and walk, ms | read, ms | read / parse | read / parse and walk |"
    yield "|---|---|---|---|---|---|---|---|"
    for kind, documents in samples(files).items():
        size = sum(len(content) for _, content in documents) / len(documents) / 1000
        total = [0.0, 0.0, 0.0]
        for suffix, content in documents:
            parse = PARSERS.get(suffix)
            works: list[Callable[[], object]] = [lambda c=content, s=suffix: read(c, f"report{s}")]
            if parse is not None:
                works = [lambda c=content, p=parse: p(c), lambda c=content, p=parse: walked(p(c)), *works]
            took = milliseconds(*works)
            total = [a + b for a, b in zip(total, [0.0] * (3 - len(took)) + took, strict=True)]
        bare, walk, whole = (milli / len(documents) for milli in total)
        ratios = (
            f"{bare:.2f} | {walk:.2f} | {whole:.2f} | {whole / bare:.1f} | {whole / walk:.1f}"
            if bare
            else f"— | — | {whole:.2f} | — | —"
        )
        yield f"| {kind} | {len(documents)} | {size:.0f} | {ratios} |"


def _han(count: int) -> str:
    return "".join(map(chr, Random(5).choices(range(0x4E00, 0x9FA5), k=100_000))) * (count // 100_000)


NOISES: dict[str, Callable[[int], bytes]] = {
    "random bytes": lambda size: Random(5).randbytes(size),
    "random CJK": lambda size: _han(size // 3).encode(),
    "one line of sentences": lambda size: ("全年共公开信息60条。" * (size // 29)).encode(),
    "one line of words": lambda size: ("信息 60 " * (size // 10)).encode(),
    "short lines": lambda size: b"abc 12\n" * (size // 7),
    "digits": lambda size: b"7" * size,
    "lines of digits": lambda size: b"7\n" * (size // 2),
    "tabs": lambda size: b"0" + b"\t" * size + b"0",
    "bars": lambda size: b"0" + b"|" * size + b"0",
    "spaces": lambda size: b"0" + b" " * size + b"0",
    "open tags": lambda size: b"<div>" * (size // 5),
    "open table cells": lambda size: b"<table><tr>" + b"<td>1" * (size // 5),
    "less-than signs": lambda size: b"<html>" + b"<" * size,
}


def noise_case(name: str, size: int) -> tuple[float, float, str]:
    """Seconds, megabytes added at the peak, and outcome of reading one noise file. Run it in a process of its own."""
    content = NOISES[name](size)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    try:
        outcome = f"{len(read(content, 'noise').blocks)} blocks"
    except NianbaoError as error:
        outcome = error.reason
    seconds = time.process_time() - start
    return seconds, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024, outcome


def noise(sizes: Iterable[int] = (1_000_000, 10_000_000, NOISE)) -> Iterator[str]:
    """Markdown rows: what noise costs at several sizes."""
    yield "| noise | MB | s | MB more at the peak | outcome |"
    yield "|---|---|---|---|---|"
    for name in NOISES:
        for size in sizes:
            with get_context("spawn").Pool(1) as pool:
                seconds, megabytes, outcome = pool.apply(noise_case, (name, size))
            yield f"| {name} | {size // 1_000_000} | {seconds:.2f} | {megabytes:.0f} | {outcome} |"


def main() -> None:
    """Print both tables."""
    for line in reading(map(Path, sys.argv[1:])):
        print(line, flush=True)
    print()
    for line in noise():
        print(line, flush=True)


if __name__ == "__main__":
    main()
