"""Damage to the words beside and above the numbers."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from tests.typesetter.mutations.bench import (
    NOTHING,
    Bench,
    Changes,
    alike,
    label_of,
    labels,
    narrowed,
    put,
    rows_of_values,
    said,
    with_cells,
)
from tests.typesetter.plan import Kind, Plan, PlannedCell

_OTHER_CHARACTERS = dict(
    zip(
        "开请数总计办继续转结业复诉讼会织构条类关维纠",
        "開請數總計辦繼續轉結業復訴訟會織構條類關維糾",
        strict=True,
    )
)
"""Traditional characters."""
_MISREAD = dict(
    zip(
        "未已日人入大王本末申请清诉讼复议构理关信息数量现有件废止制",
        "末己曰入人太玉木未甲清请拆论夏义沟埋美倌思教星观冇什度上剖",
        strict=True,
    )
)
"""What a recogniser takes characters for."""
_REVERSED = tuple(
    (old, new)
    for old, _, new in (
        pair.partition("/")
        for pair in """
        本年/上年 上年/本年 不予/予以 予以/不予 未经/经 新收/结转 同意/不同意 不同意/同意 下年度/上年度 按时/逾期 延期/按时
        维持/纠正 纠正/维持 制发/废止 废止/制发 现行有效/已失效 当面/传真 专职/兼职 兼职/专职 行政许可/行政处罚 商业企业/工业企业
        自然人/法人 科研机构/教育机构 不属于/属于 部分/全部 无法提供/可以提供
        """.split()  # noqa: SIM905 - a word list is easier to read as one
    )
)
"""Words of labels and others of another meaning."""


def damage_label(table: Plan, bench: Bench) -> Plan | None:
    """Characters of a label lost, doubled or replaced: what is left of it, and its place, still say whose it is."""
    if not (words := labels(table)):
        return None
    cell = bench.rng.choice(words)
    characters = list(cell.text)
    for _ in range(bench.rng.randint(1, max(1, len(characters) // 3))):
        at = bench.rng.randrange(len(characters))
        characters[at] = bench.rng.choice(["", "某", "口", "□", characters[at] * 2])
    return put(table, cell, "".join(characters))


def misspell_label(table: Plan, bench: Bench) -> Plan | None:
    """Traditional characters, or such as a recogniser takes for one another."""
    if not (words := labels(table)):
        return None
    cell = bench.rng.choice(words)
    other = bench.rng.choice([_OTHER_CHARACTERS, _MISREAD])
    return put(table, cell, "".join(other.get(c, c) if bench.rng.random() < 0.6 else c for c in cell.text))


def stretch_label(table: Plan, bench: Bench) -> Plan | None:
    """A label with gaps, line ends, remarks or another number in front: it is the same label."""
    if not (words := labels(table)):
        return None
    cell = bench.rng.choice(words)
    at = bench.rng.randrange(len(cell.text) + 1)
    gap = bench.rng.choice([" ", "\n", "　", "\u200b", "（含网络）", "*", "①"])
    text = cell.text[:at] + gap + cell.text[at:]
    if bench.rng.random() < 0.3:
        text = bench.rng.choice(["1.", "（九）", "十、", "其中：", "※", "附："]) + cell.text
    return put(table, cell, text)


def lose_label(table: Plan, bench: Bench) -> Plan | None:
    """A label is gone, its cell is blank: the form's order still says whose numbers they are."""
    words = labels(table)
    return put(table, bench.rng.choice(words), "") if words else None


def repeat_label(table: Plan, bench: Bench) -> Plan | None:
    """A row's label replaced by another row's: two rows of one label, and certain is only what both print."""
    rows = [(row, label) for row in rows_of_values(table) if (label := label_of(table, row[0].row)) is not None]
    pairs = [(a, b) for a in rows for b in rows if a is not b and alike(a[0], b[0]) and a[1].text != b[1].text]
    if not pairs:
        return None
    (wrong, one), (right, other) = bench.rng.choice(pairs)
    changes: Changes = {(one.row, one.column): replace(one, text=other.text)}
    for a, b in zip(wrong, right, strict=True):
        changes[b.row, b.column] = narrowed(b, said(a))
    return with_cells(table, changes)


