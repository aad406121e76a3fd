"""Files that outsiders write: sources, aliases, rosters and the night's settings. The first byte says which it is."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random

from benchmarks.fuzz import mutators
from benchmarks.fuzz.invariants import check_text
from benchmarks.fuzz.target import ROOT, Raw
from collect.errors import NianbaoError

_SOURCE = """[a]
lists = ["http://a.gov.cn/nb/"]
hosts = ["b.gov.cn:81"]
link = "年报"
delay = 2.5
due_months = [1, 2]
encoding = "gb18030"
"""
_ALIASES = """[[name]]
printed = "市局"
agency = "宿迁市公安局"
first_year = 2019
document = "*.pdf"

[[name]]
printed = "管委会"
agency = "云溪经济开发区管理委员会"
region = "321300"
kind = "other"

[[succession]]
agency = "宿迁市环境保护局"
successor = "宿迁市生态环境局"
year = 2019
"""
_ROSTERS = (
    "agency,first_year,last_year\n宿迁市公安局,2019,\n宿迁市财政局,,2023\n",
    '[[agency]]\nname = "宿迁市公安局"\nfirst_year = 2019\n',
)
_NIGHT = """sources = "sources"
database = "reports.sqlite"
copies = 7
workers = 2
checks = ["continuity"]
[crawl]
contact = "mail@example.org"
[gates]
reports = 0.1
explained = { "5" = "reads more" }
[policy]
review = 3
"""


def seeds() -> Iterator[bytes]:
    """One of each, and the committed ones."""
    yield b"\0" + (ROOT / "sources" / "starter.toml").read_bytes()[:6000]
    yield b"\0" + _SOURCE.encode()
    yield b"\1" + _ALIASES.encode()
    yield b"\2" + _ROSTERS[0].encode()
    yield b"\3" + _ROSTERS[1].encode()
    yield b"\4" + _NIGHT.encode()


def setting(data: bytes, rng: Random, raw: Raw) -> bytes:
    """The text changed line by line."""
    return data[:1] + mutators.lines(data[1:], rng, raw)


def taken(data: bytes) -> None:
    """Is it taken, or refused with a sentence that says what is wrong?"""
    with tempfile.TemporaryDirectory() as folder:
        try:
            _take(data[:1], data[1:], Path(folder))
        except NianbaoError as error:
            check_text(error.message)


def _take(kind: bytes, content: bytes, folder: Path) -> None:
    from collect.sites.load import hosts_of, load_sites  # noqa: PLC0415 - imported instrumented
    from nianbao.nightly.config import read_config  # noqa: PLC0415
    from normalize.authority.aliases import read_aliases  # noqa: PLC0415
    from normalize.authority.roster import read_roster  # noqa: PLC0415

    file = folder / "a.toml"
    file.write_bytes(content)
    which = kind[0] % 5 if kind else 0
    if which == 0:
        for site in load_sites(folder):
            hosts_of(site)
    elif which == 4:
        read_config(file)
    else:
        text = content.decode("utf-8", "replace")
        if which == 1:
            read_aliases(text)
        else:
            read_roster(text, ("", "", "a.csv", "a.toml")[which])
