"""Agencies whose years follow each other, with breaks planted in them: as many reports as wanted, and what each must end in.

``simulate`` makes reports as real ones are distributed, each year by itself; here the figures of a year are those that the
year before leads to. County by county, from real divisions: a government that reports for the jurisdiction, its office,
departments, townships, 2013 to 2025, on the form of the year. One year in twenty is not there. Of the steps that can be
compared, one in twelve has a break of some class under each rule; some counties have an agency that is renamed, merged or
split.
"""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import chain

from benchmarks.simulate import YEARS, printed_cells
from normalize.authority.aliases import AliasFile, Succession
from normalize.authority.bodies import kinds
from normalize.authority.model import Agency, Resolution
from normalize.gazetteer import Level, Region, gazetteer
from normalize.model import Identity, Report, Scope, Tally, Verdict
from store.documents import DocumentFacts

RULES = (
    ("continuity.carry_over", "applications"),
    ("continuity.in_force", "normative_documents"),
    ("continuity.items", "licensing"),
    ("continuity.items_negative", "licensing"),
    ("continuity.magnitude", "fees"),
)
"""What is planted, and so what ``Planted.outcomes`` says, in this order. Nothing else must break."""
CARRY, IN_FORCE, ITEMS, NEGATIVE, SIZE = range(len(RULES))
_CHANCE = 1 / 12
_CARRY_CLASSES = ("shifted", "moved", "restated", "transposed", "digit", "blank", "superseded", "in_doubt")
_BROKEN = {*_CARRY_CLASSES, "sign", "negative", "jump", "renamed", "merged", "split"} - {"superseded", "in_doubt"}
_APPLICANTS = ("natural_person", "business", "research", "public_welfare", "legal_service", "other_org")
_LARGE = 100_000
"""More than all of a county's agencies carry over together."""
_OLD_MARKET = ("industry_commerce", "quality_supervision")

Row = list[int]


@dataclass(frozen=True, slots=True)
class Planted:
    """A document, its report, and the classes that its step must end in; none for an edition that is replaced."""

    facts: DocumentFacts
    report: Report
    outcomes: tuple[str, ...]


@dataclass(slots=True)
class _Year:
    """A report in the making."""

    year: int
    name: str
    figures: dict[str, str]
    outcomes: list[str]
    scope: Scope | None = None
    in_doubt: bool = False
    replaced: Row | None = None
    """What an edition that this one replaces has for carried in."""
    fees: int = 0
    """10,000 times the amount, or 1."""

    @property
    def form(self) -> str:
        return "2014" if self.year < 2019 else "2019" if self.year < 2021 else "2021"


@dataclass(slots=True)
class _State:
    """What an agency carries from year to year."""

    size: float
    """Logarithm of what it receives."""
    scale: int
    """Added to what it carries over; no break of that is planted then."""
    out: Row = field(default_factory=lambda: [0] * 6)
    in_force: int = 0
    items: int = 0
    fees: float = 0.0


@dataclass(frozen=True, slots=True)
class Exceeded:
    """A jurisdiction whose agencies were made to add up to more."""

    agency: str
    year: int


