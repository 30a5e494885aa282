"""The FHIR face of a community: a request in, an answer out, whatever the request is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from xdsi_sim.dicomweb.messages import Answer, Headers, WebRequest
from xdsi_sim.dicomweb.service import Plan
from xdsi_sim.fhir.models import FORMS, Form, read_resource, write_resource
from xdsi_sim.fhir.outcome import Issue, Rejected, outcome
from xdsi_sim.fhir.values import Resource
from xdsi_sim.mhd.capabilities import capability_statement
from xdsi_sim.mhd.face import Face
from xdsi_sim.mhd.negotiation import FORM_BODY, answer_form, body_form
from xdsi_sim.mhd.providing import provide, provide_one
from xdsi_sim.mhd.retrieving import retrieve
from xdsi_sim.mhd.searching import find_documents, find_lists, read_document, read_list, read_patient
from xdsi_sim.soap.media import parse_media_type

__all__ = ["ROUTES", "MhdService", "Route"]

_CORS: Final = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "Content-Type, Content-Length, Location, ETag"),
    ("Cross-Origin-Resource-Policy", "cross-origin"),
)
_ALLOWED: Final = "accept, content-type, authorization, prefer, if-none-match"
_ANY: Final = "{}"
"""A part of a path that may be anything."""
_STATUS_OF: Final[Mapping[int, str]] = {
    400: "structure",
    404: "not-found",
    405: "not-supported",
    408: "timeout",
    413: "too-long",
    415: "not-supported",
    503: "transient",
}
"""Issue types of what is refused before it is looked at."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request that has a route."""

    face: Face
    request: WebRequest
    path: tuple[str, ...]
    """What stands at the parts that may be anything."""
    query: tuple[tuple[str, str], ...]
    """Parameters, of a search by POST those of its body, too."""

    @property
    def given(self) -> Mapping[str, str]:
        """By name; of one that comes twice the first."""
        return dict(reversed(self.query))

    @property
    def strict(self) -> bool:
        """Whether what is not understood is refused."""
        prefers = (self.request.header("prefer") or "").replace(" ", "").split(",")
        if "handling=lenient" in prefers:
            return False
        return self.face.strict or "handling=strict" in prefers

    def body(self) -> bytes:
        """What was sent."""
        parts = self.request.upload.parts
        return self.face.whole(parts[0].content) if parts else b""

    def resource(self) -> Resource:
        """What was sent, as a resource; raises Rejected."""
        form = body_form(self.request)
        return read_resource(self.body(), form)

    def answered(self, resource: Resource, status: int = 200, headers: Headers = ()) -> Answer:
        """A resource in the form that the client wants."""
        form = answer_form(self.request, self.given)
        return _answer(form, resource, status, headers)


Handler = Callable[[_Asked], Answer]


def _capabilities(asked: _Asked) -> Answer:
    return asked.answered(capability_statement(asked.face))


def _find_documents(asked: _Asked) -> Answer:
    return asked.answered(find_documents(asked.face, asked.query, strict=asked.strict))


def _find_lists(asked: _Asked) -> Answer:
    return asked.answered(find_lists(asked.face, asked.query, strict=asked.strict))


def _read(read: Callable[[Face, str], Resource]) -> Handler:
    return lambda asked: asked.answered(read(asked.face, asked.path[0]))


def _retrieve(asked: _Asked) -> Answer:
    return retrieve(asked.face, asked.request, asked.path[0], asked.given)


def _provide(asked: _Asked) -> Answer:
    answer_form(asked.request, asked.given)  # nothing is published for who cannot read the answer
    return asked.answered(provide(asked.face, asked.resource()))


def _provide_one(asked: _Asked) -> Answer:
    answer_form(asked.request, asked.given)
    resource = asked.resource()
    if resource["resourceType"] != "DocumentReference":
        text = f"a DocumentReference is expected here, not {resource['resourceType']}"
        raise Rejected(Issue("invalid", text, expression="resourceType"))
    id, issues = provide_one(asked.face, resource)
    location = (("Location", f"{asked.face.base}/DocumentReference/{id}/_history/1"), ("ETag", 'W/"1"'))
    return asked.answered(outcome(issues), 201, location)


@dataclass(frozen=True, slots=True)
class Route:
    """An address, a method, and what is done there."""

    method: str
    path: tuple[str, ...]
    transaction: str
    handler: Handler
    form_body: bool = False
    """Whether the body has more parameters."""


