"""The server of the browser face."""

from __future__ import annotations

import secrets
import socket
import threading
import webbrowser
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import click

from collect.errors import ConfigurationError

if TYPE_CHECKING:
    from explore.drawing import Apart

_LEAST_TOKEN = 8
_PATIENCE = 0.2


def serve(
    db: str, *, host: str, port: int, open_browser: bool, token: str | None, read_only: bool, archive: Path | None, apart: Apart
) -> None:
    """Serve until interrupted; says where, and how to sign in.

    Raises:
        ConfigurationError: Datasette is not installed, the address is taken, or there is no archive.
        StoreError: there is no such database.
    """
    if find_spec("datasette") is None:
        advice = "Install it: pip install 'nianbao[browse]'."
        raise ConfigurationError("The browser face is made with Datasette, which is not installed.", advice=advice)
    if token is not None and len(token) < _LEAST_TOKEN:
        raise ConfigurationError("The token is too short to keep anybody out.", advice=f"Give {_LEAST_TOKEN} characters or more.")
    import uvicorn  # noqa: PLC0415 - comes with Datasette

    from explore.app import application  # noqa: PLC0415 - see above
    from explore.site import site_of  # noqa: PLC0415 - see above

    chosen = None if read_only else token or secrets.token_urlsafe(18)
    datasette = application(db, token=chosen, archive=opened_archive(archive), patience=_PATIENCE, apart=apart)
    threading.Thread(target=site_of(datasette).warm, daemon=True).start()
    listening = _listening(host, port)
    address = f"http://{_shown(host)}:{listening.getsockname()[1]}/"
    click.echo(f"{address}  (Ctrl+C ends it)")
    if chosen is not None:
        click.echo(f"to review, sign in: {address}review/sign-in#token={quote(chosen)}")
    if open_browser:
        threading.Timer(0.5, webbrowser.open, (address,)).start()
    server = uvicorn.Server(uvicorn.Config(datasette.app(), log_level="warning", lifespan="on"))
    server.run(sockets=[listening])


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen()  # whoever comes from now on is kept waiting, not refused
    except OSError as error:
        listening.close()
        said = error.strerror or str(error)
        raise ConfigurationError(
            f"Nothing can listen at {host}:{port} ({said}).", advice="Give another --port or --host."
        ) from error
    return listening


def _shown(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104 - a comparison


def opened_archive(folder: Path | None) -> Any:  # noqa: ANN401 - the archive's class is loaded only where one is given
    """The archive of a crawl in a folder; None without a folder.

    Raises:
        ConfigurationError: there is none, or this version has no archives.
    """
    if folder is None:
        return None
    try:
        archives = import_module("collect.archive.archive")
    except ModuleNotFoundError as error:
        raise ConfigurationError("This version of Nianbao has no archives.", advice="Leave --archive out.") from error
    return archives.Archive.open(folder)
