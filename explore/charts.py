"""Charts as Vega-Lite specifications. A line connects only years in a row that have a figure of one meaning.

Colours and fonts are the page's: ``charts.js`` fills them in. Each chart stands beside a table that says the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from explore.pages import visible
from explore.words import Words
from store.lines import Line, Mark

Spec = dict[str, Any]
_SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
NAMED = 10
"""Lines that colours can tell apart; of more, all are faint and the middle of them is drawn."""
FOCUS = "#c0452f"
"""Seen on light and on dark paper."""


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def rows(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """A row a year that has a figure; ``run`` tells which of them a line may connect."""
    found = []
    for number, line in enumerate(lines):
        for place, run in enumerate(line.runs()):
            found += [_row(visible(line.name), f"{number}.{place}", mark) for mark in run]
    return found


def _row(name: str, run: str, mark: Mark) -> dict[str, Any]:
    return {
        "agency": name,
        "year": mark.year,
        "value": _number(mark.value),
        "run": run,
        "numerator": _number(mark.numerator),
        "denominator": _number(mark.denominator),
        "contested": mark.contested,
    }


def _break_layers(lines: Iterable[Line], year: Spec) -> list[Spec]:
    """A dashed rule before each year whose figure means something else than the one before."""
    years = sorted({mark.year for line in lines for mark in line.marks if mark.breaks})
    if not years:
        return []
    data = {"values": [{"year": each - 0.5} for each in years]}
    return [{"data": data, "mark": {"type": "rule", "strokeDash": [4, 3]}, "encoding": {"x": year}}]


def _whole(unit: str) -> Spec:
    """Of what is counted there is no half."""
    return {} if unit in {"%", "万元"} or "/" in unit else {"tickMinStep": 1}


def _years(lines: Sequence[Line]) -> list[int]:
    years = [mark.year for line in lines for mark in line.marks]
    return [min(years), max(years)] if years else [0, 0]


def small_chart(line: Line, unit: str) -> Spec:
    """One series of one agency, small: line, points, and a dashed rule where the meaning breaks."""
    span = _years([line])
    ticks = sorted({span[0], (span[0] + span[1]) // 2, span[1]})
    year = {
        "field": "year",
        "type": "quantitative",
        "scale": {"domain": [span[0] - 0.4, span[1] + 0.4], "nice": False},
        "axis": {"format": "d", "title": None, "grid": False, "values": ticks},
    }
    axis = {"title": None, "tickCount": 3} | _whole(unit)
    value = {"field": "value", "type": "quantitative", "scale": {"zero": True}, "axis": axis}
    return {
        "$schema": _SCHEMA,
        "width": "container",
        "height": 96,
        "data": {"values": rows([line])},
        "layer": [
            *_break_layers([line], year),
            {"mark": {"type": "line", "strokeWidth": 2}, "encoding": {"x": year, "y": value, "detail": {"field": "run"}}},
            {
                "mark": {"type": "point", "filled": True, "size": 42, "opacity": 1},
                "encoding": {"x": year, "y": value, "tooltip": _tooltip(unit)},
            },
        ],
    }


def _tooltip(unit: str) -> list[dict[str, Any]]:
    return [{"field": "year", "type": "ordinal", "title": " "}, {"field": "value", "type": "quantitative", "title": unit}]


def lines_chart(
    lines: Sequence[Line], unit: str, words: Words, *, band: Sequence[dict[str, Any]], focus: Sequence[Line] = ()
) -> Spec:
    """Some agencies over the years. Of many each is faint; the middle half, their median and the ``focus`` stand out."""
    span = _years(lines)
    many = len(lines) > NAMED
    year = {
        "field": "year",
        "type": "quantitative",
        "scale": {"domain": [span[0] - 0.4, span[1] + 0.4], "nice": False},
        "axis": {"format": "d", "title": None, "grid": False, "values": list(range(span[0], span[1] + 1)), "labelOverlap": True},
    }
    axis = {"title": unit, "titleAngle": 0, "titleAlign": "left", "titleAnchor": "end", "titleY": -8} | _whole(unit)
    value = {"field": "value", "type": "quantitative", "axis": axis, "scale": {"zero": True}}
    colour = {
        "field": "agency",
        "type": "nominal",
        "legend": {"title": None, "orient": "bottom", "columns": 2, "labelLimit": 320},
    }
    told = [{"field": "agency", "type": "nominal", "title": " "}, *_tooltip(unit)]
    faint = {"value": 0.18} if many else {"value": 1}
    shared: dict[str, Any] = {"x": year, "y": value} | ({} if many else {"color": colour})
    layers: list[Spec] = [
        *([] if many else _break_layers(lines, year)),
        {"mark": {"type": "line"}, "encoding": {**shared, "detail": [{"field": "run"}, {"field": "agency"}], "opacity": faint}},
        {
            "mark": {"type": "point", "filled": True, "size": 46 if not many else 14},
            "encoding": {**shared, "opacity": faint, "tooltip": told},
        },
    ]
    if many:
        layers = [*_band_layers(band, year, axis, words), *layers, *_focus_layers(focus, year, value, told)]
    return {"$schema": _SCHEMA, "width": "container", "height": 340, "data": {"values": rows(lines)}, "layer": layers}


def _focus_layers(focus: Sequence[Line], year: Spec, value: Spec, told: list[dict[str, Any]]) -> list[Spec]:
    """The agency that the group is looked at for."""
    if not focus:
        return []
    data = {"values": rows(focus)}
    return [
        {
            "data": data,
            "mark": {"type": "line", "color": FOCUS, "strokeWidth": 2.5},
            "encoding": {"x": year, "y": value, "detail": {"field": "run"}},
        },
        {
            "data": data,
            "mark": {"type": "point", "filled": True, "color": FOCUS, "size": 60},
            "encoding": {"x": year, "y": value, "tooltip": told},
        },
    ]


def _band_layers(band: Sequence[dict[str, Any]], year: Spec, axis: Spec, words: Words) -> list[Spec]:
    low, high = {"field": "low", "type": "quantitative", "axis": axis}, {"field": "high"}
    told = [{"field": "year", "title": " "}, {"field": "median", "type": "quantitative", "title": words("compare.median")}]
    median = {"field": "median", "type": "quantitative", "axis": axis}
    return [
        {
            "data": {"values": list(band)},
            "mark": {"type": "area", "opacity": 0.25},
            "encoding": {"x": year, "y": low, "y2": high},
        },
        {
            "data": {"values": list(band)},
            "mark": {"type": "line", "strokeWidth": 3},
            "encoding": {"x": year, "y": median, "tooltip": told},
        },
    ]


def ranked_chart(marks: Sequence[tuple[str, Mark]], unit: str, median: Decimal) -> Spec:
    """Agencies of one year, the greatest first, and the median as a rule."""
    values = [{"agency": visible(name), "value": _number(mark.value)} for name, mark in marks]
    axis = {"title": unit, "tickCount": 6} | _whole(unit)
    return {
        "$schema": _SCHEMA,
        "width": "container",
        "height": {"step": 22},
        "autosize": {"type": "fit-x", "contains": "padding"},
        "data": {"values": values},
        "layer": [
            {
                "mark": {"type": "bar", "cornerRadiusEnd": 3},
                "encoding": {
                    "y": {"field": "agency", "type": "nominal", "sort": None, "axis": {"title": None, "labelLimit": 220}},
                    "x": {"field": "value", "type": "quantitative", "axis": axis, "scale": {"zero": True}},
                    "tooltip": [{"field": "agency", "type": "nominal", "title": " "}, {"field": "value", "title": unit}],
                },
            },
            {
                "data": {"values": [{"value": _number(median)}]},
                "mark": {"type": "rule", "strokeDash": [5, 4]},
                "encoding": {"x": {"field": "value", "type": "quantitative"}},
            },
        ],
    }


def spread_chart(values: Sequence[Decimal], chosen: Sequence[tuple[str, Decimal]], unit: str, words: Words) -> Spec:
    """How the figures of one year are spread, the middle half shaded, and where single agencies stand."""
    figures = [{"value": float(value)} for value in values]
    marked = [{"agency": visible(name), "value": float(value)} for name, value in chosen]
    low, _, high = quartiles(values)
    told = [{"field": "agency", "type": "nominal", "title": " "}, {"field": "value", "title": unit}]
    axis = {"title": unit, "tickCount": 8, "labelOverlap": True, "grid": False}
    x = {"field": "value", "type": "quantitative", "axis": axis, "scale": {"zero": False}}
    return {
        "$schema": _SCHEMA,
        "width": "container",
        "height": 180,
        "layer": [
            {
                "data": {"values": [{"low": float(low), "high": float(high)}]},
                "mark": {"type": "rect", "opacity": 0.22},
                "encoding": {"x": {**x, "field": "low"}, "x2": {"field": "high"}},
            },
            {
                "data": {"values": figures},
                "mark": {"type": "bar"},
                "encoding": {
                    "x": {**x, "bin": {"maxbins": 30}},
                    "y": {
                        "aggregate": "count",
                        "type": "quantitative",
                        "axis": {"title": words("compare.agencies"), "tickMinStep": 1, "tickCount": 5},
                    },
                },
            },
            *(
                [{"data": {"values": marked}, "mark": {"type": "rule", "strokeWidth": 2}, "encoding": {"x": x, "tooltip": told}}]
                if marked
                else []
            ),
        ],
    }


def quartiles(values: Sequence[Decimal]) -> tuple[Decimal, Decimal, Decimal]:
    """Lower quartile, median and upper quartile of one figure or more, between neighbours where they fall there."""
    ordered = sorted(values)

    def at(share: Decimal) -> Decimal:
        place = share * (len(ordered) - 1)
        below = int(place)
        above = min(below + 1, len(ordered) - 1)
        return ordered[below] + (ordered[above] - ordered[below]) * (place - below)

    return at(Decimal("0.25")), at(Decimal("0.5")), at(Decimal("0.75"))
