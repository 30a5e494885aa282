"""A search by level as a value: what is asked for, what has to match and what is to be given of it.

Values only; `dicomweb.query` reads them from an address, an instance store answers them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xdsi_sim.dicom.levels import Level

__all__ = ["Absent", "Between", "Condition", "Found", "Like", "OneOf", "Search", "Test"]


@dataclass(frozen=True, slots=True)
class OneOf:
    """The value is one of these."""

    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Between:
    """The value stands between these, both included, in the order of text."""

    low: str
    high: str


@dataclass(frozen=True, slots=True)
class Like:
    """The value fits one of these patterns: `*` is any run of characters, `?` one of them."""

    patterns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Absent:
    """There is no value."""


Test = OneOf | Between | Like | Absent


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One attribute and what its value has to be; any of several values may do."""

    level: Level
    path: str
    """As in `dicom.terms.Term`."""
    test: Test


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What is looked for; all conditions have to hold (PS3.4: C.2.2.2)."""

    level: Level
    study: str | None = None
    """Study Instance UID in which it is looked for."""
    series: str | None = None
    """Series Instance UID in which it is looked for."""
    conditions: tuple[Condition, ...] = ()
    fields: frozenset[str] = frozenset()
    """Tags that are given beside those that a search gives unasked."""
    everything: bool = False
    """Whether all attributes of the level are given."""
    limit: int | None = None
    offset: int = 0
    asked: tuple[tuple[str, str], ...] = ()
    """The parameters as they came, for a store that hands the search on."""

    @property
    def above(self) -> tuple[Level, ...]:
        """Levels above that the results tell of, because the path does not name them."""
        named = {Level.STUDY: self.study, Level.SERIES: self.series}
        return tuple(level for level, uid in named.items() if level < self.level and uid is None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search has found."""

    items: Sequence[bytes]
    """DICOM JSON objects (UTF-8), in a total and stable order."""
    remaining: int | None = 0
    """Results that follow those that were given; None where there are some, nobody knows how many."""
