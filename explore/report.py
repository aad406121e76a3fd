"""The report page: the official tables as printed, what was found about their cells, the prose, and where it all stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from datasette.utils.asgi import Response
from sqlalchemy import Connection, select

from collect.errors import StoreError
from explore.official import Sheet, sheets
from explore.pages import HEADERS, Asked, rendered
from explore.source import Source, around, excerpt_of, is_at_hand, picture_of, source_of
from normalize.forms import FormCell, form_cells, forms
from normalize.model import CellKey, State
from store.query import ReportDetail, report_detail
from store.read import StoredCell
from store.schema import cell_candidate, report

GRAVITY = ("doubt", "fault", "hint", "note")
_DEPENDENT = ("cell.blank",)
"""Notes that the cell itself shows: a blank is seen to be one."""


@dataclass(frozen=True, slots=True)
class Remark:
    """A finding, or several that say the same of different cells."""

    number: int
    rule: str
    severity: str
    message: str
    expected: str
    actual: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A cell as the page shows it."""

    name: str
    """``form:table.row.column``."""
    text: str
    """As printed."""
    number: str
    """The figure, where it says something else than the text."""
    state: str
    severity: str
    """Of the gravest finding that names it; empty without one."""
    remarks: tuple[int, ...]
    label: str
    label_en: str
    placed: bool
    doubted: bool


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of prose; with a mention, the number it states."""

    text: str
    mention: Mapping[str, Any] | None = None
    agrees: bool | None = None
    """Whether the cell it restates says the same; None where it restates none."""
    cell: str = ""


def report_page(asked: Asked) -> Response:
    """``/report/12``; ``?cell=2021:applications.new.total`` opens the place of that cell."""
    site = asked.site
    detail = report_detail(site.store, asked.number)
    with site.store.reading() as connection:
        source = source_of(connection, asked.number)
        row = connection.execute(select(report).where(report.c.id == asked.number)).one()
    cells = {(cell.form, cell.key): cell for table in detail.tables for line in table.rows for cell in line.cells if cell}
    remarks = tuple(_remarks(detail.findings))
    shown = {name: _shown(cell, remarks) for name, cell in cells.items()}
    found = [(form, tuple(sheets(form, {key for f, key in cells if f == form.key}))) for form in forms().values()]
    values = {
        "detail": detail,
        "row": row,
        "source": source,
        "forms": [(form, laid) for form, laid in found if laid],
        "shown": shown,
        "remarks": remarks,
        "under": {sheet.form + sheet.table: _under(sheet, remarks) for _, laid in found for sheet in laid},
        "unplaced": [remark for remark in remarks if not remark.cells],
        "prose": [(part, tuple(_pieces(part, detail, cells))) for part in detail.sections],
        "panel": _panel(asked, detail, source, cells, remarks),
    }
    return rendered(asked, "report.html", values)


def cell_panel(asked: Asked) -> Response:
    """The panel of one cell alone, for the page's script."""
    site = asked.site
    detail = report_detail(site.store, asked.number)
    with site.store.reading() as connection:
        source = source_of(connection, asked.number)
    cells = {(cell.form, cell.key): cell for table in detail.tables for line in table.rows for cell in line.cells if cell}
    remarks = tuple(_remarks(detail.findings))
    panel = _panel(asked, detail, source, cells, remarks)
    return rendered(asked, "_panel.html", {"detail": detail, "source": source, "panel": panel, "remarks": remarks})


def page_picture(asked: Asked) -> Response:
    """A page of the report's document as a PNG picture."""
    with asked.site.store.reading() as connection:
        if connection.scalar(select(report.c.id).where(report.c.id == asked.number)) is None:
            raise StoreError(f"There is no report {asked.number}.", advice="")
        source = source_of(connection, asked.number)
    picture = picture_of(asked.site, source, int(asked.parts["page"]))
    if picture is None:
        return Response.text("The page cannot be drawn.", status=404, headers=HEADERS)
    headers = {**HEADERS, "Cache-Control": "private, max-age=86400", "ETag": f'"{source.sha256[:16]}"'}
    return Response(picture.png, headers=headers, content_type="image/png")


def cell_name(form: str, key: CellKey) -> str:
    """A cell in an address: ``2021:applications.new.total``."""
    return f"{form}:{key}"


def cell_called(name: str) -> tuple[str, CellKey] | None:
    """The cell that an address names; None where no form has it."""
    form, _, rest = name.partition(":")
    named = (form, CellKey.named(rest))
    return named if named in form_cells() else None


def _remarks(findings: Iterable[Mapping[str, Any]]) -> Iterator[Remark]:
    alike: dict[tuple[str, str, str, str, str], list[str]] = {}
    for each in sorted(findings, key=lambda row: GRAVITY.index(row["severity"])):
        said = (each["rule"], each["severity"], each["message"], each["expected"], each["actual"])
        alike.setdefault(said, []).extend(each["cells"].split())
    for number, (said, cells) in enumerate(alike.items(), 1):
        yield Remark(number, *said, tuple(dict.fromkeys(cells)))


def _shown(cell: StoredCell, remarks: Sequence[Remark]) -> Shown:
    name = str(cell.key)
    about = [each for each in remarks if name in each.cells and each.rule not in _DEPENDENT]
    number = "" if cell.value is None else f"{cell.value:f}"
    printed = " ".join(cell.printed.split())
    known: FormCell = form_cells()[cell.form, cell.key]
    return Shown(
        name=cell_name(cell.form, cell.key),
        text=printed,
        number="" if number in {"", printed} else number,
        state=cell.state.value,
        severity=about[0].severity if about else "",
        remarks=tuple(each.number for each in about if each.severity != "note"),
        label=f"{known.row_label.replace('/', ' › ')} · {known.column_label.replace('/', ' › ')}",
        label_en=known.en,
        placed=cell.place.box is not None or cell.place.locus is not None,
        doubted=cell.confidence < 1,
    )


