"""Which agencies the reports are of."""

# ruff: noqa: D301 - backslash-b is how click is told not to rewrap lines

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from collect.errors import ConfigurationError
from nianbao.commands import open_db, with_db

if TYPE_CHECKING:
    from normalize.authority.aliases import AliasFile
    from store.load import Store


@click.group()
def agencies() -> None:
    """Which agencies the reports are of: list peers, see what is undecided, settle it.

    \b
    Examples:
        nianbao agencies list --kind health --level county
        nianbao agencies undecided
        nianbao agencies settle aliases.toml
        nianbao agencies resolve 河东区教育局 --origin https://www.tjhd.gov.cn/nb.html
    """


@agencies.command("list")
@click.option("--kind", help="Kind of body, such as health; nianbao agencies kinds lists them.")
@click.option("--level", type=click.Choice(["nation", "province", "city", "county", "township"]), help="Rank.")
@click.option("--within", metavar="REGION", help="Name or code of a division, such as 宿迁市 or 321300.")
@with_db
def list_agencies(kind: str | None, level: str | None, within: str | None, db: str) -> None:
    """List agencies with the years they report on: all, or the peers asked for.

    \b
    Examples:
        nianbao agencies list --kind health --level county
        nianbao agencies list --within 宿迁市 --kind government --level county
    """
    from nianbao.show_agencies import show_agencies  # noqa: PLC0415 - see the package

    with open_db(db) as store:
        show_agencies(store, kind, level, within)


@agencies.command()
@with_db
def undecided(db: str) -> None:
    """List the printed names whose agency is undecided, why, and what they may mean.

    \b
    Examples:
        nianbao agencies undecided --db reports.sqlite
    """
    from nianbao.show_agencies import show_undecided  # noqa: PLC0415 - see the package

    with open_db(db) as store:
        show_undecided(store)


@agencies.command()
@click.argument("file", type=click.Path(path_type=Path))
@with_db
def settle(file: Path, db: str) -> None:
    """Take an alias FILE (TOML; docs/agencies.md) in the place of the one before, for the reports there are and those to come.

    \b
    Examples:
        nianbao agencies settle aliases.toml
    """
    aliases = read_alias_file(file)
    with open_db(db) as store:
        settled = use_aliases(store, aliases)
    click.echo(f"{settled} reports settled by {len(aliases.aliases)} names", err=True)


@agencies.command()
@click.argument("name")
@click.option("--year", type=int, help="Reporting year: places bore other names in other years.")
@click.option("--origin", default="", help="Path or address of the report.")
@click.option("--text", default="", help="What else the report says.")
def resolve(name: str, year: int | None, origin: str, text: str) -> int:
    """Show which agency a printed NAME means, without a database. Exit code 1 where it is undecided.

    \b
    Examples:
        nianbao agencies resolve 沭阳县发改局
        nianbao agencies resolve 河东区教育局 --origin https://www.tjhd.gov.cn/nb.html
    """
    from nianbao.show_agencies import show_resolution  # noqa: PLC0415 - see the package
    from normalize.authority.model import Evidence  # noqa: PLC0415 - see the package

    return show_resolution(Evidence(name, year, text=text, origin=origin))


@agencies.command("kinds")
def list_kinds() -> None:
    """List the kinds of bodies: key, group, usual name, and which kind took their work over.

    \b
    Examples:
        nianbao agencies kinds
    """
    from normalize.authority.bodies import kinds  # noqa: PLC0415 - see the package

    for kind in kinds().kinds.values():
        onward = f"\t-> {kind.successor} {kind.successor_year}" if kind.successor else ""
        click.echo(f"{kind.key}\t{kind.group}\t{kind.label}{onward}")


def read_alias_file(file: Path) -> AliasFile:
    """The alias file a person names; ``ConfigurationError`` where it cannot be read."""
    from normalize.authority.aliases import read_aliases  # noqa: PLC0415 - see the package

    try:
        return read_aliases(file.read_text("utf-8"), str(file))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file} cannot be read ({error}).", advice="Give a TOML file in UTF-8.") from error


def use_aliases(store: Store, aliases: AliasFile) -> int:
    """Take it in the place of the one before; gives how many reports it settles."""
    from store.agencies import use_aliases as use  # noqa: PLC0415 - see the package

    return use(store, aliases)
