"""The programs that agencies make their files with, where this machine has them: LibreOffice and Chromium."""

from __future__ import annotations

import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory


def libreoffice(content: bytes, suffix: str, target: str) -> bytes:
    """What LibreOffice converts a document to."""
    with TemporaryDirectory() as folder:
        source = Path(folder, f"document.{suffix}")
        source.write_bytes(content)
        profile = f"-env:UserInstallation=file://{folder}/profile"
        command = ["soffice", profile, "--headless", "--convert-to", target, "--outdir", folder, str(source)]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        return source.with_suffix(f".{target}").read_bytes()


def chromium(page: bytes) -> bytes:
    """What Chromium prints of a page."""
    with TemporaryDirectory() as folder:
        source, target = Path(folder, "page.html"), Path(folder, "page.pdf")
        source.write_bytes(page)
        switches = "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --no-pdf-header-footer"
        more = "--disable-component-update --disable-sync --disable-pdf-tagging"
        command = ["chromium", *switches.split(), *more.split(), f"--user-data-dir={folder}/profile"]
        subprocess.run([*command, f"--print-to-pdf={target}", source.as_uri()], check=True, capture_output=True, timeout=120)
        return target.read_bytes()
