"""Printers of scans for a corpus (``tests.typesetter.corpus``): by resolution, and by what may befall a page."""

from __future__ import annotations

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
