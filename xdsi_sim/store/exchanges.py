"""The exchange log: every message in and out, as it was on the wire.

Recording must not slow what is recorded: exchanges are handed to a writer (`exchange_writer`), which appends
many bodies in one write and commits their rows together. A large part is not copied: its file gets a second
name in the log's folder. The log is for people and reports; unlike the stores it may lose its last moments
when the machine fails, and it forgets the oldest when it is full.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Final, Protocol

from xdsi_sim.exchange import Exchange
from xdsi_sim.ids import new_token
from xdsi_sim.store.bodies import Bodies, Stretch
from xdsi_sim.store.exchange_reader import ALL, BODIES, DATABASE, ExchangeReader, Selection
from xdsi_sim.store.exchange_rows import SCHEMA
from xdsi_sim.store.exchange_writer import ExchangeWriter, Retention
from xdsi_sim.store.opening import Share, opening
from xdsi_sim.store.sqlite import Database

__all__ = ["NOT_RECORDED", "ExchangeLog", "Log", "LogPart", "Recorder", "Retention"]

_LOG: Final = logging.getLogger(__name__)
_USUAL: Final = Retention()


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


class ExchangeLog:
    """Realises `Recorder` in a folder, and gives back what was recorded."""

    on = True

    def __init__(
        self,
        folder: Path,
        retention: Retention = _USUAL,
        *,
        share: Share = Share.ALONE,
        name: str | None = None,
    ) -> None:
        """Open or create the log; raises UsageError where the folder cannot be used.

        Processes that share it are told the `name` under which the first one has opened it.
        """
        with opening(folder) as opened:
            database = Database(folder / DATABASE, SCHEMA, durable=False, share=share)
            self._database = opened.enter_context(database)
            self._bodies = Bodies(folder / BODIES, retention.segment, share)
        self._writer = ExchangeWriter(self._database, self._bodies, retention)
        self._reader = ExchangeReader(folder, self._database.reader)
        self.name = name or new_token()

    def close(self) -> None:
        """Write what was recorded, then close."""
        self._writer.close()
        self._database.close()
        self._bodies.close()

    def record(self, exchange: Exchange) -> None:
        """Keep an exchange; its large parts are secured at once, the rest is written soon."""
        if self._writer.full:
            _LOG.error("exchange %s is not recorded: too much waits for the disk", exchange.id)
            return
        bodies: list[list[Stretch]] = []
        try:
            bodies.append(self._bodies.stretches(exchange.request.body))
            if exchange.response is not None:
                bodies.append(self._bodies.stretches(exchange.response.body))
            self._writer.put(exchange, bodies)
        except (OSError, RuntimeError):  # the disk is full, the log closed: what is recorded goes on
            _LOG.exception("exchange %s could not be recorded", exchange.id)
            self._bodies.discard(chain.from_iterable(bodies))

    @property
    def reader(self) -> ExchangeReader:
        """Gives what is written already, to any thread; what was recorded last may not be among it."""
        return self._reader

    def exchanges(self, conversation: str | None = None, selection: Selection = ALL) -> tuple[Exchange, ...]:
        """All exchanges, or those of one conversation, in the order in which they began."""
        self._writer.catch_up()
        return self._reader.exchanges(conversation, selection)

    def mark(self) -> int:
        """Stands behind all that was recorded so far."""
        self._writer.catch_up()
        return self._reader.newest(Selection(), 0)[1]

    def heard(self, since: int, selection: Selection = ALL) -> list[tuple[int, Exchange]]:
        """What was recorded after a mark, in that order, each with the mark behind it."""
        self._writer.catch_up()
        return self._reader.marked(since, selection)

    def part(self, session: str | None) -> LogPart:
        """What is of a session, or what is of none."""
        return LogPart(self, session)

    def forget(self, session: str) -> None:
        """Take all of a session out of the table; their bodies go with those that they stand among."""
        self._writer.catch_up()
        self._database.submit(
            lambda connection: connection.execute("DELETE FROM exchange WHERE session = ?", (session,))
        ).result()


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
