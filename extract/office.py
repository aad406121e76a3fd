"""DOC, WPS, RTF, ODT and Word's flat XML: converted to DOCX by a headless LibreOffice, then read as that."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from collect.errors import EncryptedError, UnreadableError, UnsupportedError
from extract.bounds import beyond, limits
from extract.docx import read_docx
from extract.model import Document

_PROGRAMS = ("soffice", "libreoffice")
_INSTALL = "Install LibreOffice Writer (Debian: `apt install libreoffice-writer-nogui`; otherwise libreoffice.org) and try again."

_ITEM = '<item oor:path="{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
_SETTINGS = (
    ("/org.openoffice.Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("/org.openoffice.Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("/org.openoffice.Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("/org.openoffice.Office.Writer/Content/Update", "Link", "0"),
    ("/org.openoffice.Office.Common/Misc", "FirstRun", "false"),
    ("/org.openoffice.Inet/Settings", "ooInetProxyType", "2"),
    ("/org.openoffice.Inet/Settings", "ooInetHTTPProxyName", "127.0.0.1"),
    ("/org.openoffice.Inet/Settings", "ooInetHTTPProxyPort", "9"),
    ("/org.openoffice.Inet/Settings", "ooInetHTTPSProxyName", "127.0.0.1"),
    ("/org.openoffice.Inet/Settings", "ooInetHTTPSProxyPort", "9"),
    ("/org.openoffice.Inet/Settings", "ooInetNoProxy", ""),
)
_OFFLINE = ("unshare", "--map-current-user", "--net", "--")
"""Runs a program in a network of its own, which has nothing in it: of util-linux, where the kernel lets users."""
_ENDS_WITH_US = ("sh", "-c", 'exec 3<&0; { read -r _; kill -s KILL 0; } <&3 & exec "$@" </dev/null 3<&-', "sh")
"""Runs a program beside a watcher that ends the whole process group once the pipe from this process is closed: a reading
process may be ended itself, and nobody would then end what it had started."""
_NOWHERE = "http://127.0.0.1:9"
"""A proxy that is not there, for where that cannot be had: port 9 discards what it is sent, if anybody listens."""
_SAID = 100_000
"""Bytes of what the program prints that are looked at."""


def read_office(content: bytes, suffix: str, *, seconds: float | None = None) -> Document:
    """The document as ``read_docx`` gives it after LibreOffice's conversion.

    Each call has a profile of its own, so calls may run side by side. Macros, links to other files and the network are off.

    Args:
        content: The file.
        suffix: What LibreOffice shall take it for: ``doc``, ``wps``, ``rtf``, ``odt``, ``xml``.
        seconds: Time limit; the program and its children are ended after it. ``Limits.office_seconds`` by default.

    Raises:
        UnsupportedError: ``needs_libreoffice`` if it is not installed, ``unsupported.timeout`` if it took too long,
            ``unsupported.too_large`` if what it made is larger than any report.
        UnreadableError: LibreOffice could not open the file.
    """
    program = next((found for name in _PROGRAMS if (found := shutil.which(name))), None)
    if program is None:
        raise UnsupportedError(
            f"A .{suffix} file is read through LibreOffice, which is not installed.", advice=_INSTALL, code="needs_libreoffice"
        )
    with tempfile.TemporaryDirectory(prefix="nianbao-") as name:
        folder = Path(name)
        source = folder / f"document.{suffix}"
        source.write_bytes(content)
        said = _convert(program, source, folder, limits().office_seconds if seconds is None else seconds)
        converted = folder / "out" / "document.docx"
        if not converted.is_file():
            if "password" in said.lower():
                raise EncryptedError("LibreOffice asks for a password.")
            raise UnreadableError(f"LibreOffice could not open this .{suffix} file.", code="unreadable.damaged")
        if converted.stat().st_size > limits().file_bytes:
            raise beyond("file_bytes", "LibreOffice made a file of it that is larger than any report.")
        return read_docx(converted.read_bytes())


def _convert(program: str, source: Path, folder: Path, seconds: float) -> str:
    """Run the conversion in a process group of its own; what the program printed."""
    profile = folder / "profile"
    _write_settings(profile)
    command = [
        *_ENDS_WITH_US,
        *_offline(),
        program,
        f"-env:UserInstallation={profile.as_uri()}",
        "--headless",
        "--norestore",
        "--nolockcheck",
        "--nodefault",
        "--convert-to",
        "docx:MS Word 2007 XML",
        "--outdir",
        str(folder / "out"),
        str(source),
    ]
    proxies = dict.fromkeys(("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), _NOWHERE)
    environment = {**os.environ, **proxies, "no_proxy": "", "HOME": str(folder), "SAL_USE_VCLPLUGIN": "svp"}
    said = folder / "said.txt"
    with (
        said.open("w+b") as printed,
        subprocess.Popen(  # noqa: S603  # the program is found on PATH, its arguments are ours
            command,
            stdin=subprocess.PIPE,
            stdout=printed,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=environment,
            start_new_session=True,
        ) as process,
    ):
        _bound(process)
        try:
            process.wait(timeout=seconds)
        except subprocess.TimeoutExpired as error:
            message = f"LibreOffice did not finish within {seconds:g} seconds."
            raise beyond("office_seconds", message, code="unsupported.timeout", instead=_CONVERT) from error
        finally:
            _end_group(process)
        printed.seek(0)
        return printed.read(_SAID).decode("utf-8", "replace")


_CONVERT = "Open the file in LibreOffice or Word, save it as DOCX, and ingest that."


@cache
def _offline() -> tuple[str, ...]:
    """What is put before a command so that it has no network; nothing where the system does not let us."""
    if shutil.which(_OFFLINE[0]) is None:
        return ()
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        tried = subprocess.run([*_OFFLINE, "true"], capture_output=True, timeout=10, check=False)  # noqa: S603 - words of ours
        return _OFFLINE if tried.returncode == 0 else ()
    return ()


def _bound(process: subprocess.Popen[bytes]) -> None:
    """Nothing that it writes may grow without end: what it prints, what it makes of the document, what it leaves."""
    if sys.platform == "linux":
        import resource  # noqa: PLC0415 - not everywhere

        most = 2 * limits().file_bytes
        with contextlib.suppress(OSError):
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (most, most))


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """End whatever is left of the process and its children: soffice is a script that starts the real program."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def _write_settings(profile: Path) -> None:
    """Macros never run, links to other files are never followed."""
    items = "".join(_ITEM.format(path=path, name=name, value=value) for path, name, value in _SETTINGS)
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n<oor:items xmlns:oor="http://openoffice.org/2001/registry" '
        f'xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">{items}</oor:items>\n',
        "utf-8",
    )
