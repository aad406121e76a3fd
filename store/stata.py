"""Stata's .dta: a variable a column, with labels, and a list of the variables' names beside it.

Names are at most 32 characters long, as Stata wants them: dots become underscores, and the words of a longer name are cut, the
longest first, until it fits. Names that would then be the same end in digits of the full name's SHA-256. So a name depends on
the columns alone, and the list beside the file (``panel.names.csv`` for ``panel.dta``) leads back to ``table.row.column``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

import regex

from store.labels import labelled
from store.writers import Kind, OutputColumn, Record, write_csv

NAME_LENGTH = 32
LABEL_LENGTH = 80
_DIGITS = 5
_LONG_TEXT = 2045
"""Bytes of a fixed string; longer texts are strL."""
_RESERVED = frozenset(
    {
        *("byte", "class", "continue", "default", "do", "double", "else", "end", "enum", "export", "external", "float", "for"),
        *("function", "global", "goto", "if", "in", "inline", "int", "local", "long", "matrix", "namespace", "new", "numeric"),
        *("private", "protected", "public", "quad", "real", "return", "scalar", "short", "static", "strL", "string", "struct"),
        *("super", "switch", "template", "this", "throw", "try", "typename", "union", "unsigned", "using", "vector", "version"),
        *("virtual", "void", "volatile", "while", "with"),
    }
)
"""Words that Stata or Mata keep for themselves and that a column might have."""

Language = Literal["zh", "en"]
"""Of the variables' labels."""


def names_path(output: Path) -> Path:
    """Where the list of names of a .dta file is written."""
    return output.with_suffix(".names.csv")


def variable_names(names: Sequence[str]) -> dict[str, str]:
    """The variable of each column; all differ."""
    short = {name: _shortened(name) for name in names}
    often = Counter(made.lower() for made in short.values())
    return {name: _told_apart(name, made) if often[made.lower()] > 1 else made for name, made in short.items()}


def _shortened(name: str) -> str:
    words = regex.split(r"[^A-Za-z0-9]+", name)
    while len("_".join(words)) > NAME_LENGTH:
        longest = max(range(len(words)), key=lambda place: (len(words[place]), -place))
        words[longest] = words[longest][:-1]
    made = "_".join(words)
    return f"_{made}"[:NAME_LENGTH] if made in _RESERVED or not regex.match(r"[A-Za-z_]", made) else made


def _told_apart(name: str, made: str) -> str:
    return f"{made[: NAME_LENGTH - _DIGITS - 1]}_{sha256(name.encode()).hexdigest()[:_DIGITS]}"


def write_stata(
    path: Path,
    columns: Sequence[OutputColumn],
    batches: Iterable[Sequence[Record]],
    *,
    language: Language = "zh",
    title: str = "",
) -> int:
    """Stata 14 and later (format 118). The whole table is in memory once.

    Numbers are doubles and ``.`` where there is none. Names of a fixed list (verdict, form, ...) are numbers with value labels,
    ``.`` where there is none. Text has no missing value in Stata: it is empty.
    """
    import pandas as pd  # noqa: PLC0415 - slow to import, needed by few commands

    held = _columns(columns, batches)
    names = variable_names([column.name for column in columns])
    frame = pd.DataFrame({names[column.name]: values for column, values in zip(columns, held, strict=True)})
    long = [
        names[column.name]
        for column, values in zip(columns, held, strict=True)
        if column.kind is Kind.TEXT and not column.levels and any(len(text.encode()) > _LONG_TEXT for text in values)
    ]
    frame.to_stata(
        path,
        write_index=False,
        version=118,
        variable_labels={names[column.name]: variable_label(column, language) for column in columns},
        data_label=title[:LABEL_LENGTH],
        convert_strl=long or None,
    )
    return len(frame)


def _columns(columns: Sequence[OutputColumn], batches: Iterable[Sequence[Record]]) -> list[Any]:
    """The values of each column, numbers packed batch by batch."""
    import numpy as np  # noqa: PLC0415 - see write_stata
    import pandas as pd  # noqa: PLC0415 - see write_stata

    pieces: list[list[Any]] = [[] for _ in columns]
    for batch in batches:
        for place, column in enumerate(columns):
            values = [record[place] for record in batch]
            if column.kind is Kind.TEXT:
                pieces[place] += values
            else:
                pieces[place].append(np.array([np.nan if value is None else float(value) for value in values], dtype="float64"))
    made: list[Any] = []
    for column, piece in zip(columns, pieces, strict=True):
        if column.kind is not Kind.TEXT:
            made.append(np.concatenate(piece) if piece else np.array([], dtype="float64"))
        elif column.levels and piece:  # pandas cannot write categories of no row
            more = sorted({value for value in piece if value} - set(column.levels))
            made.append(pd.Categorical([value or None for value in piece], categories=[*column.levels, *more], ordered=True))
        else:
            made.append(["" if value is None else str(value).replace("\0", "\ufffd") for value in piece])
    return made


def variable_label(column: OutputColumn, language: Language) -> str:
    """What a variable is, at most 80 characters: cut at the front, since the end of a cell's label is what tells it apart."""
    said = column.label_zh if language == "zh" else column.label_en
    unit = f" [{column.unit}]" if column.unit else ""
    label = said or column.name
    room = LABEL_LENGTH - len(unit)
    return (label if len(label) <= room else "…" + label[len(label) - room + 1 :]) + unit


def write_names(path: Path, columns: Sequence[OutputColumn]) -> None:
    """The list of the variables: their column, labels and unit."""
    names = variable_names([column.name for column in columns])
    head = tuple(map(labelled, ("variable", "name", "label_zh", "label_en", "unit")))
    rows = [(names[each.name], each.name, each.label_zh, each.label_en, each.unit) for each in columns]
    write_csv(path, head, [rows])
