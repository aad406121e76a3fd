"""Pictures beside a saved web page: handed on with the page that shows them, in folders, zip files and WARC."""

from __future__ import annotations

import io
import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import text

from collect.archives import gather
from collect.model import Picture, Refusal, Source
from collect.pictures import below, shown_by
from extract.model import Document
from extract.ocr import is_installed
from extract.read import read
from nianbao.batch import ingest
from normalize.model import Report, Verdict
from store.load import Store
from tests.archives import zip_bytes
from tests.report_factory import new_store
from tests.scripted_reader import made_report
from tests.test_warc import SITE, record, warc_bytes

SHOT = b"\x89PNG\r\n\x1a\n" + b"table" * 1000
OTHER = b"\x89PNG\r\n\x1a\n" + b"other" * 1000
PAGE = "<html><p>甲县2023年政府信息公开工作年度报告</p><img alt=a src='{}'></html>"


def page(*addresses: str) -> bytes:
    return "".join(PAGE.format(address) for address in addresses).encode()


def taken(path: Path) -> tuple[dict[str, list[bytes]], Counter[str]]:
    """Documents by name with the pictures they bring, and what was passed over."""
    skipped: Counter[str] = Counter()
    found = list(gather([path], skipped=skipped))
    assert not [item for item in found if isinstance(item, Refusal)]
    return {i.document: [p.content for p in i.pictures] for i in found if isinstance(i, Source)}, skipped


def write(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


FILES: list[tuple[str, dict[str, bytes], dict[str, list[bytes]], dict[str, int]]] = [
    (
        "saved by a browser",
        {"甲.html": page("./甲_files/W02.png"), "甲_files/W02.png": SHOT, "甲_files/logo.png": OTHER},
        {"甲.html": [SHOT]},
        {"web_asset": 2},
    ),
    (
        "a picture beside the page, and one by itself",
        {"a/1.htm": page("W0202.png"), "a/W0202.png": SHOT, "a/scan.png": OTHER},
        {"a/1.htm": [SHOT], "a/scan.png": []},
        {"part_of_page": 1},
    ),
    (
        "in a folder below, its name quoted; the page comes last",
        {"img/表 1.png": SHOT, "z.html": page("img/%E8%A1%A8%201.png?v=3#x")},
        {"z.html": [SHOT]},
        {"part_of_page": 1},
    ),
    (
        "two pages show one picture",
        {"1.html": page("t.png"), "2.html": page("t.png", "u.png"), "t.png": SHOT, "u.png": OTHER},
        {"1.html": [SHOT], "2.html": [SHOT, OTHER]},
        {"part_of_page": 2},
    ),
    (
        "a page with its table as text",
        {"1.html": page("t.png") + b"<table>" + b"<tr><td>0</td></tr>" * 70 + b"</table>", "t.png": SHOT},
        {"1.html": [], "t.png": []},
        {},
    ),
    ("a gallery", {"1.html": page(*[f"{n}.png" for n in range(13)]), "3.png": SHOT}, {"1.html": [], "3.png": []}, {}),
    ("an icon", {"1.html": page("t.png"), "t.png": SHOT[:500]}, {"1.html": [], "t.png": []}, {}),
    ("nothing there", {"1.html": page("t.png")}, {"1.html": []}, {}),
    (
        "out of the folder",
        {"in/1.html": page("../t.png", "/t.png", "file:///t.png", "..\\t.png", "x/../../t.png"), "t.png": SHOT},
        {"in/1.html": [], "t.png": []},
        {},
    ),
]


@pytest.mark.parametrize(("files", "expected", "skipped"), [row[1:] for row in FILES], ids=[row[0] for row in FILES])
def test_a_page_brings_the_pictures_it_shows(
    tmp_path: Path, files: dict[str, bytes], expected: dict[str, list[bytes]], skipped: dict[str, int]
) -> None:
    found, passed = taken(write(tmp_path / "folder", files))
    assert found == expected
    assert +passed == Counter(skipped)
    for order in (list(files), list(reversed(files))):
        packed = tmp_path / "reports.zip"
        packed.write_bytes(zip_bytes({name: files[name] for name in order}))
        found, passed = taken(packed)
        assert found == {f"reports.zip/{name}": pictures for name, pictures in expected.items()}
        assert +passed == Counter(skipped)


def test_a_crawl_finds_them_by_address(tmp_path: Path) -> None:
    records = [
        record("/zwgk/W02.png", SHOT, kind="image/png"),
        record("/zwgk/202401/t1.html", page("../W02.png")),
        record("/zwgk/202401/t2.html", page(f"{SITE}/img/W03.png", "http://elsewhere.cn/W04.png")),
        record("/img/W03.png", OTHER, kind="image/png"),
        record("/img/scan.png", OTHER, kind="image/png"),
    ]
    path = tmp_path / "crawl.warc.gz"
    path.write_bytes(warc_bytes(records))
    found, passed = taken(path)
    at = "crawl.warc.gz/www.jiaxian.gov.cn"
    assert found == {f"{at}/zwgk/202401/t1.html": [SHOT], f"{at}/zwgk/202401/t2.html": [OTHER], f"{at}/img/scan.png": []}
    assert passed["part_of_page"] == 2


def test_a_link_does_not_lead_out_of_the_folder(tmp_path: Path) -> None:
    secret = write(tmp_path / "elsewhere", {"secret.png": SHOT})
    folder = write(tmp_path / "folder", {"1.html": page("t.png")})
    (folder / "t.png").symlink_to(secret / "secret.png")
    found, _ = taken(folder)
    assert found["1.html"] == []


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("a.png", "a.png"),
        ("./a_files/b.png?x=1", "a_files/b.png"),
        ("x/../a.png", "a.png"),
        ("../a.png", ""),
        ("x/../../a.png", ""),
        ("%2e%2e/a.png", ""),
        ("/etc/a.png", ""),
        ("//host/a.png", ""),
        ("http://host/a.png", ""),
        ("C:\\a.png", ""),
        ("a\0.png", ""),
        ("http://[bad/a.png", ""),
    ],
)
def test_what_an_address_names_lies_below_the_page(address: str, path: str) -> None:
    assert below(address) == path


