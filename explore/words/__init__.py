"""Every label of the pages, a catalogue a language. Chinese comes first; a test sees that no language lacks one."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("zh", "en")
"""The first is the one a visitor gets who asked for none."""


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """The labels of a language, by ``topic.name``."""
    raw = tomllib.loads(files(__package__).joinpath(f"{language}.toml").read_text("utf-8"))
    return dict(_flat("", raw))


def _flat(prefix: str, raw: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in raw.items():
        if isinstance(value, str):
            yield prefix + name, value
        else:
            yield from _flat(f"{prefix}{name}.", value)


class Words:
    """The labels of one language: ``words("report.title", year=2024)``."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._labels = catalogue(language)

    def __call__(self, key: str, **values: object) -> str:
        """The label, with its values filled in; KeyError where there is none."""
        label = self._labels[key]
        return label.format(**values) if values else label

    def known(self, topic: str, name: str | None) -> str:
        """The label of a value from the data, or the value itself where it has none."""
        return self._labels.get(f"{topic}.{name}", name or "")
