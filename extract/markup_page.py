"""A page's element tree laid out flat: what every step asks of it, gathered in one walk.

Asking lxml for an element costs more than reading it, so elements are numbered in document order and known by their number.
"""

from __future__ import annotations

from bisect import bisect_left

import regex
from lxml import etree

_HAN_LABEL = regex.compile(r"\p{Han}{4}")
_FEWEST_CELLS = 12
_FEWEST_LABELS = 2


class Page:
    """The elements under a root without comments, as parallel lists by number; the root is number 0."""

    def __init__(self, root: etree._Element) -> None:
        self.elements: list[etree._Element] = []
        self.tags: list[str] = []
        self.texts: list[str | None] = []
        self.tails: list[str | None] = []
        self.styles: list[str | None] = []
        self.order: list[int] = []
        """Starts and ends of the elements in turn: the number, or its complement (``~number``)."""
        self.starts: list[int] = []
        """Where in ``order`` each element starts."""
        self.closes: list[int] = []
        """Where in ``order`` each element ends."""
        self.ends: list[int] = []
        """The number of the first element after each and what it holds."""
        self.hidden: list[int] = []
        """Elements with the attribute of that name."""
        self.struck: tuple[str, ...] = ()
        """Texts that were struck out on the page and are left out here."""
        self._runs: list[str] = []
        self._spans: list[tuple[int, int]] = []
        self._walk(root)
        self.figures = self._tables_with_figures()
        """The tables that may be the report's: with figures under labels."""

    def _walk(self, root: etree._Element) -> None:
        # Every lookup in this loop is paid once for each element of every page.
        elements, tags, texts, tails, styles = self.elements, self.tags, self.texts, self.tails, self.styles
        order, starts, closes, ends, runs = self.order, self.starts, self.closes, self.ends, self._runs
        run_starts: list[int] = []
        run_ends: list[int] = []
        stack: list[int] = []
        top: etree._Element | None = None

        def close(until: etree._Element | None) -> None:
            nonlocal top
            while top is not until and stack:
                closed = stack.pop()
                closes[closed] = len(order)
                ends[closed] = len(elements)
                run_ends[closed] = len(runs)
                order.append(~closed)
                if tail := tails[closed]:
                    runs.append(tail)
                top = elements[stack[-1]] if stack else None

        for number, element in enumerate(root.iter("*")):
            parent = element.getparent()
            if parent is not top:
                close(parent)
            text = element.text
            tags.append(element.tag)
            texts.append(text)
            tails.append(element.tail)
            styles.append(element.get("style"))
            if element.get("hidden") is not None:
                self.hidden.append(number)
            starts.append(len(order))
            order.append(number)
            closes.append(0)
            ends.append(0)
            run_starts.append(len(runs))
            run_ends.append(0)
            elements.append(element)
            if text:
                runs.append(text)
            stack.append(number)
            top = element
        close(None)
        self._spans = list(zip(run_starts, run_ends, strict=True))

    def text(self, number: int) -> str:
        """All text within an element, as in the source."""
        return "".join(self.runs(number))

    def runs(self, number: int) -> list[str]:
        """The same, run by run."""
        start, end = self._spans[number]
        return self._runs[start:end]

    def within(self, number: int, *names: str) -> list[int]:
        """The elements of these names within an element, itself among them."""
        first, end = number, self.ends[number]
        tags = self.tags
        return [k for k in range(first, end) if tags[k] in names]

    def holds_figures(self, number: int) -> bool:
        """Whether the element is or holds a table with figures under labels."""
        at = bisect_left(self.figures, number)
        return at < len(self.figures) and self.figures[at] < self.ends[number]

    def _tables_with_figures(self) -> list[int]:
        """Numbers of those tables, in order."""
        found = []
        inner: list[tuple[int, int]] = []  # tables behind the present one, nearest last, and how deep tables nest in each
        for table in reversed(self.within(0, "table")):
            depth = 1
            while inner and inner[-1][0] < self.ends[table]:
                depth = max(depth, inner.pop()[1] + 1)
            inner.append((table, depth))
            # Deeper ones are layout; looking into each level of them would take the square of the depth.
            if depth <= 2 and self._has_figures(table):
                found.append(table)
        return found[::-1]

    def _has_figures(self, table: int) -> bool:
        """A dozen filled cells, labels among them, hardly a link."""
        links = len(self.within(table, "a"))
        filled = labels = 0
        for cell in self.within(table, "td", "th"):
            text = self.text(cell).strip()
            if text:
                filled += 1
                labels += labels < _FEWEST_LABELS and _HAN_LABEL.search(text) is not None
                if filled >= _FEWEST_CELLS and labels >= _FEWEST_LABELS and links * 3 < filled:
                    return True
        return False


class Weights:
    """How much text and how many links each element of a page holds."""

    def __init__(self, page: Page) -> None:
        count = len(page.tags)
        self.chars = [0] * count
        """Characters that show."""
        self.linked = [0] * count
        """Those of them that stand in links."""
        self.own = [0] * count
        """Those outside links."""
        self.links = [0] * count
        """Number of links."""
        self._weigh(page)

    def _weigh(self, page: Page) -> None:
        tags, texts, tails = page.tags, page.texts, page.tails
        all_chars, all_linked, all_own, all_links = self.chars, self.linked, self.own, self.links
        chars = linked = links = open_links = 0
        for number in page.order:
            if number >= 0:
                all_chars[number], all_linked[number], all_links[number] = chars, linked, links
                if tags[number] == "a":
                    open_links += 1
                    links += 1
                text = texts[number]
            else:
                number = ~number  # noqa: PLW2901  # see Page.order
                if tags[number] == "a":
                    open_links -= 1
                all_chars[number] = held = chars - all_chars[number]
                all_linked[number] = in_links = linked - all_linked[number]
                all_own[number] = held - in_links
                all_links[number] = links - all_links[number]
                text = tails[number]
            if text:
                shown = len(text) - text.count(" ") - text.count("\n") if text.isascii() else len(text.strip())
                chars += shown
                if open_links:
                    linked += shown
