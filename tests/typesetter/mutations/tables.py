"""Damage to whole tables: cut, stacked, nested, turned, in other places, beside tables of other years and agencies."""

from __future__ import annotations

from dataclasses import replace

from tests.typesetter.compose import AGENCIES, hybrid_tables, paper_of, random_paper, sequel
from tests.typesetter.figures import SCALES, Shape
from tests.typesetter.model import Chapter, Paper
from tests.typesetter.mutations.bench import (
    SECOND,
    Bench,
    ordered,
    rows_of_values,
    values,
    with_cells,
)
from tests.typesetter.plan import Kind, Plan, PlannedCell, plan, stack
from tests.typesetter.variations import title_lines


def _place_of(bench: Bench, name: str) -> int:
    return next(i for i, chapter in enumerate(bench.chapters) if name in chapter.tables)


def _print_beside(bench: Bench, name: str, added: str, *, before: bool = False, caption: str = "") -> None:
    """Another table printed right before or behind one, under a line of its own if there is a caption."""
    at = _place_of(bench, name)
    chapter = bench.chapters[at]
    here = chapter.tables.index(name) + (not before)
    if not caption:
        tables = (*chapter.tables[:here], added, *chapter.tables[here:])
        bench.chapters[at] = replace(chapter, tables=tables)
        return
    upper = replace(chapter, tables=chapter.tables[:here])
    new = Chapter(caption, (), (added,))
    rest = [Chapter(bench.rng.choice(["本机关情况", "本年度"]), (), chapter.tables[here:])] if chapter.tables[here:] else []
    bench.chapters[at : at + 1] = [upper, new, *rest]


def _own_table(bench: Bench) -> str:
    return bench.rng.choice(bench.own_tables())


def split_table(bench: Bench) -> bool:
    """A table printed as two, the header again over the second or not: its numbers stay what they are."""
    name = _own_table(bench)
    table = bench.tables[name]
    rows = [row[0].row for row in rows_of_values(table)]
    cuts = [row for row in rows[1:] if not any(c.row < row < c.row + c.rowspan and c.column for c in table.cells)]
    if not cuts:
        return False
    cut = bench.rng.choice(cuts)
    upper = [replace(c, rowspan=min(c.rowspan, cut - c.row)) for c in table.cells if c.row < cut]
    lower = [replace(c, row=c.row - cut) for c in table.cells if c.row >= cut]
    lower += [
        replace(c, row=0, rowspan=c.row + c.rowspan - cut, text=c.text if bench.rng.random() < 0.5 else "")
        for c in table.cells
        if c.row < cut < c.row + c.rowspan
    ]
    below = Plan(f"{table.key}.b", (), table.widths)
    if bench.rng.random() < 0.5:
        for row in range(table.header_rows):
            below = ordered(below, [*below.cells, *table.row(row)])
        lower = [replace(c, row=c.row + table.header_rows) for c in lower]
    bench.tables[name] = ordered(table, upper)
    bench.tables[f"{name}.b"] = ordered(below, [*below.cells, *lower])
    _print_beside(bench, name, f"{name}.b", caption=bench.rng.choice(["", "", "续表", "（续）"]))
    return True


def reorder_tables(bench: Bench) -> bool:
    """The tables under each other's chapter headings: what is in them says what they are."""
    own = set(bench.own_tables())
    printed = [(i, name) for i, chapter in enumerate(bench.chapters) for name in chapter.tables if name in own]
    if len(printed) < 2:
        return False
    names = [name for _, name in printed]
    bench.rng.shuffle(names)
    moved = dict(zip((name for _, name in printed), names, strict=True))
    for at, _ in printed:
        chapter = bench.chapters[at]
        bench.chapters[at] = replace(chapter, tables=tuple(moved.pop(name, name) for name in chapter.tables))
    return True


def lose_heading(bench: Bench) -> bool:
    """A chapter heading gone, damaged or another one's."""
    own = set(bench.own_tables())  # where others' tables lose their heading nothing tells that they are others'
    at = bench.rng.choice([i for i, chapter in enumerate(bench.chapters) if own.issuperset(chapter.tables)])
    text = bench.rng.choice(["", "表", bench.chapters[at].heading[:4], bench.rng.choice(bench.chapters).heading])
    bench.chapters[at] = replace(bench.chapters[at], heading=text)
    return True


