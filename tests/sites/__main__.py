"""Serve a scenario to a program that runs elsewhere: ``python -m tests.sites FOLDER`` writes the sources there and answers.

A line on standard input with a number goes on to that night; the end of the input ends the sites.
"""

import argparse
import sys
from pathlib import Path

from tests.sites.scenario import KINDS, Scenario


def main() -> None:
    """Answer until the input ends."""
    asked = argparse.ArgumentParser(prog="python -m tests.sites", description=__doc__.partition("\n")[0])
    asked.add_argument("folder", type=Path, help="where sources/*.toml are written")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--sites", type=int, default=len(KINDS), help="how many, the kinds by turns")
    asked.add_argument("--reports", type=int, default=8, help="a site")
    asked.add_argument("--others", type=int, default=8, help="near misses and other pages a site")
    asked.add_argument("--crawl-delay", type=float, default=0.0)
    wish = asked.parse_args()
    kinds = tuple(KINDS[number % len(KINDS)][0] for number in range(wish.sites))
    scenario = Scenario(wish.seed, kinds, wish.reports, wish.others, wish.crawl_delay)
    with scenario.serve() as served:
        served.write_sources(wish.folder)
        sys.stdout.write(
            "".join(f"{name} {layout.base}{layout.column}{layout.fragment}\n" for name, layout in served.layouts.items())
        )
        sys.stdout.flush()
        for line in sys.stdin:
            if line.strip().isdigit():
                served.night(int(line))
                sys.stdout.write(f"night {line.strip()}\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main()
