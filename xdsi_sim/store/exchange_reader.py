"""The exchange log for its readers, in the process that writes it or beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Connection
from typing import Any, Final, NamedTuple, Self

from xdsi_sim.exchange import Exchange
from xdsi_sim.store.exchange_rows import COLUMNS, SCHEMA, exchange_of
from xdsi_sim.store.sqlite import open_to_read

__all__ = ["ALL", "BODIES", "DATABASE", "FOLDER", "ExchangeReader", "Selection"]

FOLDER: Final = "log"
"""Of the log, in a data folder."""
DATABASE: Final = "exchanges.db"
BODIES: Final = "bodies"
_PAGE: Final = 500
_HIGHEST: Final = "\U0010ffff"
_NO_END: Final = 2**62
_OUTLINE: Final = (
    "sender, receiver, transaction_, status, session, count(*), sum(findings <> '[]'), max(started)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which exchanges are asked for; what is None selects nothing out."""

    actor: str | None = None
    """Sender or receiver."""
    transaction: str | None = None
    """In any case: `iti-18`."""
    status: str | None = None
    """How it begins, in any case: `fault`."""
    session: str | None = None
    """By its name; empty selects what is of none."""
    finding: str | None = None
    """Id of a rule that found something, or `any`."""
    patient: str | None = None
    """A part of an identifier of a patient that it names."""
    text: str | None = None
    """A part of its id, its ends, its status, its headers or its findings."""

    def sql(self) -> tuple[str, tuple[str, ...]]:
        """A condition and its values."""
        chosen = [(text, value) for text, value in zip(_CONDITIONS, self._values(), strict=True) if value]
        of_none = ["session IS NULL"] if self.session == "" else []
        where = " AND ".join((*(text for text, _ in chosen), *of_none)) or "1"
        return where, tuple(value for text, value in chosen for _ in range(text.count("?")))

    def takes(self, exchange: Exchange) -> bool:
        """Whether one that is in no table fits, by its ends, transaction, status and session."""
        return (
            self.actor in (None, exchange.sender, exchange.receiver)
            and (self.transaction or exchange.transaction).lower() == exchange.transaction.lower()
            and exchange.status.lower().startswith((self.status or "").lower())
            and (self.session is None or (exchange.session or "") == self.session)
        )

    def _values(self) -> tuple[str | None, ...]:
        return (
            *(self.actor, self.transaction, self.status, self.session),
            *(self.finding, self.patient, self.text),
        )


_TEXTS: Final = (
    *("id", "conversation", "sender", "receiver", "transaction_", "status", "patients"),
    *("request_head", "response_head", "findings", "deviations"),
)
_CONDITIONS: Final = (
    "? IN (sender, receiver)",
    "lower(transaction_) = lower(?)",
    "substr(lower(status), 1, length(?)) = lower(?)",
    "session = ?",
    """(lower(?) = 'any' AND findings <> '[]' OR instr(findings, '["' || upper(?) || '",') > 0)""",
    "instr(lower(patients), lower(?)) > 0",
    "instr(lower(" + " || ' ' || ".join(f"ifnull({column}, '')" for column in _TEXTS) + "), lower(?)) > 0",
)


_IN_ANY_SEGMENT: Final = """segment IN (
    WITH RECURSIVE held (segment) AS (
        SELECT min(segment) FROM exchange
        UNION ALL
        SELECT (SELECT min(segment) FROM exchange WHERE segment > held.segment) FROM held
        WHERE held.segment IS NOT NULL
    )
    SELECT segment FROM held
)"""
"""Of no more than some dozens: with each of them before what is looked for, the indexes find it."""

ALL: Final = Selection()
"""Nothing is left out."""


class Outline(NamedTuple):
    """Exchanges that are alike, counted."""

    sender: str
    receiver: str
    transaction: str
    status: str
    session: str | None
    number: int
    found: int
    """Those of them with findings."""
    last: float
    """When the last of them began."""


