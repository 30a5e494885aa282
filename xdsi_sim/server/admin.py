"""The address at which faults are switched on and off while actors run: JSON, for the machine itself.

Whoever asks from the machine itself may do so; everybody else needs the token that the actors were started
with, and gets nothing where there is none.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET

from xdsi_sim.deviations.switches import Switch, Switchboard
from xdsi_sim.errors import LimitExceeded, ProtocolViolation, UsageError
from xdsi_sim.limits import Limits
from xdsi_sim.server.admission import from_this_machine, has_token
from xdsi_sim.server.http import FrontRequest, answer

__all__ = ["FaultsResource"]

_JSON: Final = "application/json"
_MOST: Final = 64 * 1024
"""Octets of a request."""
_METHODS: Final = {True: "GET, POST, DELETE", False: "GET, DELETE"}


class JsonReader:
    """Takes a body of JSON; realises `http.BodyReader`."""

    def __init__(self, content_type: str, _folder: Path, _limits: Limits, *, coding: str | None) -> None:
        self.beginning = bytearray()
        self._sound = coding is None and content_type.partition(";")[0].strip().lower() == _JSON

    def feed(self, data: bytes) -> None:
        """The next piece."""
        if len(self.beginning) <= _MOST:
            self.beginning += data

    def finish(self) -> Any:
        """The value; raises ProtocolViolation."""
        if not self._sound:
            raise ProtocolViolation(f"Content-Type is to be {_JSON}")
        if len(self.beginning) > _MOST:
            raise LimitExceeded(f"a request is at most {_MOST} octets")
        try:
            return json.loads(bytes(self.beginning))
        except (ValueError, RecursionError) as error:
            raise ProtocolViolation(f"this is no JSON: {error}") from None

    def abandon(self) -> None:
        """Nothing is kept."""


class FaultsResource(Resource):
    """All faults: GET lists them, POST switches one on, DELETE all off. Below it is each, by its number."""

    body_reader = JsonReader

    def __init__(
        self, board: Switchboard, switch_on: Callable[[Any], Switch], *, token: str | None, alone: bool
    ) -> None:
        """`switch_on` reads what is asked and does it, or raises UsageError.

        Where this process is not `alone`, others answer as well and would not hear of a change.
        """
        super().__init__()
        self._board = board
        self._switch_on = switch_on
        self._token = token
        self._alone = alone

    def getChild(self, path: bytes, _request: Any) -> Any:
        """One fault."""
        return self if path == b"" else _One(self, path.decode("latin-1"))

    def render(self, request: FrontRequest) -> int:
        """Serve one request."""
        return self.serve(request, None)

    def serve(self, request: FrontRequest, number: str | None) -> int:
        """The same, for the fault of a number."""
        try:
            self._admit(request)
            status, told = self._done(request, number)
        except _Refused as refused:
            status, told = refused.status, {"error": str(refused), "hint": refused.hint}
        except UsageError as error:
            status, told = 400, {"error": error.message, "hint": error.hint}
        except ProtocolViolation as problem:
            status, told = problem.http, {"error": problem.reason, "hint": None}
        headers = [("Content-Type", _JSON), ("Cache-Control", "no-store")]
        if status == 405:
            headers.append(("Allow", _METHODS[number is None]))
        answer(request, status, headers, [json.dumps(told).encode() + b"\n"])
        return NOT_DONE_YET

    # --- who may

    def _admit(self, request: FrontRequest) -> None:
        if not has_token(request, self._token) and not from_this_machine(request):
            hint = "Send the token that the actors were started with, in XDSI_SIM_TOKEN: Bearer TOKEN."
            raise _Refused(403, "faults are switched from the machine itself, or with a token.", hint)

    # --- what is done

    def _done(self, request: FrontRequest, number: str | None) -> tuple[int, Mapping[str, Any]]:
        method = request.method.decode("latin-1")
        if method in ("GET", "HEAD"):
            return 200, {"faults": [switch.facts() for switch in self._switches(number)]}
        if method not in _METHODS[number is None]:
            raise _Refused(405, f"{method[:20]} is not served here.")
        if not self._alone:
            raise _Refused(
                409, "several processes answer here, and only one would hear of it.", "Use --workers 1."
            )
        if method == "POST":
            return 201, self._switch_on(request.body({})).facts()
        found = self._switches(number)
        off = sum(self._board.off(switch.number) for switch in found)
        return 200, {"off": off}

    def _switches(self, number: str | None) -> tuple[Switch, ...]:
        if number is None:
            return self._board.switches()
        found = tuple(switch for switch in self._board.switches() if str(switch.number) == number)
        if not found:
            raise _Refused(404, f"no fault has the number {number[:20]!r}.", "GET /faults lists them.")
        return found


class _One(Resource):
    """One fault by its number."""

    isLeaf = True
    body_reader = JsonReader

    def __init__(self, above: FaultsResource, number: str) -> None:
        super().__init__()
        self._above = above
        self._number = number

    def render(self, request: FrontRequest) -> int:
        return self._above.serve(request, self._number)


class _Refused(Exception):
    def __init__(self, status: int, text: str, hint: str | None = None) -> None:
        super().__init__(text)
        self.status = status
        self.hint = hint