def lose_table(bench: Bench) -> bool:
    """A whole table is gone: nothing is printed of it."""
    if len(bench.own_tables()) < 2:
        return False
    name = _own_table(bench)
    at = _place_of(bench, name)
    bench.chapters[at] = replace(bench.chapters[at], tables=tuple(t for t in bench.chapters[at].tables if t != name))
    return True


def repeat_table(bench: Bench) -> bool:
    """A table printed twice, the same or with some other numbers: what differs is in doubt."""
    name = _own_table(bench)
    table = bench.tables[name]
    share = bench.rng.choice([0.0, 0.05, 0.5, 1.0])
    copy = ordered(
        table,
        [
            replace(c, text=str(bench.rng.randint(0, 60)), may=None) if c.kind is Kind.VALUE and bench.rng.random() < share else c
            for c in table.cells
        ],
    )
    bench.tables[f"{name}.again"] = copy
    _print_beside(bench, name, f"{name}.again", caption=bench.rng.choice(["", "", "附表"]))
    return True


def _other_figures(bench: Bench) -> Paper:
    """A paper of the same form with figures of its own."""
    return random_paper(bench.paper.form, Shape(bench.rng.choice(SCALES)), bench.rng, tables=bench.paper.tables, prose=0)


def annex_table(bench: Bench) -> bool:
    """The same table of last year or of another agency, under a line that says so: its numbers are none of this report's."""
    return bool(_annexed(bench))


def _annexed(bench: Bench) -> str:
    """The name of the table that another year's or agency's was printed beside."""
    name = _own_table(bench)
    added = f"{name}.theirs"
    if added in bench.tables or name not in {table.key for table in bench.paper.tables}:
        return ""
    other, year = _other_figures(bench), bench.paper.year
    agencies = [each for each in AGENCIES if each != bench.paper.agency]
    theirs = bench.rng.choice(agencies)
    captions = [f"{year - 1}年", f"（{year - 1}年度）", f"{year - 1}年数据", "上年情况", "下属单位汇总", f"附：{theirs}"]
    captions += [f"{theirs}{year}年情况", f"附件：{theirs}政府信息公开情况统计表"]
    caption = bench.rng.choice(captions)
    bench.tables[added] = plan(other, name)
    bench.foreign.add(added)
    before = bench.rng.random() < 0.4
    _print_beside(bench, name, added, before=before, caption=caption)
    return name


def annex_form(bench: Bench) -> bool:
    """The table of another form, with numbers of its own, in the same report: no number changes its meaning by it."""
    form = "2014" if bench.paper.form != "2014" else bench.rng.choice(["2019", "2021"])
    other = random_paper(form, Shape(bench.rng.choice(SCALES)), bench.rng, prose=0)
    table = bench.rng.choice(other.tables)
    added = f"{table.key}.form"
    bench.tables[added] = plan(other, table.key)
    _print_beside(bench, _own_table(bench), added, caption=bench.rng.choice(["", "附表"]))
    return True


def second_report(bench: Bench) -> bool:
    """Another report behind this one, of next year or of another agency: every number is its own report's."""
    if bench.sequel is not None:
        return False
    other = _other_figures(bench)
    if bench.rng.random() < 0.5:
        other = sequel(bench.paper, other, bench.rng)
    else:
        agency = bench.rng.choice([each for each in AGENCIES if each != bench.paper.agency])
        other = paper_of(agency, bench.paper.year, other.form, other.figures, bench.rng, tables=other.tables, prose=0)
    title = "".join(title_lines(("{agency}{year}年政府信息公开工作年度报告",), other.agency, other.year))
    bench.sequel = other
    for table in other.tables:
        bench.tables[SECOND + table.key] = plan(other, table.key)
    bench.chapters.append(Chapter(title, other.preface))
    bench.chapters += [replace(chapter, tables=tuple(SECOND + name for name in chapter.tables)) for chapter in other.chapters]
    return True


def turn_table(bench: Bench) -> bool:
    """A table with rows for columns: its words still say what each number is."""
    name = _own_table(bench)
    table = bench.tables[name]
    if table.hidden:
        return False
    cells = [replace(c, row=c.column, column=c.row, rowspan=c.colspan, colspan=c.rowspan) for c in table.cells]
    bench.tables[name] = ordered(Plan(table.key, (), (1.0,) * table.rows), cells)
    return True


