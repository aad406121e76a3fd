"""What is installed beside the project: pinned, under licences that anybody may live with, and a wheel that is whole."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import PackageNotFoundError, distribution, metadata, requires
from pathlib import Path

import pytest
import regex
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PINS = [Requirement(line) for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()]

MINORS = [text.rpartition("3.")[2] for text in PROJECT["project"]["classifiers"] if regex.search(r":: 3\.\d", text)]
"""Of the Pythons that the project says it runs on."""

_NAMES = "MIT|MIT-CMU|0?BSD|[23]-Clause|Apache|ISC|Python Software Foundation|PSF|HPND|Zlib|Unlicense|ZPL|CC0|Public Domain"
PERMISSIVE = regex.compile(rf"\b(?:{_NAMES})\b", regex.I)
FORBIDDEN = regex.compile(r"\b(?:AGPL|Affero|GPL|GNU General Public)", regex.I)
ACCEPTED = {
    "atheris": "Apache-2.0 by its licence file, which its metadata do not repeat: an extra, for fuzzing only",
    "certifi": "MPL-2.0: a list of certificates, unchanged",
    "docutils": "public domain and BSD but for an editor's mode (GPL): for the documentation only",
    "hypothesis": "MPL-2.0: for the tests only",
    "pathspec": "MPL-2.0: for the static checks only",
    "text-unidecode": "Artistic License (or GPL): with frictionless, for the tests only",
    "psycopg": "LGPL-3.0: an extra, loaded as a library of its own",
    "psycopg-binary": "LGPL-3.0: an extra, loaded as a library of its own",
}
"""Distributions under other licences, and why they are taken."""


def canonical(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")


def needed() -> dict[str, set[str]]:
    """Every distribution that the project and its extras bring, with the extras asked of it."""
    project = PROJECT["project"]
    waiting = [*project["dependencies"], *(text for extra in project["optional-dependencies"].values() for text in extra)]
    found: dict[str, set[str]] = {}
    while waiting:
        requirement = Requirement(waiting.pop())
        name = canonical(requirement.name)
        extras = set(requirement.extras)
        if name in found and extras <= found[name]:
            continue
        found[name] = found.get(name, set()) | extras
        try:
            stated = requires(requirement.name) or []
        except PackageNotFoundError:
            continue
        for text in stated:
            marker = Requirement(text).marker
            if marker is None or any(marker.evaluate({"extra": extra}) for extra in extras or {""}):
                waiting.append(text)
    return found


def test_every_dependency_is_pinned() -> None:
    pins = {canonical(pin.name) for pin in PINS}
    assert sorted(set(needed()) - pins - {"nianbao", "pip"}) == []


def test_every_pin_is_one_version_on_each_python() -> None:
    for minor in MINORS:
        taken = [
            canonical(pin.name) for pin in PINS if pin.marker is None or pin.marker.evaluate({"python_version": f"3.{minor}"})
        ]
        assert sorted(taken) == sorted(set(taken)), f"3.{minor}"
        assert set(taken) == {canonical(pin.name) for pin in PINS}, f"3.{minor}"
    assert {len(pin.specifier) for pin in PINS} == {1}
    assert {clause.operator for pin in PINS for clause in pin.specifier} == {"=="}


def licence(name: str) -> str:
    stated = metadata(name)
    classifiers = [text for text in stated.get_all("Classifier") or [] if text.startswith("License ::")]
    return " ".join([stated.get("License-Expression") or (stated.get("License") or "")[:200], *classifiers])


def test_every_licence_is_permissive_or_accepted_by_name() -> None:
    odd = {}
    for name in needed():
        try:
            text = licence(name)
        except PackageNotFoundError:
            continue  # of another platform, or an extra that is not installed
        if canonical(name) not in ACCEPTED and (FORBIDDEN.search(text) or not PERMISSIVE.search(text)):
            odd[name] = text
    assert odd == {}


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("MIT", True),
        ("BSD-3-Clause", True),
        ("License :: OSI Approved :: Apache Software License", True),
        ("MIT OR Apache-2.0", True),
        ("AGPL-3.0", False),
        ("GPL-3.0-only", False),
        ("License :: OSI Approved :: GNU General Public License v3 (GPLv3)", False),
        ("", False),
    ],
)
def test_the_licence_patterns(text: str, allowed: bool) -> None:
    assert (PERMISSIVE.search(text) is not None and FORBIDDEN.search(text) is None) == allowed


def built(folder: Path, copy: Path) -> Path:
    """The project's wheel, made as installers make it: by the project's build backend, in a process of its own."""
    command = [sys.executable, "-c", f"from setuptools.build_meta import build_wheel; build_wheel({str(folder)!r})"]
    subprocess.run(command, cwd=copy, check=True, capture_output=True, env={**os.environ, "SOURCE_DATE_EPOCH": "1700000000"})
    (wheel,) = folder.glob("*.whl")
    return wheel


def test_the_wheel_is_whole_and_the_same_every_time(tmp_path: Path) -> None:
    copies = [tmp_path / "once" / "source", tmp_path / "another time" / "source"]
    for copy in copies:
        subprocess.run(["git", "clone", "-q", "--no-hardlinks", str(ROOT), str(copy)], check=True)
    first, second = (built(copy.parent, copy) for copy in copies)
    assert first.read_bytes() == second.read_bytes()
    packed = set(zipfile.ZipFile(first).namelist())
    packages = [name.replace(".", "/") for name in PROJECT["tool"]["setuptools"]["packages"]]
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    rooms = ("collect/", "extract/", "normalize/", "store/", "nianbao/", "explore/")
    kept = [name for name in tracked if name.startswith(rooms) and not name.endswith((".mako", ".gitkeep"))]
    assert sorted(set(kept) - packed) == []
    assert {name.rpartition("/")[0] for name in kept if name.endswith(".py")} <= set(packages)
    assert distribution("nianbao").version in first.name
