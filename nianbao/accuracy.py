"""How much of a corpus with known truth is read right, and whether a wrong number hides behind a good verdict.

The whole product is measured: documents are taken into a database, and what the database says is compared. A *silent error* is a
wrong cell of a document that is ``verified`` or ``inconsistent``. docs/accuracy.md describes the files.
"""

from __future__ import annotations

import csv
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from sqlalchemy import select

from collect.errors import ConfigurationError
from nianbao.batch import ingest
from nianbao.workers import hired
from normalize.model import CellKey, State, Verdict
from store.load import Store
from store.open import open_store
from store.read import StoredCell, cells_of
from store.schema import document, document_path, failure, report

GROUPS = ("format", "form", "producer")
REJECTED = "rejected"
_SURE = frozenset({Verdict.VERIFIED.value, Verdict.INCONSISTENT.value})
_WORST_FIRST = (Verdict.REVIEW.value, Verdict.PROSE.value, Verdict.INCONSISTENT.value, Verdict.VERIFIED.value)
_FORMATS = {"application/pdf": "pdf", "text/html": "html", "text/plain": "txt"}
_COLUMNS = ("doc", "table", "row", "column", "value")
_ADVICE = "docs/accuracy.md describes the files."
Value = Decimal | None
"""None is a printed blank."""


