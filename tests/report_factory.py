"""Reports for tests of the store: every cell of a form, with places, in the shape ``normalize`` yields."""

from dataclasses import replace
from decimal import Decimal
from hashlib import sha256

from extract.model import Box, Locus, ReaderWarning
from normalize.forms import forms
from normalize.model import (
    Cell,
    CellKey,
    ExtraCell,
    Finding,
    Identity,
    Ignored,
    Mention,
    Report,
    RuleCheck,
    Scope,
    Section,
    Severity,
    State,
    Tally,
    Verdict,
)
from store.documents import DocumentFacts
from store.open import open_store

BLANK, MISSING = "", None


def new_store(path):
    """An empty store in place of what is there."""
    path.unlink(missing_ok=True)
    return open_store(path)


def key(text):
    """CellKey of ``applications.refused.state_secret.total``: the row may hold dots."""
    table, rest = text.split(".", 1)
    row, column = rest.rsplit(".", 1)
    return CellKey(table, row, column)


def lattice_box(index, columns=7, page=1):
    """The box of the index-th cell of a ruled table."""
    row, column = divmod(index, columns)
    page += row // 30
    x0, top = 187.32 + 48.61 * column, 72.5 + 21.37 * (row % 30)
    return Box(page, round(x0, 1), round(top, 1), round(x0 + 48.6, 1), round(top + 21.3, 1))


def cell(form, text, printed, *, value=..., state=None, note="", box=None, locus=None, confidence=1.0):
    """A cell as read: None is missing, "" blank, else a printed number."""
    if printed is MISSING:
        return Cell(form, key(text), None, "", state or State.MISSING, note)
    number = (Decimal(printed) if printed else None) if value is ... else value
    chosen = state or (State.BLANK if number is None else State.PRINTED)
    return Cell(form, key(text), number, printed, chosen, note, box, locus, confidence)


def form_report_cells(form="2021", values=None, *, default="0", tables=None, text=False):
    """Every cell of a form (or of some of its tables), ``default`` where ``values`` names none."""
    values = values or {}
    made = []
    for index, each in enumerate(forms()[form].cells()):
        if tables is None or each.key.table in tables:
            place = {"locus": Locus(index // 7 + 1, index % 7 + 1)} if text else {"box": lattice_box(index)}
            made.append(cell(form, str(each.key), values.get(str(each.key), default), **place))
    return tuple(made)


def report(agency="甲县司法局", year=2023, form="2021", values=None, *, verdict=Verdict.VERIFIED, scope=None, cells=None, **more):
    """A report with figures."""
    if cells is None:
        cells = form_report_cells(form, values) if form else ()
    title = f"{agency}{year}年政府信息公开工作年度报告"
    identity = Identity(title=title, agency=agency, year=year, period=f"{year}年1月1日至12月31日", scope=scope)
    return Report(identity=identity, form=form, verdict=verdict, cells=cells, **more)


def full_report(**changes):
    """A report that has something of everything a report may have."""
    values = {
        "applications.new.natural_person": "12",
        "applications.new.total": "13",
        "disclosure.fees.amount": "25.1",
        "disputes.review.upheld": BLANK,
        "disputes.review.total": MISSING,
    }
    made = report(
        values=values,
        verdict=Verdict.INCONSISTENT,
        scope=Scope.OWN_OFFICE,
        extra_cells=(
            ExtraCell("disclosure", "其他主动公开文件", "制发件数", "1.5", Decimal("1.5"), box=Box(2, 1.0, 2.0, 3.5, 4.0)),
        ),
        sections=(Section(0, "", "前言。"), Section(1, "一、总体情况", "收到申请13件。\n全部办结。")),
        mentions=(
            Mention(
                *("applications_received", Decimal(13), "件", "收到申请13件", 1, key("applications.new.total")),
                section_ordinal=1,
                start=4,
                stop=6,
                whose="self",
                sentence_start=0,
            ),
        ),
        findings=(
            Finding(
                "applications.row_total",
                Severity.FAULT,
                "total is not the sum",
                ("applications.new.total", "applications.new.natural_person"),
                "12",
                "13",
            ),
            Finding("blank", Severity.NOTE, "a blank", ("disputes.review.upheld",)),
        ),
        checks=(
            RuleCheck("applications.row_total", "fails", ("applications.new.total",), "12", "13"),
            RuleCheck("applications.balance", "holds", ("applications.new.total",), "1", "1"),
            RuleCheck("disputes.row_total", "not_assessable", ("disputes.review.total",), message="lacks disputes.review.total"),
        ),
        ignored=(Ignored("serial", "1"), Ignored("serial", "2"), Ignored("serial", "1")),
        tally=Tally(seen=202, used=199, ignored=3, in_findings=0),
    )
    return replace(made, **changes)


def facts(document="a/1.pdf", content=None, **more):
    """Facts of a document; the content is any text, by default its name."""
    data = (document if content is None else content).encode()
    more.setdefault("origin", f"/archive/{document}")
    more.setdefault("media_type", "application/pdf")
    more.setdefault("producer", "a typesetter")
    more.setdefault("pages", 4)
    more.setdefault("warnings", (ReaderWarning("font", "a font is missing", 2),))
    return DocumentFacts(document=document, sha256=sha256(data).hexdigest(), size=len(data), **more)
