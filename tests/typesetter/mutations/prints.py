"""Damage to how a number is printed: cut, marked, spelt in other ways, damaged in its characters."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import regex

from normalize.forms import form_cells
from tests.typesetter.mutations.bench import BLANK, NOTHING, Bench, Says, numbers, put, said, values, with_cells
from tests.typesetter.plan import Plan, PlannedCell

_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
_LOOKALIKES = ("OlS", "oI5", "〇Ⅰ５", "Ol5", "０ⅼS", "口丨5")
_PLAIN = regex.compile(r"(?:0|[1-9][0-9]*|[1-9][0-9]{0,2}(?:,[0-9]{3})+)(?:\.[0-9]+)?个?")
_CHINESE = "零一二三四五六七八九"


def plainly(text: str) -> Says:
    """What a print says that is a number in the plainest way; nothing certain otherwise."""
    if not text:
        return BLANK
    return _one(text.rstrip("个").replace(",", "")) if _PLAIN.fullmatch(text) else NOTHING


def _unit(bench: Bench, cell: PlannedCell) -> str:
    wanted = form_cells().get((bench.paper.form, cell.key)) if cell.key else None
    return wanted.unit if wanted else ""


def _one(value: str) -> Says:
    return frozenset({Decimal(value)})


def split_number(table: Plan, bench: Bench) -> Plan | None:
    """A number with a gap, a line's end or a thousands sign in it: it may be read whole, never in part."""
    cells = [cell for cell in numbers(table) if len(cell.text) > 1]
    if not cells:
        return None
    cell = bench.rng.choice(cells)
    at = bench.rng.randint(1, len(cell.text) - 1)
    gap = bench.rng.choice([" ", "\n", "\u3000", "\u00a0", "  ", ",", "，", "\u200b", "\u2009", "."])
    text = cell.text[:at] + gap + cell.text[at:]
    return put(table, cell, text, plainly(text) if gap == "." else said(cell))


def replace_digit(table: Plan, bench: Bench) -> Plan | None:
    """Digits typed as letters that look like them."""
    cells = [cell for cell in numbers(table) if any(digit in cell.text for digit in "015")]
    if not cells:
        return None
    cell = bench.rng.choice(cells)
    text = cell.text.translate(str.maketrans("015", bench.rng.choice(_LOOKALIKES)))
    return put(table, cell, text, said(cell))


def mark_number(table: Plan, bench: Bench) -> Plan | None:
    """A footnote mark behind a number, raised or glued to it."""
    cells = numbers(table)
    if not cells:
        return None
    cell = bench.rng.choice(cells)
    if "raised" in bench.shows and bench.rng.random() < 0.5:
        mark = bench.rng.choice(["1", "2", "①", "*", "注1", "[1]", "(2)"])
        return with_cells(table, {(cell.row, cell.column): replace(cell, mark=mark, may=said(cell))})
    mark = bench.rng.choice(["①", "*", "注1", "[1]", "(1)", "¹", "²", "※", "★", "（注）", "#"])
    return put(table, cell, cell.text + mark, said(cell))


def remark_number(table: Plan, bench: Bench) -> Plan | None:
    """A number with a remark beside it: the number is what it says first; about right is not certain."""
    cells = numbers(table)
    if not cells:
        return None
    cell = bench.rng.choice(cells)
    n, other = cell.text, str(bench.rng.randint(1, 30))
    plain = [
        f"{n}（含上年{other}）",
        f"{n}（其中网络{other}件）",
        f"共{n}",
        f"{n}\n（其中修订{other}件）",
        f"（{n}）",
        f"{n}（不含{other}）",
    ]
    vague = [f"约{n}", f"{n}余", f"{n}多", f"{n}左右", f"{n}以上", f"{n}%", f"{n}?", f"<{n}"]
    vague += [f"{n}{sign}{other}" for sign in "/-+～"] + [f"{n}({other})"]
    text = bench.rng.choice(plain + vague)
    return put(table, cell, text, said(cell) if text in plain else NOTHING)


def unit_beside_number(table: Plan, bench: Bench) -> Plan | None:
    """A unit in the cell: it says what the number counts, or that it counts something else."""
    cells = numbers(table)
    if not cells:
        return None
    cell = bench.rng.choice(cells)
    number, money = Decimal(cell.text), _unit(bench, cell) == "万元"
    of_counts = {"件": number, "条": number, "个": number, "万": number * 10000, "元": None, "万元": None, "百": None, "千": None}
    of_money = {"元": number / 10000, "万元": number, "亿元": number * 10000, "件": None, "万": None, "美元": None}
    unit, value = bench.rng.choice(list((of_money if money else of_counts).items()))
    gap = bench.rng.choice(["", "", " "])
    return put(table, cell, cell.text + gap + unit, NOTHING if value is None else frozenset({value}))


def spell_number(table: Plan, bench: Bench) -> Plan | None:
    """A number spelt in another way: full-width, with signs, zeros, fractions, in Chinese."""
    cells = numbers(table)
    if not cells:
        return None
    cell = bench.rng.choice(cells)
    n, value = cell.text, said(cell)
    ways: dict[str, Says] = {
        n.translate(_FULL_WIDTH): value,
        f"{n}.0": value,
        f"{n}.": value,
        f"0{n}": value,
        f"+{n}": value,
        f"-{n}": _one(f"-{n}"),
        f"{n}.5": _one(f"{n}.5"),
        f"{n}，": value,
        f"{n}、": value,
        f"'{n}": value,
        f"\u200b{n}\ufeff": value,
        f"{n}。": value,
        "".join(_CHINESE[int(digit)] for digit in n): value,
        f"第{n}": NOTHING,
        f"{n}e2": NOTHING,
    }
    text = bench.rng.choice(list(ways))
    return put(table, cell, text, ways[text])


def exchange_nothings(table: Plan, bench: Bench) -> Plan | None:
    """Blanks, zeros and dashes in each other's places: each is what it is."""
    cells = [cell for cell in values(table) if cell.text.strip() in {"", "0"} and cell.may != NOTHING]
    if not cells:
        return None
    changed = table
    for cell in bench.rng.sample(cells, min(len(cells), bench.rng.choice([1, 1, 2, 5]))):
        said_so = {
            "": BLANK,
            "0": _one("0"),
            "/": BLANK,
            "—": BLANK,
            "无": BLANK,
            "-": BLANK,
            "零": _one("0"),
            "\u3000": BLANK,
            "／": BLANK,
        }
        text = bench.rng.choice([each for each in said_so if each != cell.text])
        changed = put(changed, cell, text, said_so[text])
    return changed


def scramble_number(table: Plan, bench: Bench) -> Plan | None:
    """A character of a number lost, doubled or put in: another number is read as printed, anything else not for certain."""
    cells = numbers(table)
    if not cells:
        return None
    cell = bench.rng.choice(cells)
    at = bench.rng.randrange(len(cell.text))
    digit = cell.text[at]
    new = bench.rng.choice(["", digit * 2, digit + bench.rng.choice("0123456789.,x个-一"), bench.rng.choice("0123456789口某")])
    text = cell.text[:at] + new + cell.text[at + 1 :]
    return put(table, cell, text, plainly(text))
