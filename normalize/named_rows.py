"""Which printed labels name which rows of a panel, and why one may name another: the same for drawn and flattened tables."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from normalize.align import Match, Printed, Roster, Wanted, align, ambiguous, likeness
from normalize.labels import fold
from normalize.panels import Panel, PanelRow
from normalize.rivals import is_loose, is_torn, number_in_heading, other_meaning, rivals_among

_SURE = 0.8
"""A label less alike than this may be another row where the agency also printed rows of its own."""
_FAINT = 0.4
"""A label at least so like a row may be meant for it."""
_RIVAL = 0.95
"""A row so like the form's own rivals even one in its very words; where that has no number, ``_SURE`` is enough."""


@dataclass(frozen=True, slots=True)
class NamedRow:
    """The ``index``-th printed label names the ``place``-th row of a panel, perhaps with a doubt."""

    index: int
    place: int
    row: PanelRow
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class LastRow:
    """The last row above a header, which names one of a panel's."""

    panel: Panel
    row: PanelRow
    label: Printed

    def goes_on(self, below: Printed) -> bool:
        """Whether its label goes on in the first row below the header, which names none by itself."""
        return bool(self.label.path and below.path) and is_torn((self.label, below), {1}, 0, self.row.wanted)


@lru_cache(maxsize=1024)
def name_rows(
    panel: Panel,
    printed: tuple[Printed, ...],
    numeric: frozenset[int] = frozenset(),
    filled: frozenset[int] = frozenset(),
    done: int = 0,
) -> tuple[NamedRow, ...]:
    """The rows that labels name, headings among them, without doubts about those. Most tables are worded as one seen before.

    Args:
        panel: the panel under whose header the labels stand.
        printed: the labels.
        numeric: those (indexes) beside which a number stands.
        filled: those beside which that or a word in its place stands.
        done: how many rows of the panel are read already.
    """
    wanted = Roster(panel.row_roster[done:]) if done else panel.row_roster
    matches = align(printed, wanted, numeric)
    unclear = ambiguous(matches, printed, wanted)
    taken = frozenset(m.printed for m in matches)
    unlike = numeric - {m.printed for m in matches if m.likeness == 1.0}
    labels = _Labels(printed, numeric, taken, filled - taken, unlike)
    found = []
    for match in matches:
        place = done + match.wanted
        doubt = ""
        if not panel.rows[place].heading:
            several = "the label fits several rows of the form" if match.printed in unclear else ""
            doubt = (
                several
                or _doubt_by_form(match, place, panel, labels)
                or _doubt_by_others(match, panel.rows[place].wanted, labels)
                or _doubt_by_digits(match, panel.rows[place], printed[match.printed])
            )
        found.append(NamedRow(match.printed, place, panel.rows[place], doubt))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Labels:
    """What a table prints at its left, and which of it (indexes) is what."""

    printed: tuple[Printed, ...]
    numeric: frozenset[int]
    taken: frozenset[int]
    """Name a row."""
    free: frozenset[int]
    """Filled, and name none."""
    unlike: frozenset[int]
    """Numbers stand beside them, and they name no row in the form's words."""


def _doubt_by_form(match: Match, place: int, panel: Panel, labels: _Labels) -> str:
    """Why the form's own words speak for another row."""
    label = labels.printed[match.printed]
    if is_loose(labels.printed, labels.taken, match.printed, panel.rows[place].wanted):
        return f"another row than {label.path[-1]} has the form's own label"
    return other_meaning(label, panel.row_roster, place)


def _doubt_by_others(match: Match, wanted: Wanted, labels: _Labels) -> str:
    """Why another printed row may be the one."""
    printed = labels.printed
    label = printed[match.printed].path[-1]
    unnamed = (other.path[-1] for i, other in enumerate(printed) if i not in labels.taken and other.path)
    if any(label in other.path[:-1] for other in printed) or any(fold(other) == fold(label) for other in unnamed):
        return f"two rows are labelled {label}"
    rival = _RIVAL if match.printed in labels.numeric else _SURE
    rivals = rivals_among(printed, labels.free, wanted, min(match.likeness, rival))
    if rivals:  # perhaps without the heading beside it, where a span ends early
        return f"two rows are labelled {label}" if label in rivals else f"a row {min(rivals)} beside {label}"
    if is_torn(printed, labels.unlike, match.printed, wanted):
        return f"the label {label} goes on in another row"
    if match.likeness < _SURE and any(likeness(printed[i], wanted) > _FAINT for i in labels.free):
        return f"label {label} is not clear"
    return ""


def _doubt_by_digits(match: Match, row: PanelRow, printed: Printed) -> str:
    """Why a number may have been printed in the label or in the heading beside it."""
    label = printed.path[-1]
    if heading := number_in_heading(printed):
        return f"a number stands in the heading {heading}"
    odd = match.likeness < 1.0 and not row.has_digits_of(label)
    return f"a number stands in the label {label}" if odd else ""
