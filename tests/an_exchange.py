"""Exchanges that are complete, so that a test shows only what matters to it."""

from __future__ import annotations

from dataclasses import replace

from xdsi_sim.content import BytesContent, Content
from xdsi_sim.errors import Finding, Severity
from xdsi_sim.exchange import Exchange, HttpMessage

FINDING = Finding(rule="A12", severity=Severity.WARNING, text="missing", location="x", cites="ITI TF-2: V.3")
SOAP = b'<Envelope xmlns="http://www.w3.org/2003/05/soap-envelope"><Body><Query id="1"/></Body></Envelope>'
DOCUMENT = b"\r\n--outer-ish\r\n" + bytes(range(256))
MTOM = (
    b"--outer\r\nContent-Type: application/xop+xml\r\nContent-ID: <root>\r\n\r\n" + SOAP + b"\r\n"
    b"--outer\r\nContent-Type: application/dicom\r\nContent-ID: <doc>\r\n\r\n"
    + DOCUMENT
    + b"\r\n--outer--\r\n"
)
MTOM_HEADERS = (("Content-Type", 'multipart/related; type="application/xop+xml"; boundary="outer"'),)


def a_message(line: str, body: bytes = SOAP, **headers: str) -> HttpMessage:
    fields = headers or {"Content_Type": "application/soap+xml; charset=UTF-8"}
    pairs = tuple((name.replace("_", "-"), value) for name, value in fields.items())
    return HttpMessage(start_line=line, headers=pairs, body=BytesContent(body))


def an_exchange(number: int = 1, body: Content | None = None, **given: object) -> Exchange:
    """The higher its number, the later it began."""
    request = a_message("POST /c/registry HTTP/1.1")
    exchange = Exchange(
        id=f"{number:032x}",
        conversation="c1",
        sender="viewer",
        receiver="registry",
        transaction="ITI-18",
        started=1000.0 + number,
        duration=0.018,
        request=request if body is None else replace(request, body=body),
        response=a_message("HTTP/1.1 200 OK"),
        status="Success",
    )
    return replace(exchange, **given)  # type: ignore[arg-type]
