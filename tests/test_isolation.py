"""A document may crash, hang or exhaust the process that reads it. It costs itself, named, and nothing beside it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import psutil
import pytest

from collect.errors import ConfigurationError, EncryptedError, UnreadableError
from collect.limits import DEFAULT_LIMITS, GIGABYTE, MEGABYTE, Limits, limits_of
from collect.model import Source
from extract import office
from extract.bounds import within
from extract.office import read_office
from nianbao.pool import ReaderDiedError, ReaderPool
from nianbao.reading import Outcome
from nianbao.workers import hired, outcomes
from tests import jobs
from tests.row_reader import with_rows

ROOT = Path(__file__).parent.parent
TIGHT = Limits(seconds=0.6, memory=2 * GIGABYTE)


def read(contents: Sequence[str]) -> list[Outcome]:
    """What a reading process makes of documents that say what becomes of them."""
    sources = [Source(f"{number}.txt", content.encode()) for number, content in enumerate(contents)]
    with hired(1) as crew:
        return [outcome for _, outcome in outcomes(sources, with_rows(), crew, limits=TIGHT)]


CRASHES = (
    ("segfault", "crashed", "SIGSEGV"),
    ("abort", "crashed", "SIGABRT"),
    ("overflow", "crashed", "SIGSEGV"),
    ("exit", "crashed", "exit code 3"),
    ("quit", "internal", "SystemExit: a library that thinks it is the program"),
    ("die", "memory", "killed twice"),
    ("eat", "memory", "more memory than a document may take"),
    ("stick", "timeout", "cannot be interrupted"),
    ("spin", "timeout", "cannot be interrupted"),
    ("hang", "timeout", "was given up"),
)


def test_what_kills_its_process_costs_itself_and_nothing_beside_it() -> None:
    """One run over all ways to die, good documents between; a good one stands before and behind each in its parcel."""
    contents = [word for at, (crash, _, _) in enumerate(CRASHES) for word in (f"verified {at}", crash, f"verified {at}b")]
    found = read(contents)
    assert len(found) == len(contents)
    for at, (crash, reason, said) in enumerate(CRASHES):
        before, lost, after = found[3 * at : 3 * at + 3]
        assert (before.failure, after.failure, len(before.reports), len(after.reports)) == (None, None, 1, 1), crash
        assert lost.failure is not None
        assert (lost.failure.reason, lost.sha256) == (reason, Source("", crash.encode()).sha256), crash
        assert said in lost.failure.message
        assert not lost.reports


def test_the_place_where_it_crashed_is_known() -> None:
    (crash,) = read(["segfault"])
    assert crash.failure is not None
    assert "Segmentation fault" in crash.failure.trace
    assert "scripted_reader.py" in crash.failure.trace


def test_what_was_read_before_a_crash_is_not_read_again() -> None:
    """The pieces that a task gave before its process died are kept, and the process is known by how it died."""
    with ReaderPool(1) as pool:
        with pytest.raises(ReaderDiedError) as died:
            pool.submit(jobs.count_and_die, 3).result()
        assert (died.value.given, died.value.is_killed, died.value.is_late) == ([0, 1, 2], True, False)
        assert pool.submit(jobs.count, 3).result() == [0, 1, 2]


def test_one_that_was_killed_from_outside_is_tried_once_more(tmp_path: Path) -> None:
    sources = [Source(f"{number}", str(tmp_path).encode()) for number in range(3)]
    with hired(1) as crew:
        found = [outcome for _, outcome in outcomes(sources, with_rows(jobs.killed_the_first_time), crew)]
    assert [outcome.failure for outcome in found] == [None] * 3
    assert len(list(tmp_path.iterdir())) == 3


def test_a_process_that_held_much_memory_is_replaced() -> None:
    with ReaderPool(1, worn=400 * MEGABYTE) as pool:
        first = pool.submit(jobs.identify).result()
        assert pool.submit(jobs.identify).result() == first
        assert pool.submit(jobs.hold, 500 * MEGABYTE).result() == first[0]
        assert pool.submit(jobs.identify).result() != first


def test_what_a_killed_reader_left_behind_goes_away() -> None:
    """Temporary files, and core dumps there are none."""
    with ReaderPool(1) as pool:
        folder, core = pool.submit(jobs.leave_a_file).result()
        assert Path(folder).parent == Path(tempfile.gettempdir())
        assert core == 0
        with pytest.raises(ReaderDiedError):
            pool.submit(jobs.die).result()
        assert pool.submit(jobs.identify).result()
        assert not Path(folder).exists()


UNGUARDED = """
import sys, nianbao
summary = nianbao.ingest(sys.argv[1], sys.argv[2])
print(summary.documents, dict(summary.verdicts), dict(summary.failures))
"""


def test_a_script_without_a_guard_runs_once(tmp_path: Path) -> None:
    """multiprocessing would have every reading process run it anew: see ``nianbao.pool``."""
    script = tmp_path / "script.py"
    script.write_text(UNGUARDED)
    command = [sys.executable, script, ROOT / "fixtures" / "reports" / "hedong-2021.txt", tmp_path / "a.sqlite"]
    found = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert (found.stdout, found.stderr) == ("1 {'verified': 1} {}\n", "")


HANGING = """#!/bin/sh
sleep 600 &
echo $! >> {marks}
sleep 600 &
echo $! >> {marks}
wait
"""


@pytest.mark.parametrize("limits", [Limits(office_seconds=0.5), Limits(seconds=0.5)], ids=["its own limit", "the document's"])
def test_libreoffice_that_hangs_is_ended_with_its_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limits: Limits
) -> None:
    """Whoever's limit it is, no process is left and the next document is read."""
    marks = tmp_path / "marks"
    script = tmp_path / "soffice"
    script.write_text(HANGING.format(marks=marks))
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    rtf = b"{\\rtf1 x\\par}"
    found = [outcome for _, outcome in outcomes([Source("a.rtf", rtf)], with_rows(jobs.really), limits=limits)]
    assert [outcome.failure and outcome.failure.reason for outcome in found] == [
        "unsupported.timeout" if limits.seconds > 1 else "timeout"
    ]
    assert len(marks.read_text().split()) == 2
    for number in map(int, marks.read_text().split()):
        assert _is_gone(number)


