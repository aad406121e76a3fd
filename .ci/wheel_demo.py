"""The demo from the built wheel, in a fresh environment of each Python, far from the source tree: ``make wheel-demo``.

For each Python: a new environment outside the tree, the wheel and its pins installed into it as a user would, the demo's
commands run from a folder where the tree cannot be imported. Their output and their database must equal what the source
tree itself gives there, and a scan of the same report must be read as the report is, where OCR can be installed.
Only the standard library is used here, so that any of the Pythons can run it.

    python3 .ci/wheel_demo.py                          every Python from 3.11 on that is on the PATH
    python3 .ci/wheel_demo.py python3.13 /opt/py/bin/python3.14
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
OLDEST = (3, 11)
WITHOUT_OCR = {(3, 15): "onnxruntime and pyclipper have no wheels for it yet"}
"""Pythons for which the extra cannot be installed, and why. A line goes when it can."""

COMMANDS = (
    ("ingest", "REPORTS", "--db", "demo.sqlite"),
    ("show", "宿迁市人民政府", "2024", "--db", "demo.sqlite"),
    ("query", "comparison.sql", "--db", "demo.sqlite"),
)
"""What ``make demo`` runs, with the fixtures and the query copied to where the wheel is tried."""
DURATION = re.compile(r"(?m)^seconds +[\d.]+$")

COMPARE = """
import sys
from store.compare import differences
from store.open import open_store
with open_store(sys.argv[1], create=False) as one, open_store(sys.argv[2], create=False) as other:
    found = differences(one, other)
