"""The families against local sites with their quirks: every report and nothing else."""

import pytest

from collect.sites.load import load_sites
from tests.sites import Scenario
from tests.sites.scenario import KINDS
from tests.sites.walker import harvest


@pytest.fixture(scope="module")
def served():
    with Scenario(seed=3, reports=11, others=14).serve() as running:
        yield running


@pytest.mark.parametrize("kind", [name for name, _ in KINDS])
def test_every_report_is_found_and_nothing_else(served, kind, tmp_path):
    served.write_sources(tmp_path)
    site = next(site for site in load_sites(tmp_path) if site.name == kind)
    home = harvest(site)
    expected = {each.url: each.role for each in served.expected(1) if each.site == kind}
    # The plain site lists one address that its robots file forbids; this crawler reads none, a real one must.
    found = {url: role for url, role in home.roles.items() if "/private/" not in url}
    assert found == expected
