"""The examples of the documentation, found and run: shell lines, Python sessions, SQL.

A block that no test here can run has a comment before it: ``<!-- not run: why -->``, or ``<!-- run by tests/test_x.py ... -->``.
A page of such blocks says it once: ``<!-- examples of this page: not run: why -->``, or ``: run by tests/test_x.py``.
"""

import doctest
import shlex
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import regex
from click.testing import CliRunner

from nianbao import cli

ROOT = Path(__file__).parent.parent
PATIENCE = 60
"""Seconds after which an example is taken for one that never ends (a server)."""
MARK = regex.compile(r"<!-- (not run: .+|run by (tests/\w+\.py).*) -->")
PAGE_MARK = regex.compile(r"<!-- examples of this page: (not run: .+|run by (tests/\w+\.py).*) -->")


@dataclass
class Block:
    """A piece of code of a page."""

    line: int
    lines: list[str] = field(default_factory=list)
    mark: str = ""
    """The comment before it, if it is not to be run here."""

    @property
    def text(self):
        return "\n".join(self.lines)

    @property
    def kind(self):
        first = next((line for line in self.lines if line.strip() and not line.startswith(("--", "#"))), "")
        if first.startswith(">>>"):
            return "session"
        if any(line.startswith(("nianbao ", "$ nianbao ")) for line in self.lines):
            return "shell"
        if regex.match(r"(SELECT|WITH) ", first):
            return "sql"
        if regex.match(r"(import|from) \w", first):
            return "python"
        return ""


def pages():
    """Every page with examples; those that are made from the code are checked there."""
    hand_written = [
        path
        for path in (ROOT / "docs").rglob("*.md")
        if "_build" not in path.parts and "Made by `" not in path.read_text("utf-8")
    ]
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(hand_written)]


def blocks(text) -> Iterator[Block]:
    """Fenced blocks, and those indented by four spaces after an empty line."""
    whole = PAGE_MARK.search(text)
    lines, mark, number = text.split("\n"), "", 0
    while number < len(lines):
        line = lines[number]
        if found := MARK.match(line):
            mark = found[1]
        elif line.startswith("```"):
            end = next(n for n in range(number + 1, len(lines)) if lines[n].startswith("```"))
            if not line.startswith("```{"):
                yield Block(number + 2, lines[number + 1 : end], mark or (whole[1] if whole else ""))
            mark, number = "", end
        elif line.startswith("    ") and (number == 0 or not lines[number - 1].strip()):
            end = next((n for n in range(number, len(lines)) if lines[n].strip() and not lines[n].startswith("    ")), len(lines))
            yield Block(
                number + 1,
                [each[4:] for each in "\n".join(lines[number:end]).rstrip().split("\n")],
                mark or (whole[1] if whole else ""),
            )
            mark, number = "", end - 1
        elif line.strip():
            mark = "" if not line.startswith("<!--") else mark
        number += 1


def shell_lines(block) -> Iterator[tuple[str, list[str]]]:
    """Each command with the output that is shown below it (none where the block shows none)."""
    prompts = any(line.startswith("$ ") for line in block.lines)
    command, shown = "", []
    for line in block.lines:
        if line.startswith("$ ") or not prompts:
            if command:
                yield command, shown
            command, shown = line.removeprefix("$ "), []
        else:
            shown.append(line)
    if command:
        yield command, shown


def words(command):
    """A command line as a shell would split it: without its comment, ``~`` put in."""
    return [str(Path(word).expanduser()) if word.startswith("~") else word for word in shlex.split(command, comments=True)]


def run(command):
    """What a ``nianbao`` command gives; in this process, and with one process for reading."""
    given = words(command)[1:]
    if given[0] in {"ingest", "accuracy"} and "--workers" not in given and "--executor" not in given:
        given += ["--workers", "1"]
    before = signal.signal(signal.SIGALRM, _give_up)
    signal.alarm(PATIENCE)
    try:
        return CliRunner().invoke(cli.main, given, catch_exceptions=False)
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _give_up(*_):
    raise AssertionError(
        f"after {PATIENCE} seconds it has not ended: mark the example `<!-- not run: why -->`, or say who runs it"
    )


def missing_lines(shown, said):
    """The first shown line that does not follow in what was said; None if all do. ``…`` stands for anything."""
    rest = [" ".join(line.split()) for line in said.split("\n")]
    for line in (" ".join(line.split()) for line in shown):
        if not line or line == "…":
            continue
        pattern = regex.compile(".*".join(map(regex.escape, line.split("…"))))
        place = next((n for n, each in enumerate(rest) if pattern.fullmatch(each)), None)
        if place is None:
            return line
        rest = rest[place + 1 :]
    return None


def session(block, page, names):
    """What differs when a Python session is run; names are kept between the blocks of a page."""
    test = doctest.DocTestParser().get_doctest(block.text + "\n", names, page.name, str(page), block.line - 1)
    said = []
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    doctest.DocTestRunner(optionflags=flags).run(test, out=said.append, clear_globs=False)
    names.update(test.globs)
    return "".join(said)


def marked(page, test):
    """The commands of a page that a test elsewhere runs, since it has what they need."""
    for block in blocks((ROOT / "docs" / page).read_text("utf-8")):
        found = MARK.fullmatch(f"<!-- {block.mark} -->")
        if found and found[2] == f"tests/{test}.py":
            yield from (command for command, _ in shell_lines(block) if words(command)[:1] == ["nianbao"])