sys.exit("\\n".join(map(str, found[:5])) if found else 0)
"""
SCAN = """
import sys
import pypdfium2
from nianbao import read
pages = [page.render(scale=200 / 72).to_pil().convert("L") for page in pypdfium2.PdfDocument(f"{sys.argv[1]}/suqian-2023.pdf")]
pages[0].save("scan.pdf", save_all=True, append_images=pages[1:], resolution=200)
told, seen = read(f"{sys.argv[1]}/suqian-2023.pdf").cells, read("scan.pdf").cells
told, seen = (each.set_index(["table", "row", "column"])["value"] for each in (told, seen))
read_right = int((told == seen.reindex(told.index)).sum())
sys.exit(0 if read_right >= 0.9 * len(told) else f"of a scan {read_right} of {len(told)} cells are read right")
"""


def pythons() -> list[str]:
    """Every Python from the oldest supported one on that is on the PATH and starts."""
    names = [f"python3.{minor}" for minor in range(OLDEST[1], 40)]
    return [name for name in names if shutil.which(name) and _starts(name)]


def _starts(python: str) -> bool:
    return subprocess.run([python, "-c", "import ensurepip, venv"], capture_output=True, check=False).returncode == 0


def environment(**more: str) -> dict[str, str]:
    """This one without whatever leads Python to the source tree or to another environment."""
    kept = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"}}
    return kept | {"PYTHONUTF8": "1", "COLUMNS": "120", "PIP_DISABLE_PIP_VERSION_CHECK": "1"} | more


def run(*command: str | Path, cwd: Path, **more: str) -> str:
    """What a command prints; its failure ends the program."""
    done = subprocess.run(
        list(map(str, command)), cwd=cwd, env=environment(**more), capture_output=True, text=True, encoding="utf-8", check=False
    )
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))[:300]}\nfailed:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
    return done.stdout


def built(scratch: Path) -> Path:
    """The wheel of the files that git knows, as they are in the work tree now."""
    tracked = run("git", "-c", f"safe.directory={ROOT}", "ls-files", "-z", cwd=ROOT).split("\0")
    for name in filter(None, tracked):
        if (ROOT / name).is_file():
            (scratch / "source" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, scratch / "source" / name)
    pins = {"PIP_CONSTRAINT": str(ROOT / "constraints.txt")}
    run(sys.executable, "-m", "venv", "builder", cwd=scratch)
    run("builder/bin/python", "-m", "pip", "wheel", "-q", "--no-deps", "-w", ".", "./source", cwd=scratch, **pins)
    (wheel,) = scratch.glob("nianbao-*.whl")
    return wheel


def tried(python: str, wheel: Path, folder: Path) -> tuple[str, Path]:
    """The demo from the wheel by one Python: what to say of it, and its database."""
    start = time.perf_counter()
    version = tuple(map(int, run(python, "-c", "import sys; print(*sys.version_info[:2])", cwd=folder).split()))
    installed = folder / "environment" / "bin"
    run(python, "-m", "venv", folder / "environment", cwd=folder)
    asked = str(wheel) if version in WITHOUT_OCR else f"{wheel}[ocr]"
    pip = ("-m", "pip", "install", "-q", "--only-binary", ":all:", "-c", ROOT / "constraints.txt")
    run(installed / "python", *pip, asked, cwd=folder)
    run(installed / "python", "-m", "pip", "check", cwd=folder)
    home = run(installed / "python", "-c", "import nianbao; print(nianbao.__file__)", cwd=folder).strip()
    if not Path(home).is_relative_to(folder / "environment"):
        sys.exit(f"{python} imports {home}, not the wheel.")
    installed_in = time.perf_counter() - start

    by_wheel = demo(folder / "wheel", installed / "nianbao")
    # The same interpreter and libraries, but the tree goes first.
    by_tree = demo(folder / "tree", installed / "python", "-m", "nianbao.cli", PYTHONPATH=str(ROOT))
    if by_wheel != by_tree:
        sys.exit(f"{python}: the wheel prints\n{by_wheel}\nand the source tree\n{by_tree}")
    compare(installed / "python", folder / "tree" / "demo.sqlite", folder / "wheel" / "demo.sqlite", cwd=folder)
    if version not in WITHOUT_OCR:
        run(installed / "python", "-c", SCAN, folder.parent / "reports", cwd=folder / "wheel")
    scan = WITHOUT_OCR.get(version, "and a scan read as the report is")
    full = run(python, "-c", "import platform; print(platform.python_version())", cwd=folder).strip()
    said = f"Python {full}: demo and database as the source tree's; {'no OCR: ' if version in WITHOUT_OCR else ''}{scan}"
    return f"{said} (installed in {installed_in:.0f} s, tried in {time.perf_counter() - start - installed_in:.0f} s)", folder


def demo(folder: Path, *program: str | Path, **more: str) -> str:
    """What the demo's commands print, their durations left out."""
    folder.mkdir()
    shutil.copy(ROOT / "docs" / "comparison.sql", folder)
    reports = str(folder.parents[1] / "reports")
    commands = [[reports if word == "REPORTS" else word for word in command] for command in COMMANDS]
    printed = "\n".join(run(*program, *command, cwd=folder, **more) for command in commands)
    return DURATION.sub("seconds", printed)


def compare(python: Path, one: Path, other: Path, cwd: Path) -> None:
    """Ends the program where two databases differ."""
    run(python, "-c", COMPARE, one, other, cwd=cwd)


def main() -> None:
    """Tries every Python asked for; the databases of all must be equal."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pythons", nargs="*", help="default: every one from 3.11 on that is on the PATH")
    chosen = parser.parse_args().pythons or pythons()
    with TemporaryDirectory(prefix="wheel-demo-") as name:
        scratch = Path(name).resolve()
        wheel = built(scratch)
        shutil.copytree(ROOT / "fixtures" / "reports", scratch / "reports")
        first: Path | None = None
        for number, python in enumerate(chosen):
            folder = scratch / str(number)
            folder.mkdir()
            said, folder = tried(python, wheel, folder)
            if first is not None:
                here = folder / "environment" / "bin" / "python"
                compare(here, first / "wheel" / "demo.sqlite", folder / "wheel" / "demo.sqlite", cwd=folder)
            first = first or folder
            print(said, flush=True)
    print(f"wheel demo: {len(chosen)} passed, 0 failed")


if __name__ == "__main__":
    main()
