"""Government sites that answer on this machine: families of content management systems with their quirks, and nights.

    with Scenario(seed=1).serve() as served:
        served.write_sources(folder)          # sources/*.toml
        ...                                   # crawl
        served.night(2)                       # one report is new, one silently revised, one vanished, one moved
        served.expected()                     # which addresses hold reports, with the truth of every cell
        served.visits()                       # every question, with its time

The agencies do not exist, and neither does any of the text.
"""

from tests.sites.scenario import Scenario

__all__ = ["Scenario"]
