"""Listening sockets: one for each port, or several for as many processes, among which the system divides."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from errno import EADDRINUSE
from typing import Any, Final

from twisted.internet.error import CannotListenError

from xdsi_sim.errors import CannotRun
from xdsi_sim.server.loop import Loop

__all__ = ["Ports"]

_BACKLOG: Final = 512


class Ports:
    """The ports of a topology by name: listened on here, or taken over from the process that listens."""

    def __init__(
        self,
        loop: Loop,
        taken_over: Mapping[str, socket.socket] | None = None,
        *,
        shared: bool = False,
        held: bool = False,
    ) -> None:
        """If `shared`, other processes may listen on the same ports: see `hand_over`.

        If `held`, who connects waits until `begin`.
        """
        self._loop = loop
        self._taken_over = taken_over
        self._shared = shared
        self._open: dict[str, tuple[str, int]] = {}
        self._held: list[Any] | None = [] if held else None

    def listen(self, name: str, host: str, port: int, factory: Any, *, setting: str) -> Any:
        """Listen on `port`, or on any free one for 0; raises CannotRun where that cannot be done.

        What is taken over under the name listens already. `setting` tells who was refused what to change.
        """
        try:
            opened = self._loop.call(self._listen, name, host, port, factory)
        except (CannotListenError, OSError) as error:
            cause = getattr(error, "socketError", error)
            taken = getattr(cause, "errno", None) == EADDRINUSE
            raise CannotRun(
                f"cannot listen on {host}:{port}: {cause}.",
                hint=f"{'Stop what listens there, or name' if taken else 'Name'} another address {setting}.",
            ) from None
        self._open[name] = host, opened.getHost().port
        return opened

    def begin(self) -> None:
        """Let in who has connected until now, and from now on everybody."""
        self._loop.call(self._begin)

    def _begin(self) -> None:
        held, self._held = self._held, None
        for port in held or ():
            port.startReading()

    def _listen(self, name: str, host: str, port: int, factory: Any) -> Any:
        opened = self._open_port(name, host, port, factory)
        if self._held is not None:
            opened.stopReading()  # the system keeps connections waiting
            self._held.append(opened)
        return opened

    def _open_port(self, name: str, host: str, port: int, factory: Any) -> Any:
        reactor = self._loop.reactor
        if self._taken_over is None and not self._shared:
            return reactor.listenTCP(port, factory, backlog=_BACKLOG, interface=host)
        own = _first(host, port) if self._taken_over is None else self._taken_over[name]
        with own:  # the reactor takes a handle of its own
            return reactor.adoptStreamPort(own.fileno(), own.family, factory)

    def hand_over(self) -> Mapping[str, socket.socket]:
        """A socket more on each port, for another process: it gets its share of the connections from now on.

        Who asks has to close them.
        """
        return {name: _listening(host, port) for name, (host, port) in self._open.items()}


def _first(host: str, port: int) -> socket.socket:
    """The socket that others may join. Raises OSError."""
    with _bound(host, port) as alone:  # a stranger who shares its port would be joined as well
        port = alone.getsockname()[1]
    return _listening(host, port)


def _listening(host: str, port: int) -> socket.socket:
    made = _bound(host, port, socket.SO_REUSEPORT)
    made.listen(_BACKLOG)
    made.setblocking(False)
    return made


def _bound(host: str, port: int, *options: int) -> socket.socket:
    made = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        for option in (socket.SO_REUSEADDR, *options):
            made.setsockopt(socket.SOL_SOCKET, option, 1)
        made.bind((host, port))
    except OSError:
        made.close()
        raise
    return made
