"""How to cite a database, and one number of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from typing import Any

import regex
from sqlalchemy import func, select

from collect.errors import ConfigurationError
from nianbao.pipeline import READER_VERSION
from nianbao.report import Figure, Report
from nianbao.stored_report import stored_report
from normalize.forms import forms
from normalize.model import State
from store.content import content_hash
from store.load import Store
from store.migrations import HEAD
from store.schema import document, report, run
from store.values import figure_text

TITLE = "政府信息公开工作年度报告数据库 (annual reports of Chinese agencies on open government information)"


@dataclass(frozen=True, slots=True)
class Citation:
    """What identifies a database."""

    reports: int
    agencies: int
    first_year: int | None
    last_year: int | None
    content: str
    """SHA-256 of its figures: see ``store.content``."""
    readers: tuple[str, ...]
    """Versions of the reading code that its documents were read with."""
    schema: str
    program: str
    """Version of Nianbao that cites."""
    updated: str
    """Day of the last run that finished; empty without any."""

    @property
    def version(self) -> str:
        """Day and first digits of the digest: short, and as good as the digest to tell editions apart."""
        return f"{self.updated or 'undated'}-{self.content[:12]}"

    @property
    def span(self) -> str:
        """The years."""
        if self.first_year is None:
            return "no year"
        return f"{self.first_year}" if self.first_year == self.last_year else f"{self.first_year}–{self.last_year}"


@dataclass(frozen=True, slots=True)
class Number:
    """One figure and where it stands."""

    report: Report
    figure: Figure

    @property
    def text(self) -> str:
        """Agency, year, cell, number, document and page, in one sentence."""
        figure, report = self.figure, self.report
        cell = next(each for each in forms()[figure.form].cells() if each.key == figure.key)
        label = f"{cell.row_label}：{cell.column_label}"
        said = f"printed “{figure.printed}”, " if figure.value is None or figure.printed != figure_text(figure.value) else ""
        place = f"page {figure.box.page}" if figure.box else f"line {figure.locus.line}" if figure.locus else "place not known"
        return (
            f"{report.agency}, {report.year}, {figure.key} ({label}, form {figure.form}) = {self.value}{cell.unit}; "
            f"{said}{figure.state.value}, report {report.verdict}. {report.title}, {report.document}, "
            f"SHA-256 {report.sha256}, {place}."
        )

    @property
    def value(self) -> str:
        """The number with a space behind it, or that there is none."""
        if self.figure.value is None:
            return "no number (blank) " if self.figure.state is State.BLANK else f"no number ({self.figure.state.value}) "
        return f"{figure_text(self.figure.value)} "


def citation(store: Store) -> Citation:
    """What identifies this database. It reads every figure."""
    counts = select(
        func.count(), func.count(func.distinct(report.c.agency)), func.min(report.c.year), func.max(report.c.year)
    ).where(report.c.current == 1)
    readers = (
        select(document.c.reader).distinct().join(report, report.c.document_id == document.c.id).where(report.c.current == 1)
    )
    with store.reading() as connection:
        reports, agencies, first, last = connection.execute(counts).one()
        return Citation(
            reports=reports,
            agencies=agencies,
            first_year=first,
            last_year=last,
            content=content_hash(connection),
            readers=tuple(sorted(connection.scalars(readers))) or (READER_VERSION,),
            schema=HEAD,
            program=version("nianbao"),
            updated=(connection.scalar(select(func.max(run.c.finished))) or "")[:10],
        )


def number(store: Store, agency: str, year: int, cell: str) -> Number:
    """One figure of the database.

    Raises:
        ConfigurationError: there is no such report or cell.
    """
    found = stored_report(store, agency, year)
    return Number(found, found.figure(cell))


def as_text(cited: Citation, accessed: str = "", one: Number | None = None) -> str:
    """A reference for a list of literature."""
    seen = f" Accessed {accessed}." if accessed else ""
    readers = ", ".join(cited.readers)
    whole = (
        f"Nianbao: {TITLE}, {cited.span}. {cited.reports} reports under {cited.agencies} names. Version {cited.version}, "
        f"content SHA-256 {cited.content}. Read with Nianbao {cited.program} (reader {readers}, schema {cited.schema}).{seen}"
    )
    return whole if one is None else f"{one.text} In: {whole}"


def as_bibtex(cited: Citation, accessed: str = "", one: Number | None = None) -> str:
    """A ``@misc`` entry."""
    fields = {
        "title": "{" + _tex(f"Nianbao: {TITLE}, {cited.span}") + "}",
        "year": cited.updated[:4],
        "version": _tex(cited.version),
        "note": _tex(_note(cited, one)),
        "urldate": accessed,
    }
    body = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items() if value)
    return f"@misc{{nianbao-{cited.content[:12]},\n{body}\n}}"


def as_csl(cited: Citation, accessed: str = "", one: Number | None = None) -> str:
    """CSL-JSON, as Zotero and pandoc read it."""
    item: dict[str, Any] = {
        "id": f"nianbao-{cited.content[:12]}",
        "type": "dataset",
        "title": f"Nianbao: {TITLE}, {cited.span}",
        "version": cited.version,
        "note": _note(cited, one),
    }
    if cited.updated:
        item["issued"] = {"date-parts": [_parts(cited.updated)]}
    if accessed:
        item["accessed"] = {"date-parts": [_parts(accessed)]}
    return json.dumps([item], ensure_ascii=False, indent=2)


FORMATS = {"text": as_text, "bibtex": as_bibtex, "csl": as_csl}


def day(text: str) -> str:
    """An access date, checked.

    Raises:
        ConfigurationError: it is none.
    """
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError as error:
        raise ConfigurationError(f"{text} is no date.", advice="Give it as 2025-03-01.") from error


def _note(cited: Citation, one: Number | None) -> str:
    readers = ", ".join(cited.readers)
    whole = (
        f"{cited.reports} reports under {cited.agencies} names; content SHA-256 {cited.content}; "
        f"read with Nianbao {cited.program} (reader {readers}, schema {cited.schema})"
    )
    return whole if one is None else f"{one.text} {whole}"


def _parts(day: str) -> list[int]:
    return [int(part) for part in day.split("-")]


_TEX = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}


def _tex(text: str) -> str:
    return str(regex.sub(r"[\\~^&%$#_{}]", lambda found: _TEX.get(found[0], f"\\{found[0]}"), " ".join(text.split())))
