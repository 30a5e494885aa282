"""How an actor waits without knowing for what: an operation as a generator of effects.

An operation that needs nothing from outside returns its answer. One that must wait is a generator: it
yields `Send` (messages to peers) or `Wait` (something durable) and is resumed with the outcome. Who
drives it decides how the waiting is done: the server with the reactor, a unit test by `run`.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar, overload

from xdsi_sim.errors import XdsiSimError

__all__ = ["Answer", "Call", "Effect", "Flow", "NoAnswer", "Send", "Unreached", "Wait", "run"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A message for a peer."""

    url: str
    transaction: str
    """Name in `vocab.TRANSACTIONS`."""
    message: Any
    """The request value of the transaction."""
    passing: bool = False
    """Whether an answer that is large is wanted once its envelope is there, its documents while they come:
    what is left of it may never come."""


class NoAnswer(XdsiSimError):
    """The peer could not be reached, did not answer in time, or what it sent is no answer.

    A SOAP fault of the peer is the same to the asker: there is no response message.
    """


class Unreached(NoAnswer):
    """There was no connection: the peer has seen nothing of the message, so it may be sent again."""


Answer = Any | NoAnswer
"""The response value of the transaction, or why there is none."""


@dataclass(frozen=True, slots=True)
class Send:
    """Send all calls at once; resumed with a tuple of answers in their order."""

    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class Wait:
    """Wait until something is done; resumed with its result, or its exception is thrown in."""

    future: Future[Any]


Effect = Send | Wait
Flow = Generator[Effect, Any, T]


@overload
def run(operation: Flow[T], send: Callable[[Call], Answer]) -> T: ...
@overload
def run(operation: T, send: Callable[[Call], Answer]) -> T: ...
def run(operation: Flow[T] | T, send: Callable[[Call], Answer]) -> T:
    """Drive an operation to its end in the calling thread; `send` answers one call."""
    if not isinstance(operation, Generator):
        return operation
    outcome: Any = None
    try:
        effect = next(operation)
        while True:
            if isinstance(effect, Send):
                effect = operation.send(tuple(send(call) for call in effect.calls))
                continue
            try:
                outcome = effect.future.result()
            except Exception as error:  # noqa: BLE001  # whatever it is, the operation decides
                effect = operation.throw(error)
            else:
                effect = operation.send(outcome)
    except StopIteration as stop:
        result: T = stop.value
        return result
