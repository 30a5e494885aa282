"""What actors have received since a test began, as values to compare and findings to read.

A message is read and judged when it is asked for: by the readers and the rules of `xdsi-sim validate`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from xdsi_sim.errors import Finding
from xdsi_sim.exchange import Exchange, HttpMessage
from xdsi_sim.inspector.judgement import is_message
from xdsi_sim.judging.judged import Asked, Judged, judge_message
from xdsi_sim.scenario.reports.capture import octets_of
from xdsi_sim.soap.saved import read_saved
from xdsi_sim.topology.build import RunningTopology

__all__ = ["Message", "Received", "told"]

_PAUSE: Final = 0.02  # seconds between two looks at the log


@dataclass(frozen=True)
class Message:
    """One message that an actor has received, and what it answered."""

    exchange: Exchange
    """As it was on the wire: headers, octets, times."""
    _spool: Path

    @property
    def transaction(self) -> str:
        """Its name: `ITI-41`, `RAD-68`, `WADO-RS`."""
        return self.exchange.transaction

    @property
    def sender(self) -> str:
        """Id of an actor, or host and port of a client that is none."""
        return self.exchange.sender

    @property
    def receiver(self) -> str:
        """Id of the actor."""
        return self.exchange.receiver

    @property
    def status(self) -> str:
        """How it was answered: `Success`, `Failure`, `Fault Sender`, `HTTP 404`."""
        return self.exchange.status

    @property
    def request(self) -> Any:
        """The request as a value, such as `messages.query.AdhocQueryRequest`; None if it cannot be read."""
        return None if self._asked is None else self._asked.value

    @property
    def answer(self) -> Any:
        """The answer as a value, such as `messages.response.RegistryResponse`; None if there is none."""
        answer = self.exchange.response
        if self._asked is None or answer is None or not answer.body.size:
            return None
        judged = self._judged(answer, self._asked.asked)
        return None if judged is None else judged.value

    @property
    def xml(self) -> bytes:
        """The envelope of the request, without its attachments; empty where it has none."""
        return b"" if self._asked is None else self._asked.root

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All that is wrong with the request: found when it was served, or in what it says."""
        judged = () if self._asked is None else (one for one, _ in self._asked.found)
        found = (*self.exchange.findings, *judged)
        return tuple({(one.rule, one.location, one.text): one for one in found}.values())

    @cached_property
    def _asked(self) -> Judged | None:
        return self._judged(self.exchange.request)

    def _judged(self, message: HttpMessage, asked: Asked | None = None) -> Judged | None:
        """None of what is no message of a SOAP transaction, and no HL7 v2."""
        if not is_message(message):
            return None
        return judge_message(read_saved(b"".join(octets_of(message))), self._spool, asked=asked)


class Received:
    """The messages that the actors of a topology have received since this was made."""

    def __init__(self, running: RunningTopology) -> None:
        self._running = running
        self._before = {exchange.id for exchange in running.exchanges()}
        self._spool = running.folder / "spool"

    def __call__(self, transaction: str | None = None, *, by: str | None = None) -> list[Message]:
        """Those of a transaction, received `by` an actor, in the order in which they came."""
        return [each for each in self._all() if _fits(each, transaction, by)]

    def one(self, transaction: str | None = None, *, by: str | None = None) -> Message:
        """The only one; raises AssertionError where there is another number, and says what has come."""
        found = self(transaction, by=by)
        if len(found) != 1:
            raise AssertionError(f"{_wanted(transaction, by)}: one expected, {len(found)} came; {self}")
        return found[0]

    def wait(
        self, transaction: str | None = None, *, by: str | None = None, count: int = 1, timeout: float = 10
    ) -> list[Message]:
        """The first `count` of them, as soon as they are there.

        Raises AssertionError after `timeout` seconds, and says what has come instead.
        """
        until = time.monotonic() + timeout
        while len(found := self(transaction, by=by)) < count:
            if time.monotonic() > until:
                text = f"{_wanted(transaction, by)}: {count} expected within {timeout:g} s, {len(found)} came"
                raise AssertionError(f"{text}; {self}")
            time.sleep(_PAUSE)
        return found[:count]

    def __str__(self) -> str:
        """What has come, for people."""
        lines = [line for message in self._all() for line in told(message.exchange)]
        return "\n  ".join(("received:", *lines)) if lines else "nothing was received"

    def _all(self) -> Iterator[Message]:
        for exchange in self._running.exchanges():
            if exchange.id not in self._before:
                yield Message(exchange, self._spool)


def _fits(message: Message, transaction: str | None, by: str | None) -> bool:
    return transaction in (None, message.transaction) and by in (None, message.receiver)


def _wanted(transaction: str | None, by: str | None) -> str:
    return f"{transaction or 'any message'}{f' received by {by}' if by else ''}"


def told(exchange: Exchange) -> Iterator[str]:
    """An exchange in lines: who asked whom, and what was found."""
    yield f"{exchange.transaction} {exchange.sender} → {exchange.receiver}: {exchange.status}"
    for finding in exchange.findings:
        source = f" ({finding.cites})" if finding.cites else ""
        yield f"  {finding.rule} {finding.severity.value}: {finding.text}{source}"
