"""What the runs work on: small archives that take a second or so, made of the project's own fixtures."""

from __future__ import annotations

import shutil
import tarfile
from pathlib import Path

from collect.archive.archive import Archive
from collect.archive.model import Exchange
from collect.archive.volumes import holds_archive
from collect.crawl.model import SiteResult
from tests import crawls
from tests.archives import zip_bytes
from tests.exchanges import night

ROOT = Path(__file__).resolve().parent.parent.parent
REPORTS = ROOT / "fixtures" / "reports"
REJECTS = ROOT / "fixtures" / "rejects"
SCHEMAS = ROOT / "tests" / "data" / "schemas.tar.xz"
PLACES = "甲乙丙丁戊己庚辛壬癸"
ALIASES = """\
[[name]]
printed = "甲山区中小企业发展服务中心"
agency = "临沂市河东区人民政府"
[[name]]
printed = "乙山区中小企业发展服务中心"
agency = "天津市河东区人民政府"
"""


def reports(folder: Path) -> Path:
    """Texts, HTML of two forms, a prose report, an archive and what is no report."""
    folder.mkdir(parents=True)
    for number, place in enumerate(PLACES):
        (folder / f"{number:02}.txt").write_text(of_place(f"{place}山区"), "utf-8")
    for name in ("shanghai-office-2019.html", "shiqiao-town-2017.html", "yunxi-county-2015.html"):
        shutil.copy(REPORTS / name, folder)
    for name in ("budget.txt", "empty.pdf"):
        shutil.copy(REJECTS / name, folder)
    members = {f"{place}.txt": of_place(f"{place}水区").encode() for place in "子丑"}
    (folder / "more.zip").write_bytes(zip_bytes({**members, "again.txt": of_place("甲山区").encode()}))
    return folder


def of_place(place: str) -> str:
    """A report of a place."""
    return (REPORTS / "hedong-2021.txt").read_text("utf-8").replace("河东区", place)


def more_reports(folder: Path) -> Path:
    """Texts of other places under other names."""
    folder.mkdir(parents=True)
    for place in "寅卯辰巳午未申酉戌亥":
        (folder / f"{place}.txt").write_text(of_place(f"{place}山区"), "utf-8")
    return folder


def revised(folder: Path) -> Path:
    """The same folder a night later: reports revised, removed, renamed and new."""
    text = (folder / "01.txt").read_text("utf-8")
    (folder / "01.txt").write_text(text.replace("0\t", "1\t", 3), "utf-8")
    (folder / "02.txt").write_text((folder / "02.txt").read_text("utf-8").replace("年度", "年  度", 1), "utf-8")
    (folder / "03.txt").unlink()
    (folder / "04.txt").rename(folder / "04-renamed.txt")
    (folder / "budget.txt").unlink()
    (folder / "05.txt").write_text("这是部门预算公开说明", "utf-8")
    for number, place in enumerate("寅卯辰"):
        (folder / f"9{number}.txt").write_text(text.replace("乙山区", f"{place}山区"), "utf-8")
    return folder


def crawl_archive(folder: Path) -> Path:
    """An archive of four crawls (WARC files)."""
    return crawls.made(folder)


def record_nights(folder: Path, nights: int) -> None:
    """The same crawls, written by a crawler that goes on where one was broken off."""
    with Archive.open(folder, create=True) as archive:
        for number in range(1, nights + 1):
            known = {each.number: each.finished for each in archive.crawls()}
            if known.get(number) is not None:
                continue
            if number not in known:
                archive.begin(night(number))
            for count, answer in enumerate(crawls.answers(number)):
                if archive.in_crawl(number, answer.url) is None:
                    values = {name: getattr(answer, name) for name in answer.__slots__}
                    archive.record(number, Exchange(**values | {"moment": night(number, count + 1)}))
            error = "the site did not answer" if number == 3 else ""
            archive.keep_result(SiteResult("shuyang", number, night(number), night(number, 50), error=error))
            archive.finish(number, night(number, 60))


def is_archive(folder: Path) -> bool:
    """Whether there is an archive of crawls."""
    return holds_archive(folder)


def answers(folder: Path) -> set[tuple[int, str, int, str]]:
    """What every address answered in every crawl."""
    with Archive.open(folder) as archive:
        return {
            (crawl.number, each.url, each.status, each.sha256)
            for crawl in archive.crawls()
            for each in archive.captures(crawl.number)
        }


def old_databases(folder: Path) -> dict[str, Path]:
    """Databases as the program made them at every earlier schema, by schema (``benchmarks.faults.schemas``)."""
    folder.mkdir(parents=True, exist_ok=True)
    with tarfile.open(SCHEMAS) as tar:
        tar.extractall(folder, filter="data")
    return {path.stem: path for path in sorted(folder.glob("*.sqlite"))}
