"""Small grids for tests of normalize: the official tables without any document around them."""

from extract.model import Grid, GridCell, Layout, Locus
from normalize.forms import forms

ORGANISATIONS = ["商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他"]
DISPUTES = ["结果维持", "结果纠正", "其他结果", "尚未审结", "总计"]


def drawn(rows, breaks=(), layout=Layout.LATTICE):
    """A LATTICE grid from rows of cells: a text, or (text, colspan) or (text, colspan, rowspan), placed as HTML places them."""
    taken, cells = set(), []
    for r, row in enumerate(rows):
        column = 0
        for item in row:
            text, colspan, rowspan = (*item, 1, 1)[:3] if isinstance(item, tuple) else (item, 1, 1)
            while (r, column) in taken:
                column += 1
            taken |= {(r + i, column + j) for i in range(rowspan) for j in range(colspan)}
            cells.append(GridCell(r, column, text, rowspan, colspan))
            column += colspan
    return Grid(tuple(sorted(cells, key=lambda c: (c.row, c.column))), layout, breaks=breaks)


def flattened(text):
    """A SEQUENCE grid from tab-separated lines."""
    return Grid(
        tuple(
            GridCell(r, c, field, locus=Locus(r + 1, c + 1))
            for r, line in enumerate(text.split("\n"))
            for c, field in enumerate(line.split("\t"))
        ),
        Layout.SEQUENCE,
    )


def form_rows(form="2021"):
    """(key, label path) of the applications rows of a form."""
    table = next(t for t in forms()[form].tables if t.key == "applications")
    return [(row.key, row.label.path) for row in table.rows]


def header():
    """The three header rows of the applications table."""
    return [
        [("（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）", 3, 3), ("申请人情况", 7)],
        [("自然人", 1, 2), ("法人或其他组织", 5), ("总计", 1, 2)],
        ORGANISATIONS,
    ]


def applications(values, form="2021", relabel=None):
    """The official applications table as rows for ``drawn``; ``values(key)`` gives the seven printed texts of a row."""
    relabel = relabel or {}
    rows, open_groups = header(), {}
    paths = form_rows(form)
    for key, path in paths:
        row = []
        for depth, label in enumerate(path):
            last = depth == len(path) - 1
            if not last and open_groups.get(depth) == label:
                continue
            if last:
                row.append((relabel.get(key, label), 3 - depth))
            else:
                open_groups[depth] = label
                span = sum(1 for _, p in paths if len(p) > depth + 1 and p[depth] == label)
                row.append((label, 1, span))
        rows.append([*row, *values(key)])
    return rows


def numbered(key):
    """Seven different values a row, so that a slide or a swap shows: row index * 10 + column."""
    index = [k for k, _ in form_rows()].index(key)
    return [str(index * 10 + c) for c in range(7)]


def disputes(values):
    """The official disputes table as rows for ``drawn``."""
    return [
        [("行政复议", 5), ("行政诉讼", 10)],
        [*[(t, 1, 2) for t in DISPUTES], ("未经复议直接起诉", 5), ("复议后起诉", 5)],
        [*DISPUTES, *DISPUTES],
        list(values),
    ]
