"""`nianbao continuity`: how years follow each other, in the terminal."""

from __future__ import annotations

from collections.abc import Sequence

import click
from rich.table import Table
from rich.text import Text

from nianbao.show import clean, plain_table, say
from normalize.continuity.levels import Coverage
from normalize.continuity.model import Kind, Outcome, kind_of
from normalize.continuity.rules import rule_set
from store.continuity_query import AgencyYears, Break, LevelLine, YearLine, standing, years_of
from store.load import Store
from store.values import figure_text

NOT_FOUND = 1
_AGENCIES_SHOWN = 20
_STYLES = {
    Kind.HOLDS: "green",
    Kind.NOT_ASSESSABLE: "dim",
    Kind.DOUBT: "yellow",
    Kind.EXPLAINED: "cyan",
    Kind.BREAK: "red",
}
_HEADINGS = {
    "continuity.carry_over": "carry-over 结转",
    "continuity.in_force": "in force 现行有效",
    "continuity.items": "items 项目",
    "continuity.magnitude": "size 数量级",
}
"""What a year's line shows; ``items_negative`` shows among the breaks."""


def show_continuity(store: Store) -> None:
    """Print the outcomes of the whole store by rule and class, and the sums over jurisdictions."""
    found = standing(store)
    table = plain_table("各年衔接 from year to year")
    for name in ("rule", "standing", "class"):
        table.add_column(name)
    table.add_column("outcomes", justify="right")
    for rule in dict.fromkeys(part.rule for part in rule_set().parts):
        for outcome in Outcome:
            count = found.outcomes[rule, outcome]
            if count:
                kind = kind_of(outcome)
                table.add_row(rule, Text(kind, _STYLES[kind]), outcome.value, f"{count}")
    say(table)
    if found.levels:
        levels = plain_table("各级汇总 across levels")
        levels.add_column("outcome")
        levels.add_column("sums", justify="right")
        for coverage in Coverage:
            if found.levels[coverage]:
                levels.add_row(coverage.value, f"{found.levels[coverage]}")
        say(levels)
    click.echo(f"{found.reports} reports in chains, {found.unchained} in none (agency or year undecided)")


def show_years(store: Store, agency: str) -> int:
    """Print the years of each agency of that name with their breaks; gives the exit code."""
    chains, matching = years_of(store, agency, _AGENCIES_SHOWN)
    if not chains:
        click.echo(f"There is no agency {clean(agency)} whose years are known.", err=True)
        return NOT_FOUND
    for chain in chains:
        say(_chain_table(chain))
        if chain.breaks:
            say(_break_table(chain.breaks))
        if chain.levels:
            say(_level_table(chain.levels))
    if matching > len(chains):
        click.echo(f"{matching - len(chains)} more agencies; give more of the name.", err=True)
    return 0


def _chain_table(chain: AgencyYears) -> Table:
    table = plain_table(clean(chain.name))
    for heading in ("year", "form", "scope", "follows"):
        table.add_column(heading)
    for heading in ("上年结转 in", "结转下年 out"):
        table.add_column(heading, justify="right")
    for heading in _HEADINGS.values():
        table.add_column(heading, overflow="fold")
    for year in chain.years:
        figures = ("" if each is None else figure_text(each) for each in (year.carried_in, year.carried_out))
        table.add_row(f"{year.year}", year.form or "prose", year.scope or "", year.link, *figures, *_outcomes(year))
    return table


def _outcomes(year: YearLine) -> Sequence[Text]:
    return [Text(" ".join(outcomes), _STYLES[kind_of(outcomes[0])]) for rule, outcomes in year.outcomes if rule in _HEADINGS]


def _break_table(breaks: Sequence[Break]) -> Table:
    table = plain_table()
    for heading in ("year", "rule", "part", "class", "说明"):
        table.add_column(heading, overflow="fold")
    for each in breaks:
        style = _STYLES[kind_of(each.outcome)]
        table.add_row(f"{each.year}", each.rule, each.part, Text(each.outcome, style), clean(each.message))
    return table


def _level_table(sums: Sequence[LevelLine]) -> Table:
    table = plain_table("本行政区域与各部门之和 jurisdiction and its agencies")
    for heading in ("year", "cell", "jurisdiction", "sum", "covers", "outcome"):
        table.add_column(heading)
    for each in sums:
        figures = (figure_text(each.whole), figure_text(each.parts), f"{each.counted} of {each.expected}")
        style = "red" if each.outcome is Coverage.EXCEEDED else ""
        table.add_row(f"{each.year}", each.cell, *figures, Text(each.outcome, style))
    return table
