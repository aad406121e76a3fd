"""Scans: seconds a page by the lattice and cell by cell, beside recognition of the whole page, and memory.

Times are of the processor (``process_time``) on one core; the last column is what bears comparison between machines.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Callable
from functools import cache
from random import Random

from extract.raster import Raster, pages_of_pdf
from extract.scan import composed, read_pages
from tests.typesetter.compose import random_paper
from tests.typesetter.figures import Shape
from tests.typesetter.scans import ScanStyle, hard, print_scan

PAPERS = 2
STYLES = {"clean, 200 dpi": lambda _: ScanStyle(skew=0.7, colour="grey", jpeg=85), "hard, 150 dpi": hard}


def rasters(name: str) -> list[Raster]:
    """The pages of some reports."""
    pages: list[Raster] = []
    for seed in range(PAPERS):
        rng = Random(seed)
        paper = random_paper("2021", Shape("medium"), rng)
        content = print_scan(paper, STYLES[name](rng), seed)
        pages += pages_of_pdf(content, (1, 2))
    return pages


def by_cells(pages: list[Raster]) -> None:
    """This project's way."""
    read = read_pages(pages)
    composed([page.sheet for page in read], read)


def by_page(pages: list[Raster]) -> None:
    """The library's: find every piece of text on the page, read each."""
    engine = _engine()
    for page in pages:
        engine(page.pixels)


@cache
def _engine() -> Callable[..., object]:
    from rapidocr import RapidOCR  # noqa: PLC0415 - only one of the two processes needs it

    return RapidOCR(
        params={"EngineConfig.onnxruntime.intra_op_num_threads": 1, "EngineConfig.onnxruntime.inter_op_num_threads": 1}
    )


def measured(way: str, name: str) -> tuple[float, float, float]:
    """Seconds a page by the processor and by the clock, and the greatest memory in MB, of a process of its own."""
    run = subprocess.run([sys.executable, "-m", "benchmarks.scans", way, name], capture_output=True, text=True, check=True)
    cpu, wall, memory = map(float, run.stdout.split()[-3:])
    return cpu, wall, memory


def alone(way: str, name: str) -> None:
    """One way, one kind of page; prints the three figures."""
    pages = rasters(name)
    read = {"cells": by_cells, "page": by_page}[way]
    read(pages[:1])  # the models are loaded once a process
    cpu, wall = time.process_time(), time.perf_counter()
    read(pages)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(cpu / len(pages), wall / len(pages), memory)


def main() -> None:
    """Prints the table."""
    if len(sys.argv) > 1:
        alone(*sys.argv[1:3])
        return
    print("| pages | way | s a page (processor) | s a page (clock) | memory, MB | times the cell path |")
    print("|---|---|---|---|---|---|")
    for name in STYLES:
        ours = measured("cells", name)
        whole = measured("page", name)
        for label, (cpu, wall, memory) in (("cell by cell", ours), ("whole-page OCR", whole)):
            print(f"| {name} | {label} | {cpu:.2f} | {wall:.2f} | {memory:.0f} | {cpu / ours[0]:.1f} |")


if __name__ == "__main__":
    main()
