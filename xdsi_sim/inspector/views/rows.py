"""What a view gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["LARGEST", "Row", "Rows"]

LARGEST: Final = 64_000_000
"""Octets of a body that a view reads as a whole."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table, further to the right the deeper it is."""

    depth: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """A table."""

    columns: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    notes: tuple[str, ...] = ()
    """What the reader must know: that it is cut, what is wrong with it."""