class Histories:
    """``count`` reports or a few more (whole counties), and what is planted in them beside the steps' classes."""

    def __init__(self, count: int, seed: int = 1) -> None:
        self._count = count
        self._seed = seed
        self.successions: list[Succession] = []
        """For the alias file: the splits. Renames and mergers follow from the kinds."""
        self.exceeded: list[Exceeded] = []

    def __iter__(self) -> Iterator[Planted]:
        """County by county."""
        made = 0
        counties = [region for region in gazetteer().regions if region.level is Level.COUNTY and region.until is None]
        for county in counties:
            for planted in self._county(county, random.Random(f"{self._seed} {county.code}")):
                yield planted
                made += 1
            if made >= self._count:
                return

    def _county(self, county: Region, chance: random.Random) -> Iterator[Planted]:
        histories: dict[Agency, list[_Year]] = {}
        for kind in kinds().kinds.values():
            if kind.group == "department" and not kind.successor and kind.key != "market_supervision":
                agency = _agency(county, kind.key, kind.label)
                histories[agency] = _history(agency, chance, YEARS)
        histories |= self._reorganised(county, chance)
        office = _agency(county, "government_office", "人民政府办公室")
        histories[office] = _history(office, chance, YEARS)
        if chance.random() < 0.2:
            _change_scope(histories[office], chance)
        whole = _agency(county, "government", "人民政府")
        histories[whole] = self._whole(whole, histories, chance)
        for agency, years in histories.items():
            yield from chain.from_iterable(_documents(agency, year) for year in _settled(years))

    def _reorganised(self, county: Region, chance: random.Random) -> dict[Agency, list[_Year]]:
        """Agencies that became others at the end of 2020: merged into one by kind, or parted by the alias file."""
        luck = chance.random()
        heir = _agency(county, "market_supervision", "市场监督管理局")
        if luck < 0.5:
            return {heir: _history(heir, chance, YEARS)}
        early, late = range(2013, 2021), range(2021, 2026)
        if luck < 0.8:
            before = [_agency(county, key, kinds().kinds[key].label) for key in _OLD_MARKET[: 1 + (luck > 0.65)]]
            found = {each: _history(each, chance, early, certain=frozenset({2020})) for each in before}
            link = "renamed" if len(before) == 1 else "merged"
            found[heir] = _history(heir, chance, late, certain=frozenset({2021}), before=list(found.values()), link=link)
            return found
        old, heirs = _other(county, "某业管理处"), [_other(county, name) for name in ("某业发展中心", "某业服务中心")]
        self.successions += [Succession(old, each, 2021) for each in heirs]
        found = {old: _history(old, chance, early, certain=frozenset({2020})), heir: _history(heir, chance, YEARS)}
        found |= _parted(found[old], heirs, chance, late)
        return found

    def _whole(self, agency: Agency, parts: dict[Agency, list[_Year]], chance: random.Random) -> list[_Year]:
        """The jurisdiction's reports of 2021 on: at least the sums over what its departments print, but for a few."""
        years = _history(agency, chance, YEARS, scale=_LARGE)
        own = [year for each, history in parts.items() if _counts(each) for year in history]
        for year in years:
            year.scope = Scope.JURISDICTION
            exceeded = year.form != "2014" and chance.random() < 0.05
            _set_whole(year, [y for y in own if y.year == year.year and y.scope is not Scope.JURISDICTION], exceeded=exceeded)
            if exceeded:
                self.exceeded.append(Exceeded(agency.name, year.year))
        return years


def _counts(agency: Agency) -> bool:
    return agency.group in {"government", "department"}


def _set_whole(year: _Year, parts: list[_Year], *, exceeded: bool) -> None:
    """Make the whole larger than its parts; what was granted one less, where it is to be exceeded."""
    if year.form == "2014":
        for cell in ("statistics.received.count", "statistics.closed.count"):
            year.figures[cell] = str(sum(int(part.figures.get(cell, 0)) for part in parts) + 5)
        return
    for row in ("new", "granted", "handled_total"):
        total = sum(int(part.figures[f"applications.{row}.total"]) for part in parts)
        here = [int(year.figures[f"applications.{row}.{applicant}"]) for applicant in _APPLICANTS]
        _set_row(year.figures, row, [total - 1, *[0] * 5] if exceeded and row == "granted" else [here[0] + total, *here[1:]])


def _agency(county: Region, kind: str, label: str) -> Agency:
    city = gazetteer().parent(county)
    place = f"{city.name if city and city.level is Level.CITY else ''}{county.name}"
    return Agency(f"{county.code}:{kind}", f"{place}{label}", county.code, Level.COUNTY, kind, kinds().kinds[kind].group)


def _other(county: Region, label: str) -> Agency:
    name = f"{county.name}{label}"
    return Agency(f"{county.code}:institution:{label}", name, county.code, Level.COUNTY, "institution", "institution")


