"""Figures over the years: one agency's series, metrics, and agencies side by side."""

# ruff: noqa: D301 - backslash-b is how click is told not to rewrap lines

from __future__ import annotations

from pathlib import Path

import click

from collect.errors import ConfigurationError
from nianbao.commands import open_db, with_db


class _YearsType(click.ParamType):  # type: ignore[type-arg] # not generic in click before 8.3
    name = "years"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        """First and last year of ``2014-2024`` or ``2023``."""
        first, _, last = str(value).partition("-")
        try:
            years = int(first), int(last or first)
        except ValueError:
            self.fail(f"{value} is neither a year nor years such as 2014-2024.", param, ctx)
        if not 2000 <= years[0] <= years[1] <= 2100:
            self.fail(f"{value} runs from no year to a later one.", param, ctx)
        return years


_YEARS = _YearsType()
_COMMAS = str.maketrans("，、", ",,")
_KEYS = "Indicators or their groups, such as refused or disclosure, separated by commas. Default: all that have a figure."


@click.command()
@click.argument("agency")
@with_db
@click.option("--indicators", "keys", metavar="KEYS", default="", help=_KEYS)
@click.option("--years", type=_YEARS, metavar="YEARS", help="Such as 2014-2024. Default: all there are.")
@click.option("--applicants", is_flag=True, help="By kind of applicant as well.")
@click.option("--csv", "csv_file", type=click.Path(path_type=Path, dir_okay=False), help="Write a row a figure to this file.")
def series(agency: str, *, db: str, keys: str, years: tuple[int, int] | None, applicants: bool, csv_file: Path | None) -> int:
    """Show AGENCY's figures over the years, all three forms joined (docs/series.md).

    Where there is no figure, the reason stands instead. ‖ marks a year whose figure means something else than the one
    before; ? one that a failing accounting rule of its report names. Exit code 1 where the name fits no agency or several.

    \b
    Examples:
        nianbao series 宿迁市人民政府
        nianbao series 淮安市洪泽区人民政府 --indicators refused,disputes --years 2019-2024
        nianbao series 宿迁市人民政府 --applicants --csv suqian.csv
    """
    from nianbao.show_series import show_series  # noqa: PLC0415 - see the package

    wanted = tuple(part.strip() for part in keys.split(",") if part.strip())
    with open_db(db) as store:
        return show_series(store, agency, wanted, years, applicants=applicants, csv_file=csv_file)


@click.command("metrics")
def list_metrics() -> None:
    """List the metrics with their contracts: formula, least denominator, forms.

    \b
    Examples:
        nianbao metrics
    """
    from nianbao.show_series import show_metrics  # noqa: PLC0415 - see the package

    show_metrics()


@click.command()
@click.option("--metric", required=True, help="Key of a metric (nianbao metrics) or of an indicator (docs/series.md).")
@click.option("--agencies", metavar="NAMES", default="", help="Names, separated by commas.")
@click.option("--kind", help="Peers: kind of body, such as health; nianbao agencies kinds lists them.")
@click.option("--level", type=click.Choice(["nation", "province", "city", "county", "township"]), help="Peers: rank.")
@click.option("--within", metavar="REGION", help="Peers: name or code of a division, such as 宿迁市 or 321300.")
@click.option("--years", type=_YEARS, metavar="YEARS", help="Such as 2014-2024. Default: all there are.")
@click.option("--csv", "csv_file", type=click.Path(path_type=Path, dir_okay=False), help="Write a row a year to this file.")
@click.option("--chart", type=click.Path(path_type=Path, dir_okay=False), help="Draw a chart: a .png or .svg file.")
@with_db
def compare(
    *,
    metric: str,
    agencies: str,
    kind: str | None,
    level: str | None,
    within: str | None,
    years: tuple[int, int] | None,
    csv_file: Path | None,
    chart: Path | None,
    db: str,
) -> int:
    """Compare a metric of some agencies, or of a peer group, over the years.

    A rate stands with its numerator and denominator. Where a contract gives none, the reason stands instead; ‖ marks a year
    whose figure means something else than the one before. A chart draws no line over either. Exit code 1 where nothing is
    found.

    \b
    Examples:
        nianbao compare --metric disclosure_rate --agencies 宿迁市人民政府,淮安市洪泽区人民政府
        nianbao compare --metric review_correction_rate --kind government --level county --within 宿迁市 --csv peers.csv
        nianbao compare --metric received --agencies 宿迁市人民政府 --chart suqian.png
    """
    from nianbao.show_compare import Wanted, show_comparison  # noqa: PLC0415 - see the package

    names = tuple(filter(None, map(str.strip, agencies.translate(_COMMAS).split(","))))
    if bool(names) == any((kind, level, within)):
        raise ConfigurationError(
            "It is not clear whom to compare.", advice="Give either --agencies, or --kind, --level, --within."
        )
    with open_db(db) as store:
        return show_comparison(store, Wanted(metric, names, kind, level, within, years), csv_file, chart)
