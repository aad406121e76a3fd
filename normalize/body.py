"""The body of a document: its running text in the shapes that every later question starts from, each made once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from extract.model import Block, Line
from normalize.model import Section
from normalize.prose import body_lines
from normalize.sections import first_chapter, sections


class Body:
    """What a document's blocks say in lines, and where its chapters begin. Worked out when first asked for."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._blocks = blocks

    @cached_property
    def placed(self) -> list[tuple[int, Line]]:
        """The lines that say something, with their index among the blocks."""
        return body_lines(self._blocks)

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """The lines alone."""
        return tuple(line for _, line in self.placed)

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """The lines as printed."""
        return tuple(line.text for line in self.lines)

    @cached_property
    def front(self) -> int:
        """How many lines precede the first chapter; all of them where there is none."""
        return first_chapter(self.lines)

    @cached_property
    def chapters(self) -> tuple[Section, ...]:
        """The chapters with their prose."""
        return sections(self._blocks, self.placed)