def _under(sheet: Sheet, remarks: Sequence[Remark]) -> list[Remark]:
    """The findings that concern cells of this table."""
    names = {str(place.key) for band in sheet.bands for row in band.rows for place in row.places if place}
    return [each for each in remarks if names.intersection(each.cells)]


def _pieces(part: Mapping[str, Any], detail: ReportDetail, cells: Mapping[tuple[str, CellKey], StoredCell]) -> Iterator[Piece]:
    """The prose of a section, cut where numbers are stated."""
    text: str = part["text"]
    values = {str(key): (form, cell.value) for (form, key), cell in reversed([*cells.items()])}
    at = 0
    stated = [each for each in detail.mentions if each["section_ordinal"] == part["ordinal"] and each["start"] is not None]
    for mention in sorted(stated, key=lambda each: (each["start"], -each["stop"])):
        if mention["start"] < at or mention["stop"] > len(text):
            continue
        yield Piece(text[at : mention["start"]])
        form, value = values.get(mention["cell"] or "", ("", None))
        comparable = mention["kind"] == "count" and mention["whose"] == "self" and not mention["approximate"]
        agrees = mention["value"] == value if value is not None and comparable else None
        yield Piece(
            text[mention["start"] : mention["stop"]], mention, agrees, f"{form}:{mention['cell']}" if value is not None else ""
        )
        at = mention["stop"]
    yield Piece(text[at:])


@dataclass(frozen=True, slots=True)
class BoxShown:
    """A cell's box on the page that is shown."""

    name: str
    kind: str
    x: float
    y: float
    width: float
    height: float


Boxes = tuple[BoxShown, ...]


@dataclass(frozen=True, slots=True)
class Panel:
    """What the panel beside the tables shows."""

    cell: StoredCell | None
    label: str
    label_en: str
    unit: str
    remarks: tuple[Remark, ...]
    candidates: tuple[Mapping[str, Any], ...]
    page: int | None
    width: float
    height: float
    crop: tuple[float, float, float, float] | None
    boxes: Boxes
    excerpt: Any
    at_hand: bool
    pages: tuple[int, ...]
    """Pages that have cells."""


def _panel(
    asked: Asked,
    detail: ReportDetail,
    source: Source,
    cells: Mapping[tuple[str, CellKey], StoredCell],
    remarks: Sequence[Remark],
) -> Panel:
    chosen = asked.query.get("cell")
    named = cell_called(chosen) if chosen else None
    cell = cells.get(named) if named else None
    pages = tuple(sorted({each.place.box.page for each in cells.values() if each.place.box}))
    box = cell.place.box if cell else None
    number = box.page if box else _asked_page(asked, source, pages)
    picture = picture_of(asked.site, source, number) if number is not None and (cell is None or box) else None
    known = form_cells()[named] if named and cell else None
    with asked.site.store.reading() as connection:
        candidates = _candidates(connection, detail.summary.id, cell) if cell else ()
    return Panel(
        cell=cell,
        label=f"{known.row_label.replace('/', ' › ')} · {known.column_label.replace('/', ' › ')}" if known else "",
        label_en=known.en if known else "",
        unit=known.unit if known else "",
        remarks=tuple(each for each in remarks if cell and str(cell.key) in each.cells),
        candidates=candidates,
        page=number,
        width=picture.width if picture else 0,
        height=picture.height if picture else 0,
        crop=around((box.x0, box.top, box.x1, box.bottom), picture) if box and picture else None,
        boxes=boxes_on(cells, number, cell, remarks) if picture else (),
        excerpt=excerpt_of(asked.site, source, cell.place) if cell and not box else None,
        at_hand=is_at_hand(asked.site, source),
        pages=pages,
    )


def _asked_page(asked: Asked, source: Source, pages: Sequence[int]) -> int | None:
    wanted = asked.query.get("page", "")
    if wanted.isdecimal() and 1 <= int(wanted) <= max(source.pages, 1):
        return int(wanted)
    return pages[0] if pages else (1 if source.pages else None)


def boxes_on(
    cells: Mapping[tuple[str, CellKey], StoredCell], page: int | None, chosen: StoredCell | None, remarks: Sequence[Remark] = ()
) -> Boxes:
    """The boxes of the cells on a page."""
    grave = {name: each.severity for each in reversed(remarks) if each.severity in {"doubt", "fault"} for name in each.cells}
    found = []
    for (form, key), cell in cells.items():
        box = cell.place.box
        if box and box.page == page:
            kind = grave.get(str(key)) or ("plain" if cell.state is State.PRINTED else cell.state.value)
            width, height = box.x1 - box.x0, box.bottom - box.top
            found.append(BoxShown(cell_name(form, key), "chosen" if cell is chosen else kind, box.x0, box.top, width, height))
    return tuple(found)


def _candidates(connection: Connection, report_id: int, cell: StoredCell) -> tuple[Mapping[str, Any], ...]:
    query = select(cell_candidate).where(
        cell_candidate.c.report_id == report_id, cell_candidate.c.form == cell.form, cell_candidate.c.cell == str(cell.key)
    )
    return tuple(dict(row) for row in connection.execute(query.order_by(cell_candidate.c.ordinal)).mappings())
