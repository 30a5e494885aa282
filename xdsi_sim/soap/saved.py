"""A saved message, recognised by its content: an HTTP capture, an envelope, a bare body, HL7 v2.

Captures that a text editor or a version control has given other line ends are read all the same: what is
between the parts of a multipart body is put right, what is in the parts stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from xdsi_sim.errors import UsageError
from xdsi_sim.soap.media import Headers, header, parse_media_type
from xdsi_sim.soap.mtom import SOAP_MEDIA_TYPE

__all__ = ["OF_THE_CONNECTION", "Form", "Saved", "Unrecognised", "read_saved"]


class Form(StrEnum):
    """What a file holds."""

    HTTP_REQUEST = "HTTP request"
    HTTP_RESPONSE = "HTTP response"
    MULTIPART = "multipart body"
    XML = "XML"
    HL7V2 = "HL7 v2"


class Unrecognised(UsageError):
    """Nothing that could be a message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """One message as a file has it."""

    form: Form
    start_line: str = ""
    headers: Headers = ()
    body: bytes
    """As it was on the wire, but for chunks, which are joined."""

    @property
    def packaged(self) -> bool:
        """Whether it is known how the message was packed."""
        return self.form not in (Form.XML, Form.HL7V2)

    def header(self, name: str) -> str:
        """Value of the first header of that name; empty where there is none."""
        return header(self.headers, name.lower())

    @property
    def status(self) -> int | None:
        """Of an HTTP response."""
        return int(self.start_line.split()[1]) if self.form is Form.HTTP_RESPONSE else None

    @property
    def method(self) -> str | None:
        """Of an HTTP request."""
        return self.start_line.split()[0] if self.form is Form.HTTP_REQUEST else None


_REQUEST: Final = re.compile(rb"[A-Z]{3,10} \S+ HTTP/\d(?:\.\d)?[ \t]*\r?\n")
_RESPONSE: Final = re.compile(rb"HTTP/\d(?:\.\d)? \d{3}(?: [^\r\n]*)?\r?\n")
_RECORDED_FEED: Final = re.compile(rb"MLLP [^\r\n]*\r?\n")  # as the exchange log has what comes by MLLP
_WITHOUT_BODY: Final = re.compile(rb"(?:GET|HEAD|OPTIONS|DELETE) ")
_MULTIPART: Final = re.compile(rb"--([^\s][^\r\n]{0,200}?)[ \t]*\r?\n(?=[A-Za-z-]+:)")
_BLANK: Final = re.compile(rb"(?:^|\r?\n)[ \t]*(?:\r?\n|$)")
_FOLD: Final = re.compile(r"\r?\n[ \t]+(?=\S)")
_CHUNK: Final = re.compile(rb"([0-9A-Fa-f]{1,8})(?:;[^\r\n]*)?\r\n")
_BEFORE_TEXT: Final = b"\xef\xbb\xbf \t\r\n"
_BOMS16: Final = (b"\xff\xfe", b"\xfe\xff")
_MLLP: Final = b"\x0b\x1c\r\n \t"


OF_THE_CONNECTION: Final = frozenset(  # RFC 9110: 7.6.1, and what a client writes itself
    ("host", "content-length", "transfer-encoding", "connection", "keep-alive", "expect", "upgrade")
)
"""Header fields of a saved request that are not sent again with it, in lower case."""


def read_saved(data: bytes, *, any_method: bool = False) -> Saved:
    """What `data` is, a message of a SOAP transaction unless `any_method` may be; raises Unrecognised."""
    if not any_method and _REQUEST.match(data) and (found := _WITHOUT_BODY.match(data)):
        raise Unrecognised(f"no message of a SOAP transaction: a {found[0].decode().strip()} carries none.")
    for pattern, form in ((_REQUEST, Form.HTTP_REQUEST), (_RESPONSE, Form.HTTP_RESPONSE)):
        if pattern.match(data):
            return _http(data, form)
    if _RECORDED_FEED.match(data):
        return Saved(form=Form.HL7V2, body=_segments(_parted(data)[1]))
    begins = data.lstrip(_BEFORE_TEXT)
    if found := _MULTIPART.match(begins):
        return _multipart(begins, found[1])
    if begins.startswith(b"<") or data[:2] in _BOMS16:
        return Saved(form=Form.XML, body=data)
    if data.lstrip(_MLLP).startswith(b"MSH"):
        return Saved(form=Form.HL7V2, body=_segments(data))
    what = f"it begins {data[:20]!r}" if data.strip() else "it is empty"
    raise Unrecognised(
        f"no message that can be recognised: {what}.",
        hint="An HTTP capture, XML or HL7 v2 is expected.",
    )


def _segments(data: bytes) -> bytes:
    """Out of its frame, each segment ended by CR."""
    lines = data.strip(_MLLP).replace(b"\r\n", b"\r").replace(b"\n", b"\r")
    return lines + b"\r"


# --- HTTP ------------------------------------------------------------------------------------


def _http(data: bytes, form: Form) -> Saved:
    head, body = _parted(data)
    lines = _FOLD.sub(" ", head.decode("latin-1")).splitlines()
    headers = tuple(_headers(lines[1:]))
    if "chunked" in header(headers, "transfer-encoding").lower():
        body = _joined(body)
    boundary = parse_media_type(header(headers, "content-type")).parameters.get("boundary", "")
    if boundary and b"\r" not in head:
        body = _with_line_ends(body, boundary.encode("latin-1", "replace"))
    return Saved(form=form, start_line=lines[0].strip(), headers=headers, body=body)


def _parted(data: bytes) -> tuple[bytes, bytes]:
    """Head and body."""
    end = _BLANK.search(data)
    return (data, b"") if end is None else (data[: end.start()], data[end.end() :])


def _headers(lines: list[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        name, colon, value = line.partition(":")
        if colon:
            yield name.strip(), value.strip()


def _joined(body: bytes) -> bytes:
    """The chunks as one; the body itself where a log has joined them before."""
    pieces, at = [], 0
    while found := _CHUNK.match(body, at):
        size = int(found[1], 16)
        pieces.append(body[found.end() : found.end() + size])
        at = found.end() + size + len(b"\r\n")
        if size == 0:
            return b"".join(pieces)
    return body


def _multipart(data: bytes, boundary: bytes) -> Saved:
    """A body whose head is lost: what that said is taken to have been right."""
    named = boundary.decode("latin-1")
    content_type = (
        f'multipart/related; boundary="{named}"; type="application/xop+xml"; start-info="{SOAP_MEDIA_TYPE}"'
    )
    return Saved(
        form=Form.MULTIPART,
        headers=(("Content-Type", content_type),),
        body=data if b"\r\n" in data.split(boundary, 2)[1] else _with_line_ends(data, boundary),
    )


def _with_line_ends(body: bytes, boundary: bytes) -> bytes:
    """The body with CRLF round its delimiters and in the heads of its parts."""
    delimiter = b"--" + boundary
    first, *parts = re.split(rb"(?:^|\r?\n)" + re.escape(delimiter), body)
    return b"".join((first, *(b"\r\n" + delimiter + _with_head(part) for part in parts))).removeprefix(
        b"\r\n"
    )


def _with_head(part: bytes) -> bytes:
    if part.startswith(b"--"):
        return b"--\r\n"
    end = _BLANK.search(part, part.find(b"\n") + 1)
    if end is None:
        return part
    head = b"\r\n".join(line.strip() for line in part[: end.start()].splitlines())
    return b"\r\n" + head.strip() + b"\r\n\r\n" + part[end.end() :]
