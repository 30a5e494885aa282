"""Listening sockets, which several processes may share: each connection is taken by one that has time."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from errno import EADDRINUSE
from typing import Any, Final

from twisted.internet.error import CannotListenError
from twisted.internet.tcp import Port

from xdsi_sim.errors import CannotRun
from xdsi_sim.server.loop import Loop

__all__ = ["Ports"]

_BACKLOG: Final = 512


class _OneAtATime(Port):
    """Takes one connection each time the reactor comes by, and leaves the next to whoever is first.

    Twisted takes as many as wait: the first process to wake up would have all of them.
    """

    numberAccepts: Any = property(lambda _self: 1, lambda _self, _more: None)


class Ports:
    """The ports of a topology by name: listened on here, or taken over from the process that does."""

    def __init__(self, loop: Loop, taken_over: Mapping[str, socket.socket] | None = None) -> None:
        self._loop = loop
        self._taken_over = taken_over
        self._open: dict[str, Any] = {}

    def listen(self, name: str, host: str, port: int, factory: Any, *, setting: str) -> Any:
        """Listen on `port`, or on any free one for 0; raises CannotRun where that cannot be done.

        What is taken over under the name listens already. `setting` tells who was refused what to change.
        """
        try:
            opened = self._loop.call(self._listen, name, host, port, factory)
        except CannotListenError as error:
            taken = getattr(error.socketError, "errno", None) == EADDRINUSE
            raise CannotRun(
                f"cannot listen on {host}:{port}: {error.socketError}.",
                hint=f"{'Stop what listens there, or name' if taken else 'Name'} another address {setting}.",
            ) from None
        self._open[name] = opened
        return opened

    def _listen(self, name: str, host: str, port: int, factory: Any) -> Any:
        reactor = self._loop.reactor
        if self._taken_over is None:
            opened = _OneAtATime(port, factory, _BACKLOG, host, reactor)
        else:
            with self._taken_over[name] as taken:
                taken.setblocking(False)
                # what reactor.adoptStreamPort does, with a class of our own; it takes a handle of its own
                make = _OneAtATime._fromListeningDescriptor  # noqa: SLF001
                opened = make(reactor, taken.fileno(), taken.family, factory)
        opened.startListening()
        return opened

    def sockets(self) -> Mapping[str, socket.socket]:
        """Second handles on all of them, for a process that is to share them."""
        return {name: socket.socket(fileno=os.dup(port.fileno())) for name, port in self._open.items()}