def reverse_label(table: Plan, bench: Bench) -> Plan | None:
    """A label that says something else by one word (last year for this year, refused for granted): its numbers are in doubt.

    Not one of two rows' alike: it would leave the other alone, and right.
    """
    rows = Counter(cell.text for cell in labels(table) if cell.kind is Kind.LABEL)
    found = [
        (cell, old, new)
        for cell in labels(table)
        if rows[cell.text] < 2
        for old, new in _REVERSED
        if old in cell.text and not (new in cell.text and len(new) > len(old))
    ]
    if not found:
        return None
    cell, old, new = bench.rng.choice(found)
    changed = put(table, cell, cell.text.replace(old, new, 1))
    named = _named_by(changed, cell)
    return with_cells(changed, {(c.row, c.column): replace(c, may=NOTHING) for c in named})


def _named_by(table: Plan, label: PlannedCell) -> list[PlannedCell]:
    """The value cells that a leaf label names: those of its row, or under it up to the next header. Of a heading none."""
    if label.kind is Kind.LABEL:
        own = label_of(table, label.row)
        named = own is not None and (own.row, own.column) == (label.row, label.column)
        return [c for c in table.row(label.row) if c.kind is Kind.VALUE] if named and label.rowspan == 1 else []
    found: list[PlannedCell] = []
    for row in range(label.row + label.rowspan, table.rows):
        over = [c for c in table.row(row) if c.kind is Kind.HEAD and c.column <= label.column < c.column + c.colspan]
        if over:
            break
        found += [c for c in table.row(row) if c.kind is Kind.VALUE and label.column <= c.column < label.column + label.colspan]
    return found if label.colspan == 1 or all(c.colspan == label.colspan for c in found) else []


def swap_headings(table: Plan, _bench: Bench) -> Plan | None:
    """The words over two groups of equal labels in each other's places (reviews and suits): their numbers go with them."""
    names = {cell.key.row for cell in table.cells if cell.key is not None}
    if table.key == "statistics" and {"review", "suit"} <= names:
        words, groups = ("四、行政复议数量", "五、行政诉讼数量"), ("review", "suit")
    elif table.key == "disputes":
        words, groups = ("未经复议直接起诉", "复议后起诉"), ("suit_direct", "suit_after_review")
    else:
        return None
    swap = {words[0]: words[1], words[1]: words[0]}
    if not swap.keys() <= {cell.text.strip() for cell in table.cells}:
        return None
    cells = []
    for cell in table.cells:
        row = cell.key.row if cell.key else ""
        mine = next((g for g in groups if row == g or row.startswith(f"{g}.")), None)
        if cell.key is not None and mine is not None:
            other = groups[1 - groups.index(mine)]
            cells.append(replace(cell, key=cell.key._replace(row=other + row[len(mine) :])))
        else:
            cells.append(replace(cell, text=swap.get(cell.text.strip(), cell.text)))
    if table.key == "statistics":  # one leaf is worded differently, so that it contradicts its heading
        odd = {"review.upheld", "suit.upheld"}
        cells = [replace(c, may=NOTHING) if c.key and c.key.row in odd else c for c in cells]
    return replace(table, cells=tuple(cells))


def exchange_words(table: Plan, bench: Bench) -> Plan | None:
    """A label's words in another order or cut to one piece of it: it names what it names if no other row is named so."""
    words = [cell for cell in labels(table) if len(cell.text) >= 6]
    if not words:
        return None
    cell = bench.rng.choice(words)
    cut = bench.rng.randint(2, len(cell.text) - 2)
    text = bench.rng.choice([cell.text[cut:] + cell.text[:cut], cell.text[:cut], cell.text[cut:]])
    return put(table, cell, text)