def test_libreoffice_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    """A reading process that is killed cannot end what it has started."""
    marks = tmp_path / "marks"
    script = tmp_path / "soffice"
    script.write_text(HANGING.format(marks=marks))
    script.chmod(0o755)
    code = "import sys; from extract.office import read_office; read_office(b'{\\\\rtf1 x}', 'rtf')"
    environment = {**os.environ, "PATH": f"{tmp_path}:/usr/bin:/bin", "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)}
    with subprocess.Popen([sys.executable, "-c", code], env=environment, stderr=subprocess.DEVNULL) as reader:
        while not marks.exists() or len(marks.read_text().split()) < 2:
            assert reader.poll() is None
        reader.kill()
    for number in map(int, marks.read_text().split()):
        assert _is_gone(number)


REACHING = """#!/bin/sh
env > {said}
{python} -c 'import socket; socket.create_connection(("127.0.0.1", {port}), 5)' && echo reached >> {said}
"""


def test_libreoffice_has_no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system gives users networks of their own, nothing is reached; elsewhere a proxy that is not there is named."""
    said, script = tmp_path / "said", tmp_path / "soffice"
    with socket.create_server(("127.0.0.1", 0)) as server:
        script.write_text(REACHING.format(said=said, python=sys.executable, port=server.getsockname()[1]))
        script.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
        with pytest.raises(UnreadableError):
            read_office(b"{\\rtf1}", "rtf")
    found = said.read_text().splitlines()
    assert "https_proxy=http://127.0.0.1:9" in found
    assert ("reached" not in found) or not office._offline()


def _is_gone(number: int) -> bool:
    """Whether a process has ended, or does within ten seconds."""
    try:
        process = psutil.Process(number)
        process.wait(10)
    except psutil.NoSuchProcess:
        return True
    except psutil.TimeoutExpired:
        return process.status() == psutil.STATUS_ZOMBIE
    return True


@pytest.mark.parametrize(
    ("settings", "changed"),
    [
        ({}, DEFAULT_LIMITS),
        ({"pages": 900, "memory": "2GB"}, Limits(pages=900, memory=2 * GIGABYTE)),
        ({"seconds": "1.5", "file_bytes": "64 mb", "members": "3K"}, Limits(seconds=1.5, file_bytes=64 * MEGABYTE, members=3072)),
    ],
)
def test_limits_are_written_as_people_write_them(settings: dict[str, object], changed: Limits) -> None:
    assert limits_of(settings) == changed


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"page": 3}, "There is no limit page. There are file_bytes, "),
        ({"pages": "many"}, "The limit pages cannot be many. Give a number above 0"),
        ({"pages": 0}, "The limit pages cannot be 0."),
        ({"memory": "-2GB"}, "The limit memory cannot be -2GB."),
    ],
)
def test_limits_that_are_none_are_told(settings: dict[str, object], said: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        limits_of(settings)
    assert str(raised.value).startswith(said)


def test_what_is_printed_on_the_way_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """LibreOffice that prints without an end fills neither memory nor disk."""
    script = tmp_path / "soffice"
    script.write_text("#!/bin/sh\nsleep 0.3\nwhile true; do echo password; done\n")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with within(Limits(file_bytes=MEGABYTE, office_seconds=20)), pytest.raises(EncryptedError, match="password"):
        read_office(b"{\\rtf1}", "rtf")
