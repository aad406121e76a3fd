"""What holds without a database."""

# ruff: noqa: D301 - backslash-b is how click is told not to rewrap lines

from __future__ import annotations

import click

from collect.errors import ConfigurationError


@click.command("forms")
@click.argument("form", required=False)
def list_forms(form: str | None) -> None:
    """List the official forms; with FORM, its cells by their public names.

    \b
    Examples:
        nianbao forms
        nianbao forms 2021
    """
    from normalize.forms import forms  # noqa: PLC0415 - see the package

    if form is None:
        for known in forms().values():
            click.echo(f"{known.key}  {len(known.cells()):>3} cells  {known.title}（{known.source}）")
        return
    if form not in forms():
        raise ConfigurationError(f"There is no form {form}.", advice=f"There are {', '.join(forms())}.")
    for cell in forms()[form].cells():
        click.echo(f"{cell.key}\t{cell.row_label}\t{cell.column_label}\t{cell.unit}")
