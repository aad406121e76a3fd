import random
import zlib

import pytest

from collect.errors import StoreError
from extract.model import Box, Locus
from store.provenance import Place, decode, encode
from store.schema import FORM_TABLES
from store.wide import column_name, wide_tables
from tests.report_factory import cell, form_report_cells, lattice_box, report

TABLES = wide_tables({form: [column.name for column in table.columns] for form, table in FORM_TABLES.items()})
COLUMNS = {form: table.cells for form, table in TABLES.items()}


def packed(cells):
    by_form = {form: [each for each in cells if each.form == form] for form in dict.fromkeys(each.form for each in cells)}
    return encode((form, group, [TABLES[form].places[each.key] for each in group]) for form, group in by_form.items())


def jittered(seed, digits=1):
    """The places of 200 cells as an unruled table gives them: every box is the box of its text, no two alike."""
    chance = random.Random(seed)
    cells = []
    for index, each in enumerate(form_report_cells("2021")):
        edge = lattice_box(index)
        left, top = edge.x0 + chance.random() * 40, edge.top + chance.random() * 5
        box = Box(edge.page, left, top, left + 4 + chance.random() * 20, top + 9 + chance.random())
        box = Box(box.page, *(round(length, digits) for length in (box.x0, box.top, box.x1, box.bottom)))
        cells.append(cell("2021", str(each.key), "1", box=box))
    return tuple(cells)


def test_columns_are_those_of_the_wide_tables():
    for form, keys in COLUMNS.items():
        assert [c.name for c in FORM_TABLES[form].columns if c.name.count("__") == 2 or c.name == "report_id"] == [
            "report_id",
            *(column_name(key) for key in keys if key is not None),
        ]


@pytest.mark.parametrize(
    ("cells", "limit"),
    [
        (form_report_cells("2021"), 300),  # ruled
        (form_report_cells("2021", text=True), 300),  # lines and fields
        (jittered(1), 2048),
        (form_report_cells("2021", tables={"disclosure"}) + form_report_cells("2019", tables={"applications"}), 400),
    ],
)
def test_two_hundred_cells_come_back_and_take_little_room(cells, limit):
    assert len(cells) > 150
    blob = packed(cells)
    assert len(blob) <= limit
    assert decode(blob, COLUMNS) == {(each.form, each.key): Place(each.box, each.locus) for each in cells}


def test_coordinates_are_kept_to_a_tenth_of_a_point():
    fine = jittered(2, digits=9)
    for each, place in zip(fine, decode(packed(fine), COLUMNS).values(), strict=True):
        for name in ("x0", "top", "x1", "bottom"):
            assert getattr(place.box, name) == pytest.approx(getattr(each.box, name), abs=0.051)


@pytest.mark.parametrize(
    ("box", "locus"),
    [
        (Box(1, -3.5, 0.0, 14400.0, 20000.5), None),  # a web page printed on one sheet
        (None, Locus(70000, 0)),
        (Box(400, 1.0, 2.0, 3.0, 4.0), Locus(3, 4)),
    ],
)
def test_odd_places_come_back(box, locus):
    only = cell("2014", "statistics.review.count", "1", box=box, locus=locus)
    assert decode(packed([only]), COLUMNS) == {("2014", only.key): Place(box, locus)}


def test_cells_without_a_place_are_left_out():
    bare = cell("2021", "disclosure.fees.amount", "1")
    assert decode(packed(report(cells=(bare,)).cells), COLUMNS) == {}


@pytest.mark.parametrize(
    "damaged", [b"", b"\x02abc", b"\x01abc", packed(jittered(3))[:-9], b"\x01" + zlib.compress(b"\x042021\x05\x00\x01")]
)
def test_a_damaged_blob_is_a_store_error(damaged):
    with pytest.raises(StoreError, match="places"):
        decode(damaged, COLUMNS)
