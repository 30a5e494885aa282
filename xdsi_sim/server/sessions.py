"""Sessions on the wire: the paths below which each answers, and the address at which they are kept."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, Protocol

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure
from twisted.web.resource import Resource, getChildForRequest
from twisted.web.server import NOT_DONE_YET

from xdsi_sim.actors.trace import TRACE_HEADER
from xdsi_sim.errors import UsageError
from xdsi_sim.server.admin import Administration, JsonReader, Refused
from xdsi_sim.server.http import FrontRequest, answer
from xdsi_sim.server.sleepers import Awake
from xdsi_sim.visible import visible_line

__all__ = ["Door", "Keeper", "SessionsResource"]

_LOG: Final = logging.getLogger(__name__)
_PLAIN: Final = (("Content-Type", "text/plain; charset=UTF-8"),)


class Borrow(Protocol):
    """Lends sessions."""

    def __call__(self, name: str, *, known: bool, within: bool) -> Any:
        """What is `Awake`, or a Deferred of it; may raise Refused.

        It is `known` that an actor is at the path; who asks is `within` the session, and serves a request.
        """
        ...


class Door(Resource):
    """Leads to the actors of sessions, by name, on one port; one that sleeps is woken first."""

    def __init__(self, borrow: Borrow, root_of: Callable[[Any], Any], known: Collection[bytes]) -> None:
        """`root_of` gives what is on this port of a session that was lent; `known` paths begin so."""
        super().__init__()
        self._borrow = borrow
        self._root_of = root_of
        self._known = known

    def getChild(self, path: bytes, request: FrontRequest) -> Any:
        """The actors of one session."""
        below = request.postpath or [b""]
        known = below[0] in self._known
        try:
            within = request.header(TRACE_HEADER) is not None  # from an actor, who would wait for itself
            lent = self._borrow(path.decode("utf-8", "replace"), known=known, within=within)
        except Refused as refused:
            return _Refusal(refused)
        if isinstance(lent, Deferred):
            return _Waiting(lent, self.enter)
        return self.enter(lent, request)

    def enter(self, awake: Awake, request: FrontRequest) -> Any:
        """What is there; the session is given back at the end of the request."""
        request.notifyFinish().addBoth(lambda _end: awake.lending.give_back())
        return self._root_of(awake)

    def render(self, _request: FrontRequest) -> int:
        """Nobody is at the path itself."""
        return _Refusal(Refused(404, "sessions are below this path, each by its name.")).render(_request)


class _Waiting(Resource):
    """Any path of a session that is not there yet."""

    isLeaf = True

    def __init__(self, lent: Deferred[Any], enter: Callable[[Any, FrontRequest], Any]) -> None:
        super().__init__()
        self._lent = lent
        self._enter = enter

    def render(self, request: FrontRequest) -> int:
        """Keep the request until the session is awake, then have it served there."""

        def come(awake: Awake) -> None:
            """The session is awake: who has left meanwhile gives it back."""
            if request.gone:
                awake.lending.give_back()
            else:
                request.render(getChildForRequest(self._enter(awake, request), request))

        def failed(failure: Failure) -> None:
            """It cannot be woken, which the request is told."""
            error = failure.value
            if not isinstance(error, Refused | UsageError):
                _LOG.error("a session could not be woken", exc_info=error)
                error = Refused(500, "the session could not be woken: internal error, which is logged.")
            if not request.gone:
                refused = error if isinstance(error, Refused) else Refused(503, str(error))
                _Refusal(refused).render(request)

        self._lent.addCallback(come).addErrback(failed)
        return NOT_DONE_YET


class _Refusal(Resource):
    """Any path of a session that cannot be."""

    isLeaf = True

    def __init__(self, refused: Refused) -> None:
        super().__init__()
        self._refused = refused

    def render(self, request: FrontRequest) -> int:
        """Say why, as plain text."""
        hint = f" {self._refused.hint}" if self._refused.hint else ""
        text = visible_line(f"{self._refused}{hint}")
        answer(request, self._refused.status, _PLAIN, [f"{text}\n".encode()])
        return NOT_DONE_YET


class Keeper(Protocol):
    """Has the sessions; all but `listed` give Deferreds and raise, or fail with, Refused and UsageError."""

    def listed(self, name: str | None) -> Mapping[str, Any]:
        """What is known of all, or of one; raises Refused."""
        ...

    def add(self, asked: Any) -> Deferred[Mapping[str, Any]]:
        """Make one as somebody asks for it; gives what is known of it."""
        ...

    def clear(self, name: str) -> Deferred[None]:
        """Take out all that it holds."""
        ...

    def remove(self, name: str) -> Deferred[None]:
        """Take it away."""
        ...


class _Reader(JsonReader):
    most = 4 * 1024 * 1024  # a table of codes is in it


class SessionsResource(Administration):
    """All sessions: GET lists them, POST makes one. Below it is each: POST empties it, DELETE removes it."""

    body_reader = _Reader
    what = "sessions are made and removed"
    methods = {True: ("POST",), False: ("POST", "DELETE")}

    def __init__(self, keeper: Keeper, *, token: str | None) -> None:
        super().__init__(token=token, alone=True)
        self._keeper = keeper

    def listed(self, name: str | None) -> Mapping[str, Any]:
        """All, or one."""
        return self._keeper.listed(name)

    def changed(self, method: str, asked: Any, name: str | None) -> Any:
        """Make, empty or remove one."""
        if name is None:
            return self._keeper.add(asked).addCallback(lambda facts: (201, facts))
        if method == "DELETE":
            return self._keeper.remove(name).addCallback(lambda _done: (200, {"removed": name}))
        if asked != {"clear": True}:
            raise UsageError("a session is emptied by {'clear': true}.")
        return self._keeper.clear(name).addCallback(lambda _done: (200, {"cleared": name}))
