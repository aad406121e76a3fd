"""The browser face of one database: Datasette with our plugin."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from datasette.app import Datasette, DatasetteClient
from datasette.database import Database
from datasette.plugins import pm

from collect.errors import ConfigurationError
from explore import plugin
from explore.addresses import OWN
from explore.drawing import Apart, Drawings, here
from explore.kept import OfDatabase
from explore.originals import Contents, FoundOriginals
from explore.site import Site, file_id, open_site
from store.open import database_url, open_store, open_to_read
from store.overview import names, overview

_PLUGIN = "nianbao"


def application(
    db: str | Path,
    *,
    token: str | None = None,
    archive: Contents | None = None,
    patience: float = 60.0,
    apart: Apart = here,
) -> Datasette:
    """A Datasette with our pages over the database of reports at ``db``.

    Args:
        db: an SQLite file. It is brought to the present schema first, where that may be written.
        token: who knows it may write; None lets nobody.
        archive: where the bytes of documents are found that no longer lie at their origin.
        patience: seconds that a page waits for what is dear to find out, before it shows itself without.
        apart: where documents are read and drawn again.

    Raises:
        ConfigurationError: it is no SQLite file.
        StoreError: there is none, or it is something else.
    """
    path = sqlite_file(db)
    name = "reports" if path.stem in OWN or path.stem.startswith(("-", "_")) else path.stem
    site = _opened(path, name, token=token, archive=archive, patience=patience, apart=apart)
    # Else it prints every variable of the program for each wrong address.
    pm.get_plugin("datasette.handle_exception").rich = None
    if not pm.has_plugin(_PLUGIN):
        pm.register(plugin, _PLUGIN)
    metadata = {"title": "年报 Nianbao", "databases": {name: {"description": "政府信息公开工作年度报告"}}}
    settings = {"default_page_size": 100, "sql_time_limit_ms": 3000, "num_sql_threads": 3, "allow_download": True}
    datasette = Datasette([], metadata=metadata, settings=settings)
    datasette.add_database(Database(datasette, path=str(path), is_mutable=True), name=name)
    open_site(datasette, site)
    datasette.client = DatasetteClient(datasette)  # the first one was made before our addresses were known
    return datasette


def _opened(path: Path, name: str, *, token: str | None, archive: Contents | None, patience: float, apart: Apart) -> Site:
    """What the pages know of the file that lies at a path."""
    file = file_id(path)  # should it be swapped from here on, the next question notices
    open_store(path, create=False).close()
    store = open_to_read(path)
    return Site(
        store=store,
        path=path,
        database=name,
        originals=FoundOriginals(store, archive),
        drawings=Drawings(apart),
        overview=OfDatabase(path, lambda: overview(store)),
        names=OfDatabase(path, lambda: names(store)),
        patience=patience,
        token=token,
        file=file,
        reopened=partial(_opened, path, name, token=token, archive=archive, patience=patience, apart=apart),
    )


def sqlite_file(db: str | Path) -> Path:
    """The SQLite file that ``--db`` names.

    Raises:
        ConfigurationError: it names a database of another kind.
    """
    url = database_url(db)
    if not url.drivername.startswith("sqlite") or not url.database:
        raise ConfigurationError(
            "The browser face reads an SQLite file, and this is a database server.",
            advice="Give it the published file, or copy the reports into one: nianbao ingest ARCHIVE --db reports.sqlite.",
        )
    return Path(url.database)