@dataclass(slots=True)
class Truth:
    """What a document prints."""

    cells: dict[CellKey, Value] = field(default_factory=dict)
    also: dict[CellKey, Value] = field(default_factory=dict)
    """Other readings that are accepted."""
    facts: dict[str, str] = field(default_factory=dict)
    """What docs.csv, or else truth.csv, says of it: format, form, year, producer and whatever else."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """A cell that was read wrong."""

    document: str
    verdict: str
    cell: str
    got: str
    truth: str


@dataclass(slots=True)
class Score:
    """Counts over some documents."""

    documents: Counter[str] = field(default_factory=Counter)
    """By verdict; ``rejected`` gave no report."""
    right: int = 0
    wrong: int = 0
    """Another number, or a blank for a number, or the other way round; also a number that is printed nowhere."""
    missing: int = 0
    """Cells that the database does not claim to know."""
    silent: int = 0
    """Of the wrong ones, those in documents that are verified or inconsistent."""
    repaired: int = 0
    """Of the right ones, those that were repaired."""

    @property
    def cells(self) -> int:
        """Cells there should be."""
        return self.right + self.wrong + self.missing


@dataclass(slots=True)
class Accuracy:
    """What was measured."""

    by: tuple[str, ...]
    groups: dict[tuple[str, ...], Score]
    total: Score
    errors: list[Wrong]


def read_corpus(path: Path) -> tuple[Path, dict[str, Truth]]:
    """The folder of a corpus and the truth by document, a document being a file name without its suffix.

    Raises:
        ConfigurationError: there is no truth file, or it is not as docs/accuracy.md says.
    """
    file = path / "truth.csv" if path.is_dir() else path
    if not file.is_file():
        raise ConfigurationError(f"There is no {file}.", advice=f"Give a folder with a truth.csv. {_ADVICE}")
    truths: dict[str, Truth] = defaultdict(Truth)
    for line, row in enumerate(_rows(file), start=2):
        if None in row.values() or not set(_COLUMNS) <= row.keys():
            raise ConfigurationError(f"{file} has no {', '.join(_COLUMNS)} in line {line}.", advice=_ADVICE)
        truth = truths[row["doc"]]
        key = CellKey(row["table"], row["row"], row["column"])
        truth.cells[key] = _value(row["value"], file, line)
        if row.get("also"):
            truth.also[key] = _value(row["also"], file, line)
        truth.facts.update({name: row[name] for name in ("form", "year") if row.get(name)})
    listing = file.with_name("docs.csv")
    for row in _rows(listing) if listing.is_file() else ():
        truths[row["doc"]].facts.update({name: value for name, value in row.items() if value})
    return file.parent, dict(truths)


def _rows(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        try:
            yield from csv.DictReader(lines)
        except (csv.Error, UnicodeDecodeError) as error:
            raise ConfigurationError(f"{file} is no CSV in UTF-8 ({error}).", advice=_ADVICE) from error


def _value(text: str, file: Path, line: int) -> Value:
    plain = unicodedata.normalize("NFKC", text).strip().replace(",", "").replace("−", "-")
    try:
        return Decimal(plain) if plain else None
    except InvalidOperation:
        raise ConfigurationError(f"{file}, line {line}: {text} is no number.", advice=_ADVICE) from None


def measure(
    path: Path, by: Sequence[str] = GROUPS, *, workers: int = 1, progress: Callable[[str], None] = lambda _name: None
) -> Accuracy:
    """Read a corpus and compare; ``by`` are columns of docs.csv, or ``format``, ``form`` and ``producer`` as found.

    Raises:
        ConfigurationError: the corpus is not as docs/accuracy.md says.
    """
    folder, truths = read_corpus(path)
    with TemporaryDirectory() as place, hired(workers) as crew, open_store(Path(place) / "accuracy.sqlite") as store:
        ingest([folder], store, crew=crew, progress=progress)
        return _compare(store, truths, tuple(by))


@dataclass(frozen=True, slots=True)
class _Got:
    """A stored report."""

    number: int
    year: int | None
    form: str
    verdict: str


def _compare(store: Store, truths: Mapping[str, Truth], by: tuple[str, ...]) -> Accuracy:
    reports, found, failed = _stored(store)
    scores: dict[tuple[str, ...], Score] = defaultdict(Score)
    accuracy = Accuracy(by, {}, Score(), [])
    absent = sorted(name for name in truths if name not in reports and name not in failed)
    if absent:
        raise ConfigurationError(f"The corpus lacks the documents {', '.join(absent[:5])}.", advice=_ADVICE)
    for name, truth in sorted(truths.items()):
        facts = found.get(name, {}) | failed.get(name, {}) | truth.facts
        score = _score(store, name, truth, reports.get(name, []), accuracy.errors)
        for into in (accuracy.total, scores[tuple(facts.get(column, "") for column in by)]):
            into.documents.update(score.documents)
            for count in ("right", "wrong", "missing", "silent", "repaired"):
                setattr(into, count, getattr(into, count) + getattr(score, count))
    accuracy.groups = dict(sorted(scores.items()))
    return accuracy


def _stored(store: Store) -> tuple[dict[str, list[_Got]], dict[str, dict[str, str]], dict[str, dict[str, str]]]:
    """Reports by document, facts of documents, and facts of those that gave no report."""
    reports: dict[str, list[_Got]] = defaultdict(list)
    facts: dict[str, dict[str, str]] = {}
    query = (
        select(document_path.c.document, document.c.media_type, document.c.producer, report)
        .join(document, document.c.id == document_path.c.document_id)
        .join(report, report.c.document_id == document.c.id)
        .order_by(report.c.id)
    )
    with store.reading() as connection:
        for row in connection.execute(query):
            name = _stem(row.document)
            reports[name].append(_Got(row.id, row.year, row.form, row.verdict))
            kind = _FORMATS.get(row.media_type, PurePosixPath(row.document).suffix[1:])
            facts.setdefault(name, {"format": kind, "form": row.form, "producer": row.producer})
        rejected = [row.document for row in connection.execute(select(failure.c.document))]
    return dict(reports), facts, {_stem(name): {"format": PurePosixPath(name).suffix[1:]} for name in rejected}


def _stem(name: str) -> str:
    return PurePosixPath(name).stem


def _score(store: Store, name: str, truth: Truth, reports: Sequence[_Got], errors: list[Wrong]) -> Score:
    """One document's score; a document without truth should give no cells."""
    score = Score()
    year = int(truth.facts["year"]) if truth.facts.get("year", "").isdigit() else None
    of_year = [each for each in reports if None in {year, each.year} or each.year == year]
    misfiled = not of_year
    chosen = of_year or list(reports)
    verdicts = [each.verdict for each in chosen]
    verdict = min(verdicts, key=_WORST_FIRST.index) if verdicts else REJECTED
    score.documents[verdict] += 1
    with store.reading() as connection:
        stored = cells_of(store, connection, [each.number for each in chosen])
    got = {cell.key: cell for each in chosen for cell in stored[each.number] if cell.state is not State.MISSING}
    for key in truth.cells.keys() | got.keys():
        cell = got.get(key)
        if cell is None:
            score.missing += 1
        elif not misfiled and _is_right(cell, truth):
            score.right += 1
            score.repaired += cell.state is State.REPAIRED
        else:
            score.wrong += 1
            errors.append(Wrong(name, verdict, str(key), _text(cell.value), _expected(key, truth, misfiled=misfiled)))
    score.silent = score.wrong if verdict in _SURE else 0
    return score


def _is_right(cell: StoredCell, truth: Truth) -> bool:
    if cell.key not in truth.cells:
        return False
    return cell.value == truth.cells[cell.key] or (cell.key in truth.also and cell.value == truth.also[cell.key])


def _expected(key: CellKey, truth: Truth, *, misfiled: bool) -> str:
    if key not in truth.cells:
        return "not printed"
    return f"{_text(truth.cells[key])}{' (of another year)' if misfiled else ''}"


def _text(value: Value) -> str:
    return "blank" if value is None else f"{value:f}"
