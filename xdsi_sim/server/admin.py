"""The addresses at which faults, and more, are set while actors run: JSON, for the machine itself.

Whoever asks from the machine itself may do so; everybody else needs the token that the actors were started
with, and gets nothing where there is none.
"""

from __future__ import annotations

import json
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar, Final

from twisted.internet.defer import maybeDeferred
from twisted.python.failure import Failure
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET

from xdsi_sim.deviations.switches import Switch, Switchboard
from xdsi_sim.errors import LimitExceeded, ProtocolViolation, UsageError
from xdsi_sim.limits import Limits
from xdsi_sim.server.admission import from_this_machine, has_token
from xdsi_sim.server.http import FrontRequest, answer

__all__ = ["Administration", "FaultsResource", "JsonReader", "Refused"]

_LOG: Final = logging.getLogger(__name__)
_JSON: Final = "application/json"
_TOKEN: Final = "XDSI_SIM_TOKEN"


class JsonReader:
    """Takes a body of JSON; realises `http.BodyReader`."""

    most = 64 * 1024
    """Octets of a request."""

    def __init__(self, content_type: str, _folder: Path, _limits: Limits, *, coding: str | None) -> None:
        self.beginning = bytearray()
        self._sound = coding is None and content_type.partition(";")[0].strip().lower() == _JSON

    def feed(self, data: bytes) -> None:
        """The next piece."""
        if len(self.beginning) <= self.most:
            self.beginning += data

    def finish(self) -> Any:
        """The value; raises ProtocolViolation."""
        if not self._sound:
            raise ProtocolViolation(f"Content-Type is to be {_JSON}")
        if len(self.beginning) > self.most:
            raise LimitExceeded(f"a request is at most {self.most} octets")
        try:
            return json.loads(bytes(self.beginning))
        except (ValueError, RecursionError) as error:
            raise ProtocolViolation(f"this is no JSON: {error}") from None

    def abandon(self) -> None:
        """Nothing is kept."""


class Administration(Resource, ABC):
    """What is set while actors run: GET lists it, other methods change it. Below it is each, by its name."""

    body_reader: Any = JsonReader
    what = "this is set"
    """For who may not."""
    methods: ClassVar[Mapping[bool, tuple[str, ...]]]
    """Those that change something: of all, and of each."""

    def __init__(self, *, token: str | None, alone: bool) -> None:
        """Where this process is not `alone`, others answer as well and would not hear of a change."""
        super().__init__()
        self._token = token
        self._alone = alone

    def getChild(self, path: bytes, _request: Any) -> Any:
        """One of them."""
        return self if path == b"" else _One(self, path.decode("latin-1"))

    def render(self, request: FrontRequest) -> int:
        """Serve one request."""
        return self.serve(request, None)

    def serve(self, request: FrontRequest, name: str | None) -> int:
        """The same, for the one of a name."""
        done = maybeDeferred(self._served, request, name)
        done.addErrback(_in_words)
        done.addCallback(lambda answered: self._tell(request, name, *answered))
        return NOT_DONE_YET

    def _tell(self, request: FrontRequest, name: str | None, status: int, told: Mapping[str, Any]) -> None:
        headers = [("Content-Type", _JSON), ("Cache-Control", "no-store")]
        if status == 405:
            headers.append(("Allow", ", ".join(("GET", *self.methods[name is None]))))
        if not request.gone:
            answer(request, status, headers, [json.dumps(told).encode() + b"\n"])

    # --- who may

    def _admit(self, request: FrontRequest) -> None:
        if not has_token(request, self._token) and not from_this_machine(request):
            hint = f"Send the token that the actors were started with, in {_TOKEN}: Bearer TOKEN."
            raise Refused(403, f"{self.what} from the machine itself, or with a token.", hint)

    # --- what is done

    def _served(self, request: FrontRequest, name: str | None) -> Any:
        self._admit(request)
        method = request.method.decode("latin-1")
        if method in ("GET", "HEAD"):
            return 200, self.listed(name)
        if method not in self.methods[name is None]:
            raise Refused(405, f"{method[:20]} is not served here.")
        if not self._alone:
            raise Refused(
                409, "several processes answer here, and only one would hear of it.", "Use --workers 1."
            )
        return self.changed(method, request.body({}), name)

    @abstractmethod
    def listed(self, name: str | None) -> Mapping[str, Any]:
        """What GET tells; raises Refused."""

    @abstractmethod
    def changed(self, method: str, asked: Any, name: str | None) -> Any:
        """Do it, for all or for one; gives status and what is told, or a Deferred of these.

        Raises Refused, UsageError.
        """


class FaultsResource(Administration):
    """All faults: GET lists them, POST switches one on, DELETE all off. Below it is each, by its number."""

    what = "faults are switched"
    methods = {True: ("POST", "DELETE"), False: ("DELETE",)}

    def __init__(
        self, board: Switchboard, switch_on: Callable[[Any], Switch], *, token: str | None, alone: bool
    ) -> None:
        """`switch_on` reads what is asked and does it, or raises UsageError."""
        super().__init__(token=token, alone=alone)
        self._board = board
        self._switch_on = switch_on

    def listed(self, name: str | None) -> Mapping[str, Any]:
        """Those that are on."""
        return {"faults": [switch.facts() for switch in self._switches(name)]}

    def changed(self, method: str, asked: Any, name: str | None) -> Any:
        """Switch one on, or some off."""
        if method == "POST":
            return 201, self._switch_on(asked).facts()
        off = sum(self._board.off(switch.number) for switch in self._switches(name))
        return 200, {"off": off}

    def _switches(self, number: str | None) -> tuple[Switch, ...]:
        if number is None:
            return self._board.switches()
        found = tuple(switch for switch in self._board.switches() if str(switch.number) == number)
        if not found:
            raise Refused(404, f"no fault has the number {number[:20]!r}.", "GET /faults lists them.")
        return found


class _One(Resource):
    """One of what is set, by its name."""

    isLeaf = True

    def __init__(self, above: Administration, name: str) -> None:
        super().__init__()
        self._above = above
        self._name = name

    def render(self, request: FrontRequest) -> int:
        """Serve it, under its name."""
        return self._above.serve(request, self._name)


class Refused(Exception):
    """A request that is not served, with the status that says so."""

    def __init__(self, status: int, text: str, hint: str | None = None) -> None:
        super().__init__(text)
        self.status = status
        self.hint = hint


def _in_words(failure: Failure) -> tuple[int, Mapping[str, Any]]:
    """What is told of trouble."""
    error = failure.value
    if isinstance(error, Refused):
        return error.status, {"error": str(error), "hint": error.hint}
    if isinstance(error, UsageError):
        return 400, {"error": error.message, "hint": error.hint}
    if isinstance(error, ProtocolViolation):
        return error.http, {"error": error.reason, "hint": None}
    _LOG.error("a request to set something failed", exc_info=error)
    return 500, {"error": f"internal error: {type(error).__name__}, which is logged", "hint": None}
