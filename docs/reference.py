"""Writes the reference pages: the command line, the tables, the cells of the forms, and the notebook of the tutorial.

Everything is taken from the code (click's commands, the schema's own descriptions, the forms) and from docs/relations.toml.
Run by ``python docs/build.py``; a test fails where a page is not as the code has it now.
"""

from __future__ import annotations

import inspect
import json
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from nianbao.cli import main
from normalize.forms import forms
from store.labels import LABELS
from store.open import open_store
from store.schema import FORM_TABLES, metadata

DOCS = Path(__file__).resolve().parent
NOTE = "<!-- Made by `python docs/build.py` from the code: do not edit. -->\n"


@cache
def pages() -> dict[Path, str]:
    """The text of every generated file."""
    return {
        DOCS / "reference" / "cli.md": "\n".join(cli_lines()),
        DOCS / "reference" / "tables.md": "\n".join(table_lines()),
        DOCS / "reference" / "cells.md": "\n".join(cell_lines()),
        DOCS / "tutorial.ipynb": notebook((DOCS / "tutorial.md").read_text("utf-8")),
    }


# The command line


def commands(
    group: click.Command = main, path: tuple[str, ...] = ("nianbao",)
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command of the tree with its words, a group before its own."""
    yield path, group
    if isinstance(group, click.Group):
        for name in sorted(group.commands):
            yield from commands(group.commands[name], (*path, name))


def cli_lines() -> Iterator[str]:
    """The page of the command line."""
    yield "# Command line\n"
    yield NOTE
    yield "Every command takes `--help`.\n"
    for path, command in commands():
        context = click.Context(command, info_name=" ".join(path))
        yield f"{'##' if len(path) <= 2 else '###'} {' '.join(path)}\n"
        yield "```text\n" + command.get_usage(context).removeprefix("Usage: ") + "\n```\n"
        yield from _help_lines(inspect.cleandoc(command.help or ""))
        yield from _option_lines(command, context)
        if command.epilog:
            yield "```text\n" + _plain(command.epilog) + "\n```\n"


def _plain(text: str) -> str:
    return "\n".join(line for line in text.replace("\b", "").splitlines() if line.strip())


def _help_lines(text: str) -> Iterator[str]:
    """Paragraphs as prose, those that click does not rewrap as they are; angle brackets and stars are not Markdown's."""
    for part in text.split("\n\n"):
        kept = part.lstrip().startswith("\b")
        body = part.replace("\b\n", "").replace("\b", "")
        if kept:
            yield "```text\n" + body.rstrip() + "\n```\n"
        else:
            yield _linked(" ".join(body.split()).replace("*", r"\*").replace("<", r"\<")) + "\n"


def _linked(text: str) -> str:
    """Pages of this folder that a text names, as links."""
    return re.sub(
        r"docs/(\w+)\.md",
        lambda found: f"[{found[0]}](../{found[1]}.md)" if (DOCS / f"{found[1]}.md").exists() else found[0],
        text,
    )


def _option_lines(command: click.Command, context: click.Context) -> Iterator[str]:
    rows = [row for parameter in command.params if (row := _option(parameter, context))]
    if rows:
        yield "| option | |"
        yield "|---|---|"
        yield from rows
        yield ""


def _option(parameter: click.Parameter, context: click.Context) -> str:
    if isinstance(parameter, click.Argument) or getattr(parameter, "hidden", False):
        return ""
    record = parameter.get_help_record(context)
    if record is None:
        return ""
    names, said = (" ".join(text.split()).replace("|", r"\|") for text in record)
    return f"| `{names}` | {_linked(said.replace('*', chr(92) + '*').replace('<', chr(92) + '<'))} |"


# Tables and views


def relations() -> dict[str, dict[str, str]]:
    """One line for each table and view."""
    return tomllib.loads((DOCS / "relations.toml").read_text("utf-8"))


@cache
def view_columns() -> dict[str, list[str]]:
    """The columns of each view, in order."""
    with TemporaryDirectory() as folder, open_store(Path(folder) / "empty.sqlite") as store, store.reading() as connection:
        views = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'view' ORDER BY name").scalars().all()
        return {view: list(connection.exec_driver_sql(f'SELECT * FROM "{view}" LIMIT 0').keys()) for view in views}


def table_lines() -> Iterator[str]:
    """The page of the tables."""
    said, views = relations(), view_columns()
    meaning = _meanings()
    yield "# Tables and views\n"
    yield NOTE
    yield (
        'The views are what most questions need: they show the reports that count, each once. `NULL` is "no number" or "not'
        ' said", never 0. In the database itself the table `data_dictionary` says the same.'
        " Cells of the forms: [Cells](cells.md).\n"
    )
    yield "## Views\n"
    for view, columns in views.items():
        yield f"### {view}\n"
        yield f"{said['views'].get(view, '')}\n"
        yield from _columns([(name, meaning.get(name, "")) for name in columns])
    yield "## Tables\n"
    wide = {table.name for table in FORM_TABLES.values()}
    for name, table in sorted(metadata.tables.items()):
        yield f"### {name}\n"
        yield f"{said['tables'].get(name, '')}\n"
        if name in wide:
            own = [(column.name, column.doc or "") for column in table.columns if column.doc]
            yield f"{len(table.columns)} columns: `table__row__column` for each cell ([Cells](cells.md)), and\n"
            yield from _columns(own)
        else:
            yield from _columns([(column.name, column.doc or "") for column in table.columns])


def _meanings() -> dict[str, str]:
    """What a column of a view means: as a table that has one of that name says, the reports' own word first."""
    order = sorted(metadata.tables.values(), key=lambda table: (table.name != "report", table.name != "mention", table.name))
    found: dict[str, str] = {name: en for name, (_, en) in LABELS.items()}
    found |= {
        form_column.key: form_column.en for form in forms().values() for table in form.tables for form_column in table.columns
    }
    for table in reversed(order):
        found |= {column.name: column.doc for column in table.columns if column.doc and column.name not in LABELS}
    return found


def _columns(columns: list[tuple[str, str]]) -> Iterator[str]:
    yield "| column | |"
    yield "|---|---|"
    for name, doc in columns:
        yield f"| `{name}` | {' '.join(doc.split()).replace('|', chr(92) + '|')} |"
    yield ""


# Cells


def cell_lines() -> Iterator[str]:
    """The page of the forms' cells."""
    yield "# Cells\n"
    yield NOTE
    yield (
        "The public names of the cells of the three official forms: `table.row.column` in exports and in Python,"
        " `table__row__column` as a column of `form_2014`, `form_2019` and `form_2021`."
        " The same as a file: [cells.csv](../cells.csv).\n"
    )
    for form in sorted(forms().values(), key=lambda form: form.from_year, reverse=True):
        yield f"## Form of {form.key}\n"
        yield f"{form.title}（{form.source}）, for reports from {form.from_year} on. {len(form.cells())} cells.\n"
        for table in form.tables:
            yield f"### {form.key} {table.key}\n"
            yield f"{table.title} {table.title_en}\n"
            yield "| row | 行 | columns | unit |"
            yield "|---|---|---|---|"
            for row in table.rows:
                if not row.heading:
                    units = dict.fromkeys(row.unit or table.column(key).unit for key in row.columns)
                    columns = " ".join(f"`{key}`" for key in row.columns)
                    yield f"| `{row.key}` | {'/'.join(row.label.path)} | {columns} | {' '.join(filter(None, units))} |"
            yield ""
            yield "| column | 列 | |"
            yield "|---|---|---|"
            for column in table.columns:
                yield f"| `{column.key}` | {'/'.join(column.label.path)} | {column.en} |"
            yield ""


# The notebook

_PROMPT = re.compile(r"^(?:>>>|\.\.\.) ?")


def notebook(page: str) -> str:
    """The tutorial as a notebook without outputs: its prose, and its Python examples without their prompts."""
    cells, prose, code = [], [], []

    def close(kind: str, lines: list[str]) -> None:
        text = "\n".join(lines).strip("\n")
        if text.strip():
            body = [f"{line}\n" for line in text.split("\n")]
            body[-1] = body[-1].removesuffix("\n")
            cell = {"cell_type": kind, "id": f"cell-{len(cells)}", "metadata": {}, "source": body}
            cells.append(cell | ({"execution_count": None, "outputs": []} if kind == "code" else {}))
        lines.clear()

    fence = ""
    for line in page.split("\n"):
        if line.startswith("```"):
            if not fence and line.startswith("```python"):
                close("markdown", prose)
                fence = "python"
                continue
            if fence == "python":
                close("code", code)
                fence = ""
                continue
            fence = "" if fence else "other"
        if fence == "python":
            if _PROMPT.match(line):
                code.append(_PROMPT.sub("", line))
            else:
                close("code", code)  # a cell shows its last expression only
        elif not line.startswith(("<!--", "{download}")):
            prose.append(line)
    close("markdown", prose)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    made = {
        "cells": cells,
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(made, ensure_ascii=False, indent=1) + "\n"


def write() -> None:
    """Write every generated file."""
    for path, text in pages().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text if text.endswith("\n") else text + "\n", "utf-8")
