"""Tables of what ways have brought, row by row, and in which columns all rows have to say the same.

Those of several runs under one title are joined: then what is the same wherever it is played is held against
each other, too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from xdsi_sim.scenario.record import Check

__all__ = ["ShownTable", "Table", "joined"]

_SCENARIO = "Scenario"
_SAME = "Same"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of text; the first is what the others are held against."""

    title: str
    columns: tuple[str, ...]
    same: tuple[str, ...]
    """Columns in which all rows must say the same, in whatever run."""
    same_here: tuple[str, ...] = ()
    """Columns in which those of one run must."""
    rows: tuple[tuple[str, ...], ...]

    def differing(self, row: tuple[str, ...]) -> tuple[str, ...]:
        """The columns in which a row says something else than the first."""
        cells = zip(self.columns, row, self.rows[0], strict=True)
        judged = {*self.same, *self.same_here}
        return tuple(column for column, cell, first in cells if column in judged and cell != first)

    @property
    def ok(self) -> bool:
        """Whether all say the same."""
        return not any(map(self.differing, self.rows))

    @property
    def shown_columns(self) -> tuple[str, ...]:
        """With one for the verdict."""
        return (*self.columns, _SAME)

    @property
    def shown_rows(self) -> tuple[tuple[str, ...], ...]:
        """Each with its verdict: `yes`, or the columns in which it differs."""
        return tuple(
            (*row, f"no: {', '.join(odd)}" if (odd := self.differing(row)) else "yes") for row in self.rows
        )

    @property
    def checks(self) -> tuple[Check, ...]:
        """One for each column that has to be the same."""
        return tuple(self._check(column) for column in (*self.same_here, *self.same))

    def _check(self, column: str) -> Check:
        at = self.columns.index(column)
        first = self.rows[0][at] if self.rows else ""
        others = [f"{row[0]}: {row[at]}" for row in self.rows if row[at] != first]
        return Check(
            text=f"{column} is the same in every row",
            ok=not others,
            expected=first,
            observed="; ".join(others) or "the same",
        )


@dataclass(frozen=True, kw_only=True)
class ShownTable:
    """What a step shows as a table."""

    title: str
    columns: tuple[str, ...]
    """The last one is whether the row is the same as the first: `yes`, or `no` and where."""
    rows: tuple[tuple[str, ...], ...]
    same: bool
    """Whether all are."""

    @classmethod
    def of(cls, table: Table) -> ShownTable:
        """As people see it."""
        return cls(title=table.title, columns=table.shown_columns, rows=table.shown_rows, same=table.ok)


def joined(tables: Iterable[tuple[str, Table]]) -> tuple[Table, ...]:
    """Of scenarios by name: one table for each title that several have, in their order.

    Columns that not all of them have, or that are the same within one run alone, are left out.
    """
    by_title: dict[str, list[tuple[str, Table]]] = {}
    for scenario, table in tables:
        by_title.setdefault(table.title, []).append((scenario, table))
    return tuple(
        _join(title, parts)
        for title, parts in by_title.items()
        if len({scenario for scenario, _ in parts}) > 1
    )


def _join(title: str, parts: list[tuple[str, Table]]) -> Table:
    first, *others = (table for _, table in parts)
    columns = tuple(
        name
        for name in first.columns
        if name not in first.same_here and all(name in other.columns for other in others)
    )
    return Table(
        title=title,
        columns=(_SCENARIO, *columns),
        same=tuple(name for name in first.same if name in columns),
        rows=tuple(
            (scenario, *(row[table.columns.index(name)] for name in columns))
            for scenario, table in parts
            for row in table.rows
        ),
    )