def _history(
    agency: Agency,
    chance: random.Random,
    years: range,
    *,
    certain: frozenset[int] = frozenset(),
    before: list[list[_Year]] | None = None,
    link: str = "",
    scale: int = 0,
) -> list[_Year]:
    """An agency's reports. ``before`` are those of agencies that it goes on from; ``scale`` is added to what is carried."""
    state = _State(chance.uniform(0, 4.5), scale)
    state.out[0] += scale
    if before:
        ends = [ended[-1] for ended in before]
        state.out = [sum(int(end.figures[f"applications.carried_out.{c}"]) for end in ends) for c in _APPLICANTS]
    state.in_force, state.items, state.fees = chance.randrange(1000, 3000), chance.randrange(20, 300), chance.uniform(20, 900)
    renamed = chance.randrange(2020, 2025) if agency.kind == "education" else 0
    found: list[_Year] = []
    for number in years:
        if number not in certain and chance.random() < 0.05:
            _pass(state, chance)
            continue
        name = agency.name.replace("教育局", "教育和体育局") if renamed and number >= renamed else agency.name
        year = _Year(number, name, {}, ["holds"] * len(RULES))
        follows = bool(found) and found[-1].year == number - 1
        joined = before is not None and not found
        _fill(year, found[-1] if follows else None, state, chance, joined=link if joined else "")
        if renamed == number and follows and year.form != "2014" and year.outcomes[CARRY] in _BROKEN:
            year.outcomes[CARRY] = "renamed"
        if renamed == number and follows:
            year.outcomes[IN_FORCE] = "renamed" if year.outcomes[IN_FORCE] in _BROKEN else year.outcomes[IN_FORCE]
            year.outcomes[ITEMS] = "renamed" if year.outcomes[ITEMS] in _BROKEN else year.outcomes[ITEMS]
        _bar(year, found[-1] if found else None, joined=joined)
        if before and joined and year.outcomes[CARRY] in _BROKEN and any(ended[-1].in_doubt for ended in before):
            year.outcomes[CARRY] = "in_doubt"
        found.append(year)
    return found


def _parted(old: list[_Year], heirs: list[Agency], chance: random.Random, years: range) -> dict[Agency, list[_Year]]:
    """The two heirs of an agency: their first reports together carry on what it left."""
    found = {each: _history(each, chance, years, certain=frozenset({2021})) for each in heirs}
    out = [int(old[-1].figures[f"applications.carried_out.{c}"]) for c in _APPLICANTS]
    share = [chance.randrange(0, each + 1) for each in out]
    broken = chance.random() < 0.5
    rows = (share, [a - b for a, b in zip(out, share, strict=True)])
    for (years_, row), extra in zip(zip(found.values(), rows, strict=True), (0, 7 if broken else 0), strict=True):
        first = years_[0]
        _set_row(first.figures, "carried_in", [row[0] + extra, *row[1:]])
        first.outcomes[CARRY] = "holds" if not broken else "in_doubt" if old[-1].in_doubt else "split"
        first.outcomes[IN_FORCE] = first.outcomes[ITEMS] = first.outcomes[SIZE] = "no_cell"
    return found


def _pass(state: _State, chance: random.Random) -> None:
    """A year of which there is no report."""
    state.out = [chance.randrange(0, 30) + (state.scale if i == 0 else 0) for i in range(6)]


def _fill(year: _Year, earlier: _Year | None, state: _State, chance: random.Random, *, joined: str) -> None:
    drift = chance.uniform(0.8, 1.25)
    received = int(math.exp(state.size) * drift * 3) if state.size > 1 else 0
    if year.form == "2014":
        numbers = {"received": received, "closed": received, "closed.on_time": received, "disclosed": int(300 * drift)}
        numbers |= {"received.online": received, "answered": received, "answered.granted": received, "channel.website": 250}
        year.figures = {f"statistics.{row}.count": str(number) for row, number in numbers.items()}
        return
    _applications(year, earlier, state, received, chance, joined=joined)
    if year.form == "2019":
        _items(year, earlier, state, chance)
    else:
        _in_force(year, earlier, state, chance)
        year.fees = 10_000 if chance.random() < 0.03 else 1
        year.figures["disclosure.fees.amount"] = f"{state.fees * drift * year.fees:.2f}"


