"""What was constructed against what was read: the differences, in words a test can print."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from normalize.model import Report, Severity, State, Verdict
from tests.typesetter.model import Paper

_CERTAIN = (Verdict.VERIFIED, Verdict.INCONSISTENT)


def _bare(text: str) -> str:
    return "".join(text.split())


def wrong_cells(paper: Paper, report: Report) -> Iterator[str]:
    """Cells read otherwise than printed: other value, other state, or never printed. Missing cells are not wrong."""
    for cell in report.cells:
        if cell.state is State.MISSING:
            continue
        figure = paper.figures.get(cell.key)
        if figure is None:
            yield f"{cell.key}: never printed, read {cell.printed!r}"
        elif (figure.value, figure.state) != (cell.value, cell.state):
            yield f"{cell.key}: printed {figure.printed!r}, read {cell.value} ({cell.state}) from {cell.printed!r}"


def missing_cells(paper: Paper, report: Report) -> list[str]:
    """Printed cells that were not read."""
    read = {cell.key for cell in report.cells if cell.state is not State.MISSING}
    return [str(key) for key in paper.figures if key not in read]


def wrong_prints(paper: Paper, report: Report) -> Iterator[str]:
    """Cells whose printed text was not kept."""
    for cell in report.cells:
        figure = paper.figures.get(cell.key)
        if figure is not None and cell.state is not State.MISSING and _bare(cell.printed) != _bare(figure.printed):
            yield f"{cell.key}: printed {figure.printed!r}, kept {cell.printed!r}"


def wrong_identity(paper: Paper, report: Report) -> Iterator[str]:
    """Agency, year and form read otherwise than printed."""
    identity = report.identity
    read = (identity.agency, identity.year, report.form)
    for name, expected, actual in zip(("agency", "year", "form"), (paper.agency, paper.year, paper.form), read, strict=True):
        if expected != actual:
            yield f"{name}: printed {expected!r}, read {actual!r}"


def wrong_verdict(paper: Paper, report: Report) -> Iterator[str]:
    """A verdict other than the constructed one, or a broken rule that no finding names."""
    if report.verdict is not paper.verdict:
        why = sorted({f"{f.rule}: {f.message}" for f in report.findings if f.severity in {Severity.DOUBT, Severity.FAULT}})
        yield f"verdict: {report.verdict} instead of {paper.verdict} {why[:4]}"
    faults = {finding.rule for finding in report.findings if finding.severity is Severity.FAULT}
    if paper.broken and paper.broken not in faults:
        yield f"broken rule {paper.broken} not among the faults {sorted(faults)}"


def differences(paper: Paper, reports: Sequence[Report]) -> list[str]:
    """Everything that keeps the reading from being the paper. Empty: read back whole."""
    if len(reports) != 1:
        return [f"{len(reports)} reports read"]
    (report,) = reports
    return [
        *wrong_identity(paper, report),
        *wrong_verdict(paper, report),
        *wrong_cells(paper, report),
        *wrong_prints(paper, report),
        *(f"{key}: missing" for key in missing_cells(paper, report)),
    ]


def false_certainties(paper: Paper, reports: Sequence[Report]) -> list[str]:
    """The promise kept even where the print lost information: nothing wrong or missing under a verdict of certainty."""
    found: list[str] = []
    for report in reports:
        if report.verdict in _CERTAIN:
            found.extend(wrong_cells(paper, report))
            found.extend(f"{key}: missing, yet {report.verdict}" for key in missing_cells(paper, report))
    return found
