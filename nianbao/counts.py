"""What became of a batch, in figures."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from normalize.model import Verdict
from store.seen import Totals


@dataclass(slots=True)
class Summary:
    """What became of a batch. Counts are of this run's documents, known ones included."""

    documents: int = 0
    loaded: int = 0
    """Documents with at least one report that were new or read again."""
    known: int = 0
    """Documents that were not read: an earlier run, or an equal document, had already given what they say."""
    verdicts: Counter[str] = field(default_factory=Counter)
    """Reports by verdict, those of known documents included."""
    cells: int = 0
    """Cells read with a number or a printed blank."""
    missing: int = 0
    """Cells the printed tables should have, but which were not found."""
    findings: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Findings by severity and rule."""
    failures: Counter[str] = field(default_factory=Counter)
    """Documents that gave no report, by reason."""
    examples: dict[str, tuple[str, str]] = field(default_factory=dict)
    """For each reason the first such document and its message."""
    traces: dict[str, str] = field(default_factory=dict)
    """Tracebacks of our own faults, by document: the first ones."""
    skipped: Counter[str] = field(default_factory=Counter)
    """Files passed over as no documents, by rule."""
    seconds: float = 0.0
    interrupted: bool = False

    @property
    def rejected(self) -> int:
        """Documents that gave no report."""
        return self.failures.total()

    @property
    def doubtful(self) -> bool:
        """Whether a person should look at something."""
        return bool(self.rejected or self.verdicts[Verdict.REVIEW])

    def counts(self) -> dict[str, object]:
        """The figures for the store's table of runs."""
        return {
            "documents": self.documents,
            "loaded": self.loaded,
            "known": self.known,
            "verdicts": dict(self.verdicts),
            "cells": self.cells,
            "missing": self.missing,
            "findings": {f"{severity}:{rule}": count for (severity, rule), count in self.findings.items()},
            "failures": dict(self.failures),
            "skipped": dict(self.skipped),
            "traces": self.traces,
        }

    def add(self, totals: Totals) -> None:
        """Counts reports that the store holds."""
        self.verdicts.update(totals.verdicts)
        self.findings.update(totals.findings)
        self.cells += totals.cells_found
        self.missing += totals.cells_expected - totals.cells_found

    def reject(self, document: str, reason: str, message: str) -> None:
        """Counts a document that gave no report."""
        self.failures[reason] += 1
        self.examples.setdefault(reason, (document, message))
