"""The examples of the documentation, found: shell lines, Python, SQL, files, folders. ``example_places`` runs them.

What a block is, it mostly says itself. Otherwise a comment stands before it:

- ``<!-- run by tests/test_x.py ... -->``: another test has what it needs, and runs it.
- ``<!-- file: night.toml -->``: it is put into the folder under this name, and what the page runs later reads it.
- ``<!-- file: night.toml, continued -->``: it is added to that file.
- ``<!-- from normalize/forms/2021.toml -->``: it stands in that file, word for word.
"""

import doctest
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import regex

ROOT = Path(__file__).parent.parent
PROGRAMS = ("nianbao", "make", "pip", "python", "source", "dask", "warcio")
"""What a line of a shell may begin with."""
MARK = regex.compile(
    r"<!-- (run by (?P<test>tests/\w+\.py).*|file: (?P<file>[\w./-]+)(?:, (?P<more>continued))?|from (?P<source>\S+)) -->"
)
_SHELL = regex.compile(rf"(\$ )?({'|'.join(PROGRAMS)}) ")


@dataclass
class Block:
    """A piece of code of a page."""

    line: int
    lines: list[str] = field(default_factory=list)
    mark: str = ""
    """The comment before it."""
    language: str = ""
    """Of a fence."""

    @property
    def text(self):
        return "\n".join(self.lines)

    def marked(self, what):
        """What the comment before it says of its ``test``, ``file`` or ``source``."""
        found = MARK.fullmatch(self.mark)
        return found[what] if found else None

    @property
    def kind(self):
        first = next((line.strip() for line in self.lines if line.strip() and not line.strip().startswith(("--", "#"))), "")
        for what in ("file", "source"):
            if self.marked(what):
                return what
        if self.language in {"stata", "promql"}:
            return self.language
        if first.startswith(">>>"):
            return "session"
        if _SHELL.match(first):
            return "shell"
        if regex.match(r"(SELECT|WITH) ", first):
            return "sql"
        if regex.match(r"(import|from) \w", first):
            return "python"
        return "tree" if regex.match(r"\w+/(\s|$)", first) else ""


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
    lines, mark, number = text.split("\n"), "", 0
    while number < len(lines):
        line = lines[number]
        if MARK.fullmatch(line):
            mark = line
        elif line.startswith("```"):
            end = next(n for n in range(number + 1, len(lines)) if lines[n].startswith("```"))
            if not line.startswith("```{"):
                yield Block(number + 2, lines[number + 1 : end], mark, line.strip("` "))
            mark, number = "", end
        elif line.startswith("    ") and (number == 0 or not lines[number - 1].strip()):
            end = next((n for n in range(number, len(lines)) if lines[n].strip() and not lines[n].startswith("    ")), len(lines))
            yield Block(number + 1, [each[4:] for each in "\n".join(lines[number:end]).rstrip().split("\n")], mark)
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
        if block.marked("test") == f"tests/{test}.py":
            yield from (command for command, _ in shell_lines(block) if words(command))