def _applications(
    year: _Year, earlier: _Year | None, state: _State, received: int, chance: random.Random, *, joined: str
) -> None:
    before = state.out
    new = [received * 8 // 10, received * 2 // 10, 0, 0, chance.randrange(1, 4), 0]
    new[0] += 40 + state.scale  # so that there is always something to carry
    out = [
        chance.randrange(11, 100) + state.scale,
        chance.randrange(10, 400),
        chance.randrange(0, 3),
        0,
        0,
        chance.randrange(0, 2),
    ]
    comparable = (earlier is not None and earlier.form != "2014") or joined
    row = before
    if comparable and not state.scale and chance.random() < (0.4 if joined else _CHANCE):
        row = _broken_row(year, earlier, before, joined, chance)
    state.out = [min(o, n + r) for o, n, r in zip(out, new, row, strict=True)]
    if state.out == row:  # or a moved row would be last year's copied
        state.out[0] -= 1
    handled = [n + r - o for n, r, o in zip(new, row, state.out, strict=True)]
    for name, numbers in (("new", new), ("handled_total", handled), ("granted", handled), ("carried_out", state.out)):
        _set_row(year.figures, name, numbers)
    _set_row(year.figures, "carried_in", row)
    if year.outcomes[CARRY] == "superseded":
        year.replaced = before
    if year.outcomes[CARRY] == "blank":
        year.figures["applications.carried_in.business"] = ""


def _set_row(figures: dict[str, str], name: str, numbers: Row) -> None:
    for applicant, number in zip((*_APPLICANTS, "total"), (*numbers, sum(numbers)), strict=True):
        figures[f"applications.{name}.{applicant}"] = str(number)


def _broken_row(year: _Year, earlier: _Year | None, before: Row, joined: str, chance: random.Random) -> Row:
    """The row carried in with a break of some class, which is noted as the outcome."""
    moved = [before[0] + 3, before[1] + 4, *before[2:]]
    if joined or earlier is None:
        year.outcomes[CARRY] = joined
        return moved
    wanted = chance.choice(_CARRY_CLASSES)
    made: Row | None = moved
    if wanted == "shifted" and sum(before):
        largest = before.index(max(before))
        made = [n - (i == largest) + (i == (largest + 1) % 6) for i, n in enumerate(before)]
    elif wanted == "restated":
        made = [int(earlier.figures[f"applications.new.{c}"]) for c in _APPLICANTS]
        made = made if sum(made) != sum(before) else None
    elif wanted in {"transposed", "digit"}:
        made = _slipped(before, wanted)
    elif wanted == "blank":
        made = before if before[1] else None
    elif wanted == "in_doubt":
        year.in_doubt = True
    if made is None or (wanted != "blank" and made == before):
        wanted, made = "moved", moved
    year.outcomes[CARRY] = wanted
    return made


def _slipped(before: Row, how: str) -> Row | None:
    """One column with two digits changed over, or with its first digit another; None where none allows it."""
    for i in (0, 1):
        digits = str(before[i])
        if how == "transposed" and len(digits) >= 2 and digits[-1] not in {"0", digits[-2]}:
            other = digits[:-2] + digits[-1] + digits[-2]
        elif how == "digit" and len(digits) >= 3:
            other = str(int(digits[0]) % 9 + 1) + digits[1:]
        else:
            continue
        return [*before[:i], int(other), *before[i + 1 :]]
    return None


def _in_force(year: _Year, earlier: _Year | None, state: _State, chance: random.Random) -> None:
    issued, repealed = chance.randrange(5, 60), chance.randrange(61, 90)
    here = state.in_force + issued - repealed
    if earlier is not None and earlier.form == "2021" and chance.random() < _CHANCE:
        wanted = chance.choice(("sign", "restated", "moved"))
        here = {"sign": state.in_force - issued + repealed, "restated": state.in_force, "moved": here + 1011}[wanted]
        year.outcomes[IN_FORCE] = wanted
    state.in_force = here
    values = {"issued": issued, "repealed": repealed, "in_force": here}
    year.figures |= {f"disclosure.normative_documents.{column}": str(number) for column, number in values.items()}


def _items(year: _Year, earlier: _Year | None, state: _State, chance: random.Random) -> None:
    here, change = state.items, chance.randrange(-9, 10) or 1
    if earlier is not None and earlier.form == "2019" and chance.random() < _CHANCE:
        wanted = chance.choice(("sign", "moved"))
        last = int(earlier.figures["disclosure.licensing.items_last_year"])
        moved = int(earlier.figures["disclosure.licensing.items_change"])
        here = abs(last - moved) if wanted == "sign" and last > moved else here + 5050
        year.outcomes[ITEMS] = wanted if here < 1000 else "moved"
    if year.year == 2020 and chance.random() < 0.05:
        change = -here - 7
        year.outcomes[NEGATIVE] = "negative"
    state.items = here + change
    year.figures["disclosure.licensing.items_last_year"] = str(here)
    year.figures["disclosure.licensing.items_change"] = str(change)


def _bar(year: _Year, earlier: _Year | None, *, joined: bool) -> None:
    """What cannot be compared, whatever is printed."""
    cross = (CARRY, IN_FORCE, ITEMS, SIZE)
    if joined:
        # The agencies before it report on the form of 2019: documents in force and fees begin here.
        for rule in (IN_FORCE, ITEMS, SIZE):
            year.outcomes[rule] = "no_cell"
    elif earlier is None:
        for rule in cross:
            year.outcomes[rule] = "first_year"
    elif earlier.year != year.year - 1:
        for rule in cross:
            year.outcomes[rule] = "missing_year"
    else:
        has = {
            CARRY: earlier.form != "2014" and year.form != "2014",
            IN_FORCE: earlier.form == "2021",
            ITEMS: earlier.form == "2019" and year.form == "2019",
            SIZE: earlier.form == "2021",
        }
        for rule, there in has.items():
            if not there:
                year.outcomes[rule] = "no_cell"
    if year.form != "2019":
        year.outcomes[NEGATIVE] = "no_cell"


def _change_scope(years: list[_Year], chance: random.Random) -> None:
    """The office reports for itself, and from some year on for more."""
    since = chance.randrange(2016, 2025)
    for i, year in enumerate(years):
        year.scope = Scope.JURISDICTION if year.year >= since else Scope.OWN_OFFICE
        if i and years[i - 1].year == year.year - 1 and years[i - 1].scope is not year.scope:
            for rule in (CARRY, IN_FORCE, ITEMS, SIZE):
                year.outcomes[rule] = "scope_differs"


def _settled(years: list[_Year]) -> list[_Year]:
    """The years, once it is known what stands around each: jumps, and doubt in one of two reports."""
    known = {year.year: year for year in years if year.form == "2021"}
    for year in known.values():
        earlier = known.get(year.year - 1)
        if year.outcomes[SIZE] == "holds" and earlier is not None and earlier.fees != year.fees:
            around = [n for n in (year.year - 2, year.year + 1) if n in known]
            year.outcomes[SIZE] = "jump" if around else "holds"
    doubted = {year.year for year in years if year.in_doubt}
    for year in years:
        for rule, outcome in enumerate(year.outcomes):
            involved = {year.year} if rule == NEGATIVE else {year.year, year.year - 1}
            if outcome in _BROKEN and involved & doubted:
                year.outcomes[rule] = "in_doubt"
    return years


def _documents(agency: Agency, year: _Year) -> Iterator[Planted]:
    if year.replaced is not None:
        edition = dict(year.figures)
        _set_row(edition, "carried_in", year.replaced)
        yield _document(agency, year, edition, "", ())
        yield _document(agency, year, year.figures, "（更正）", tuple(year.outcomes))
    else:
        yield _document(agency, year, year.figures, "", tuple(year.outcomes))


def _document(agency: Agency, year: _Year, figures: dict[str, str], suffix: str, outcomes: tuple[str, ...]) -> Planted:
    document = f"{agency.region_code}/{agency.name}{year.year}{suffix}.html"
    digest = sha256(document.encode()).hexdigest()
    facts = DocumentFacts(document, digest, f"https://x/{digest[:12]}.html", 40_000, "text/html", "", 0)
    identity = Identity(f"{year.name}{year.year}年政府信息公开工作年度报告", year.name, year.year, scope=year.scope)
    cells = printed_cells(year.form, figures)
    verdict = Verdict.REVIEW if year.in_doubt else Verdict.VERIFIED
    report = Report(identity, year.form, verdict, cells, tally=Tally(len(cells), len(cells), 0, 0))
    return Planted(facts, replace(report, agency=Resolution(agency, basis="name")), outcomes)


def alias_file(histories: Histories) -> AliasFile:
    """The successions that the database cannot know by itself."""
    return AliasFile((), tuple(histories.successions))


def tally_of(planted: dict[str, tuple[str, ...]]) -> dict[tuple[str, str], int]:
    """How many of each class are planted, by rule."""
    found: dict[tuple[str, str], int] = defaultdict(int)
    for outcomes in planted.values():
        for (rule, _), outcome in zip(RULES, outcomes, strict=True):
            found[rule, outcome] += 1
    return dict(found)
