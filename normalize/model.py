"""Report: what one agency reported for one year. The second of the two narrow waists.

``normalize`` turns a ``Document`` into reports; ``store`` and everything after it see nothing else. Numbers are
``Decimal`` (never float) and always stand beside the text as printed.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from extract.model import Box, Locus, Reading
from normalize.authority.model import Resolution


class CellKey(NamedTuple):
    """``table.row.column`` in the public vocabulary of the official forms (docs/cells.csv).

    A tuple because figures are looked up by it everywhere, hundreds of times a report.
    """

    table: str
    row: str
    column: str

    @classmethod
    def named(cls, name: str) -> CellKey:
        """The key of ``table.row.column``; a row may hold dots."""
        table, _, rest = name.partition(".")
        row, _, column = rest.rpartition(".")
        return cls(table, row, column)

    def __str__(self) -> str:
        """``table.row.column``."""
        return f"{self.table}.{self.row}.{self.column}"


class State(StrEnum):
    """How a cell's value is known. Blank, 0 and missing are three different things."""

    PRINTED = "printed"
    BLANK = "blank"
    """The cell is there and holds no number: empty, or a printed ``/``, ``—``, ``无``."""
    MISSING = "missing"
    """The form expects it, but it was not printed or could not be placed."""
    REPAIRED = "repaired"
    CORRECTED = "corrected"


class Severity(StrEnum):
    """What a finding does to the verdict."""

    NOTE = "note"
    """A peculiarity of the print. No effect."""
    HINT = "hint"
    """A soft check disagrees. No effect."""
    FAULT = "fault"
    """The agency's own figures break an accounting rule: the report is inconsistent."""
    DOUBT = "doubt"
    """Something was read without certainty: a person should look."""


class Verdict(StrEnum):
    """The product's promise: a wrong number never hides behind ``verified`` or ``inconsistent``."""

    VERIFIED = "verified"
    INCONSISTENT = "inconsistent"
    REVIEW = "review"
    PROSE = "prose"


class Scope(StrEnum):
    """Whose figures they are, where the report says so."""

    OWN_OFFICE = "own_office"
    JURISDICTION = "jurisdiction"


class Cell(NamedTuple):
    """One cell of an official form. A tuple, because every report holds hundreds of them."""

    form: str
    key: CellKey
    value: Decimal | None
    """In the form's unit (amounts in 万元). None is "no number"; ``state`` says why."""
    printed: str
    """The raw text, untouched."""
    state: State
    note: str = ""
    """What the printed text says beyond the number: a unit that was converted, a remark, a sign."""
    box: Box | None = None
    locus: Locus | None = None
    confidence: float = 1.0
    readings: tuple[Reading, ...] = ()
    """What else the print may say, as in ``GridCell``."""


@dataclass(frozen=True, slots=True)
class ExtraCell:
    """A value in a row or column that the agency added to the form."""

    table: str
    row_label: str
    column_label: str
    printed: str
    value: Decimal | None
    box: Box | None = None
    locus: Locus | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """One of the report's chapters with its prose. ``number`` 1-6 is the official chapter, 0 what precedes it."""

    number: int
    heading: str
    """As printed; empty for the preface."""
    text: str
    """Paragraphs separated by newlines, tables left out."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A number with a unit stated in prose ("收到申请3607件"), or a stated none ("未收到申请"). See docs/prose.md."""

    metric: str
    """What is counted: a stable id; empty where the sentence does not make it clear."""
    value: Decimal | None
    """In the printed unit; None where the words give no number (数十次)."""
    unit: str
    sentence: str
    """As printed, without the stop that ends it."""
    section: int
    """Number of the official chapter."""
    key: CellKey | None = None
    """The cell it restates, where it names one."""
    section_ordinal: int = 0
    """Which of the report's sections it stands in, from 0."""
    start: int = 0
    """Where the number begins in that section's text, in characters from 0."""
    stop: int = 0
    """Behind its last character, the unit not included."""
    kind: str = "count"
    """``count``, ``share``, ``amount`` or ``change``."""
    approximate: bool = False
    """Said to be only about right: 余, 多, 近, 约, 左右, 以上."""
    negated: bool = False
    """A 0 stated in words: 未收取, 没有收到."""
    whose: str = ""
    """``self``, ``part`` of another mention, ``other_agency`` or ``other_period``; empty without a metric."""
    qualifier: str = ""
    """More on the role: the channel, the applicant, 主办 or 合办."""
    whole: int | None = None
    """Of a part or share: which mention of the report it is part of, from 0."""
    base: int | None = None
    """Of a share or change: which mention's figure it speaks of, from 0."""
    sentence_start: int = 0
    """Where the sentence begins in the section's text."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a reader of the data should know. ``rule`` is a stable id (docs/findings.md)."""

    rule: str
    severity: Severity
    message: str
    cells: tuple[str, ...] = ()
    """``table.row.column`` of the cells involved."""
    expected: str = ""
    actual: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One thing that a cell which stays uncertain may say; the reader's choice first."""

    form: str
    key: CellKey
    text: str
    value: Decimal | None
    """None is a printed blank."""
    cost: float
    """As in ``extract.model.Reading``."""
    source: str
    """``reader``, or the rule that supposes it: ``joined``, ``digit``, ``like``, ``left``, ``right``."""
    fits: bool
    """Whether it is part of a combination of readings that satisfies every rule."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """A printed number that a named rule set aside (a serial number, a repeated header)."""

    rule: str
    printed: str


@dataclass(frozen=True, slots=True)
class Tally:
    """Conservation: what became of every printed number in the recognised tables. seen = used + ignored + in_findings."""

    seen: int = 0
    used: int = 0
    """Became a cell or an extra cell."""
    ignored: int = 0
    in_findings: int = 0


@dataclass(frozen=True, slots=True)
class RuleCheck:
    """One accounting rule applied once: ``holds``, ``fails`` or ``not_assessable`` (``message`` says which cell lacks)."""

    rule: str
    outcome: str
    cells: tuple[str, ...]
    expected: str = ""
    actual: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose report it is and for which year, as the document itself says."""

    title: str = ""
    agency: str = ""
    """As printed in the title, or the best evidence there is."""
    year: int | None = None
    period: str = ""
    """The sentence or date range that states the period, as printed."""
    published: str = ""
    """ISO date where stated. Never used for the year."""
    scope: Scope | None = None
    findings: tuple[Finding, ...] = ()
    names: tuple[str, ...] = ()
    """Every name of an agency that the document's evidence gives, the surest first; none where ``agency`` is clear by itself."""


@dataclass(frozen=True, slots=True)
class Report:
    """What one agency reported for one year."""

    identity: Identity
    form: str
    """The official form most of it follows; ``""`` for prose. Each cell names its own form."""
    verdict: Verdict
    cells: tuple[Cell, ...] = ()
    """Every cell the form expects, in the form's order, missing ones included."""
    extra_cells: tuple[ExtraCell, ...] = ()
    sections: tuple[Section, ...] = ()
    mentions: tuple[Mention, ...] = ()
    findings: tuple[Finding, ...] = ()
    checks: tuple[RuleCheck, ...] = ()
    ignored: tuple[Ignored, ...] = ()
    tally: Tally = Tally()
    candidates: tuple[Candidate, ...] = ()
    """What the cells that stay uncertain may say."""
    agency: Resolution | None = None
    """Which agency ``identity.agency`` means; None where nobody asked."""
