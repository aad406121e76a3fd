"""Hostile inputs between good reports: each ends as it should, and the good ones are loaded as if it had not been there.

``benchmarks/hostile.py`` reads all of them; here are those that are quick to make and to read, through the same command.
"""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

from collect.errors import UnsupportedError
from collect.limits import MEGABYTE, Limits
from extract.bounds import within
from extract.html import read_html
from extract.pdf_streams import refuse_bombs
from extract.raster import pages_of_picture
from extract.read import read
from nianbao import cli
from tests.hostile.batch import good_reports, judged, write
from tests.hostile.every import every
from tests.hostile.office import _cells, _sheet, _word, changed
from tests.hostile.pdf import packed, paged, stream

GOOD = 10
SLOW = frozenset(
    """many-bombs.zip overlapping.zip bomb.bz2 bomb.xz bomb.zst cells.html mend.html parts.mht long.html spans.html attribute.html digits.html open.html brackets.txt long.txt lines.txt bars.txt noise.txt bomb.docx ratio.docx merged.docx many.xlsx strings.xlsx bomb.ofd counted.ofd corner.xlsx merged.xlsx kids-deep.pdf kids-many.pdf pages.pdf form-laughs.pdf glyph-ring.pdf bomb.pdf bomb-twice.pdf objects.pdf path.pdf states.pdf operands.pdf picture.pdf picture-bomb.pdf picture-liar.pdf huge.pdf meanings.pdf whole.png long.png comment.png frames.tif film.tif strips.tif cut.jpg groups.rtf fetch.rtf debris.doc""".split()  # noqa: SIM905 - as a list it fills a screen
)
"""Left to the benchmark: megabytes to make, or seconds to read."""


def ingest(folder: Path, db: Path) -> None:
    result = CliRunner().invoke(cli.main, ["ingest", str(folder), "--db", str(db), "--workers", "1", "--quiet"])
    assert (result.exit_code, result.output) == (0, "")


def test_good_reports_between_hostile_inputs_are_loaded_as_without_them(tmp_path: Path) -> None:
    inputs = [hostile for hostile in every() if hostile.name not in SLOW]
    assert len(inputs) >= 70
    assert {hostile.name for hostile in every()} >= SLOW
    write(tmp_path / "mixed", inputs, GOOD)
    write(tmp_path / "good", (), GOOD)
    for name in ("mixed", "good"):
        ingest(tmp_path / name, tmp_path / f"{name}.sqlite")
    want = good_reports(tmp_path / "good.sqlite")
    assert good_reports(tmp_path / "mixed.sqlite") == want
    assert len({row[0] for row in want}) == GOOD
    wrong = {
        hostile.name: (found.failures, found.verdicts)
        for hostile, found in judged(tmp_path / "mixed.sqlite", inputs)
        if not found.accords(hostile)
    }
    assert wrong == {}


def test_inputs_are_the_same_every_time() -> None:
    for hostile in every():
        if hostile.name not in SLOW:
            assert hostile.make() == hostile.make(), hostile.name


NESTED = "<table><tr><td>1</td><td>" * 5 + "甲</td></tr></table>" * 5
BEYOND = (
    ("pages", 2, lambda: paged(stream(b"BT /F1 20 Tf 60 700 Td (annual) Tj ET")).replace(b"[3 0 R]", b"[3 0 R 3 0 R 3 0 R]").replace(b"/Count 1", b"/Count 3")),
    ("table_cells", 10, lambda: ("<table>" + "<tr><td>1<td>2<td>3" * 5 + "</table>").encode()),
    ("table_cells", 10, lambda: changed(945, "xlsx", sheet=_sheet("", _cells(20)))),
    ("nesting", 3, lambda: f"<html><body>{NESTED}".encode()),
    ("nesting", 2, lambda: _word("<w:tbl><w:tr><w:tc><w:p/></w:tc><w:tc>" * 3 + "<w:p/>" + "</w:tc></w:tr></w:tbl>" * 3)),
    ("markup_bytes", 1000, lambda: b"<html><body>" + b"<p>x" * 500),
    ("markup_bytes", 1000, lambda: _word("<w:p/>" * 500)),
    ("part_bytes", 1000, lambda: paged(packed(b" " * 100_000))),
    ("part_bytes", 1000, lambda: paged(packed(b" " * 100_000, times=2))),
    ("unpacked_bytes", 1000, lambda: _word("<w:p/>" * 500)),
    ("pixels", 100, lambda: picture(1)),
    ("recognised_pages", 3, lambda: picture(4)),
)  # fmt: skip


PICTURED = {"pixels", "recognised_pages"}


def picture(frames: int) -> bytes:
    buffer = io.BytesIO()
    pages = [Image.new("L", (20, 20), 255) for _ in range(frames)]
    pages[0].save(buffer, "TIFF", save_all=True, append_images=pages[1:])
    return buffer.getvalue()


@pytest.mark.parametrize(("name", "most", "make"), BEYOND, ids=[f"{name}-{at}" for at, (name, *_) in enumerate(BEYOND)])
def test_each_limit_can_be_changed_and_is_named(name, most, make) -> None:
    content = make()
    with within(Limits(**{name: most})), pytest.raises(UnsupportedError) as refused:
        list(pages_of_picture(content)) if name in PICTURED else read(content)
    assert f"--reread --limit {name}=NUMBER" in refused.value.advice
    assert refused.value.reason in {"unsupported.too_large", "unsupported.nesting", "too_many_pages"}


def test_limits_hold_only_where_they_are_set() -> None:
    page = f"<html><body>{NESTED}".encode()
    with within(Limits(nesting=3)), pytest.raises(UnsupportedError):
        read_html(page)
    assert read_html(page).blocks


@pytest.mark.parametrize("option", [("--limit", "pages=1"), ("--limit", "pages=900", "--limit", "pages=1")])
def test_limits_of_the_command_line_reach_the_readers(tmp_path: Path, option: tuple[str, ...]) -> None:
    report = Path(__file__).parent.parent / "fixtures" / "reports" / "hongze-2024.pdf"
    words = ["ingest", str(report), "--db", str(tmp_path / "a.sqlite"), "--workers", "1"]
    assert "more than 1 pages" in CliRunner().invoke(cli.main, [*words, *option]).stdout
    assert "1 verified" in CliRunner().invoke(cli.main, [*words, "--reread"]).stdout


@pytest.mark.parametrize(
    ("given", "said"),
    [("page=3", "error: There is no limit page."), ("pages", "error: The limit pages cannot be ."), ("pages=x", "cannot be x")],
)
def test_limits_that_are_none_are_said(given: str, said: str) -> None:
    result = CliRunner().invoke(cli.main, ["ingest", ".", "--limit", given])
    assert (result.exit_code, said in result.stderr) == (78, True)


def test_streams_that_cannot_be_large_are_not_unpacked() -> None:
    """What is looked at is told by the packed size alone; damage is the reader's to tell."""
    content = paged(packed(b"x" * 10_000)) + b"stream\n" + b"\xff" * 100
    refuse_bombs(content)
    refuse_bombs(b"/FlateDecode stream\n" + b"\xff" * MEGABYTE)
    with within(Limits(part_bytes=100, unpacked_bytes=10 * MEGABYTE)), pytest.raises(UnsupportedError):
        refuse_bombs(content)
