"""The files of deploy/: each is asked by the tool that reads it, as far as a machine without its services can."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from nianbao.nightly.config import NightConfig, read_config
from nianbao.nightly.due import SLACK

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
PROGRAM = "/opt/nianbao/.venv/bin/nianbao"


def require(program: str, package: str) -> str:
    """A program's path. Where it is missing the test is skipped; in CI, which installs it, that is a failure."""
    found = shutil.which(program)
    if found:
        return found
    reason = f"{program} is not installed (Debian: apt-get install {package})"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def settings(file: str) -> dict[str, list[str]]:
    """The settings of a unit, by name."""
    found: dict[str, list[str]] = {}
    for line in (DEPLOY / file).read_text("utf-8").splitlines():
        if "=" in line and not line.startswith("#"):
            name, _, value = line.partition("=")
            found.setdefault(name, []).append(value)
    return found


@pytest.fixture
def units(tmp_path: Path) -> list[str]:
    """The units, with a program that exists."""
    program = tmp_path / "nianbao"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    service = (DEPLOY / "nianbao.service").read_text("utf-8").replace(PROGRAM, str(program))
    (tmp_path / "nianbao.service").write_text(service, "utf-8")
    shutil.copy(DEPLOY / "nianbao.timer", tmp_path)
    return [str(tmp_path / "nianbao.service"), str(tmp_path / "nianbao.timer")]


def test_systemd_takes_the_units(units: list[str]) -> None:
    analyze = require("systemd-analyze", "systemd")
    done = subprocess.run([analyze, "verify", *units], capture_output=True, text=True, check=False)
    complaints = [line for line in done.stderr.splitlines() if "nianbao" in line]
    assert (done.returncode, complaints) == (0, [])


def test_the_service_is_hardened(units: list[str]) -> None:
    analyze = require("systemd-analyze", "systemd")
    done = subprocess.run([analyze, "security", "--offline=yes", units[0]], capture_output=True, text=True, check=False)
    exposure = re.search(r"Overall exposure level for nianbao.service: ([\d.]+)", done.stdout)
    assert exposure is not None, done.stderr
    assert float(exposure[1]) < 2


def test_the_timer_names_a_time_there_is() -> None:
    analyze = require("systemd-analyze", "systemd")
    (calendar,) = settings("nianbao.timer")["OnCalendar"]
    done = subprocess.run([analyze, "calendar", "--iterations=2", calendar], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Next elapse:" in done.stdout


def test_every_file_runs_the_same_command() -> None:
    (command,) = settings("nianbao.service")["ExecStart"]
    assert command == f"{PROGRAM} nightly --config /etc/nianbao/night.toml"
    assert command in (DEPLOY / "nianbao.cron").read_text("utf-8")
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    assert compose["services"]["night"]["command"][:3] == ["nightly", "--config", "/etc/nianbao/night.toml"]
    assert '"nightly", "--config", "/etc/nianbao/night.toml"' in (DEPLOY / "Containerfile").read_text("utf-8")
    locked = settings("nianbao.service")["SuccessExitStatus"]
    assert locked == [str(NightConfig().policy.locked)]


FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("weekday", 0, 7))


def cron_times(field: str, low: int, high: int) -> set[int]:
    """The times a field of crontab(5) names."""
    found: set[int] = set()
    for part in field.split(","):
        match = re.fullmatch(r"(\*|\d+(?:-\d+)?)(?:/(\d+))?", part)
        assert match, f"{part} is no field of a crontab"
        bounds = [low, high] if match[1] == "*" else [int(each) for each in match[1].split("-")]
        first, last = bounds[0], bounds[-1]
        assert low <= first <= last <= high
        found |= set(range(first, last + 1, int(match[2] or 1)))
    return found


def test_the_crontab_line_is_one() -> None:
    content = (DEPLOY / "nianbao.cron").read_text("utf-8")
    assert content.endswith("\n")  # cron ignores a last line without one
    lines = [line for line in content.splitlines() if line and not line.startswith("#")]
    assert lines[0] == "MAILTO=root"
    (line,) = lines[1:]
    *fields, user, command = line.split(maxsplit=6)
    assert [cron_times(field, low, high) for field, (_, low, high) in zip(fields, FIELDS, strict=True)] == [
        {30},
        {2},
        set(range(1, 32)),
        set(range(1, 13)),
        set(range(8)),
    ]
    assert user == "nianbao"
    assert "%" not in command  # cron makes it a line end
    assert subprocess.run(["sh", "-n", "-c", command], check=False).returncode == 0
    assert command.endswith("--quiet")


def test_the_compose_file_is_one() -> None:
    """By the specification's schema, which check-jsonschema brings along."""
    check = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(DEPLOY / "compose.yaml")]
    done = subprocess.run(check, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    night = compose["services"]["night"]
    assert (DEPLOY / night["build"]["context"] / night["build"]["dockerfile"]).resolve() == DEPLOY / "Containerfile"
    for volume in night["volumes"]:
        source = volume.split(":")[0]
        assert source in compose["volumes"] or (DEPLOY / source).exists(), source
    secrets = [night["environment"]["PGPASSWORD"], compose["services"]["database"]["environment"]["POSTGRES_PASSWORD"]]
    assert all(secret.startswith("${NIANBAO_DB_PASSWORD:?") for secret in secrets)


def test_the_container_file_installs_what_the_command_needs() -> None:
    content = (DEPLOY / "Containerfile").read_text("utf-8").replace("\\\n", " ")
    instructions = [line.split(maxsplit=1) for line in content.splitlines() if line and not line.startswith("#")]
    known = {"FROM", "ARG", "RUN", "COPY", "ENV", "USER", "WORKDIR", "VOLUME", "ENTRYPOINT", "CMD"}
    assert {name for name, _ in instructions} <= known
    assert instructions[0][0] == "FROM"
    users = [rest for name, rest in instructions if name == "USER"]
    assert users
    assert users[-1] != "root"
    (extras,) = [rest.partition("=")[2] for name, rest in instructions if name == "ARG" and rest.startswith("EXTRAS=")]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert set(extras.split(",")) <= project["optional-dependencies"].keys()
    for name, rest in instructions:
        if name == "RUN":
            assert subprocess.run(["sh", "-n", "-c", rest], check=False).returncode == 0, rest
    ignored = (DEPLOY / "Containerfile.dockerignore").read_text("utf-8").split()
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]["packages"]
    assert not {package.split(".")[0] for package in packages} & set(ignored)


def test_the_configuration_is_one() -> None:
    config = read_config(DEPLOY / "night.toml")
    assert config.published == Path("/var/lib/nianbao/published/reports.sqlite")
    (state,) = settings("nianbao.service")["StateDirectory"]
    for path in (config.archive, config.published, config.state, Path(config.database)):
        assert path.is_relative_to(f"/var/lib/{state}")


def test_a_night_may_start_at_any_minute_of_the_timer() -> None:
    (delay,) = settings("nianbao.timer")["RandomizedDelaySec"]
    assert timedelta(minutes=int(delay.removesuffix("min"))) < SLACK
    assert timedelta(days=1) > 2 * SLACK
