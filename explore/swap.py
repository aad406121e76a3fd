"""The file of a running browser face is swapped for a newer one, as the night publishes it: by a rename over its path.

It is noticed by the next question, which is answered from the new file. Who is being answered from the former one goes on
undisturbed; a page that may have read from both is made again.
"""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor

from datasette.app import Datasette
from datasette.database import Database

from collect.errors import NianbaoError
from explore.site import Site, open_site, site_of

_LOG = logging.getLogger("nianbao.browse")
_OPENING = threading.Lock()


def renew(datasette: Datasette) -> Site:
    """The face of what lies at the path now. Where that cannot be opened, the one there was goes on, and the log says why."""
    if not site_of(datasette).is_swapped:
        return site_of(datasette)
    with _OPENING:
        former = site_of(datasette)
        if not former.is_swapped:  # somebody else was first
            return former
        try:
            site = former.reopened()
        except NianbaoError as error:
            _LOG.warning("the database was replaced by something else, and is not opened: %s", error)
            return former
        open_site(datasette, site)
        _swap_in_datasette(datasette, site)
        former.store.close()  # connections that are in use are closed when they are given back
        threading.Thread(target=site.warm, daemon=True).start()
        return site


def _swap_in_datasette(datasette: Datasette, site: Site) -> None:
    """Datasette keeps connections with its threads, by the database's name: new threads have none of the former file."""
    database = Database(datasette, path=str(site.path), is_mutable=True)
    database.name = database.route = site.database
    datasette.executor = ThreadPoolExecutor(max_workers=datasette.setting("num_sql_threads"))
    datasette.databases = {**datasette.databases, site.database: database}
