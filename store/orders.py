"""Names of fixed lists in their order, by the column that holds them: categories of pandas, value labels of Stata."""

from __future__ import annotations

from collections.abc import Mapping

from normalize.forms import forms
from normalize.gazetteer import Level
from normalize.model import Scope, Severity, State, Verdict

ORDERS: Mapping[str, tuple[str, ...]] = {
    "verdict": (Verdict.PROSE.value, Verdict.REVIEW.value, Verdict.INCONSISTENT.value, Verdict.VERIFIED.value),
    "severity": (Severity.NOTE.value, Severity.HINT.value, Severity.FAULT.value, Severity.DOUBT.value),
    "level": tuple(level.value for level in Level),
    "form": tuple(sorted(forms())),
    "scope": tuple(scope.value for scope in Scope),
    "state": tuple(state.value for state in State),
    "status": ("missing", "unreadable", "wrong_form", "late", "present"),
}
"""Verdicts from the least to the most certain, severities from the least to the gravest, levels from the nation down, forms by
age."""