ROUTES: Final = (
    Route("GET", ("metadata",), "FHIR", _capabilities),
    Route("POST", (), "ITI-65", _provide),
    Route("POST", ("DocumentReference",), "ITI-105", _provide_one),
    Route("GET", ("DocumentReference",), "ITI-67", _find_documents),
    Route("POST", ("DocumentReference", "_search"), "ITI-67", _find_documents, form_body=True),
    Route("GET", ("DocumentReference", _ANY), "FHIR read", _read(read_document)),
    Route("GET", ("List",), "ITI-66", _find_lists),
    Route("POST", ("List", "_search"), "ITI-66", _find_lists, form_body=True),
    Route("GET", ("List", _ANY), "FHIR read", _read(read_list)),
    Route("GET", ("Patient", _ANY), "FHIR read", _read(read_patient)),
    Route("GET", ("Binary", _ANY), "ITI-68", _retrieve),
)
"""All that is served."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MhdService:
    """Serves one face."""

    face: Face

    def plan(self, request: WebRequest) -> Plan:
        """What is to be done."""
        try:
            return self._planned(request)
        except Rejected as rejected:
            answer = self._rejected(request, rejected)
            return Plan("FHIR", True, lambda: answer)

    def refusal(self, request: WebRequest, status: int, reason: str) -> Answer:
        """The answer to what is not even looked at."""
        issue = Issue(_STATUS_OF.get(status, "exception"), reason)
        return self._rejected(request, Rejected(issue, status=status))

    def _planned(self, request: WebRequest) -> Plan:
        here = [route for route in ROUTES if _leads(route, request.path)]
        if not here:
            place = "/".join(request.path)
            raise Rejected(
                Issue("not-found", f"nothing is served at '{place[:100]}'; /metadata says what is")
            )
        allowed = _allowed(here)
        if request.method == "OPTIONS":
            answer = Answer(status=204, headers=(*_CORS, *_preflight(allowed)))
            return Plan("FHIR", True, lambda: answer)
        method = "GET" if request.method == "HEAD" else request.method
        route = next((each for each in here if each.method == method), None)
        if route is None:
            text = f"{request.method[:20]} is not served here; {allowed} are"
            raise Rejected(Issue("not-supported", text), status=405)
        return Plan(route.transaction, False, lambda: self._done(route, request))

    def _done(self, route: Route, request: WebRequest) -> Answer:
        path = tuple(part for part, name in zip(request.path, route.path, strict=True) if name == _ANY)
        try:
            query = (*request.query, *(_form(self.face, request) if route.form_body else ()))
            answer = route.handler(_Asked(self.face, request, path, query))
        except Rejected as rejected:
            return self._rejected(request, rejected)
        return _with(answer, _CORS)

    def _rejected(self, request: WebRequest, rejected: Rejected) -> Answer:
        try:
            form = answer_form(request, request.parameters())
        except Rejected:
            form = "json"
        headers: Headers = ()
        if rejected.status == 405:
            headers = (("Allow", _allowed([each for each in ROUTES if _leads(each, request.path)])),)
        return _with(_answer(form, outcome(rejected.issues), rejected.status, headers), _CORS)


def _allowed(routes: Sequence[Route]) -> str:
    methods = {route.method for route in routes}
    return ", ".join([*sorted(methods), *(["HEAD"] if "GET" in methods else ()), "OPTIONS"])


def _leads(route: Route, path: Sequence[str]) -> bool:
    if len(route.path) != len(path):
        return False
    return all(
        name == part or (name == _ANY and part != "_search")
        for name, part in zip(route.path, path, strict=True)
    )


def _form(face: Face, request: WebRequest) -> tuple[tuple[str, str], ...]:
    """Parameters in the body of a search by POST."""
    said = parse_media_type(request.upload.media_type).type
    parts = request.upload.parts
    if not parts:
        return ()
    if said != FORM_BODY:
        text = f"a search by POST has the Content-Type {FORM_BODY}, not '{said[:100]}'"
        raise Rejected(Issue("not-supported", text), status=415)
    text = face.whole(parts[0].content).decode("utf-8", "replace")
    return tuple(parse_qsl(text, keep_blank_values=True, errors="replace"))


def _preflight(allowed: str) -> Headers:
    return (
        ("Allow", allowed),
        ("Access-Control-Allow-Methods", allowed),
        ("Access-Control-Allow-Headers", _ALLOWED),
        ("Access-Control-Max-Age", "86400"),
    )


def _answer(form: Form, resource: Resource, status: int, headers: Headers = ()) -> Answer:
    media_type = f"{FORMS[form]}; charset=UTF-8"
    return Answer(
        status=status, media_type=media_type, segments=[write_resource(resource, form)], headers=headers
    )


def _with(answer: Answer, headers: Headers) -> Answer:
    return Answer(
        status=answer.status,
        media_type=answer.media_type,
        headers=(*answer.headers, *headers),
        segments=answer.segments,
    )
