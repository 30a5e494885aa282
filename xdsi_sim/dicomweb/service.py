"""A DICOMweb service: a request in, an answer out, whatever the request is.

Refusals are answers like others: short, in words, and open to the pages of the same origins, since a browser
shows a page nothing of an answer without leave.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from xdsi_sim.actors.ports import BackendFailed
from xdsi_sim.dicom.errors import DicomError
from xdsi_sim.dicomweb.answers import finished
from xdsi_sim.dicomweb.archive import Archive, Target
from xdsi_sim.dicomweb.capabilities import WADL, describe
from xdsi_sim.dicomweb.messages import Answer, Headers, Refused, WebRequest, text_answer
from xdsi_sim.dicomweb.routes import ROUTES, Operation, route_of

__all__ = ["ANYBODY", "DicomWeb", "Plan"]

ANYBODY: Final = ("*",)
_EXPOSED: Final = (
    "Content-Type, Content-Length, Content-Location, Content-Range, Content-Encoding, Location, Warning, ETag"
)
_ALLOWED: Final = "accept, content-type, authorization, range, if-none-match, if-range"
_DAY: Final = "86400"
_AT_THE_ROOT: Final = "GET, HEAD, OPTIONS"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a request asks for, before it is done."""

    transaction: str
    quick: bool
    """Whether `run` takes no longer than a look into the index."""
    run: Callable[[], Answer]
    """Gives the answer; never raises Refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DicomWeb:
    """The face of one archive."""

    archive: Archive
    origins: tuple[str, ...] = ANYBODY
    """Origins of pages that may read answers; `*` is all."""

    def plan(self, request: WebRequest) -> Plan:
        """What is to be done."""
        try:
            return self._planned(request)
        except Refused as refused:
            answer = self._refusal(request, refused)
            return Plan("DICOMweb", True, lambda: answer)

    def refusal(self, request: WebRequest, status: int, reason: str) -> Answer:
        """The answer to what is not even looked at."""
        return self._refusal(request, Refused(status, reason))

    def _planned(self, request: WebRequest) -> Plan:
        if not request.path:
            if request.method not in _AT_THE_ROOT.split(", "):
                raise _not_served(request.method, _AT_THE_ROOT)
            return Plan("DICOMweb", True, lambda: self._root(request))
        route, target = route_of(request.path)
        methods = {name: operation for name, operation in route.methods.items() if self._serves(name)}
        allowed = ", ".join([*methods, *(("HEAD",) if "GET" in methods else ()), "OPTIONS"])
        if request.method == "OPTIONS":
            return Plan("DICOMweb", True, lambda: self._preflight(request, allowed))
        operation = methods.get("GET" if request.method == "HEAD" else request.method)
        if operation is None:
            raise _not_served(request.method, allowed)
        quick = operation.quick and self.archive.store.at_hand
        return Plan(operation.transaction, quick, lambda: self._done(operation, request, target))

    def _done(self, operation: Operation, request: WebRequest, target: Target) -> Answer:
        try:
            answer = finished(request, operation.handler(self.archive, request, target))
        except Refused as refused:
            return self._refusal(request, refused)
        except DicomError as error:
            return self._refusal(request, Refused(406, str(error)))
        except BackendFailed as error:
            return self._refusal(request, Refused(504 if error.late else 502, str(error)))
        return self._with_cors(request, answer)

    def _serves(self, method: str) -> bool:
        return method != "DELETE" or self.archive.deletes

    def _root(self, request: WebRequest) -> Answer:
        """Capabilities (PS3.18: 8.9); to a browser that asks for leave, leave."""
        if request.method == "OPTIONS" and request.header("access-control-request-method"):
            return self._preflight(request, _AT_THE_ROOT)
        methods = {name for route in ROUTES for name in route.methods if self._serves(name)}
        body = describe(self.archive.base, ROUTES, methods)
        return self._with_cors(request, Answer(media_type=WADL, segments=[body]))

    # --- pages of other origins (CORS)

    def _preflight(self, request: WebRequest, allowed: str) -> Answer:
        headers = (
            ("Allow", allowed),
            ("Access-Control-Allow-Methods", allowed),
            ("Access-Control-Allow-Headers", _ALLOWED),
            ("Access-Control-Max-Age", _DAY),
        )
        return self._with_cors(request, Answer(status=204, headers=headers))

    def _refusal(self, request: WebRequest, refused: Refused) -> Answer:
        return self._with_cors(request, text_answer(refused.status, refused.reason, refused.headers))

    def _with_cors(self, request: WebRequest, answer: Answer) -> Answer:
        return replace(answer, headers=_merged(answer.headers, self._cors(request.headers)))

    def _cors(self, headers: Mapping[str, str]) -> Headers:
        common = (
            ("Access-Control-Expose-Headers", _EXPOSED),
            ("Cross-Origin-Resource-Policy", "cross-origin"),
        )
        if "*" in self.origins:
            return (("Access-Control-Allow-Origin", "*"), *common)
        vary = ("Vary", "Origin")
        origin = headers.get("origin", "")
        if origin not in self.origins:
            return (vary,)
        return (("Access-Control-Allow-Origin", origin), vary, *common)


def _not_served(method: str, allowed: str) -> Refused:
    return Refused(405, f"{method[:20]} is not served here; {allowed} are", (("Allow", allowed),))


def _merged(headers: Headers, more: Headers) -> Headers:
    """Both; what both have is one list."""
    merged = dict(headers)
    for name, value in more:
        merged[name] = f"{merged[name]}, {value}" if name in merged else value
    return tuple(merged.items())
