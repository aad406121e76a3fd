"""How accurate the reading is."""

# ruff: noqa: D301 - backslash-b is how click is told not to rewrap lines

from __future__ import annotations

from pathlib import Path

import click

from nianbao.commands import with_workers


@click.command()
@click.argument("corpus", type=click.Path(path_type=Path))
@click.option("--csv", "output", type=click.Path(path_type=Path, dir_okay=False), metavar="OUT", help="Write the table here.")
@click.option(
    "--by",
    multiple=True,
    metavar="COLUMN",
    help="Group by a column of docs.csv, or by format, form or producer. May be given again.  [default: these three]",
)
@with_workers
@click.option("--quiet", "-q", is_flag=True, help="No progress bar.")
def accuracy(corpus: Path, output: Path | None, by: tuple[str, ...], workers: int, *, quiet: bool) -> int:
    """Measure the reading of a CORPUS: documents with a truth.csv that says what they print.

    Cells right, wrong and missing, documents per verdict, and silent errors: wrong cells in documents that are verified or
    inconsistent. With any of those the exit code is 1. docs/accuracy.md describes the files.

    \b
    Examples:
        nianbao accuracy corpus/
        nianbao accuracy corpus/ --by format --by dpi --csv accuracy.csv
    """
    from nianbao.accuracy import GROUPS, measure  # noqa: PLC0415 - see the package
    from nianbao.progress import progress_bar  # noqa: PLC0415 - see the package
    from nianbao.show_accuracy import show_accuracy  # noqa: PLC0415 - see the package

    with progress_bar(quiet=quiet) as progress:
        measured = measure(corpus, by or GROUPS, workers=workers, progress=progress)
    return show_accuracy(measured, output)
