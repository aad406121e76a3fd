"""One agency's reports from 2014 to 2024 on all three forms, as documents of several formats with known figures.

``History()`` is an agency whose figures hold together, within each year and from year to year: what it carries over it has
taken over the year after, item counts and documents in force go on. Each method gives another history with one thing
changed, the sums of every single report still holding, so that only a check across years can notice:

    History()                                          no break
    .carrying(2022, natural_person=2, business=3)      2022 says something else of what 2021 left over
    .without(2020)                                     a year is missing
    .named(2019, "沭阳县卫生健康委员会")                 renamed from 2019 on
    .on_form(2022, "2019")                             an old form in a late year
    .changed(2022, {"disputes.review.total": None})    any cell; None is printed blank, and sums are left alone

``write(folder)`` prints the documents; the real pipeline reads them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from random import Random

from normalize.forms import Form, Rule, forms
from normalize.model import CellKey
from tests.typesetter.compose import paper_of
from tests.typesetter.docx import DocxStyle, print_docx
from tests.typesetter.html import HtmlStyle, print_html
from tests.typesetter.model import Figure, Paper
from tests.typesetter.pdf import PdfStyle, print_pdf
from tests.typesetter.text import TextStyle, print_text

AGENCY = "沭阳县财政局"
YEARS = tuple(range(2014, 2025))
APPLICANTS = ("natural_person", "business", "research", "public_welfare", "legal_service", "other_org")
Number = Decimal | int
Cells = dict[str, Number]
"""Numbers by ``table.row.column``."""

PRINTERS: tuple[tuple[str, Callable[[Paper], bytes]], ...] = (
    ("html", lambda paper: print_html(paper, HtmlStyle(), Random(1))),
    ("docx", lambda paper: print_docx(paper, DocxStyle(), Random(1))),
    ("pdf", lambda paper: print_pdf(paper, PdfStyle(), Random(1))),
    ("txt", lambda paper: print_text(paper, TextStyle("tabs"), Random(1))),
)
"""Formats in which the years are printed by turns."""

_STATISTICS: dict[int, dict[str, Number]] = {
    2014: {"received.online": 20, "received.letter": 12, "answered.already_public": 6, "answered.granted": 14}
    | {"answered.partial": 2, "answered.refused.trade_secret": 2, "answered.refused.privacy": 1, "answered.not_existing": 4}
    | {"answered.not_this_agency": 3, "closed.extended": 2, "review.upheld": 2, "review.corrected": 1, "suit.upheld": 1},
    2015: {"received.online": 28, "received.letter": 10, "answered.already_public": 8, "answered.granted": 16}
    | {"answered.partial": 2, "answered.refused.state_secret": 1, "answered.refused.law": 2, "answered.not_existing": 6}
    | {"answered.not_this_agency": 3, "closed.extended": 1, "review.upheld": 1, "suit.upheld": 1},
    2016: {"received.online": 31, "received.in_person": 4, "received.letter": 9, "answered.already_public": 9}
    | {"answered.granted": 20, "answered.partial": 3, "answered.refused.privacy": 2, "answered.not_existing": 7}
    | {"answered.not_this_agency": 2, "answered.other_channel": 1, "review.upheld": 3, "review.corrected": 2, "review.other": 1},
    2017: {"received.online": 40, "received.letter": 8, "answered.already_public": 10, "answered.granted": 21}
    | {"answered.partial": 4, "answered.refused.safety": 1, "answered.refused.not_government_information": 2}
    | {"answered.not_existing": 8, "answered.asked_to_amend": 2, "review.upheld": 2, "suit.upheld": 2, "suit.corrected": 1},
    2018: {"received.online": 50, "received.letter": 5, "answered.already_public": 12, "answered.granted": 24}
    | {"answered.partial": 4, "answered.refused.state_secret": 1, "answered.refused.trade_secret": 3}
    | {"answered.not_existing": 8, "answered.not_this_agency": 3, "review.upheld": 4, "review.corrected": 1},
}
"""2014 form: what is not zero and no sum."""

_SAME_EVERY_YEAR: dict[str, Number] = {"disclosed": 318, "disclosed.normative_documents": 9, "normative_documents_issued": 12}
_SAME_EVERY_YEAR |= {"channel.website": 300, "channel.wechat": 120, "fees_charged": Decimal("0.05"), "capacity.offices": 1}
_SAME_EVERY_YEAR |= {"capacity.staff.full_time": 1, "capacity.staff.part_time": 3, "capacity.budget": Decimal("2.5")}

_RESULTS: dict[int, dict[str, tuple[int, int, int]]] = {
    2019: {"granted": (30, 4, 2), "partial": (5, 1, 0), "refused.state_secret": (1, 0, 0), "refused.third_party": (2, 1, 0)}
    | {"unavailable.not_held": (8, 1, 1), "not_processed.petition": (3, 0, 0), "other": (1, 0, 0), "carried_out": (4, 1, 0)},
    2020: {"granted": (35, 5, 2), "partial": (6, 0, 1), "refused.law": (2, 0, 0), "refused.process": (3, 1, 0)}
    | {"unavailable.not_held": (9, 2, 0), "not_processed.repeat": (2, 0, 0), "other": (2, 1, 0), "carried_out": (3, 2, 1)},
    2021: {"granted": (40, 6, 1), "partial": (7, 1, 0), "refused.third_party": (3, 0, 0), "refused.internal": (1, 0, 0)}
    | {"unavailable.not_held": (10, 2, 1), "unavailable.unclear": (1, 0, 0), "other.other": (3, 0, 0)}
    | {"carried_out": (5, 0, 1)},
    2022: {"granted": (44, 5, 2), "partial": (8, 2, 0), "refused.enforcement_file": (4, 0, 0), "other.uncorrected": (2, 0, 0)}
    | {"unavailable.not_held": (11, 1, 1), "not_processed.petition": (5, 0, 0), "carried_out": (6, 1, 0)},
    2023: {"granted": (50, 7, 3), "partial": (9, 1, 1), "refused.law": (1, 0, 0), "refused.inquiry": (2, 1, 0)}
    | {"unavailable.needs_creation": (4, 0, 0), "unavailable.not_held": (9, 2, 0), "other.other": (2, 0, 0)}
    | {"carried_out": (7, 0, 0)},
    2024: {"granted": (48, 8, 2), "partial": (10, 0, 1), "refused.state_secret": (1, 0, 0), "refused.process": (2, 0, 0)}
    | {"unavailable.not_held": (12, 1, 0), "not_processed.excessive": (6, 0, 0), "other.other": (1, 1, 0)}
    | {"carried_out": (8, 1, 1)},
}
"""Forms of 2019 and 2021: results and what is left over, of natural persons, businesses and legal services."""

_COUNTED = ("natural_person", "business", "legal_service")
_LEFT_BY_2018 = (2, 0, 0)

_DISPUTES: dict[int, dict[str, tuple[int, int, int, int]]] = {
    2019: {"review": (3, 1, 0, 1), "suit_direct": (1, 0, 0, 0), "suit_after_review": (1, 0, 0, 0)},
    2020: {"review": (2, 0, 1, 0), "suit_direct": (0, 0, 0, 1)},
    2021: {"review": (4, 2, 0, 1), "suit_direct": (1, 1, 0, 0), "suit_after_review": (1, 0, 0, 1)},
    2022: {"review": (3, 0, 0, 0)},
    2023: {"review": (5, 1, 1, 1), "suit_direct": (2, 0, 0, 0)},
    2024: {"review": (4, 4, 0, 2), "suit_direct": (1, 0, 1, 0), "suit_after_review": (2, 1, 0, 0)},
}
"""Upheld, corrected, other, pending."""

_DOCUMENTS: dict[int, tuple[int, int, int]] = {
    2019: (12, 10, 85),
    2020: (11, 11, 96),
    2021: (6, 4, 40),
    2022: (5, 2, 43),
    2023: (3, 0, 46),
    2024: (4, 10, 40),
}
"""Normative documents. 2019 form: newly made, newly disclosed, disclosed in total; 2021 form: issued, repealed, in force."""

_ITEMS = {2019: (20, 2), 2020: (22, -1)}
"""Licences: items last year, change."""


@dataclass(frozen=True, slots=True)
class History:
    """The reports of one agency. ``form_of`` says which form a year is on."""

    agency: str = AGENCY
    years: tuple[int, ...] = YEARS
    names: Mapping[int, str] = field(default_factory=dict)
    """Names from a year on."""
    forms_of: Mapping[int, str] = field(default_factory=dict)
    carried: Mapping[int, Mapping[str, int]] = field(default_factory=dict)
    changes: Mapping[int, Mapping[str, Number | None]] = field(default_factory=dict)

    def without(self, *years: int) -> History:
        """As if these years had never been reported."""
        return replace(self, years=tuple(year for year in self.years if year not in years))

    def named(self, since: int, name: str) -> History:
        """Reports of ``since`` and later bear another name."""
        return replace(self, names={**self.names, since: name})

    def on_form(self, year: int, form: str) -> History:
        """A year on another form: 2019 instead of 2021, or the other way round."""
        return replace(self, forms_of={**self.forms_of, year: form})

    def carrying(self, year: int, **carried_in: int) -> History:
        """A year of 2019 or later prints these numbers as carried in, by applicant; what is granted makes up for it."""
        return replace(self, carried={**self.carried, year: {**self.carried.get(year, {}), **carried_in}})

    def changed(self, year: int, cells: Mapping[str, Number | None]) -> History:
        """A year prints these numbers instead; None is a printed blank. No sum is mended."""
        return replace(self, changes={**self.changes, year: {**self.changes.get(year, {}), **cells}})

    def name_of(self, year: int) -> str:
        """The agency's name in a year."""
        since = [start for start in self.names if start <= year]
        return self.names[max(since)] if since else self.agency

    def form_of(self, year: int) -> str:
        """The form a year is on."""
        return self.forms_of.get(year) or ("2014" if year < 2019 else "2019" if year < 2021 else "2021")

    def figures(self, year: int) -> dict[CellKey, Figure]:
        """Every cell of a year's report, in the form's order."""
        form = forms()[self.form_of(year)]
        cells = _statistics(form, year) if form.key == "2014" else _tables(form.key, year, self.carried.get(year, {}))
        printed: dict[str, Number | None] = {**cells, **self.changes.get(year, {})}
        keys = {str(cell.key): cell.key for cell in form.cells()}
        if strange := printed.keys() - keys.keys():
            raise KeyError(f"not on the form of {form.key}: {sorted(strange)}")
        return {key: _figure(printed.get(text, 0)) for text, key in keys.items()}

    def paper(self, year: int) -> Paper:
        """A year's report, ready to print."""
        return paper_of(self.name_of(year), year, self.form_of(year), self.figures(year), Random(year), prose=2)

    def documents(self) -> Iterator[tuple[str, bytes]]:
        """Name and content of each report's document, the formats by turns."""
        for year in self.years:
            suffix, print_ = PRINTERS[year % len(PRINTERS)]
            yield f"{year}.{suffix}", print_(self.paper(year))

    def write(self, folder: Path) -> Path:
        """The documents as files; gives the folder."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in self.documents():
            (folder / name).write_bytes(content)
        return folder


def _figure(number: Number | None) -> Figure:
    return Figure.blank() if number is None else Figure.of(number)


def _statistics(form: Form, year: int) -> Cells:
    rows = {**_SAME_EVERY_YEAR, **_STATISTICS[year]}
    rows |= {rule.left[0]: 0 for rule in form.rules}
    sums: dict[str, Rule] = {rule.left[0]: rule for rule in form.rules}

    def value(row: str) -> Number:
        return sum((value(part) for part in sums[row].right), Decimal(0)) if row in sums else rows.get(row, 0)

    late = rows.get("closed.extended", 0)
    rows["closed.on_time"] = value("answered") - late
    return {f"statistics.{row}.count": value(row) for row in rows}


def _tables(form: str, year: int, carried_in: Mapping[str, int]) -> Cells:
    return {**_applications(form, year, carried_in), **_disputes(year), **_disclosure(form, year)}


def _applications(form: str, year: int, carried_in: Mapping[str, int]) -> Cells:
    """New applications are what was handled and left over but not carried in, as if nobody had changed that."""
    last = _RESULTS[year - 1]["carried_out"] if year > 2019 else _LEFT_BY_2018
    rows: dict[str, dict[str, int]] = {}

    def put(row: str, applicant: str, number: int) -> None:
        if row.split(".", maxsplit=1)[0] == "other":
            row = "other" if form == "2019" else row if "." in row else "other.other"
        column = rows.setdefault(row, dict.fromkeys(APPLICANTS, 0))
        column[applicant] += number

    for place, applicant in enumerate(_COUNTED):
        handled = sum(numbers[place] for row, numbers in _RESULTS[year].items() if row != "carried_out")
        left = _RESULTS[year]["carried_out"][place]
        for row, numbers in _RESULTS[year].items():
            put(row, applicant, numbers[place])
        put("new", applicant, handled + left - last[place])
    for applicant in APPLICANTS:
        old = last[_COUNTED.index(applicant)] if applicant in _COUNTED else 0
        shown = carried_in.get(applicant, old)
        put("carried_in", applicant, shown)
        put("granted", applicant, shown - old)
    results = [row for row in rows if row not in {"new", "carried_in", "carried_out"}]
    rows["handled_total"] = {applicant: sum(rows[row][applicant] for row in results) for applicant in APPLICANTS}
    if any(number < 0 for row in rows.values() for number in row.values()):
        raise ValueError(f"{year}: so few carried in that less than nothing is granted")
    return {
        f"applications.{row}.{column}": number
        for row, numbers in rows.items()
        for column, number in (*numbers.items(), ("total", sum(numbers.values())))
    }


def _disputes(year: int) -> Cells:
    columns = ("upheld", "corrected", "other", "pending", "total")
    return {
        f"disputes.{row}.{column}": number
        for row, numbers in _DISPUTES[year].items()
        for column, number in zip(columns, (*numbers, sum(numbers)), strict=True)
    }


def _disclosure(form: str, year: int) -> Cells:
    headings = ("newly_made", "newly_disclosed", "total_disclosed") if form == "2019" else ("issued", "repealed", "in_force")
    documents = zip(headings, _DOCUMENTS[year], strict=True)
    cells: Cells = {f"disclosure.normative_documents.{heading}": number for heading, number in documents}
    cells |= {"disclosure.licensing.decisions": 100 + year - 2019, "disclosure.penalties.decisions": 50}
    if form == "2019":
        items, change = _ITEMS.get(year, (21, 0))
        cells |= {"disclosure.licensing.items_last_year": items, "disclosure.licensing.items_change": change}
        return cells | {"disclosure.central_procurement.items": 3, "disclosure.central_procurement.amount": Decimal("25.1")}
    return cells | {"disclosure.fees.amount": Decimal("12.5")}
