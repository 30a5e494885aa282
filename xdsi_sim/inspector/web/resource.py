"""The inspector on the wire: who may look, which page it is, and that it is made in a thread."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET

from xdsi_sim.content import discard
from xdsi_sim.errors import ProtocolViolation
from xdsi_sim.inspector.web.asked import Answered, Asked, Refused
from xdsi_sim.inspector.web.form import FormReader
from xdsi_sim.inspector.web.inspected import PATH, Inspected
from xdsi_sim.inspector.web.policy import headers_with
from xdsi_sim.inspector.web.stream import Stream
from xdsi_sim.server.admission import from_this_machine, has_token
from xdsi_sim.server.http import FrontRequest, answer
from xdsi_sim.server.threads import Threads

__all__ = ["InspectorResource"]

_LOG: Final = logging.getLogger(__name__)
_EVENTS: Final = "events"
_METHODS: Final = "GET, HEAD, POST"
_THREADS: Final = 4
"""Pages made at a time: they are for a few people, and the actors have the other threads."""
_ASK: Final = ("WWW-Authenticate", 'Basic realm="xdsi-sim inspector", charset="UTF-8"')


class InspectorResource(Resource):
    """All pages below one path."""

    isLeaf = True
    body_reader = FormReader

    def __init__(self, inspected: Inspected, reactor: Any, *, token: str | None) -> None:
        """`token` is that of whoever is not on this machine; without one, nobody else may look."""
        super().__init__()
        self._inspected = inspected
        self._token = token
        self._threads = Threads(reactor, _THREADS)
        self._stream = Stream(inspected.reader, reactor, self._threads)

    def close(self) -> None:
        """End what goes on without an end; in the reactor's thread."""
        self._stream.close()

    def render(self, request: FrontRequest) -> int:
        """Serve one request."""
        try:
            self._admit(request)
            self._serve(request)
        except Refused as refused:
            self._give(request, self._told(refused))
        except ProtocolViolation as problem:
            self._give(request, self._told(Refused(problem.http, problem.reason)))
        return NOT_DONE_YET

    def _admit(self, request: FrontRequest) -> None:
        if has_token(request, self._token) or from_this_machine(request):
            return
        if self._token is not None:
            raise Refused(
                401, "A password is needed.", "It is what XDSI_SIM_TOKEN held when we were started."
            )
        hint = (
            "To look from elsewhere, start the actors with a word in XDSI_SIM_TOKEN, and give it as password."
        )
        raise Refused(403, "The inspector is open to the machine itself alone.", hint)

    def _serve(self, request: FrontRequest) -> None:
        path = tuple(part.decode("utf-8", "replace") for part in request.postpath or ())
        if not path:
            self._give(request, Answered(segments=[], status=301, headers=(("Location", f"/{PATH}/"),)))
            return
        if path == (_EVENTS,) and request.method == b"GET":
            self._stream.serve(request)
            return
        page = self._page(request, path)
        self._threads.run(page).addCallbacks(
            partial(self._give, request), lambda failure: self._failed(request, failure.value)
        )

    def _page(self, request: FrontRequest, path: tuple[str, ...]) -> Callable[[], Answered]:
        """What makes the page; raises Refused."""
        method = request.method.decode("latin-1")
        form: dict[str, str] = request.body({}) if method == "POST" else {}
        if method == "POST" and form.get("token") != self._inspected.token:
            raise Refused(403, "This form is not of a page that is open now.", "Load the page again.")
        asked = Asked(query=_parameters(request), form=form)
        return partial(_made, self._inspected, "GET" if method == "HEAD" else method, path, asked)

    def _failed(self, request: FrontRequest, error: BaseException) -> None:
        if not isinstance(error, Refused):
            _LOG.error("a page of the inspector failed", exc_info=error)
            error = Refused(
                500, "This page could not be made.", "That is a defect of ours, and it is logged."
            )
        self._give(request, self._told(error))

    def _told(self, refused: Refused) -> Answered:
        told = self._inspected.page("refused.html.j2", status=refused.status, refused=refused)
        more = {401: (_ASK,), 405: (("Allow", _METHODS),)}.get(refused.status, ())
        return Answered(segments=told.segments, status=refused.status, headers=more)

    def _give(self, request: FrontRequest, answered: Answered) -> None:
        spooled = answered.spooled
        if request.gone:
            if spooled is not None:
                discard(spooled)
            return
        if spooled is not None:
            request.notifyFinish().addBoth(lambda _: discard(spooled))
        headers = (("Content-Type", answered.media_type), *answered.headers)
        answer(request, answered.status, headers_with(headers), answered.segments)


def _made(inspected: Inspected, method: str, path: tuple[str, ...], asked: Asked) -> Answered:
    """In a thread: what pages need is imported when somebody looks, and costs no start of actors."""
    from xdsi_sim.inspector.web.routes import found  # noqa: PLC0415

    make, arguments = found(method, path)
    return make(inspected, asked, *arguments)


def _parameters(request: FrontRequest) -> dict[str, str]:
    return {
        name.decode("utf-8", "replace"): values[-1].decode("utf-8", "replace")
        for name, values in (request.args or {}).items()
    }
