"""The progress bar of a batch, on standard error and only on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from nianbao.show import clean, terminal


@contextmanager
def progress_bar(*, quiet: bool = False) -> Iterator[Callable[[str], None]]:
    """A function to call with the name of each finished document.

    How many there will be is not known: archives are opened as they come.
    """
    console = terminal(stderr=True)
    if quiet or not console.is_terminal:
        yield lambda _name: None
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.completed} documents"),
        TimeElapsedColumn(),
        TextColumn("{task.description}", markup=False),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=None)

        def advance(name: str) -> None:
            progress.update(task, advance=1, description=clean(name)[-60:], refresh=False)

        yield advance
