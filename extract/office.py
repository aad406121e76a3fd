"""DOC, WPS, RTF, ODT and Word's flat XML: converted to DOCX by a headless LibreOffice, then read as that."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from collect.errors import EncryptedError, UnreadableError, UnsupportedError
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
)


def read_office(content: bytes, suffix: str, *, seconds: float = 90) -> Document:
    """The document as ``read_docx`` gives it after LibreOffice's conversion.

    Each call has a profile of its own, so calls may run side by side. Macros and links to other files are off.

    Args:
        content: The file.
        suffix: What LibreOffice shall take it for: ``doc``, ``wps``, ``rtf``, ``odt``, ``xml``.
        seconds: Time limit; the program and its children are ended after it.

    Raises:
        UnsupportedError: ``needs_libreoffice`` if it is not installed, ``unsupported.timeout`` if it took too long.
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
        said = _convert(program, source, folder, seconds)
        converted = folder / "out" / "document.docx"
        if not converted.is_file():
            if "password" in said.lower():
                raise EncryptedError("LibreOffice asks for a password.")
            raise UnreadableError(f"LibreOffice could not open this .{suffix} file.", code="unreadable.damaged")
        return read_docx(converted.read_bytes())


def _convert(program: str, source: Path, folder: Path, seconds: float) -> str:
    """Run the conversion in a process group of its own; what the program printed."""
    profile = folder / "profile"
    _write_settings(profile)
    command = [
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
    environment = {**os.environ, "HOME": str(folder), "SAL_USE_VCLPLUGIN": "svp"}
    with subprocess.Popen(  # noqa: S603  # the program is found on PATH, its arguments are ours
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=folder,
        env=environment,
        start_new_session=True,
    ) as process:
        try:
            printed, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired as error:
            raise UnsupportedError(
                f"LibreOffice did not finish within {seconds:g} seconds.", code="unsupported.timeout"
            ) from error
        finally:
            _end_group(process)
    return printed.decode("utf-8", "replace")


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
