"""Every table of a document, read by the reader that its layout asks for."""

from __future__ import annotations

from collections.abc import Sequence

from extract.model import Block, Grid, Layout
from normalize.drawn import Inherited, read_drawn
from normalize.flat_headers import InForce
from normalize.placing import TableReading
from normalize.sequence import read_sequence


def read_tables(blocks: Sequence[Block]) -> tuple[TableReading, ...]:
    """Readings of the grids that hold tables of a form, in reading order. A header stays in force for grids without one."""
    readings = []
    drawn: Inherited | None = None
    flat: InForce | None = None
    for block in blocks:
        if not isinstance(block, Grid):
            continue
        if block.layout is Layout.SEQUENCE:
            reading, flat = read_sequence(block, flat)
        else:
            reading, drawn = read_drawn(block, drawn)
        if reading.panels:
            readings.append(reading)
    return tuple(readings)
