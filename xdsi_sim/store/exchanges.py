"""The exchange log: every message in and out, as it was on the wire.

Recording must not slow what is recorded: exchanges are handed to the writer's thread, which appends many
bodies in one write and commits their rows together. A large part is not copied: its file gets a second
name in the log's folder. The log is for people and reports; unlike the stores it may lose its last moments
when the machine fails, and it forgets the oldest when it is full.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain
from pathlib import Path
from sqlite3 import Connection
from typing import Final, Protocol

from xdsi_sim.exchange import Exchange
from xdsi_sim.ids import new_token
from xdsi_sim.store.bodies import Bodies, Place, Stretch, octets_in
from xdsi_sim.store.exchange_patients import LOOKED_AT, patients_of
from xdsi_sim.store.exchange_reader import ALL, BODIES, DATABASE, ExchangeReader, Selection
from xdsi_sim.store.exchange_rows import COLUMNS, SCHEMA, row_of
from xdsi_sim.store.opening import Share, opening
from xdsi_sim.store.sqlite import Database, insert

__all__ = ["NOT_RECORDED", "ExchangeLog", "Log", "LogPart", "Recorder", "Retention"]

_LOG: Final = logging.getLogger(__name__)
_LINGER: Final = 0.1  # seconds; nobody waits for the log, so it may gather what it writes
_ENOUGH: Final = 4 * 2**20  # octets for one write; of more, the first have left the caches of the processor
_SEGMENT: Final = 64 * 2**20
_SHARE: Final = 16  # the log forgets a sixteenth at a time: often enough, and seldom enough to cost nothing
_MOST_WAITING: Final = 2**28  # octets; a disk that hangs costs records and not all of the memory
_INTO: Final = f"exchange ({COLUMNS})"


class Recorder(Protocol):
    """Takes exchanges, or is off."""

    @property
    def on(self) -> bool:
        """Whether `record` keeps anything."""
        ...

    @property
    def name(self) -> str:
        """Tells one log from another."""
        ...

    def record(self, exchange: Exchange) -> None:
        """Keep an exchange; returns before it is written."""
        ...


class Log(Recorder, Protocol):
    """A recorder that gives back what it has taken."""

    def exchanges(self, conversation: str | None = None) -> Sequence[Exchange]:
        """All exchanges, or those of one conversation, in the order in which they began."""
        ...

    def mark(self) -> int:
        """Stands behind all that was recorded so far."""
        ...

    def heard(self, since: int) -> list[tuple[int, Exchange]]:
        """What was recorded after a mark, in that order, each with the mark behind it."""
        ...


class _NotRecorded:
    on = False
    name = ""

    def record(self, exchange: Exchange) -> None:
        """Nothing is kept."""


NOT_RECORDED: Final[Recorder] = _NotRecorded()


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How much a log keeps; it may hold a sixteenth more until it next forgets, and always the newest."""

    exchanges: int = 100_000
    size: int = 2 * 2**30
    """Octets of all bodies."""


@dataclass(slots=True)
class _Batch:
    """What waits for the writer, who takes all of it at once."""

    waiting: list[tuple[Exchange, list[list[Stretch]]]] = field(default_factory=list)
    """Each with the body of its request and, where there is one, of its response."""
    octets: int = 0
    written: tuple[int, list[Place]] | None = None
    """Segment and places, once the bodies are in it: the rows may have to be inserted again."""

    def bodies(self) -> Iterator[list[Stretch]]:
        """Of all its exchanges."""
        return chain.from_iterable(bodies for _, bodies in self.waiting)