def test_addresses_are_read_as_the_markup_has_them() -> None:
    content = b"<IMG width=3 SRC=a.png><img src=\"b&amp;c.jpg\"><img data-src='no.png'><img src='icon.svg'>"
    assert shown_by(content) == ("a.png", "b&c.jpg")
    assert shown_by("<img src='表.png'>".encode("gb18030")) == ("表.png",)


def test_pictures_are_part_of_what_a_page_is() -> None:
    alone = Source("1.html", b"x")
    with_picture = Source("1.html", b"x", pictures=(Picture("t.png", SHOT),))
    digests = {alone.sha256, with_picture.sha256, Source("1.html", b"x", pictures=(Picture("t.png", OTHER),)).sha256}
    assert len(digests) == 3


def reader(source: Source) -> tuple[Document, tuple[Report, ...]]:
    """Whose report it is stands in the picture."""
    seen = source.pictures[0].content[8:13].decode() if source.pictures else "none"
    return Document("text/html", (), producer="a test"), (made_report(f"{seen}局", Verdict.VERIFIED),)


def agencies(store: Store) -> list[str]:
    with store.reading() as connection:
        return list(connection.scalars(text("SELECT agency FROM report WHERE current = 1 ORDER BY agency")))


def old(folder: Path) -> None:
    """As if the files had long lain there: a change of the last seconds is always looked at."""
    for path in folder.rglob("*"):
        os.utime(path, (1_700_000_000, 1_700_000_000))


def test_a_page_is_read_again_where_its_picture_changes(tmp_path: Path) -> None:
    folder = write(tmp_path / "folder", {"1.html": page("t.png"), "t.png": SHOT})
    old(folder)
    with new_store(tmp_path / "r.sqlite") as store:
        assert ingest([folder], store, read=reader).loaded == 1
        again = ingest([folder], store, read=reader)
        assert (again.documents, again.known, again.loaded) == (1, 1, 0)
        (folder / "t.png").write_bytes(OTHER)
        old(folder)  # same size, same time: only the content tells
        assert ingest([folder], store, read=reader).loaded == 1
        assert "other局" in agencies(store)
        (folder / "1.html").unlink()
        assert ingest([folder], store, read=reader).documents == 1  # now the picture is a document of its own


def test_the_table_in_a_picture_beside_a_page_is_read() -> None:
    if not is_installed() and not os.environ.get("CI"):
        pytest.skip("character recognition is not installed: pip install nianbao[ocr]")
    from tests.test_scan import ROWS, ScanStyle, grids, picture  # noqa: PLC0415 - they need it too
    from tests.test_scan import page as scanned  # noqa: PLC0415

    shot = picture(scanned(ScanStyle()), ScanStyle())
    photograph = io.BytesIO()
    from PIL import Image  # noqa: PLC0415

    Image.effect_noise((640, 480), 90).save(photograph, "PNG")
    document = read(page("photo.png", "W02.png"), "1.html", {"W02.png": shot, "photo.png": photograph.getvalue()})
    (grid,) = grids(document)
    assert [cell.text for cell in grid.cells if cell.row == 1] == list(ROWS[0])
    assert not grids(read(page("W02.png"), "1.html"))


def names(items: Sequence[object]) -> list[str]:
    return [item.document for item in items if isinstance(item, Source)]


def test_a_picture_that_is_named_itself_is_taken(tmp_path: Path) -> None:
    folder = write(tmp_path / "folder", {"1.html": page("t.png"), "t.png": SHOT})
    assert names(list(gather([folder / "t.png"]))) == ["t.png"]
