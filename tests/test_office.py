"""Old Word formats through LibreOffice. The program itself is played by a small script."""

from __future__ import annotations

import io
import shutil
import time
from pathlib import Path

import docx
import pytest

from collect.errors import EncryptedError, UnreadableError, UnsupportedError
from extract.model import Grid, Line
from extract.office import read_office

TAKES_OUTDIR = """#!/bin/sh
while [ $# -gt 1 ]; do [ "$1" = --outdir ] && out=$2; shift; done
"""


def install(folder: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    """Put a script on PATH as the only LibreOffice."""
    script = folder / "soffice"
    script.write_text(TAKES_OUTDIR + body, "utf-8")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def document() -> bytes:
    paper = docx.Document()
    paper.add_paragraph("甲县2023年年度报告")
    table = paper.add_table(2, 2)
    for cell, text in zip((c for row in table.rows for c in row.cells), ("规章", "1", "文件", "2"), strict=True):
        cell.text = text
    buffer = io.BytesIO()
    paper.save(buffer)
    return buffer.getvalue()


def test_reads_what_the_program_converted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ready.docx").write_bytes(document())
    install(tmp_path, monkeypatch, f'mkdir -p "$out"; cp {tmp_path}/ready.docx "$out/document.docx"\n')
    blocks = read_office(b"anything", "doc").blocks
    assert [b.text for b in blocks if isinstance(b, Line)] == ["甲县2023年年度报告"]
    assert [c.text for b in blocks if isinstance(b, Grid) for c in b.cells] == ["规章", "1", "文件", "2"]


def test_without_the_program_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UnsupportedError) as caught:
        read_office(b"anything", "wps")
    assert caught.value.reason == "needs_libreoffice"
    assert "Install LibreOffice" in caught.value.advice


def test_a_program_that_hangs_is_ended_with_its_children(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, monkeypatch, f"sleep 600 & echo $! > {tmp_path}/child; wait\n")
    with pytest.raises(UnsupportedError) as caught:
        read_office(b"anything", "doc", seconds=0.5)
    assert caught.value.reason == "unsupported.timeout"
    child = int((tmp_path / "child").read_text())
    patience = time.monotonic() + 30  # the signal is sent; a crowded machine takes its time to deliver it
    while not _has_ended(child) and time.monotonic() < patience:
        time.sleep(0.02)
    assert _has_ended(child)


def _has_ended(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] in {"Z", "X"}
    except (FileNotFoundError, ProcessLookupError):
        return True


@pytest.mark.parametrize(
    ("body", "error"),
    [("echo 'Error: source file could not be loaded'\n", UnreadableError), ("echo 'needs a Password'\n", EncryptedError)],
)
def test_a_file_the_program_cannot_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, error: type[Exception]
) -> None:
    install(tmp_path, monkeypatch, body)
    with pytest.raises(error):
        read_office(b"anything", "doc")


def test_the_real_program_where_there_is_one() -> None:
    row = b"\\trowd\\cellx2000\\cellx4000 %b\\cell %b\\cell\\row"
    rtf = b"{\\rtf1\\ansi\\ansicpg936 Report 2023\\par" + row % (b"rules", b"7") + row % (b"other", b"0") + b"\\pard end\\par}"
    if shutil.which("soffice") is None:
        with pytest.raises(UnsupportedError):
            read_office(rtf, "rtf")
        return
    blocks = read_office(rtf, "rtf").blocks
    assert [c.text for b in blocks if isinstance(b, Grid) for c in b.cells] == ["rules", "7", "other", "0"]
