"""A crawl that does what a script says, and outlives its process: for tests of the night.

A script is a list of nights; each maps a source to what it holds then, by file name (``None``: gone), or to an error. The
documents are texts that ``scripted_reader`` understands. They lie in a folder of each source, so that an ordinary ingest
takes them in.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from collect.archive.model import CrawlFacts
from collect.crawl.model import SiteResult
from collect.sites.model import Site
from nianbao.batch import ingest
from nianbao.counts import Summary
from nianbao.nightly.config import NightConfig
from nianbao.nightly.doors import Clock, Tell
from store.load import Store
from store.sources import freshness, note_checks
from tests.scripted_reader import reader

Holdings = Mapping[str, str | None] | str
"""Files and their content; or the error that stops the crawl there."""
Script = Sequence[Mapping[str, Holdings]]

START = datetime(2026, 1, 10, 2, 30, tzinfo=UTC)


def site(name: str, **more: object) -> Site:
    return Site(name=name, lists=(f"http://{name}.example/",), **more)  # type: ignore[arg-type]


class Clockwork:
    """A clock that a test sets; it goes a second on with every look."""

    def __init__(self, start: datetime = START) -> None:
        self.now = start

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def next_night(self) -> None:
        self.now = self.now.replace(hour=2, minute=30, second=0) + timedelta(days=1)


class ScriptedCollecting:
    """See above. What it crawled is in ``folder``, so another one goes on from there."""

    def __init__(self, folder: Path, script: Script, sites: Sequence[Site] = ()) -> None:
        self._folder = folder
        self._script = script
        self._sites = tuple(sites) or tuple(site(name) for name in dict.fromkeys(name for night in script for name in night))
        self.asked: list[str] = []
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "documents").mkdir(exist_ok=True)

    def sites(self) -> tuple[Site, ...]:
        return self._sites

    def crawls(self) -> tuple[CrawlFacts, ...]:
        return tuple(
            CrawlFacts(int(number), _time(raw["started"]), _time(raw["finished"]) if raw["finished"] else None)
            for number, raw in self._state().items()
        )

    def results(self) -> tuple[SiteResult, ...]:
        return tuple(_result(raw) for crawl in self._state().values() for raw in crawl["results"].values())

    def addresses(self, crawl: int) -> dict[str, str]:
        root = self._folder / "documents"
        return {str(path): path.parent.name for path in root.rglob("*.txt")} if crawl else {}

    def pending(self, store: Store) -> tuple[int, ...]:
        taken = {each.crawl for each in freshness(store)}
        return tuple(each.number for each in self.crawls() if each.finished and each.number > max(filter(None, taken), default=0))

    def crawl(self, sites: Sequence[Site], clock: Clock, tell: Tell) -> tuple[SiteResult, ...]:
        state = self._state()
        number = next((name for name, raw in state.items() if raw["finished"] is None), str(len(state) + 1))
        crawl = state.setdefault(number, {"started": clock().isoformat(), "finished": None, "results": {}})
        self._write(state)
        for each in sites:
            if each.name not in crawl["results"]:
                self.asked.append(each.name)
                before = self._held_before(each.name, int(number), state)
                crawl["results"][each.name] = self._ask(each.name, before, int(number), clock)
                self._write(state)
                tell({"event": "asked", "source": each.name})
        crawl["finished"] = clock().isoformat()
        self._write(state)
        return tuple(_result(raw) for raw in crawl["results"].values())

    def take_in(self, crawl: int, store: Store, tell: Tell) -> Summary:
        folder = self._folder / "documents"
        summary = Summary()
        if any(folder.rglob("*.txt")):
            summary = ingest([folder], store, read=reader, progress=lambda name: tell({"event": "document", "document": name}))
        note_checks(store, [each for each in self.results() if each.crawl == crawl])
        return summary

    def _holdings(self, name: str, number: int) -> Holdings:
        return self._script[min(number, len(self._script)) - 1].get(name, {})

    def _held_before(self, name: str, number: int, state: Mapping[str, dict[str, object]]) -> dict[str, str]:
        """What a source held when it last answered. Not what lies in its folder: a crawl may have been killed amid its files."""
        held: dict[str, str] = {}
        for earlier in range(1, number):
            holdings = self._holdings(name, earlier)
            if name in state[str(earlier)]["results"] and not isinstance(holdings, str):
                held |= {file: content for file, content in holdings.items() if content is not None}
                held = {file: content for file, content in held.items() if holdings.get(file, "") is not None}
        return held

    def _ask(self, name: str, before: Mapping[str, str], number: int, clock: Clock) -> dict[str, object]:
        raw = {"site": name, "crawl": number, "started": clock().isoformat(), "requests": 2, "error": ""}
        holdings = self._holdings(name, number)
        if isinstance(holdings, str):
            return {**raw, "finished": clock().isoformat(), "error": holdings}
        folder = self._folder / "documents" / name
        folder.mkdir(exist_ok=True)
        changes: dict[str, list[str]] = {"new": [], "changed": [], "vanished": []}
        unchanged = 0
        for file, content in holdings.items():
            path = folder / file
            if content is None:
                changes["vanished"].append(str(path))
                path.unlink(missing_ok=True)
            elif before.get(file) == content:
                unchanged += 1
            else:
                changes["changed" if file in before else "new"].append(str(path))
                path.write_text(content)
        held = len(list(folder.iterdir()))
        return {**raw, **changes, "reports": held, "not_modified": unchanged, "finished": clock().isoformat()}

    def _state(self) -> dict[str, dict[str, object]]:
        path = self._folder / "crawls.json"
        return json.loads(path.read_text()) if path.exists() else {}

    def _write(self, state: object) -> None:
        part = self._folder / "crawls.part"
        part.write_text(json.dumps(state))
        part.replace(self._folder / "crawls.json")


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _result(raw: Mapping[str, object]) -> SiteResult:
    made = dict(raw)
    for name in ("started", "finished"):
        made[name] = _time(made[name])
    for name in ("new", "changed", "vanished"):
        made[name] = tuple(made.get(name, ()))
    return SiteResult(**made)


def config_in(folder: Path, **more: object) -> NightConfig:
    """A configuration of which all lies in one folder."""
    made = NightConfig(
        database=str(folder / "reports.sqlite"),
        published=folder / "public" / "reports.sqlite",
        state=folder / "night",
        metrics=folder / "night" / "nianbao.prom",
        workers=1,
    )
    return made.model_copy(update=more)
