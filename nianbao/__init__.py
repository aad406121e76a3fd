"""Nianbao: China's open-government annual reports, digitized.

>>> from pathlib import Path
>>> import nianbao
>>> report = nianbao.read(Path("report.pdf"))[0]        # doctest: +SKIP
>>> report.verdict, report.identity.agency, report.identity.year    # doctest: +SKIP

Heavy parts are imported when first used.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from normalize.model import Report

__all__ = ["read"]


def read(source: Path | str | bytes, name: str = "") -> tuple[Report, ...]:
    """The reports in a file, given by path or as bytes.

    Raises:
        NianbaoError: unreadable, encrypted, unsupported, or no such report.
    """
    from nianbao.pipeline import read_reports  # noqa: PLC0415 - `import nianbao` is to stay cheap

    if isinstance(source, bytes):
        return read_reports(source, name)
    path = Path(source)
    return read_reports(path.read_bytes(), name or path.name)
