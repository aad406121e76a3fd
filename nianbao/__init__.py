"""Nianbao: China's open-government annual reports, digitized.

>>> import nianbao
>>> report = nianbao.read("fixtures/reports/suqian-2024.pdf")
>>> report.agency, report.year, report.verdict
('宿迁市人民政府', 2024, 'verified')
>>> report["applications.new.total"]
Decimal('3525')

Importing it is cheap: what is dear to import (readers, SQLAlchemy, pandas) is imported by the first call that needs it.
Every error raised on purpose is a ``NianbaoError``, whose text says what happened and what to do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from collect.errors import ConfigurationError, NianbaoError

if TYPE_CHECKING:
    from nianbao.counts import Summary
    from nianbao.database import Database
    from nianbao.report import Report

__all__ = ["Database", "NianbaoError", "Report", "Summary", "ingest", "open", "read", "read_all"]

_LATER = {"Database": "nianbao.database", "Report": "nianbao.report", "Summary": "nianbao.counts"}
"""Public classes, and the modules that are imported once they are asked for."""


def __getattr__(name: str) -> object:
    """A public class, imported when it is first asked for."""
    if name in _LATER:
        return getattr(import_module(_LATER[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def read(source: Path | str | bytes, name: str = "") -> Report:
    """The report that a file holds. Nothing is stored.

    Args:
        source: A path, also of a document inside an archive (``2024.zip/report.pdf``), or the bytes of a document.
        name: What the document is called: last evidence for whose report it is. A path's own name by default.

    Raises:
        NianbaoError: there is no such file; it is unreadable, encrypted, unsupported or no such report; or it holds several
            reports, which ``read_all`` gives.
    """
    reports = read_all(source, name)
    if len(reports) > 1:
        held = "; ".join(f"{each.agency or 'unnamed'} {each.year or ''}".strip() for each in reports)
        raise ConfigurationError(f"This file holds {len(reports)} reports: {held}.", advice="Use nianbao.read_all.")
    return reports[0]


def read_all(source: Path | str | bytes, name: str = "") -> tuple[Report, ...]:
    """Every report that a file holds: one, or several where two years or agencies stand in one document.

    Raises:
        NianbaoError: there is no such file; or it is unreadable, encrypted, unsupported or no such report.
    """
    from nianbao.report import reports_in  # noqa: PLC0415 - `import nianbao` is to stay cheap

    return reports_in(source, name)


def ingest(
    paths: Path | str | Sequence[Path | str],
    db: Path | str,
    *,
    workers: int = 1,
    executor: str = "",
    reread: bool = False,
    limits: Mapping[str, float | str] | None = None,
    progress: Callable[[str], None] | None = None,
) -> Summary:
    """Take files, folders and archives into a database, which is made if there is none, as ``nianbao ingest`` does.

    A document that gives no report stops nothing: ``Summary.failures`` counts such by reason, and the table ``failure``
    lists them.

    Args:
        paths: What to take in: one or several paths or URLs.
        db: The database: path of an SQLite file, or an SQLAlchemy URL.
        workers: Processes that read. What crashes one costs the document that it read.
        executor: ``dask://HOST:PORT`` reads on the workers of a Dask cluster instead.
        reread: Read everything again, also what is known.
        limits: What archives may hold and what a document may cost, where that is not to be the default:
            ``{"pages": 900, "memory": "2GB"}``. docs/hostile.md lists them.
        progress: Called with the name of each document once it is done with.

    Raises:
        NianbaoError: a path does not exist, there is no document under any, there is no such limit, or the database cannot be
            written.
    """
    from collect.archives import require_documents  # noqa: PLC0415 - see read_all
    from collect.limits import limits_of  # noqa: PLC0415 - see read_all
    from nianbao import batch  # noqa: PLC0415 - see read_all
    from nianbao.workers import hired  # noqa: PLC0415 - see read_all
    from store.open import LOADING_CACHE_KIB, database_url, open_store  # noqa: PLC0415 - see read_all

    wanted = [paths] if isinstance(paths, str | Path) else list(paths)
    if not Path(database_url(db).database or "").is_file():
        require_documents(wanted)  # before a database is made
    settled = limits_of(limits or {})
    with hired(workers, executor) as crew, open_store(db, cache_kib=LOADING_CACHE_KIB) as store:
        tell = progress or (lambda _name: None)
        return batch.ingest(wanted, store, crew=crew, reread=reread, limits=settled, progress=tell)


def open(db: Path | str) -> Database:  # noqa: A001 - nianbao.open reads as gzip.open does
    """An existing database, for questions: ``with nianbao.open("reports.sqlite") as db``.

    Args:
        db: Path of an SQLite file, or an SQLAlchemy URL.

    Raises:
        NianbaoError: there is none, or it is something else.
    """
    from nianbao.database import Database  # noqa: PLC0415 - see read_all
    from store.open import open_store  # noqa: PLC0415 - see read_all

    return Database(open_store(db, create=False))