class ExchangeLog:
    """Realises `Recorder` in a folder, and gives back what was recorded."""

    on = True

    def __init__(
        self,
        folder: Path,
        retention: Retention = Retention(),
        *,
        share: Share = Share.ALONE,
        name: str | None = None,
    ) -> None:
        """Open or create the log; raises UsageError where the folder cannot be used.

        Processes that share it are told the `name` under which the first one has opened it.
        """
        self._alone = share is Share.ALONE
        with opening(folder) as opened:
            database = Database(folder / DATABASE, SCHEMA, durable=False, linger=_LINGER, share=share)
            self._database = opened.enter_context(database)
            self._bodies = Bodies(folder / BODIES, min(_SEGMENT, retention.size // _SHARE), share)
        self._reader = ExchangeReader(folder, self._database.reader)
        self._retention = retention
        self._since_forgotten = retention.exchanges  # more may be there than this time are to be kept
        self._filling = threading.Lock()
        self._batch = _Batch()
        self._last: Future[int | None] | None = None
        self.name = name or new_token()

    def close(self) -> None:
        """Write what was recorded, then close."""
        self._database.close()
        self._bodies.close()

    def record(self, exchange: Exchange) -> None:
        """Keep an exchange; its large parts are secured at once, the rest is written soon."""
        if self._batch.octets > _MOST_WAITING:
            _LOG.error("exchange %s is not recorded: too much waits for the disk", exchange.id)
            return
        bodies: list[list[Stretch]] = []
        try:
            bodies.append(self._bodies.stretches(exchange.request.body))
            if exchange.response is not None:
                bodies.append(self._bodies.stretches(exchange.response.body))
            self._hand_over(exchange, bodies)
        except (OSError, RuntimeError):  # the disk is full, the log closed: what is recorded goes on
            _LOG.exception("exchange %s could not be recorded", exchange.id)
            self._bodies.discard(chain.from_iterable(bodies))

    def _hand_over(self, exchange: Exchange, bodies: list[list[Stretch]]) -> None:
        """Put it to what the writer takes next."""
        with self._filling:
            batch = self._batch
            before = batch.octets
            if not batch.waiting:
                self._last = self._database.submit(partial(self._write, batch))
                self._last.add_done_callback(partial(self._written, batch))
            batch.waiting.append((exchange, bodies))
            batch.octets += sum(map(octets_in, bodies))
        if before <= _ENOUGH < batch.octets:
            self._database.hurry()

    @property
    def reader(self) -> ExchangeReader:
        """Gives what is written already, to any thread; what was recorded last may not be among it."""
        return self._reader

    def exchanges(self, conversation: str | None = None, selection: Selection = ALL) -> tuple[Exchange, ...]:
        """All exchanges, or those of one conversation, in the order in which they began."""
        self._catch_up()
        return self._reader.exchanges(conversation, selection)

    def mark(self) -> int:
        """Stands behind all that was recorded so far."""
        self._catch_up()
        return self._reader.newest(Selection(), 0)[1]

    def heard(self, since: int, selection: Selection = ALL) -> list[tuple[int, Exchange]]:
        """What was recorded after a mark, in that order, each with the mark behind it."""
        self._catch_up()
        return self._reader.marked(since, selection)

    def part(self, session: str | None) -> LogPart:
        """What is of a session, or what is of none."""
        return LogPart(self, session)

    def forget(self, session: str) -> None:
        """Take all of a session out of the table; their bodies go with those that they stand among."""
        self._catch_up()
        self._database.submit(
            lambda connection: connection.execute("DELETE FROM exchange WHERE session = ?", (session,))
        ).result()

    def _catch_up(self) -> None:
        """Have everything written that was recorded."""
        if self._last is not None:
            self._database.hurry()
            self._last.result()

    # --- the writer's thread

    def _write(self, batch: _Batch, connection: Connection) -> int | None:
        """Write bodies and rows; gives the first segment that is still needed, where some may not be."""
        with self._filling:
            if self._batch is batch:
                self._batch = _Batch()
        if batch.written is None:
            first = 0 if self._alone else _first_needed(connection)
            batch.written = self._bodies.append(batch.bodies(), first)
        segment, places = batch.written
        following = iter(places)
        rows = [
            row_of(
                *(exchange, segment, next(following), next(following) if len(bodies) > 1 else None),
                patients_of(exchange.request.start_line, map(_beginning, bodies)),
            )
            for exchange, bodies in batch.waiting
        ]
        insert(connection, _INTO, rows)
        self._since_forgotten += len(rows)
        return self._forget(connection)

    def _forget(self, connection: Connection) -> int | None:
        """Take the oldest out of the table: whole segments where they are too large, rows where too many."""
        keep = self._bodies.oldest_within(self._retention.size)
        gone = connection.execute("DELETE FROM exchange WHERE segment < ?", (keep,)).rowcount
        if self._since_forgotten * _SHARE > self._retention.exchanges:
            self._since_forgotten = 0
            gone += connection.execute(
                "DELETE FROM exchange WHERE rowid <= (SELECT max(rowid) FROM exchange) - ?",
                (self._retention.exchanges,),
            ).rowcount
        return _first_needed(connection) if gone else None

    def _written(self, batch: _Batch, done: Future[int | None]) -> None:
        """The batch is committed or given up, so that no row leads to what is removed now."""
        if done.exception() is not None:
            _LOG.error("exchanges could not be recorded", exc_info=done.exception())
            self._bodies.discard(chain.from_iterable(batch.bodies()))
        elif (first := done.result()) is not None:
            self._bodies.remove_below(first)
        batch.waiting.clear()  # the contents in it would live as long as what refers to this call


def _beginning(body: list[Stretch]) -> bytes:
    """The first octets of a body that are at hand: large parts have files of their own, and are documents."""
    pieces, size = [], 0
    for stretch in body:
        if isinstance(stretch, bytes):
            pieces.append(stretch)
            size += len(stretch)
        if size >= LOOKED_AT:
            break
    return b"".join(pieces)


class LogPart:
    """The exchanges of one session, or those of none: records them as such, and knows no others."""

    on = True

    def __init__(self, log: ExchangeLog, session: str | None) -> None:
        self._log = log
        self._session = session
        self._selection = Selection(session=session or "")
        self.name = log.name

    def record(self, exchange: Exchange) -> None:
        """Keep an exchange as one of the session."""
        self._log.record(exchange if self._session is None else replace(exchange, session=self._session))

    def exchanges(self, conversation: str | None = None) -> tuple[Exchange, ...]:
        """Its exchanges, or those of one conversation, in the order in which they began."""
        return self._log.exchanges(conversation, self._selection)

    def mark(self) -> int:
        """Stands behind all that was recorded so far."""
        return self._log.mark()

    def heard(self, since: int) -> list[tuple[int, Exchange]]:
        """What was recorded of it after a mark, in that order, each with the mark behind it."""
        return self._log.heard(since, self._selection)


def _first_needed(connection: Connection) -> int:
    """The first segment that a row leads to; within a transaction, as long as that lasts."""
    first: int | None = connection.execute("SELECT min(segment) FROM exchange").fetchone()[0]
    return first or 0
