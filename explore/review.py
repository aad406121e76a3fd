"""Review: the queue of doubtful reports, one cell after the other beside its place in the document, and each decision kept."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from datasette.utils.asgi import Response
from sqlalchemy import Connection, select

from collect.errors import ConfigurationError, StoreError
from explore.pages import HEADERS, Asked, rendered
from explore.report import Boxes, boxes_on, cell_called, cell_name
from explore.signing import COOKIE, LONGEST_NAME, is_token
from explore.source import Source, around, excerpt_of, picture_of, source_of
from normalize.correcting import Decision
from normalize.forms import FormCell, form_cells
from normalize.model import CellKey
from normalize.numbers import Kind, read_number
from store import continuity
from store.corrections import OvertakenError, corrections, decide
from store.open import open_store
from store.query import ReportDetail, report_detail
from store.read import StoredCell
from store.review import Doubt, doubts_of, queue
from store.schema import cell_candidate, report_reading

_SHOWN = 100
_LATEST = 20
_LONGEST = 500
"""Characters of a reason."""


def queue_page(asked: Asked) -> Response:
    """``/review``: the most doubtful report first."""
    waiting = queue(asked.site.store)
    made = corrections(asked.site.store, limit=_LATEST)
    values = {
        "waiting": waiting[:_SHOWN],
        "count": len(waiting),
        "open": sum(each.open for each in waiting),
        "made": made,
    }
    return rendered(asked, "review.html", values)


@dataclass(frozen=True, slots=True)
class Question:
    """The cell that is asked for."""

    doubt: Doubt
    cell: StoredCell
    known: FormCell
    candidates: tuple[Mapping[str, Any], ...]
    page: int | None
    width: float
    height: float
    crop: tuple[float, float, float, float] | None
    boxes: Boxes
    excerpt: Any

    @property
    def name(self) -> str:
        """``form:table.row.column``."""
        return cell_name(self.cell.form, self.cell.key)

    @property
    def base(self) -> int | None:
        """The last decision on it."""
        return self.doubt.decided[-1].id if self.doubt.decided else None


def review_page(asked: Asked) -> Response:
    """``/review/12``: the first open cell, or the one that ``?cell=`` names. POST takes a decision."""
    if asked.method == "POST":
        return _decided(asked)
    return _asking(asked, asked.query.get("cell"))


def _asking(
    asked: Asked, chosen: str | None, *, status: int = 200, trouble: str = "", overtaken: OvertakenError | None = None
) -> Response:
    detail = report_detail(asked.site.store, asked.number)
    with asked.site.store.reading() as connection:
        source = source_of(connection, asked.number)
        doubts = doubts_of(connection, asked.number)
        read = connection.scalar(select(report_reading.c.verdict).where(report_reading.c.report_id == asked.number))
        question = _question(asked, connection, detail, source, doubts=doubts, chosen=chosen)
    names = [cell_name(each.form, each.key) for each in doubts]
    values = {
        "detail": detail,
        "source": source,
        "listed": [(name, each, _label(asked, each)) for name, each in zip(names, doubts, strict=True)],
        "question": question,
        "loose": [each for each in detail.findings if each["severity"] == "doubt" and not each["cells"]],
        "read_verdict": read,
        "next": _next(names, doubts, question.name if question else ""),
        "trouble": trouble,
        "overtaken": overtaken.other if overtaken else None,
        "typed": asked.form.get("value", ""),
        "reason": asked.form.get("reason", ""),
        "label": _label(asked, question.doubt) if question else "",
    }
    return rendered(asked, "review_report.html", values, status=status)


def _label(asked: Asked, doubt: Doubt) -> str:
    known = form_cells().get((doubt.form, doubt.key))
    if known is None:
        return str(doubt.key)
    chinese = f"{known.row_label.replace('/', ' › ')} · {known.column_label.replace('/', ' › ')}"
    return chinese if asked.words.language == "zh" else f"{known.en} ({chinese})"


def _next(names: Sequence[str], doubts: Sequence[Doubt], here: str) -> str | None:
    """The next open cell after the one that is shown, round and round."""
    at = names.index(here) + 1 if here in names else 0
    turned = [*zip(names, doubts, strict=True)]
    return next((name for name, each in turned[at:] + turned[:at] if not each.decided and name != here), None)


def _question(
    asked: Asked, connection: Connection, detail: ReportDetail, source: Source, *, doubts: Sequence[Doubt], chosen: str | None
) -> Question | None:
    cells = {(cell.form, cell.key): cell for table in detail.tables for line in table.rows for cell in line.cells if cell}
    named = cell_called(chosen) if chosen else None
    if named is None:
        named = next(((each.form, each.key) for each in doubts if not each.decided), None)
    cell = cells.get(named) if named else None
    if named is None or cell is None:
        return None
    doubt = next((each for each in doubts if (each.form, each.key) == named), Doubt(*named, (), ()))
    box = cell.place.box
    page = box.page if box else _page_near(cells, named)
    picture = picture_of(asked.site, source, page) if page else None
    return Question(
        doubt=doubt,
        cell=cell,
        known=form_cells()[named],
        candidates=_candidates(connection, asked.number, named),
        page=page if picture else None,
        width=picture.width if picture else 0,
        height=picture.height if picture else 0,
        crop=around((box.x0, box.top, box.x1, box.bottom), picture) if box and picture else None,
        boxes=boxes_on(cells, page, cell) if picture else (),
        excerpt=excerpt_of(asked.site, source, cell.place) if not box else None,
    )


def _page_near(cells: Mapping[tuple[str, CellKey], StoredCell], named: tuple[str, CellKey]) -> int | None:
    """The page that the cell's table is on, where it has no place of its own: that of the placed cell nearest in the form."""
    order = list(cells)
    at = order.index(named)
    placed = [(abs(place - at), cell.place.box.page) for place, cell in enumerate(cells.values()) if cell.place.box]
    return min(placed)[1] if placed else None


