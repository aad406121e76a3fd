"""Sites, nights, and what a crawler must find on them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from normalize.model import CellKey
from tests.sites.answers import Answer, Question
from tests.sites.articles import OFFICES, PLACES, Article, File, Press, revised_cells
from tests.sites.layout import Layout, revised
from tests.sites.layouts_scripted import Gkmlpt, Guarded, Hanweb, HanwebRanges, Jpaas
from tests.sites.layouts_static import Openness, Plain, Trs, Vsb
from tests.sites.server import Fault, Hosted, Server, Visit
from tests.typesetter.model import Figure

KINDS: tuple[tuple[str, type[Layout]], ...] = (
    ("trs", Trs),
    ("hanweb", Hanweb),
    ("plain", Plain),
    ("gkmlpt", Gkmlpt),
    ("vsb", Vsb),
    ("openness", Openness),
    ("jpaas", Jpaas),
    ("ranges", HanwebRanges),
    ("guarded", Guarded),
)
VALIDATORS = ("both", "date", "none", "etag")
NIGHTS = (1, 2, 3)
YEARS = (2024, 2023, 2022, 2021, 2020, 2019)


@dataclass(frozen=True, slots=True)
class Expected:
    """An address that holds a report or a part of one."""

    site: str
    url: str
    role: str
    """``report``, ``attachment`` or ``image``."""
    agency: str
    year: int
    figures: Mapping[CellKey, Figure] = field(repr=False)
    """The truth of every cell that can be read there; empty where there is no table (the page only links to its file) or only
    a picture of one."""
    is_mirror: bool = False
    """Another address holds the same."""


@dataclass(frozen=True, slots=True)
class Change:
    """What the second night brings."""

    new: str
    revised: str
    vanished: str
    moved: tuple[str, str]
    """The old address, which answers with a redirect, and the new one."""
    cells: Mapping[CellKey, tuple[Figure, Figure]] = field(repr=False)
    """Of the revised report: before and after."""


class Scenario:
    """Deterministic by its seed.

    Args:
        seed: Of everything.
        kinds: Which sites there are; names repeat with a number (``trs``, ``trs2``).
        reports: Reports a site.
        others: Near misses and other pages a site.
        crawl_delay: Seconds that every robots file asks for; none if 0.
        faults: Whether some addresses fail before they answer.
    """

    def __init__(
        self,
        seed: int = 1,
        kinds: Sequence[str] = tuple(name for name, _ in KINDS),
        reports: int = 8,
        others: int = 8,
        crawl_delay: float = 0.0,
        *,
        faults: bool = True,
    ) -> None:
        self.seed = seed
        self.reports, self.others = reports, others
        self.crawl_delay = crawl_delay
        self._with_faults = faults
        seen: dict[str, int] = {}
        self.kinds: dict[str, str] = {}
        for kind in kinds:
            seen[kind] = seen.get(kind, 0) + 1
            self.kinds[kind if seen[kind] == 1 else f"{kind}{seen[kind]}"] = kind

    @cached_property
    def _nights(self) -> dict[str, dict[int, list[Article]]]:
        return {name: self._articles(name, index) for index, name in enumerate(self.kinds)}

    def _articles(self, name: str, index: int) -> dict[int, list[Article]]:
        press = Press(PLACES[index % len(PLACES)], f"{self.seed} {name}")
        first: list[Article] = []
        offices = max(2, -(-self.reports // len(YEARS)))
        for number in range(self.reports):
            office, year = OFFICES[number % offices % len(OFFICES)], YEARS[number // offices % len(YEARS)]
            first.append(press.report(office, year, **_clothes(number)))
        first += [press.near_miss(number, YEARS[number % len(YEARS)]) for number in range(self.others // 2)]
        first += [press.news(number, YEARS[number % len(YEARS)]) for number in range(self.others - self.others // 2)]
        if self.kinds[name] == "hanweb":
            mirror = f"/module/xxgk/xxgkAnnualReport.jsp?area={Hanweb.area}&fbtime={first[0].year}"
            first[0] = replace(first[0], mirrors=mirror)
        second = list(first)
        if self.reports >= 4:
            second.append(press.report(OFFICES[offices % len(OFFICES)], YEARS[0]))
            second[1] = revised(first[1])
            second[3] = replace(first[3], address=f"/moved/{first[3].number}.html")
            second.pop(2)
        return {1: first, 2: second, 3: second}

    @contextmanager
    def serve(self) -> Iterator[Served]:
        """Answer for all sites, on the first night."""
        server = Server()
        try:
            layouts = self._layouts(server.bind(tuple(self.kinds)))
            server.start({name: self._hosted(name, layout, index) for index, (name, layout) in enumerate(layouts.items())})
            yield Served(self, server, layouts)
        finally:
            server.stop()

    def _layouts(self, bases: Mapping[str, str]) -> dict[str, Layout]:
        made: dict[str, Layout] = {}
        for index, (name, kind) in enumerate(self.kinds.items()):
            layout = dict(KINDS)[kind](name, bases[name], PLACES[index % len(PLACES)], self._nights[name])
            if self.reports >= 4:
                before, after = self._nights[name][1][3], self._nights[name][2][2]
                layout.moved = {layout.address(before): layout.address(after)}
            made[name] = layout
        return made

    def _hosted(self, name: str, layout: Layout, index: int) -> Hosted:
        lines = getattr(layout, "robots", "")
        if self.crawl_delay:
            lines = (lines or "User-agent: *\n") + f"Crawl-delay: {self.crawl_delay:g}\n"

        def answer(question: Question) -> Answer | None:
            if question.path == "/robots.txt":
                return Answer(lines.encode(), "text/plain") if lines else None
            return layout.answer(question)

        return Hosted(name, answer, VALIDATORS[index % len(VALIDATORS)], self._faults(name, layout))

    def _faults(self, name: str, layout: Layout) -> dict[str, Fault]:
        if not self._with_faults or self.reports < 8:
            return {}
        addresses = [layout.address(article) for article in self._nights[name][1][4:8]]
        match self.kinds[name]:
            case "plain":
                return {addresses[0]: Fault(503), addresses[1]: Fault(0), addresses[2]: Fault(429, retry_after=1)}
            case "trs":
                return {addresses[0]: Fault(200, seconds=0.6), addresses[1]: Fault(502)}
            case "vsb":
                return {layout.column: Fault(503)}
            case _:
                return {}


@dataclass(slots=True)
class Served:
    """A scenario that answers."""

    scenario: Scenario
    server: Server
    layouts: dict[str, Layout]

    def night(self, number: int) -> None:
        """Go on to a night: its pages, and a new count of faults."""
        self.server.night = number

    def visits(self, night: int | None = None) -> tuple[Visit, ...]:
        """The questions so far, of one night or of all."""
        return tuple(visit for visit in self.server.visits() if night in {None, visit.night})

    def write_sources(self, folder: Path, *, delay: float = 0.0) -> None:
        """``sources/*.toml`` for the sites, the family left to be found."""
        folder.mkdir(parents=True, exist_ok=True)
        tables = []
        for name, layout in self.layouts.items():
            tables.append(
                f'[{name}]\ntitle = "{layout.place}人民政府"\nregion = "{layout.place}"\n'
                f'lists = ["{layout.base}{layout.column}{layout.fragment}"]\ndelay = {delay}\nprivate = true\n'
            )
        (folder / "local.toml").write_text("\n".join(tables), "utf-8")

    def expected(self, night: int | None = None) -> tuple[Expected, ...]:
        """Every address that holds a report or a part of one in that night, by site."""
        number = min(night or self.server.night, NIGHTS[-1])
        return tuple(
            each
            for name, layout in self.layouts.items()
            if not isinstance(layout, Guarded)
            for article in self.scenario._nights[name][number]
            if article.is_report
            for each in _expected(name, layout, article)
        )

    def change(self, name: str) -> Change:
        """What the second night brings on a site."""
        layout, first, second = self.layouts[name], self.scenario._nights[name][1], self.scenario._nights[name][2]
        before, after = first[1], second[1]
        cells = {key: (before.figures()[key], figure) for key, figure in revised_cells(before.paper(), after.revision).items()}
        url = layout.base + layout.address(before)
        return Change(
            new=layout.base + layout.address(second[-1]),
            revised=url,
            vanished=layout.base + layout.address(first[2]),
            moved=(layout.base + layout.address(first[3]), layout.base + layout.address(second[2])),
            cells=cells,
        )


def _clothes(number: int) -> dict[str, object]:
    """How a report is published: by its number, so that each site has some of each."""
    match number:
        case 0:
            return {"files": (File("政府信息公开工作年度报告.docx", "docx"),)}
        case 4:
            return {"shape": "attached", "files": (File("年度报告全文.pdf", "pdf"),)}
        case 5:
            return {"shape": "pictures", "files": (File("捕获1.PNG", "png", "image"), File("捕获2.PNG", "png", "image"))}
        case 6:
            return {"shape": "viewer", "files": (File("report.pdf", "pdf"),)}
        case 7:
            return {"files": (File("年度报告.zip", "zip"),)}
        case _:
            return {}


def _expected(name: str, layout: Layout, article: Article) -> Iterator[Expected]:
    whole = article.figures()
    shown = whole if article.shape == "page" else {}
    facts = (article.agency, article.year)
    yield Expected(name, layout.base + layout.address(article), "report", *facts, shown)
    if article.mirrors:
        yield Expected(name, layout.base + article.mirrors, "report", *facts, shown, is_mirror=True)
    for file in article.files:
        figures = {} if file.role == "image" else whole
        yield Expected(name, layout.base + layout.file_address(article, file), file.role, *facts, figures)