class ExchangeReader:
    """Gives what a log holds; bodies are read when they are opened."""

    def __init__(self, folder: Path, connection: Callable[[], Connection]) -> None:
        self._bodies = folder / BODIES
        self._connection = connection

    @classmethod
    def open(cls, folder: Path) -> Self:
        """The log of a folder, also while somebody writes it; raises UsageError where there is none."""
        connection = open_to_read(folder / DATABASE, SCHEMA)
        return cls(folder, lambda: connection)

    def close(self) -> None:
        """Only for a reader that was opened."""
        self._connection().close()

    def exchanges(
        self, conversation: str | None = None, selection: Selection = ALL, limit: int = -1
    ) -> tuple[Exchange, ...]:
        """All exchanges, or those of one conversation, in the order in which they began; the first few."""
        where, values = selection.sql()
        if conversation is None:
            return self._read(f"{where} ORDER BY started, rowid LIMIT ?", *values, limit)
        rest = f"{_IN_ANY_SEGMENT} AND conversation = ? AND {where} ORDER BY started, rowid LIMIT ?"
        return self._read(rest, conversation, *values, limit)

    def newest(self, selection: Selection, limit: int) -> tuple[tuple[Exchange, ...], int]:
        """The last ones recorded, at most so many, as they began; and a mark for `since`."""
        end = self.mark()
        found = self.page(selection, limit, before=end + 1)
        found.reverse()  # of two that began at once, the one that ended first comes first
        return tuple(sorted((exchange for _, exchange in found), key=lambda one: one.started)), end

    def mark(self) -> int:
        """Stands behind all that was written so far."""
        end: int = self._connection().execute("SELECT ifnull(max(rowid), 0) FROM exchange").fetchone()[0]
        return end

    def page(
        self, selection: Selection, limit: int, *, before: int | None = None, after: int = 0
    ) -> list[tuple[int, Exchange]]:
        """The last ones recorded between two marks, at most so many, the newest first; each with its own."""
        where, values = selection.sql()
        end = _NO_END if before is None else before
        rest = f"rowid > ? AND rowid < ? AND {where} ORDER BY rowid DESC LIMIT ?"
        return self._rows(rest, after, end, *values, limit)

    def outlines(self, after: int, end: int) -> list[Outline]:
        """What was recorded after a mark and up to another one, counted by all that an Outline names."""
        sql = f"SELECT {_OUTLINE} FROM exchange WHERE rowid > ? AND rowid <= ? GROUP BY 1, 2, 3, 4, 5"  # noqa: S608  all of it is ours
        return [Outline(*row) for row in self._connection().execute(sql, (after, end))]

    def since(self, mark: int, selection: Selection) -> tuple[tuple[Exchange, ...], int]:
        """What was recorded after a mark, a page at most and in that order; and the next mark."""
        where, values = selection.sql()
        found = self._rows(f"rowid > ? AND {where} ORDER BY rowid LIMIT ?", mark, *values, _PAGE)
        return tuple(exchange for _, exchange in found), found[-1][0] if found else mark

    def marked(self, mark: int, selection: Selection = ALL) -> list[tuple[int, Exchange]]:
        """What was recorded after a mark, a page at most and in that order; each with the mark behind it."""
        where, values = selection.sql()
        return self._rows(f"rowid > ? AND {where} ORDER BY rowid LIMIT ?", mark, *values, _PAGE)

    def all(self, selection: Selection) -> Iterator[Exchange]:
        """All that were recorded, in that order, without keeping the writer from its file."""
        page, mark = self.since(0, selection)
        while page:
            yield from page
            page, mark = self.since(mark, selection)

    def named(self, prefix: str, limit: int = 5) -> tuple[Exchange, ...]:
        """Those whose id begins so, at most `limit`; the one whose whole id it is stands alone.

        Runs with the same seed give the same ids: of those, it is the last one.
        """
        exact = self._read(f"{_IN_ANY_SEGMENT} AND id = ? ORDER BY rowid DESC LIMIT 1", prefix)
        begin_so = f"{_IN_ANY_SEGMENT} AND id >= ? AND id < ? ORDER BY id LIMIT ?"
        return exact or self._read(begin_so, prefix, prefix + _HIGHEST, limit)

    def _read(self, rest: str, *values: Any) -> tuple[Exchange, ...]:
        return tuple(exchange for _, exchange in self._rows(rest, *values))

    def _rows(self, rest: str, *values: Any) -> list[tuple[int, Exchange]]:
        sql = f"SELECT rowid, {COLUMNS} FROM exchange WHERE {rest}"  # noqa: S608  all of it is ours
        rows = self._connection().execute(sql, values)
        return [(row[0], exchange_of(row[1:], self._bodies)) for row in rows]