def stack_tables(bench: Bench) -> bool:
    """Two tables in one, with or without a row between that names the lower one."""
    pairs = [(a, b) for a, b in (("disclosure", "applications"), ("applications", "disputes"), ("disclosure", "disputes"))]
    fit = [(a, b) for a, b in pairs if a in bench.own_tables() and b in bench.own_tables()]
    if not fit:
        return False
    upper, lower = bench.rng.choice(fit)
    one, other = bench.tables[upper], bench.tables[lower]
    if one.columns > other.columns or one.hidden or other.hidden:
        return False
    heading = bench.rng.choice(["", bench.chapters[_place_of(bench, lower)].heading])
    bench.tables[lower] = replace(stack(one, heading, other), key=other.key)
    at = _place_of(bench, upper)
    bench.chapters[at] = replace(bench.chapters[at], tables=tuple(t for t in bench.chapters[at].tables if t != upper))
    return True


def nest_table(bench: Bench) -> bool:
    """A table inside a cell of another, or numbers in a table inside a value's cell: the outer words name the inner numbers."""
    name = _own_table(bench)
    table = bench.tables[name]
    if table.hidden:
        return False
    if bench.rng.random() < 0.4:
        frame = [PlannedCell(0, 0, bench.rng.choice(["", "附件", "附表"]), 1, 1), PlannedCell(0, 1, "", inner=table)]
        bench.tables[name] = ordered(Plan(table.key, (), (1.0, 9.0)), frame)
        return True
    if not values(table):  # nested before
        return False
    cell = bench.rng.choice(values(table))
    inside = [PlannedCell(0, 0, cell.text, kind=Kind.VALUE), PlannedCell(0, 1, str(bench.rng.randint(0, 40)), kind=Kind.VALUE)]
    inner = ordered(Plan("inner", (), (1.0, 1.0)), inside[: bench.rng.choice([1, 2])])
    outer = replace(cell, text=bench.rng.choice(["", str(bench.rng.randint(0, 9))]), inner=inner)
    bench.tables[name] = with_cells(table, {(cell.row, cell.column): outer})
    return True


def nest_foreign_table(bench: Bench) -> bool:
    """A small table of other numbers inside a label's or a value's cell: they are no cells of the form."""
    name = _own_table(bench)
    table = bench.tables[name]
    if table.hidden:
        return False
    other = _other_figures(bench)
    whole = plan(other, bench.rng.choice([t.key for t in other.tables]))
    keyless = ordered(whole, [replace(c, key=None) for c in whole.cells])
    cell = bench.rng.choice([each for each in table.cells if each.inner is None])
    bench.tables[name] = with_cells(table, {(cell.row, cell.column): replace(cell, inner=keyless)})
    return True


def mix_forms(bench: Bench) -> bool:
    """The application table as another form has it, with its own rows: each number is that form's cell."""
    if bench.paper.form == "2014" or "applications" not in bench.own_tables():
        return False
    tables = hybrid_tables() if bench.paper.form == "2021" else None
    if tables is None:
        return False
    other = random_paper("2021", Shape(bench.rng.choice(SCALES)), bench.rng, tables=tables, prose=0)
    bench.tables["applications"] = plan(other, "applications")
    return True


def rename_table(bench: Bench) -> bool:
    """Names of the chapters taken from another year or agency by mistake: the tables are this report's all the same."""
    own = set(bench.own_tables())
    tables = [i for i, chapter in enumerate(bench.chapters) if own & set(chapter.tables)]
    if not tables:
        return False
    at = bench.rng.choice(tables)
    chapter = bench.chapters[at]
    text = bench.rng.choice([f"{chapter.heading}表", f"表{at}", f"{bench.paper.year}年{chapter.heading[2:]}"])
    bench.chapters[at] = replace(chapter, heading=text)
    return True


def replace_by_theirs(bench: Bench) -> bool:
    """Of this report a table is gone, and last year's or another agency's stands in its place, under a line that says so."""
    name = _annexed(bench)
    if not name:
        return False
    for at, chapter in enumerate(bench.chapters):
        bench.chapters[at] = replace(chapter, tables=tuple(t for t in chapter.tables if t != name))
    return True
