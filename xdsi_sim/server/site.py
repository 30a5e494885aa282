"""A port on which actors answer, each at a path of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from twisted.internet.defer import Deferred, gatherResults, maybeDeferred
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET

from xdsi_sim.limits import Limits
from xdsi_sim.server.http import Front, FrontRequest, Manners, answer, nothing_at
from xdsi_sim.server.loop import Loop
from xdsi_sim.server.ports import Ports
from xdsi_sim.tls.settings import Tls

__all__ = ["ActorSite", "Branch", "Folder"]

_FAREWELL: Final = 5  # seconds; an answer that takes longer is not waited for when the port closes


class _Nowhere(Resource):
    """Any path below one with nothing."""

    isLeaf = True

    def render(self, request: FrontRequest) -> int:
        """404, with what there is instead."""
        answer(request, 404, (("Content-Type", "text/plain; charset=UTF-8"),), [nothing_at(request)])
        return NOT_DONE_YET


class Folder(Resource):
    """A path with nothing but what is put below it."""

    otherwise: Any = _Nowhere()
    """What answers at the path itself, and at all below it that nothing was put at."""

    def getChild(self, _path: bytes, _request: Any) -> Any:
        """Nothing was put here."""
        return self.otherwise

    def render(self, request: FrontRequest) -> int:
        """Nor here."""
        answered: int = self.otherwise.render(request)
        return answered


class Branch:
    """A root of resources, each at a path of its own below it."""

    def __init__(self, loop: Loop) -> None:
        self._loop = loop
        self.root: Any = Folder()
        self.manners = Manners()
        """How requests for its resources are taken."""

    def put(self, path: str, resource: Any) -> None:
        """Let `resource` answer at `path` and below it; its `body_reader`, if there is one, takes bodies."""
        self._loop.call(self._put, path.strip("/").encode().split(b"/"), resource)

    def _put(self, names: list[bytes], resource: Any) -> None:
        below = self.root
        for name in names[:-1]:
            if name not in below.children:
                below.putChild(name, Folder())
            below = below.children[name]
        below.putChild(names[-1], resource)
        if (reader := getattr(resource, "body_reader", None)) is not None:
            self.manners.readers[b"/" + b"/".join(names)] = reader

    def move(self, path: str, new: str, resource: Any) -> None:
        """Let `resource` answer at `new`, and nobody at `path` any more."""
        self._loop.call(self._take_away, path.strip("/").encode().split(b"/"))
        self.put(new, resource)

    def _take_away(self, names: list[bytes]) -> None:
        above = self.root
        for name in names[:-1]:
            above = above.children[name]
        del above.children[names[-1]]

    def delay(self, path: str, seconds: float) -> None:
        """Keep all requests waiting that come for `path`, or for what is below it."""
        self._loop.call(self.manners.delays.__setitem__, f"/{path.strip('/')}".encode(), seconds)

    def put_elsewhere(self, resource: Any) -> None:
        """Let `resource` answer wherever no path begins that something was put at."""
        self._loop.call(setattr, self.root, "otherwise", resource)


class ActorSite(Branch):
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
        ports: Ports | None = None,
        presents: Callable[[], Tls | None] = lambda: None,
    ) -> None:
        """Listen on `port`, or on any free one for 0; raises CannotRun where that cannot be done.

        `presents` is asked at each connection, and gives what stands there in the place of `tls`.
        """
        super().__init__(loop)
        self._front = Front(self.root, spool, limits, later=loop.reactor.callLater, manners=self.manners)
        factory: Any = self._front
        if tls is not None:
            from xdsi_sim.server.tls import secured  # noqa: PLC0415  costs what nobody without TLS should pay

            factory = secured(factory, tls, loop.reactor, presents)
        self._port = (ports or Ports(loop)).listen(
            f"site {host} {port}",
            host,
            port,
            factory,
            setting="with --listen HOST:PORT, or by listen in the file",
        )
        self.port: int = self._port.getHost().port

    def divide(self, name: str, door: Any, manners: Mapping[bytes, Manners]) -> None:
        """Let `door` lead to branches below `/name/`: each is taken by the manners of its own name.

        One without any, which is about to be there, is taken as the site itself.
        """
        self._front.divided = (f"/{name}/".encode(), manners)
        self.put(name, door)

    def close(self) -> None:
        """Take no new connection and end those that are open, one with a request after its answer.

        Returns when all are over; one whose answer takes longer than `_FAREWELL` is cut off.
        """
        self._loop.call(self._close)

    def _close(self) -> Deferred[Any]:
        patience = self._loop.reactor.callLater(_FAREWELL, self._cut_off)
        stopped = maybeDeferred(self._port.stopListening)
        over = gatherResults([stopped, *(channel.end() for channel in self._front.channels.copy())])
        return over.addBoth(lambda _results: patience.active() and patience.cancel())

    def _cut_off(self) -> None:
        for channel in self._front.channels.copy():
            channel.transport.abortConnection()
