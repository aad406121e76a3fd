"""Printers of scans for a corpus (``tests.typesetter.corpus``): by resolution, and by what may befall a page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

from tests.typesetter.corpus import Printer
from tests.typesetter.model import Paper
from tests.typesetter.scans import ScanStyle, hard, print_scan

STYLES = {
    "100 dpi": ScanStyle(dpi=100),
    "150 dpi": ScanStyle(dpi=150),
    "200 dpi": ScanStyle(dpi=200),
    "300 dpi": ScanStyle(dpi=300),
    "200 dpi, skew 3 degrees": ScanStyle(skew=3.0),
    "200 dpi, JPEG 60": ScanStyle(jpeg=60),
    "200 dpi, noise and dust": ScanStyle(noise=12, specks=60),
    "200 dpi, black and white": ScanStyle(colour="bilevel"),
    "200 dpi, red stamp": ScanStyle(seal="red", colour="colour"),
    "200 dpi, photographed": ScanStyle(photographed=0.02, colour="colour", jpeg=80),
}


Style = Callable[[Random], ScanStyle]


def _copy(rng: Random) -> ScanStyle:
    return replace(hard(rng), copies=rng.choice((1, 2)), colour="grey", jpeg=rng.choice((40, 50, 60)), noise=rng.uniform(0, 6))


def _fax(rng: Random) -> ScanStyle:
    return replace(hard(rng), dpi=200, colour="bilevel", jpeg=0, noise=rng.uniform(0, 8), seal=rng.choice(("", "red", "black")))


def _coarse(rng: Random) -> ScanStyle:
    return replace(hard(rng), dpi=rng.choice((100, 110, 120)), jpeg=rng.choice((40, 50, 60)), blur=rng.uniform(0, 0.4))


def _photograph(rng: Random) -> ScanStyle:
    style = replace(hard(rng), dpi=200, photographed=rng.uniform(0.01, 0.04), jpeg=rng.choice((50, 60, 75)))
    return replace(style, curl=rng.choice((0.0, 0.002, 0.005)), skew=0.0, noise=rng.uniform(2, 8))


def _handled(rng: Random) -> ScanStyle:
    names = ("pen", "holes", "staple", "edges", "bleed")
    return replace(hard(rng), mishaps=tuple(rng.sample(names, rng.randint(2, 5))))


def _stamped(rng: Random) -> ScanStyle:
    return replace(hard(rng), seal=rng.choice(("black", "violet", "red")), colour=rng.choice(("grey", "colour")))


HARDER: dict[str, Style] = {
    "copy of a copy": _copy,
    "fax": _fax,
    "100 to 120 dpi": _coarse,
    "photograph": _photograph,
    "handled paper": _handled,
    "grey and other stamps": _stamped,
}
"""Kinds of scan that are hard in other ways than ``hard``."""


def harder() -> tuple[Printer, ...]:
    """One for each kind of ``HARDER``; each document another mixture."""
    return tuple(Printer(name, "pdf", _mixing(style), "scan") for name, style in HARDER.items())


def _mixing(style: Style) -> Callable[[Paper, Random], bytes]:
    return lambda paper, rng: print_scan(paper, style(rng), rng.randrange(1 << 30))


def scanners() -> tuple[Printer, ...]:
    """One for each style, and one whose scans are hard, each in another way."""
    return (*(_scanner(name, style) for name, style in STYLES.items()), Printer("hard", "pdf", _hard, "scan"))


def clear() -> Printer:
    """The scanner whose scans are the clearest."""
    return _scanner("200 dpi", STYLES["200 dpi"])


def _scanner(name: str, style: ScanStyle) -> Printer:
    return Printer(name, "pdf", lambda paper, rng: print_scan(paper, style, rng.randrange(1 << 30)), "scan")


def _hard(paper: Paper, rng: Random) -> bytes:
    return print_scan(paper, hard(rng), rng.randrange(1 << 30))
