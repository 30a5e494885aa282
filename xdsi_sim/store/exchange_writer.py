"""The writer of the exchange log: gathers what is recorded, and writes much of it at once.

Bodies are written first, by each process for itself; only the commit of the rows that lead to them is one for
all who share the log.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from queue import SimpleQueue
from sqlite3 import Connection
from typing import Final

from xdsi_sim.exchange import Exchange
from xdsi_sim.store.blocks import BUFFER
from xdsi_sim.store.bodies import Bodies, Place, Stretch, octets_in
from xdsi_sim.store.exchange_patients import LOOKED_AT, patients_of
from xdsi_sim.store.exchange_rows import COLUMNS, row_of
from xdsi_sim.store.sqlite import Database, Row, insert
from xdsi_sim.store.trouble import understood

__all__ = ["ExchangeWriter", "Retention"]

_LOG: Final = logging.getLogger(__name__)
_LINGER: Final = 0.1  # seconds; nobody waits for the log, so it may gather what it writes
_SHARE: Final = 16  # the log forgets a sixteenth at a time: often enough, and seldom enough to cost nothing
_MOST_WAITING: Final = 2**28  # octets; a disk that hangs costs records and not all of the memory
_SEGMENT: Final = 64 * 2**20
_INTO: Final = f"exchange ({COLUMNS})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How much a log keeps; it may hold a sixteenth more until it next forgets, and always the newest."""

    exchanges: int = 100_000
    size: int = 2 * 2**30
    """Octets of all bodies."""

    @property
    def segment(self) -> int:
        """Octets that are forgotten at once."""
        return min(_SEGMENT, self.size // _SHARE)


@dataclass(slots=True)
class _Batch:
    """What waits for the writer, who takes all of it at once."""

    waiting: list[tuple[Exchange, list[list[Stretch]]]] = field(default_factory=list)
    """Each with the body of its request and, where there is one, of its response."""
    octets: int = 0
    written: Future[None] = field(default_factory=Future)

    def bodies(self) -> Iterator[list[Stretch]]:
        """Of all its exchanges."""
        return chain.from_iterable(bodies for _, bodies in self.waiting)


class _Overtaken(Exception):
    """So much was forgotten meanwhile that the segment may go before a row leads to it."""

    def __init__(self, first: int) -> None:
        self.first = first


class ExchangeWriter:
    """A thread that writes what is put to it."""

    def __init__(self, database: Database, bodies: Bodies, retention: Retention) -> None:
        self._database = database
        self._bodies = bodies
        self._retention = retention
        self._since_forgotten = retention.exchanges  # more may be there than this time are to be kept
        self._filling = threading.Lock()
        self._batch = _Batch()
        self._last: Future[None] | None = None
        self._batches: SimpleQueue[_Batch | None] = SimpleQueue()
        self._hurry = threading.Event()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="writer of exchanges", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Write what was put."""
        with self._filling:
            self._closed = True
            self._batches.put(None)
        self._hurry.set()
        self._thread.join()

    # --- any thread

    @property
    def full(self) -> bool:
        """Whether too much waits for the disk."""
        return self._batch.octets > _MOST_WAITING

    def put(self, exchange: Exchange, bodies: list[list[Stretch]]) -> None:
        """Have it written soon: an exchange and its bodies. Raises RuntimeError after `close`."""
        with self._filling:
            if self._closed:
                raise RuntimeError("the exchange log is closed")
            batch = self._batch
            before = batch.octets
            if not batch.waiting:
                self._last = batch.written
                self._batches.put(batch)
            batch.waiting.append((exchange, bodies))
            batch.octets += sum(map(octets_in, bodies))
        if before <= BUFFER < batch.octets:
            self._hurry.set()

    def catch_up(self) -> None:
        """Have everything written that was put; raises what has kept the last of it from being."""
        if self._last is not None:
            self._hurry.set()
            self._last.result()

    # --- the writer's thread

    def _run(self) -> None:
        while (batch := self._batches.get()) is not None:
            self._hurry.wait(_LINGER)
            self._hurry.clear()
            with self._filling:
                self._batch = _Batch()
            self._write(batch)
            batch.waiting.clear()  # the contents in it would live until the next one comes

    def _write(self, batch: _Batch) -> None:
        try:
            first = self._record(batch)
        except Exception as error:  # noqa: BLE001 - whatever it is, the next are written
            _LOG.error("exchanges could not be recorded", exc_info=error)
            self._bodies.discard(chain.from_iterable(batch.bodies()))
            batch.written.set_exception(understood(error))
            return
        if first is not None:  # it is committed, so that no row leads to what is removed
            self._bodies.remove_below(first)
        batch.written.set_result(None)

    def _record(self, batch: _Batch) -> int | None:
        """Write bodies and rows; gives the first segment that is still needed, where some may not be."""
        first = 0
        while True:
            segment, places = self._bodies.append(batch.bodies(), first)
            following = iter(places)
            rows = [
                row_of(
                    *(exchange, segment, next(following), next(following) if len(bodies) > 1 else None),
                    patients_of(exchange.request.start_line, map(_beginning, bodies)),
                )
                for exchange, bodies in batch.waiting
            ]
            try:
                return self._database.submit(partial(self._commit, segment, places, rows)).result()
            except _Overtaken as overtaken:
                first = overtaken.first

    def _commit(
        self, segment: int, places: Sequence[Place], rows: Sequence[Row], connection: Connection
    ) -> int | None:
        """What is done while no other process commits."""
        if (first := _first_needed(connection)) > segment:
            raise _Overtaken(first)
        self._bodies.settle(places)
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


def _first_needed(connection: Connection) -> int:
    """The first segment that a row leads to; within a transaction, as long as that lasts."""
    first: int | None = connection.execute("SELECT min(segment) FROM exchange").fetchone()[0]
    return first or 0
