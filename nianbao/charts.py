"""Charts of lines over the years, with Chinese glyphs or not at all. Needs the extra ``charts``: matplotlib.

A line connects only years in a row that have a figure of one meaning. A break of meaning is a dashed vertical line.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from collect.errors import ConfigurationError
from nianbao.show import clean
from store.lines import Break, Line, Mark, Quantity
from store.series import Years

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FORMATS = (".png", ".svg")
NAMED = 12
"""Lines that a legend can tell apart; of more, all are grey and the median is drawn."""
_FONTS = ("notosanscjk", "notosanssc", "sourcehansans", "wqy-", "droidsansfallback", "msyh", "simhei", "pingfang", "simsun")
"""How the files of well-known Chinese fonts begin, the best to read first."""
_SIZE = (9.0, 5.0)
_DPI = 150
_MARKERS = "osD^vP"


def require(file: Path) -> None:
    """See that a chart can be written there.

    Raises:
        ConfigurationError: matplotlib is not installed, or the name of the file says no format.
    """
    if file.suffix.lower() not in FORMATS:
        raise ConfigurationError(f"A chart cannot be written as {file.name}.", advice=f"End its name in {' or '.join(FORMATS)}.")
    if find_spec("matplotlib") is None:
        advice = "Install it: pip install 'nianbao[charts]'."
        raise ConfigurationError("Charts are drawn with matplotlib, which is not installed.", advice=advice)


def draw(what: Quantity, lines: Sequence[Line], years: Years, file: Path) -> None:
    """Draw the lines of a metric or an indicator into a file.

    Raises:
        ConfigurationError: as ``require``; no font of this machine has all the characters; the file cannot be written.
    """
    require(file)
    import matplotlib as mpl  # noqa: PLC0415 - see require
    from matplotlib import font_manager  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    title = f"{what.label.zh}  {what.label.en}（{what.unit}）"
    names = [clean(line.name) for line in lines]
    font = font_for("".join((title, *names, _MEDIAN, _NOTHING, _NOTE, "0123456789.-% (n=)")))
    font_manager.fontManager.addfont(font)
    family = font_manager.FontProperties(fname=font).get_name()
    # A dollar in a name is no formula, and the same lines give the same file.
    settings: Any = {"font.family": [family], "axes.unicode_minus": False, "text.parse_math": False, "svg.hashsalt": "nianbao"}
    with mpl.rc_context(settings), warnings.catch_warnings():
        warnings.filterwarnings("error", message="Glyph .* missing")
        figure = Figure(figsize=_SIZE, layout="constrained")
        axes = figure.add_subplot()
        breaks = break_places(lines)
        _draw_lines(axes, lines, names, breaks)
        _draw_breaks(axes, breaks)
        _frame(axes, title, years)
        metadata = {"Date": None} if file.suffix.lower() == ".svg" else {"Software": None}
        try:
            figure.savefig(file, dpi=_DPI, metadata=metadata)
        except UserWarning as warning:
            raise _no_font(str(warning)) from warning
        except OSError as error:
            raise ConfigurationError(f"{file} cannot be written ({error}).", advice="Give another file.") from error


_MEDIAN = "中位数 median"
_NOTHING = "（无数字 none）"
_NOTE = "虚线：口径变化，不可跨越比较  dashed: the meaning changes"


def _draw_lines(axes: Axes, lines: Sequence[Line], names: Sequence[str], breaks: Sequence[float]) -> None:
    if len(lines) > NAMED:
        for line in lines:
            for run in line.runs():
                _plot(axes, run, color="0.8", marker=".", linewidth=0.6, markersize=3)
        _draw_median(axes, lines, breaks)
    else:
        for place, (line, name) in enumerate(zip(lines, names, strict=True)):
            for number, run in enumerate(line.runs()):
                style = {"color": f"C{place % 10}", "marker": _MARKERS[place % len(_MARKERS)]}
                _plot(axes, run, label=name if number == 0 else None, **style)
            if not any(line.runs()):
                axes.plot([], [], " ", label=f"{name}{_NOTHING}")
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize=9)


def _plot(axes: Axes, run: Sequence[Mark], **style: Any) -> None:  # noqa: ANN401 - whatever matplotlib takes
    axes.plot([mark.year for mark in run], [float(mark.value or 0) for mark in run], **style)


def _draw_median(axes: Axes, lines: Sequence[Line], breaks: Sequence[float]) -> None:
    """The median of those that have a figure, of one meaning at a time, over years in a row and no break."""
    found: dict[str, dict[int, list[float]]] = {}
    for mark in (mark for line in lines for mark in line.marks if mark.value is not None):
        found.setdefault(mark.segment, {}).setdefault(mark.year, []).append(float(mark.value or 0))
    label: str | None = f"{_MEDIAN} (n = {sum(any(line.runs()) for line in lines)})"
    for _, by_year in sorted(found.items()):
        years = sorted(by_year)
        starts = [y for y in years if y - 1 not in by_year or y - 0.5 in breaks]
        for start, end in zip(starts, [*starts[1:], years[-1] + 1], strict=True):
            run = [year for year in years if start <= year < end]
            axes.plot(run, [median(by_year[year]) for year in run], color="C3", marker="o", linewidth=2, label=label)
            label = None


def break_places(lines: Sequence[Line]) -> list[float]:
    """Where to draw the breaks of meaning: as few places as stand between the two reports of every break."""
    gaps: list[tuple[float, float]] = []
    for line in lines:
        reported = [mark for mark in line.marks if mark.report_id is not None]
        gaps += [(b.year - 0.5, a.year + 0.5) for a, b in pairwise(reported) if Break.MEANING in b.breaks]
    chosen: list[float] = []
    for end, start in sorted(gaps):
        if not any(start <= place <= end for place in chosen):
            chosen.append(end)
    return chosen


def _draw_breaks(axes: Axes, breaks: Sequence[float]) -> None:
    for place in breaks:
        axes.axvline(place, color="0.4", linestyle=(0, (4, 3)), linewidth=1)
    if breaks:
        axes.annotate(_NOTE, (0, 1), xycoords="axes fraction", xytext=(2, 3), textcoords="offset points", fontsize=8, color="0.4")


def _frame(axes: Axes, title: str, years: Years) -> None:
    axes.set_title(title, loc="left", pad=18)
    axes.set_xlim(years[0] - 0.6, years[1] + 0.6)
    axes.set_xticks(range(years[0], years[1] + 1, max(1, (years[1] - years[0]) // 12)))
    low, high = axes.get_ylim()
    axes.set_ylim(min(0.0, low), high + 0.05 * (high - min(0.0, low)))
    axes.grid(axis="y", color="0.9")
    axes.spines[["top", "right"]].set_visible(False)


def font_for(text: str) -> str:
    """File of the best font of this machine that has every character of a text.

    Raises:
        ConfigurationError: none has.
    """
    from matplotlib import font_manager  # noqa: PLC0415 - see require
    from matplotlib.ft2font import FT2Font  # noqa: PLC0415

    needed = {ord(character) for character in text if not character.isspace()}
    for path in _by_preference(font_manager.findSystemFonts()):
        try:
            known = FT2Font(path).get_charmap()
        except (OSError, RuntimeError):  # a broken font file is as good as none
            continue
        if needed <= known.keys():
            return path
    raise _no_font("No font of this machine has all the characters of the chart.")


def _by_preference(paths: Iterable[str]) -> list[str]:
    def rank(path: str) -> tuple[int, bool, str]:
        name = Path(path).name.lower()
        known = next((place for place, begin in enumerate(_FONTS) if name.startswith(begin)), len(_FONTS))
        return known, "regular" not in name, name

    return sorted(paths, key=rank)


def _no_font(said: str) -> ConfigurationError:
    return ConfigurationError(
        f"{said.rstrip('.')}.",
        advice="Install a Chinese font, on Debian `apt-get install fonts-noto-cjk`, and draw it again; --csv needs none.",
    )
