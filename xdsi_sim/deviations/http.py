"""Deviations of HTTP: pages and empty answers where a message is due, and headers that are not true."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from html import escape
from http import HTTPStatus
from typing import Final

from xdsi_sim.deviations.deviation import (
    SOAP,
    Case,
    Deviation,
    Family,
    Level,
    Message,
    Parameter,
    deviation,
    register,
)

__all__ = ["headed", "page"]

_HTML: Final = ("Content-Type", "text/html; charset=UTF-8")
_AFTER: Final = (("Retry-After", "30"),)
_STATUSES: Final = {
    301: (("Location", "http://moved.invalid/"),),
    302: (("Location", "http://login.invalid/"),),
    307: (("Location", "http://moved.invalid/"),),
    400: (),
    401: (("WWW-Authenticate", 'Basic realm="a gateway before the actor"'),),
    403: (),
    404: (),
    408: (),
    413: (),
    429: _AFTER,
    500: (),
    502: (),
    503: _AFTER,
    504: (),
}
"""Each with the headers that go with it; the rest is a page for people."""


def page(status: int, title: str, headers: tuple[tuple[str, str], ...] = ()) -> Message:
    """A page as proxies, portals and application servers give it."""
    text = escape(title)
    body = f"<!DOCTYPE html>\n<html><head><title>{text}</title></head><body><h1>{text}</h1></body></html>\n"
    return Message(
        status=status,
        headers=(_HTML, *headers),
        segments=(body.encode(),),
        outcome=f"HTTP {int(status)}",
    )


def headed(message: Message, name: str, value: str | None) -> Message:
    """The message with another value of a header; None takes the header away."""
    kept = tuple(pair for pair in message.headers if pair[0].lower() != name.lower())
    return replace(message, headers=kept if value is None else ((name, value), *kept))


def _refuses(status: HTTPStatus, headers: tuple[tuple[str, str], ...]) -> Deviation:
    target = dict(headers).get("Location")
    parameters = () if target is None else (Parameter(name="location", default=target, text="where to"),)

    def change(_message: Message, case: Case) -> Message:
        """The page, whatever the answer was."""
        given = (("Location", case.parameters["location"]),) if target is not None else headers
        return page(status, f"{status.value} {status.phrase}", given)

    return Deviation(
        id=f"http-{status.value}",
        family=Family.HTTP,
        text=f"The answer is HTTP {status.value} {status.phrase} and a page for people.",
        level=Level.MESSAGE,
        change=change,
        instead=True,
        parameters=parameters,
        finds=() if target is not None else ("A02",),
        comes=f"HTTP {status.value}",
    )


for _status, _headers in _STATUSES.items():
    register(_refuses(HTTPStatus(_status), _headers))


_http = partial(deviation, family=Family.HTTP, level=Level.MESSAGE)


@_http("page-200", instead=True, finds="A02", comes="HTTP 200 OK, and no SOAP answer")
def page_200(_message: Message, _case: Case) -> Message:
    """The answer is a page to log in with the status 200."""
    return page(200, "Please log in")


@_http("empty-200", instead=True, finds="A03", comes="HTTP 200 OK, and no SOAP answer")
def empty_200(message: Message, _case: Case) -> Message:
    """The answer has the status 200 and no body."""
    return Message(status=200, headers=message.headers, segments=(), outcome="HTTP 200")


@_http("accepted-202", instead=True, fits=SOAP, cites="ITI TF-2: V.5", finds="A02", comes="HTTP 202")
def accepted_202(_message: Message, _case: Case) -> Message:
    """The request is accepted with HTTP 202, and no answer ever comes."""
    return Message(status=202, headers=(), segments=(), outcome="HTTP 202")


@_http("content-type-html", cites="ITI TF-2: V.3", fits=SOAP, finds="A02", comes="no SOAP answer")
def content_type_html(message: Message, _case: Case) -> Message:
    """A sound message is called text/html."""
    return headed(message, *_HTML)


@_http("content-type-missing", cites="RFC 9110: 8.3", fits=SOAP, finds="A02", comes="no SOAP answer")
def content_type_missing(message: Message, _case: Case) -> Message:
    """A sound message has no Content-Type."""
    return headed(message, "Content-Type", None)


@_http(
    "charset-untrue",
    cites="SOAP 1.2 Part 2: 7",
    fits=("ITI-18", "ITI-51", "ITI-38", "ITI-42"),
    finds="A22",
    comes="no SOAP answer",
)
def charset_untrue(message: Message, _case: Case) -> Message:
    """The Content-Type says UTF-16, and the octets are UTF-8."""
    return headed(message, "Content-Type", "application/soap+xml; charset=UTF-16")


@_http("coding-untrue", cites="RFC 9110: 8.4", comes="Content-Encoding gzip")
def coding_untrue(message: Message, _case: Case) -> Message:
    """The answer says that it is compressed by gzip, which nobody asked for and which it is not."""
    return headed(message, "Content-Encoding", "gzip")
