"""Findings -> verdict: the product's promise in one function."""

from __future__ import annotations

from collections.abc import Sequence

from normalize.model import Finding, Severity, Verdict


def verdict_of(findings: Sequence[Finding], *, has_cells: bool) -> Verdict:
    """A doubt asks for a person; else a fault says that the agency's own figures break a rule."""
    severities = {finding.severity for finding in findings}
    if not has_cells:
        return Verdict.REVIEW if Severity.DOUBT in severities else Verdict.PROSE
    if Severity.DOUBT in severities:
        return Verdict.REVIEW
    return Verdict.INCONSISTENT if Severity.FAULT in severities else Verdict.VERIFIED
