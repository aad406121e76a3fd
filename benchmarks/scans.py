"""Scans: seconds a page by the lattice and cell by cell, beside recognition of the whole page, and memory.

Times are of the processor (``process_time``) on one core, with one thread; the last column is what bears comparison between
machines. Each way reads each kind of page in a process of its own, from the file, so that memory is a worker's.

    python -m benchmarks.scans
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

PAPERS = 3
MOST = 2.0
"""Seconds a page that are promised, cell by cell."""
KINDS = ("clear, 200 dpi", "clear, 300 dpi", "hard, 150 dpi", "form of 2014, more prose", "photographed")
WAYS = {"cells": "cell by cell", "page": "whole-page OCR"}


def write(folder: Path) -> None:
    """Scanned reports of every kind, as PDF files of pictures."""
    from tests.typesetter.compose import random_paper  # noqa: PLC0415 - only the process that prints needs it
    from tests.typesetter.figures import Shape  # noqa: PLC0415
    from tests.typesetter.scans import ScanStyle, hard, print_scan  # noqa: PLC0415

    clear = ScanStyle(skew=0.7, colour="grey", jpeg=85)
    styles: dict[str, Callable[[Random], ScanStyle]] = {
        KINDS[0]: lambda _: clear,
        KINDS[1]: lambda _: ScanStyle(dpi=300, skew=0.7, colour="grey", jpeg=85),
        KINDS[2]: hard,
        KINDS[3]: lambda _: clear,
        KINDS[4]: lambda _: ScanStyle(photographed=0.03, noise=4, jpeg=80, colour="colour"),
    }
    for kind, style in styles.items():
        (folder / kind).mkdir()
        for seed in range(PAPERS):
            rng = Random(seed)
            paper = random_paper("2014" if "2014" in kind else ("2021", "2019")[seed % 2], Shape("medium"), rng)
            (folder / kind / f"{seed}.pdf").write_bytes(print_scan(paper, style(rng), seed))


def by_cells(content: bytes) -> int:
    """This project's way, as ``nianbao ingest`` takes it; gives the pages read."""
    from extract.read import read  # noqa: PLC0415 - each way loads what it needs

    return len(read(content, "scan.pdf").pages)


def by_page(content: bytes) -> int:
    """The library's: find every piece of text on the page, read each; gives the pages read."""
    from extract.raster import pages_of_pdf  # noqa: PLC0415

    engine, count = _engine(), 0
    for page in pages_of_pdf(content, range(1, _pages(content) + 1)):
        engine(page.pixels)
        count += 1
    return count


def _pages(content: bytes) -> int:
    import pypdfium2  # noqa: PLC0415

    with pypdfium2.PdfDocument(content) as document:
        return len(document)


@cache
def _engine() -> Callable[..., object]:
    from rapidocr import RapidOCR  # noqa: PLC0415 - only one of the two processes needs it

    return RapidOCR(
        params={"EngineConfig.onnxruntime.intra_op_num_threads": 1, "EngineConfig.onnxruntime.inter_op_num_threads": 1}
    )


def measured(way: str, folder: Path) -> tuple[float, float, float]:
    """Seconds a page by the processor and by the clock, and the greatest memory in MB, of a process of its own."""
    run = subprocess.run([sys.executable, "-m", "benchmarks.scans", way, folder], capture_output=True, text=True, check=True)
    cpu, wall, memory = map(float, run.stdout.split()[-3:])
    return cpu, wall, memory


def alone(way: str, folder: Path) -> None:
    """One way, one kind of page; prints the three figures."""
    contents = [path.read_bytes() for path in sorted(folder.glob("*.pdf"))]
    read = {"cells": by_cells, "page": by_page}[way]
    read(contents[0])  # the models are loaded once a process
    cpu, wall = time.process_time(), time.perf_counter()
    pages = sum(read(content) for content in contents)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    print(cpu / pages, wall / pages, peak_memory())


def peak_memory() -> float:
    """Megabytes that this process ever held. ``ru_maxrss`` would begin with what the process held that started it."""
    status = Path("/proc/self/status").read_text("ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024


def main() -> None:
    """Prints the table, and whether the promise is kept."""
    if len(sys.argv) > 1:
        alone(sys.argv[1], Path(sys.argv[2]))
        return
    print("| pages | way | s a page (processor) | s a page (clock) | memory, MB | times the cell path |")
    print("|---|---|---:|---:|---:|---:|")
    slowest = 0.0
    with TemporaryDirectory() as folder:
        write(Path(folder))
        for kind in KINDS:
            found = {way: measured(way, Path(folder, kind)) for way in WAYS}
            for way, (cpu, wall, memory) in found.items():
                print(
                    f"| {kind} | {WAYS[way]} | {cpu:.2f} | {wall:.2f} | {memory:.0f} | {cpu / found['cells'][0]:.1f} |",
                    flush=True,
                )
            slowest = max(slowest, found["cells"][0])
    print(f"\nSlowest kind, cell by cell: {slowest:.2f} s a page; promised are at most {MOST:.1f} s.")
    sys.exit(1 if slowest > MOST else 0)


if __name__ == "__main__":
    main()