def _candidates(connection: Connection, report_id: int, named: tuple[str, CellKey]) -> tuple[Mapping[str, Any], ...]:
    held = (cell_candidate.c.form == named[0], cell_candidate.c.cell == str(named[1]))
    query = select(cell_candidate).where(cell_candidate.c.report_id == report_id, *held).order_by(cell_candidate.c.ordinal)
    return tuple({row["printed"].strip(): dict(row) for row in connection.execute(query).mappings()}.values())


def _decided(asked: Asked) -> Response:
    if not asked.may_write:
        return refused(asked)
    name = asked.form.get("cell", "")
    named = cell_called(name)
    if named is None:
        raise ConfigurationError(f"There is no cell {name}.", advice="")
    known = form_cells()[named]
    try:
        value, printed = _figure(asked.form, known)
    except ConfigurationError as error:
        return _asking(asked, name, status=400, trouble=error.message)
    if asked.form.get("document") not in {None, _document(asked)}:
        raise ConfigurationError(asked.words("review.swapped"), advice="")
    base = asked.form.get("base", "")
    decision = Decision(*named, value, printed, asked.person or "", "", asked.form.get("reason", "").strip()[:_LONGEST])
    try:
        with open_store(asked.site.path, create=False) as store:
            decide(store, asked.number, decision, base=int(base) if base.isdecimal() else None)
            continuity.update(store, levels=False)
    except OvertakenError as error:
        return _asking(asked, name, status=409, overtaken=error)
    except StoreError as error:
        return _asking(asked, name, status=503, trouble=error.message)
    return _onwards(asked, name)


def _document(asked: Asked) -> str:
    """The document of the report that is decided on: another database may have another report under its number."""
    with asked.site.store.reading() as connection:
        return source_of(connection, asked.number).sha256


def _onwards(asked: Asked, name: str) -> Response:
    """To the next open cell of the report, or back to the queue."""
    with asked.site.store.reading() as connection:
        doubts = doubts_of(connection, asked.number)
    following = _next([cell_name(each.form, each.key) for each in doubts], doubts, name)
    address = f"/review/{asked.number}?cell={quote(following)}" if following else f"/review/{asked.number}?done=1"
    return Response.redirect(address)


def _figure(form: Mapping[str, str], known: FormCell) -> tuple[Decimal | None, str]:
    """The number that was chosen or typed, and its text; None for a blank.

    Raises:
        ConfigurationError: it is no number.
    """
    choice = form.get("choice", "typed")
    if choice == "blank":
        return None, ""
    text = form.get("value", "") if choice == "typed" else choice.removeprefix("=")
    reading = read_number(text, known.unit, signed=known.signed)
    if reading.kind is not Kind.NUMBER or reading.value is None or reading.doubt:
        raise ConfigurationError(f"“{text}” is no number.", advice="")
    return reading.value, text.strip()


def refused(asked: Asked) -> Response:
    """The answer to who may not write."""
    return rendered(asked, "error.html", {"message": asked.words("review.refused"), "advice": ""}, status=403)


def sign_in_page(asked: Asked) -> Response:
    """``/review/sign-in``: the token that was printed at start, and a name."""
    if asked.method != "POST":
        return rendered(asked, "sign_in.html", {"trouble": ""})
    if not asked.same_origin:
        return refused(asked)
    person = " ".join(asked.form.get("person", "").split())[:LONGEST_NAME]
    if not is_token(asked.form.get("token", ""), asked.site.token):
        time.sleep(0.3)  # guessing shall take long
        return rendered(asked, "sign_in.html", {"trouble": asked.words("review.wrong_token")}, status=403)
    if not person:
        return rendered(asked, "sign_in.html", {"trouble": asked.words("review.no_name")}, status=400)
    response = Response.redirect("/review")
    response.set_cookie(COOKIE, asked.sign(person), httponly=True, samesite="strict")
    return response


def sign_out(asked: Asked) -> Response:
    """``/review/sign-out``."""
    if asked.method != "POST" or not asked.same_origin:
        return refused(asked)
    response = Response.redirect("/review", headers=dict(HEADERS))
    response.set_cookie(COOKIE, "", max_age=0, httponly=True, samesite="strict")
    return response
