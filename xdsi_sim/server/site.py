"""A port on which actors answer, each at a path of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from twisted.internet.error import CannotListenError
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET

from xdsi_sim.errors import CannotRun
from xdsi_sim.limits import Limits
from xdsi_sim.server.http import Front, FrontRequest, answer, nothing_at
from xdsi_sim.server.loop import Loop
from xdsi_sim.tls.settings import Tls

__all__ = ["ActorSite", "Folder"]

_BACKLOG: Final = 512


class Folder(Resource):
    """A path with nothing but what is put below it."""

    def getChild(self, _path: bytes, _request: Any) -> Any:
        """Nothing is here."""
        return _Nowhere()

    def render(self, request: FrontRequest) -> int:
        """Nor here."""
        return _Nowhere().render(request)


class _Nowhere(Resource):
    """Any path below one with nothing."""

    isLeaf = True

    def render(self, request: FrontRequest) -> int:
        answer(request, 404, (("Content-Type", "text/plain; charset=UTF-8"),), [nothing_at(request)])
        return NOT_DONE_YET


class ActorSite:
    """Listens from the start, so that its address is known before an actor is put there."""

    def __init__(
        self,
        loop: Loop,
        host: str,
        port: int,
        spool: Path,
        limits: Limits = Limits(),
        *,
        tls: Tls | None = None,
    ) -> None:
        """Listen on `port`, or on any free one for 0; raises CannotRun where that cannot be done."""
        self._loop = loop
        self._root: Any = Folder()
        front: Any = Front(self._root, spool, limits)
        if tls is not None:
            from xdsi_sim.server.tls import secured  # noqa: PLC0415  costs what nobody without TLS should pay

            front = secured(front, tls, loop.reactor)
        try:
            self._port = loop.call(loop.reactor.listenTCP, port, front, backlog=_BACKLOG, interface=host)
        except CannotListenError as error:
            raise CannotRun(
                f"cannot listen on {host}:{port}: {error.socketError}.",
                hint="Stop what listens there, or name another address with --listen HOST:PORT.",
            ) from None
        self.port: int = self._port.getHost().port

    def put(self, path: str, resource: Any) -> None:
        """Let `resource` answer at `path` and below it."""
        self._loop.call(self._put, path.strip("/").encode().split(b"/"), resource)

    def _put(self, names: list[bytes], resource: Any) -> None:
        below = self._root
        for name in names[:-1]:
            if name not in below.children:
                below.putChild(name, Folder())
            below = below.children[name]
        below.putChild(names[-1], resource)

    def close(self) -> None:
        """Take no new connection; what is under way ends by itself."""
        self._loop.call(self._port.stopListening)
