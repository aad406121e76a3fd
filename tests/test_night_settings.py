"""The configuration, which sources are due, and which are silent."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from collect.crawl.model import SiteResult
from collect.errors import ConfigurationError
from nianbao.nightly.config import NightConfig, read_config
from nianbao.nightly.due import Expectation, Held, expect, legal_day, schedule
from store.sources import agency_of
from tests.scripted_nights import site

NOW = datetime(2026, 2, 10, 2, 30, tzinfo=UTC)


def written(folder: Path, text: str) -> Path:
    path = folder / "night.toml"
    path.write_text(text, "utf-8")
    return path


def test_paths_start_from_the_folder_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = read_config(written(tmp_path, 'archive = "a"\nmetrics = "/var/m.prom"\n'))
    assert (config.archive, config.metrics, config.database) == (
        tmp_path / "a",
        Path("/var/m.prom"),
        f"{tmp_path}/reports.sqlite",
    )
    assert config.log_file == tmp_path / "night" / "night.jsonl"
    monkeypatch.chdir(tmp_path)
    assert read_config(None) == read_config(written(tmp_path, ""))


def test_options_stand_above_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = written(tmp_path, 'copies = 3\nworkers = 4\n[crawl]\ncontact = "a@example.org"\ntimeout = 20\n[gates]\nfill = 0.5\n')
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    config = read_config(file, copies=9, sources=Path("s"), workers=None, contact="b@example.org", database="postgresql://h/d")
    assert (config.copies, config.workers, config.gates.fill) == (9, 4, 0.5)
    assert (config.sources, config.archive) == (elsewhere / "s", tmp_path / "archive")
    assert (config.crawl.contact, config.crawl.timeout) == ("b@example.org", 20)
    assert config.database == "postgresql://h/d"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("copis = 3", "copis: Extra inputs are not permitted"),
        ("copies = -1", "copies: Input should be greater than or equal to 0"),
        ("[gates]\nfil = 0.1", "gates.fil: Extra inputs are not permitted"),
        ("[gates]\nfill = 2", "gates.fill: Input should be less than or equal to 1"),
        ("[policy]\ngate_fired = 300", "policy.gate_fired: Input should be less than or equal to 125"),
        ("[crawl]\ncontakt = 'x'", "crawl.contakt: Unexpected keyword argument"),
        ("[crawl]\ndelay = 'soon'", "crawl.delay: Input should be a valid number"),
        ("checks = ['spelling']", "checks.0: Input should be 'continuity' or 'copies'"),
        ("copies = 'x'\nworkers = 0", "workers: Input should be greater than or equal to 1"),
        ("copies = ", "is no TOML (Invalid value"),
    ],
)
def test_every_mistake_is_told_by_its_field(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        read_config(written(tmp_path, text))
    assert said in str(error.value)
    assert str(tmp_path / "night.toml") in str(error.value)


def test_a_configuration_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_config(tmp_path / "night.toml")


def test_every_field_is_in_the_documentation() -> None:
    page = (Path(__file__).parent.parent / "docs" / "nightly.md").read_text("utf-8")
    default = NightConfig()
    fields = [*NightConfig.model_fields, *default.gates.__class__.model_fields, *default.policy.__class__.model_fields]
    assert [name for name in fields if f"`{name}`" not in page] == []


def check(name: str, started: datetime, crawl: int = 1, **more: object) -> SiteResult:
    return SiteResult(name, crawl, started, started + timedelta(hours=1), **{"reports": 3, **more})  # type: ignore[arg-type]


YESTERDAY = NOW - timedelta(days=1)
DUE = [
    ({}, [], True),  # never asked
    ({"enabled": False}, [], False),
    ({}, [check("a", YESTERDAY)], True),
    ({}, [check("a", YESTERDAY + timedelta(hours=5))], True),  # a timer is not punctual
    ({}, [check("a", NOW - timedelta(hours=2))], False),
    ({}, [check("a", NOW - timedelta(hours=2), error="timeout")], True),  # to be tried again
    ({}, [check("a", NOW - timedelta(days=3), error="timeout"), check("a", NOW - timedelta(hours=2), 2)], False),
    ({"every_days": 7}, [check("a", NOW - timedelta(days=6))], False),
    ({"every_days": 7}, [check("a", NOW - timedelta(days=7))], True),
    ({"due_months": (9,)}, [check("a", YESTERDAY)], False),  # nothing is due: quiet_days holds
    ({"due_months": (9,)}, [check("a", NOW - timedelta(days=3))], True),
]


@pytest.mark.parametrize(("fields", "checks", "is_due"), DUE, ids=range(len(DUE)))
def test_due(fields: dict[str, object], checks: list[SiteResult], is_due: bool) -> None:
    (found,) = schedule([site("a", **fields)], checks, NOW, quiet_days=3)
    assert found.at(NOW) is is_due
    assert found.why


AUDIT = "沭阳县审计局"
GOVERNMENT = "沭阳县人民政府"
NOTHING = Held(frozenset(), frozenset(), frozenset())


def key(name: str) -> str:
    agency = agency_of(name)
    assert agency is not None
    return agency.key


EXPECTED = [
    # nothing is due in this month
    ({"due_months": (9,)}, [check("a", NOW, reports=0)], NOTHING, NOW, Expectation()),
    ({"enabled": False}, [], NOTHING, NOW, Expectation()),
    # the report is there: by agency, by printed name, by address
    ({"agency": AUDIT}, [check("a", NOW)], Held(frozenset({key(AUDIT)}), frozenset(), frozenset()), NOW, Expectation()),
    ({"agency": "某某局"}, [check("a", NOW)], Held(frozenset(), frozenset({"某某局"}), frozenset()), NOW, Expectation()),
    ({}, [check("a", NOW)], Held(frozenset(), frozenset(), frozenset({"http://a.example/1.html"})), NOW, Expectation()),
    # it may still come in time
    ({"agency": AUDIT}, [check("a", NOW)], NOTHING, datetime(2026, 1, 31, tzinfo=UTC), Expectation(2025)),
    ({"agency": GOVERNMENT}, [check("a", NOW)], NOTHING, NOW, Expectation(2025)),
    # the legal day is past
    (
        {"agency": AUDIT},
        [check("a", NOW)],
        NOTHING,
        datetime(2026, 2, 1, tzinfo=UTC),
        Expectation(2025, "the report for 2025 is not there, which was due on 2026-01-31"),
    ),
    (
        {},
        [check("a", NOW)],
        NOTHING,
        datetime(2026, 4, 1, tzinfo=UTC),
        Expectation(2025, "the report for 2025 is not there, which was due on 2026-03-31"),
    ),
    # it yields nothing at all
    (
        {},
        [check("a", NOW, reports=0)],
        NOTHING,
        NOW,
        Expectation(2025, "the report for 2025 is not there, and the source yields nothing"),
    ),
    # one bad night is none; several are
    ({}, [check("a", YESTERDAY), check("a", NOW, 2, error="timeout")], NOTHING, NOW, Expectation(2025)),
    (
        {},
        [check("a", NOW - timedelta(days=5)), check("a", NOW, 2, error="timeout")],
        NOTHING,
        NOW,
        Expectation(
            2025, "the report for 2025 is not there, and the source was not gone through to its end since 2026-02-05: timeout"
        ),
    ),
    ({}, [], NOTHING, NOW, Expectation(2025, "the report for 2025 is not there, and the source was never asked")),
]


@pytest.mark.parametrize(("fields", "checks", "held", "now", "expected"), EXPECTED, ids=range(len(EXPECTED)))
def test_silence(fields: dict[str, object], checks: list[SiteResult], held: Held, now: datetime, expected: Expectation) -> None:
    assert expect(site("a", **fields), checks, held, now) == expected


@pytest.mark.parametrize(
    ("agency", "day"),
    [
        (AUDIT, date(2026, 1, 31)),
        (GOVERNMENT, date(2026, 3, 31)),
        ("", date(2026, 3, 31)),
        ("沭阳县庙头镇人民政府", date(2026, 3, 31)),
    ],
)
def test_legal_days(agency: str, day: date) -> None:
    assert legal_day(site("a", agency=agency), 2025) == day
