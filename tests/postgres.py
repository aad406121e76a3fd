"""A real PostgreSQL server for tests: its own data folder, a loopback port, gone with the test session."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

_DEBIAN = Path("/usr/lib/postgresql")
SETTINGS = ("fsync=off", "full_page_writes=off", "unix_socket_directories=", "shared_buffers=64MB")


def _program(name):
    newest = sorted(_DEBIAN.glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]), reverse=True)
    return str(newest[0]) if newest else shutil.which(name)


def missing():
    """What is missing for a server; empty if nothing is."""
    if _program("initdb") is None or _program("postgres") is None:
        return "PostgreSQL is not installed (Debian: apt-get install postgresql)"
    try:
        import psycopg  # noqa: F401, PLC0415
    except ImportError:
        return "psycopg is not installed (pip install 'nianbao[postgres]')"
    return ""


def require():
    """Skip where there is no server to start; in CI that is a failure."""
    reason = missing()
    if reason and os.environ.get("CI") == "true":
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)


class Server:
    """A server that can be stopped and started."""

    def __init__(self):
        # Not in pytest's folder: another session closes that to the user the server runs as.
        self._folder = Path(tempfile.mkdtemp(prefix="nianbao-postgres-"))
        self._data = self._folder / "data"
        self._user = _unprivileged()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self._process = None
        if self._user is not None:
            os.chown(self._folder, self._user.pw_uid, self._user.pw_gid)
        self._run("initdb", "-D", self._data, "-U", "nianbao", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        self.start()

    def _as_user(self):
        return {} if self._user is None else {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []}

    def _run(self, name, *arguments):
        command = [_program(name), *map(str, arguments)]
        subprocess.run(command, check=True, capture_output=True, cwd=self._folder, **self._as_user())

    def start(self):
        options = [part for setting in SETTINGS for part in ("-c", setting)]
        command = [_program("postgres"), "-D", str(self._data), "-p", str(self._port), "-h", "127.0.0.1", *options]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self._folder, **self._as_user())
        for _ in range(200):
            if self._process.poll() is not None:
                raise RuntimeError((self._folder / "log").read_text())
            try:
                create_engine(self.url("postgres")).connect().close()
            except Exception:
                time.sleep(0.05)
            else:
                return
        raise RuntimeError("the server does not answer")

    def is_running(self):
        return self._process.poll() is None

    def close(self):
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def stop(self):
        """At once, as a crash would."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(20)

    def url(self, database):
        return f"postgresql+psycopg://nianbao@127.0.0.1:{self._port}/{database}"

    def new_database(self, name):
        engine = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
        return self.url(name)


def _unprivileged():
    """The user to run the server as; None for the present one. PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    return None
