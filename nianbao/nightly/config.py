"""The night's configuration: one TOML file that a person writes. Every mistake in it is told by its field."""

from __future__ import annotations

import tomllib
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from collect.crawl.model import Politeness
from collect.errors import ConfigurationError
from collect.limits import limits_of
from collect.stated import toml

_ADVICE = "Correct it; docs/nightly.md lists the fields."
Share = Annotated[float, Field(ge=0, le=1)]
ExitCode = Annotated[int, Field(ge=0, le=125)]


def _known_limits(given: dict[str, float | str]) -> dict[str, float | str]:
    try:
        limits_of(given)
    except ConfigurationError as error:
        raise ValueError(str(error)) from error
    return given


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Gates(_Part):
    """What the candidate may differ from the published copy by. Shares are of 1."""

    reports: Share = 0.0
    """By how much of the published reports there may be fewer."""
    reports_of_a_year: Share = 0.05
    """The same for each reporting year."""
    lost_figures: Share = 0.0
    """Share of the published figures that may be NULL now though their document is still there."""
    other_figures: Share = 0.0
    """Share of the published figures that may read otherwise now though their document is the same."""
    fill: Share = 0.02
    """By how much the share of figures that are not NULL may fall, in a form and in each main indicator."""
    verified: Share = 0.02
    """By how much the share of verified reports may fall."""
    review: Share = 0.02
    """By how much the share of reports that a person is to look at may rise."""
    rejected: Share = 0.05
    """By how much the share of documents that gave no report may rise."""
    revisions: Share = 0.05
    """Share of the published reports whose figures may have been changed since the last publication."""
    silent_sources: Share = 0.1
    """Share of the enabled sources that may have fallen silent, while something is due, since the last publication."""
    least: int = Field(default=5, ge=1)
    """Shares of fill, verdicts, rejected documents and revisions are judged where at least so many make the difference."""
    explained: dict[str, str] = Field(default_factory=dict)
    """By version of the reader: why it reads otherwise. A version that is not explained is not published."""


class Policy(_Part):
    """The exit code for what happened; 0 where it is no failure. Of several, that of the first in this order which is not 0."""

    step_failed: ExitCode = 11
    gate_fired: ExitCode = 10
    silent_source: ExitCode = 12
    source_failed: ExitCode = 0
    rejected: ExitCode = 0
    """New documents that gave no report."""
    review: ExitCode = 0
    """New reports that a person is to look at."""
    overruled: ExitCode = 0
    locked: ExitCode = 75
    """Another run is at it; decided before all else."""


class NightConfig(_Part):
    """One night's work. Relative paths start from the folder of the file."""

    sources: Path = Path("sources")
    archive: Path = Path("archive")
    database: str = "reports.sqlite"
    """Path of an SQLite file, or an SQLAlchemy URL."""
    published: Path = Path("published/reports.sqlite")
    copies: int = Field(default=7, ge=0)
    """Published copies that are kept beside the present one."""
    state: Path = Path("night")
    """Folder of lock, journal, summaries, log and the record of overruled gates."""
    workers: int = Field(default=2, ge=1)
    limits: Annotated[dict[str, float | str], AfterValidator(_known_limits)] = Field(default_factory=dict)
    """What archives may hold and what a document may cost, by name, where that is not to be the default: docs/hostile.md."""
    checks: tuple[Literal["continuity", "copies"], ...] = ("continuity", "copies")
    aliases: Path | None = None
    """Alias file that settles names of agencies, taken before the documents."""
    metrics: Path | None = None
    """Prometheus text file; its folder is that of node_exporter's textfile collector."""
    log: Path | None = None
    """One JSON object a line, a line a document; by default ``night.jsonl`` in the state folder."""
    summaries: Path | None = None
    """Folder of summaries; by default the state folder."""
    quiet_days: int = Field(default=1, ge=1)
    """Outside the months in which its reports are due, a source is gone through no more often than this."""
    patience_days: int = Field(default=3, ge=0)
    """A source whose report is due may fail for so long before that is silence."""
    crawl: Politeness = Politeness()
    """How sites are asked; ``contact`` is what the User-Agent names, so that a site can complain."""
    gates: Gates = Gates()
    policy: Policy = Policy()

    @property
    def log_file(self) -> Path:
        """Where the log goes."""
        return self.log or self.state / "night.jsonl"

    @property
    def summary_folder(self) -> Path:
        """Where the summaries go."""
        return self.summaries or self.state

    @property
    def is_url(self) -> bool:
        """Whether the database is named by a URL, not by a path."""
        return "://" in self.database


def read_config(file: Path | None, **changes: object) -> NightConfig:
    """The configuration of a file, or the default one; ``changes`` are options that stand above it, None for none.

    Raises:
        ConfigurationError: it cannot be read, or says something that does not fit; every such field is named.
    """
    raw: dict[str, Any] = {} if file is None else _toml(file)
    base = Path.cwd() if file is None else file.resolve().parent
    config = _checked(raw, str(file) if file else "the options")
    config = _placed(config, base)
    given = {name: value for name, value in changes.items() if value is not None}
    contact = given.pop("contact", None)
    if contact is not None:
        given["crawl"] = {**asdict(config.crawl), "contact": contact}
    if not given:
        return config
    return _placed(_checked({**config.model_dump(), **given}, "the options"), Path.cwd())


def _toml(file: Path) -> dict[str, Any]:
    try:
        return toml(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file} cannot be read ({error}).", advice="Give a TOML file in UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{file} is no TOML ({error}).", advice=_ADVICE) from error


def _checked(raw: dict[str, Any], name: str) -> NightConfig:
    try:
        return NightConfig.model_validate(raw)
    except ValidationError as error:
        said = "; ".join(
            f"{'.'.join(map(str, each['loc'])) or 'the file'}: {each['msg']}" for each in error.errors(include_url=False)
        )
        raise ConfigurationError(f"{name}: {said}.", advice=_ADVICE) from error


def _placed(config: NightConfig, base: Path) -> NightConfig:
    """Its paths made absolute."""
    names = ("sources", "archive", "published", "state", "aliases", "metrics", "log", "summaries")
    paths = {name: base / path for name in names if (path := getattr(config, name)) is not None}
    database = config.database if config.is_url else str(base / config.database)
    return config.model_copy(update={**paths, "database": database})
