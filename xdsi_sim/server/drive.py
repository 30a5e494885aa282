"""Drives an actor's flow with the reactor: calls go out at once, durable work is waited for."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any

from twisted.internet.defer import Deferred, gatherResults
from twisted.python.threadable import isInIOThread

from xdsi_sim.actors.flow import Answer, Call, Effect, Flow, Send
from xdsi_sim.server.loop import Loop

__all__ = ["drive", "drive_blocking", "drive_here", "when_done"]

Sender = Callable[[Call], Deferred[Answer]]


async def drive(flow: Flow[Any], send: Sender, reactor: Any) -> Any:
    """Run `flow` to its end and give its response; what it raises is raised."""
    try:
        effect: Effect = next(flow)
        while True:
            try:
                outcome = await _outcome(effect, send, reactor)
            except Exception as error:  # noqa: BLE001  the flow decides what to make of it
                effect = flow.throw(error)
            else:
                effect = flow.send(outcome)
    except StopIteration as stop:
        return stop.value


def drive_blocking(flow: Flow[Any], send: Sender, loop: Loop) -> Any:
    """The same for a caller in another thread, which waits for the response."""
    return loop.call(lambda: Deferred.fromCoroutine(drive(flow, send, loop.reactor)))


def drive_here(flow: Flow[Any], send: Sender, loop: Loop) -> Any:
    """The same with all work of the flow itself in the thread of the caller, for one that has much to do."""
    try:
        effect: Effect = next(flow)
        while True:
            try:
                outcome = loop.call(_outcome, effect, send, loop.reactor)
            except Exception as error:  # noqa: BLE001  the flow decides what to make of it
                effect = flow.throw(error)
            else:
                effect = flow.send(outcome)
    except StopIteration as stop:
        return stop.value


def _outcome(effect: Effect, send: Sender, reactor: Any) -> Deferred[Any]:
    if isinstance(effect, Send):
        if len(effect.calls) == 1:
            return send(effect.calls[0]).addCallback(lambda answer: (answer,))
        return gatherResults([send(call) for call in effect.calls]).addCallback(tuple)
    return when_done(effect.future, reactor)


def when_done(future: Future[Any], reactor: Any) -> Deferred[Any]:
    """A Deferred that fires in the reactor's thread, where this is called, when `future` is done."""
    deferred: Deferred[Any] = Deferred()

    def fire(done: Future[Any]) -> None:  # which it does not hold: both would be a ring, for the collector
        """Pass the outcome on, in the reactor's thread."""
        try:
            result = done.result()
        except Exception as error:  # noqa: BLE001  that it was cancelled is an outcome, too
            deferred.errback(error)
        else:
            deferred.callback(result)

    future.add_done_callback(partial(_call_there, reactor, fire))
    return deferred


def _call_there(reactor: Any, fire: Callable[[Future[Any]], None], done: Future[Any]) -> None:
    """In the reactor's thread, which is not to be woken by itself."""
    if isInIOThread():
        fire(done)
    else:
        reactor.callFromThread(fire, done)
