"""Mentions: the numbers that sentences state ("收到政府信息公开申请3607件"). See docs/prose.md.

A wrong role is worse than none. Every number with a unit becomes a mention; what it counts, and whose it is, is told only
where its own words make it clear. The stages: ``quantities`` (which numbers) and ``zeros`` (stated nones), ``structure``
(which is part of which), ``frames`` (the words around each), ``roles`` with the ``wordings`` and ``whose`` (what they count),
``shares`` and ``sums`` (whether the prose agrees with itself), ``restated`` (whether it agrees with the table).
"""

from normalize.mentions.read import Prose, mentions, read_prose
from normalize.mentions.restated import check_mentions, evidence_for_cells

__all__ = ["Prose", "check_mentions", "evidence_for_cells", "mentions", "read_prose"]
