"""Deviations of MTOM/XOP: what holds the parts of a message together, and does not."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Final

from xdsi_sim.content import Base64Content, Content, Segment, SliceContent
from xdsi_sim.deviations.deviation import (
    MTOM,
    QUERIES,
    RETRIEVES,
    SOAP,
    Case,
    Family,
    Level,
    Message,
    deviation,
)
from xdsi_sim.deviations.http import headed
from xdsi_sim.deviations.octets import edited, is_multipart, spliced
from xdsi_sim.soap.mtom import SOAP_MEDIA_TYPE

__all__: list[str] = []

_BOUNDARY: Final = rb"\r\n--uuid-[0-9a-f]+"
_INCLUDE: Final = rb"<xop:Include [^>]*/>"
_PLAIN: Final = f"{SOAP_MEDIA_TYPE}; charset=UTF-8"

Change = Callable[[Message, Case], Message]
_mtom = partial(deviation, family=Family.MTOM, level=Level.MESSAGE)
_packed = partial(_mtom, fits=MTOM)
_with_parts = partial(_mtom, fits=RETRIEVES)


def _content_type(message: Message, pattern: str, text: str) -> Message:
    """The Content-Type with a match replaced; as it is where the message is not packed."""
    if not is_multipart(message):
        return message
    given = dict(message.headers)["Content-Type"]
    return headed(message, "Content-Type", re.sub(pattern, text, given, count=1))


def _contents(message: Message) -> list[Content]:
    return [segment for segment in message.segments if not isinstance(segment, bytes)]


# --- Content-Type ----------------------------------------------------------------------------


@_packed("boundary-missing", cites="RFC 2046: 5.1", finds="B03", comes="no SOAP answer")
def boundary_missing(message: Message, _case: Case) -> Message:
    """The Content-Type names no boundary."""
    return _content_type(message, r'; boundary="[^"]*"', "")


@_packed("boundary-wrong", cites="RFC 2046: 5.1", finds="B03", comes="no SOAP answer")
def boundary_wrong(message: Message, _case: Case) -> Message:
    """The boundary of the Content-Type is not that of the body."""
    return _content_type(message, r'boundary="', 'boundary="not-')


@_packed("start-wrong", cites="RFC 2387: 3.2", finds="B06", comes="no SOAP answer")
def start_wrong(message: Message, _case: Case) -> Message:
    """The start parameter names no part of the message."""
    return _content_type(message, r'start="<[^>]*>"', 'start="<nowhere@xdsi-sim>"')


@_packed("type-missing", cites="ITI TF-2: V.8.2", finds="B04")
def type_missing(message: Message, _case: Case) -> Message:
    """The Content-Type has no type parameter."""
    return _content_type(message, r' type="[^"]*";', "")


@_packed("start-info-missing", cites="ITI TF-2: V.8.2", finds="B05")
def start_info_missing(message: Message, _case: Case) -> Message:
    """The Content-Type has no start-info parameter."""
    return _content_type(message, r' start-info="[^"]*";', "")


@_packed("multipart-mixed", cites="ITI TF-2: V.8.2", finds="A02", comes="no SOAP answer")
def multipart_mixed(message: Message, _case: Case) -> Message:
    """The message is called multipart/mixed."""
    return _content_type(message, "multipart/related", "multipart/mixed")


@_packed("plain-said", cites="ITI TF-2: V.8.2", finds="A03", comes="no SOAP answer")
def plain_said(message: Message, _case: Case) -> Message:
    """A packed message is called plain SOAP."""
    return headed(message, "Content-Type", _PLAIN) if is_multipart(message) else message


# --- parts -----------------------------------------------------------------------------------


@_packed("root-type-wrong", cites="XOP 1.0: 4.1", finds="B07")
def root_type_wrong(message: Message, _case: Case) -> Message:
    """The root part is called text/xml."""
    return edited(message, rb"Content-Type: application/xop\+xml[^\r]*", b"Content-Type: text/xml")


@_packed("boundary-unclosed", cites="RFC 2046: 5.1", finds="B03", comes="no SOAP answer")
def boundary_unclosed(message: Message, _case: Case) -> Message:
    """The closing boundary is missing."""
    return edited(message, _BOUNDARY + rb"--\r\n", b"")


@_packed("part-unreferenced", cites="XOP 1.0: 4", finds="B11")
def part_unreferenced(message: Message, _case: Case) -> Message:
    """A part comes along that nothing refers to."""
    return _one_more(message, b"Content-ID: <nobody-asked@xdsi-sim>\r\n")


@_packed("part-unnamed", cites="XOP 1.0: 4", finds="B11")
def part_unnamed(message: Message, _case: Case) -> Message:
    """A part comes along that has no Content-ID."""
    return _one_more(message, b"")


def _one_more(message: Message, header: bytes) -> Message:
    def put(match: re.Match[bytes]) -> bytes:
        """A part with that header before the end of the package."""
        part = b"\r\nContent-Type: text/plain\r\n" + header + b"\r\nnobody asked for this"
        return match[1] + part + match[0]

    return edited(message, rb"(" + _BOUNDARY + rb")--", put)


@_packed("part-named-twice", cites="RFC 2392: 2", finds="B10", comes="no SOAP answer")
def part_named_twice(message: Message, _case: Case) -> Message:
    """Two parts have the same Content-ID."""
    return _one_more(message, b"Content-ID: <root@xdsi-sim>\r\n")


@_with_parts("part-missing", cites="XOP 1.0: 4", finds="B08", comes="the answer cannot be read")
def part_missing(message: Message, _case: Case) -> Message:
    """The last part is missing, though the envelope includes it."""
    contents = _contents(message)
    if not is_multipart(message) or not contents:
        return message
    place = message.segments.index(contents[-1])
    kept = edited(
        replace(message, segments=message.segments[:place]), rb"^(.*)" + _BOUNDARY + rb".*$", rb"\1"
    )
    return replace(message, segments=(*kept.segments, *message.segments[place + 1 :]))


@_with_parts("part-cut", cites="RFC 2046: 5.1", finds="B03", comes="no SOAP answer")
def part_cut(message: Message, _case: Case) -> Message:
    """The message ends inside its last part, without a closing boundary."""
    contents = _contents(message)
    if not is_multipart(message) or not contents:
        return message
    last, place = contents[-1], message.segments.index(contents[-1])
    return replace(message, segments=(*message.segments[:place], SliceContent(last, 0, last.size // 2)))


@_with_parts("cid-wrong", cites="XOP 1.0: 4", finds="B08", comes="the answer cannot be read")
def cid_wrong(message: Message, _case: Case) -> Message:
    """An xop:Include names a part that is not there."""
    return edited(message, rb'href="cid:', b'href="cid:not-')


@_with_parts("cid-without-scheme", cites="XOP 1.0: 4", finds="B08", comes="the answer cannot be read")
def cid_without_scheme(message: Message, _case: Case) -> Message:
    """An xop:Include names its part without the scheme cid."""
    return edited(message, rb'href="cid:', b'href="')


@_with_parts("include-not-alone", cites="XOP 1.0: 3", finds="B09", comes="the answer cannot be read")
def include_not_alone(message: Message, _case: Case) -> Message:
    """Text stands beside an xop:Include."""
    return edited(message, rb"(" + _INCLUDE + rb")", rb"text\1")


@_with_parts("transfer-encoding-unknown", cites="RFC 2045: 6.1", finds="B13", comes="no SOAP answer")
def transfer_encoding_unknown(message: Message, _case: Case) -> Message:
    """The Content-Transfer-Encoding of a part is none of MIME."""
    return _encoded(message, b"x-unknown")


@_with_parts("transfer-encoding-untrue", cites="RFC 2045: 6.1", finds="B13", comes="no SOAP answer")
def transfer_encoding_untrue(message: Message, _case: Case) -> Message:
    """A part says that it is base64, and is binary."""
    return _encoded(message, b"base64")


def _encoded(message: Message, encoding: bytes) -> Message:
    """Of the first part after the root."""
    said = rb"(Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: )binary"
    return edited(message, said, rb"\1" + encoding)


# --- packed otherwise ------------------------------------------------------------------------


@_with_parts("base64-in-envelope", cites="ITI TF-2: V.8.2")
def base64_in_envelope(message: Message, _case: Case) -> Message:
    """Documents stand as base64 in the envelope of a packed message, not as parts."""
    return _inlined(message, lambda content: (Base64Content(content),)) if is_multipart(message) else message


@_with_parts("base64-broken", cites="ITI TF-2: V.8.2", finds="B12", comes="the answer cannot be read")
def base64_broken(message: Message, _case: Case) -> Message:
    """A document stands in the envelope, and is no base64."""
    return _inlined(message, lambda _content: (b"%no*base64%",)) if is_multipart(message) else message


def _inlined(message: Message, put: Callable[[Content], tuple[Segment, ...]]) -> Message:
    """The root part alone, with what `put` gives in the places of the Includes."""
    contents = iter(_contents(message))
    root = edited(replace(message, segments=message.segments[:1]), rb"(</soap:Envelope>).*", rb"\1")
    whole = spliced(root, _INCLUDE, lambda _match: put(next(contents)))
    return replace(whole, segments=(*whole.segments, message_end(message)))


def message_end(message: Message) -> bytes:
    """The closing boundary of a packed message."""
    boundary = re.search(r'boundary="([^"]*)"', dict(message.headers)["Content-Type"])
    return f"\r\n--{boundary[1] if boundary else ''}--\r\n".encode()


@_with_parts("plain-for-packed", cites="ITI TF-2: V.8", finds="A20")
def plain_for_packed(message: Message, case: Case) -> Message:
    """The answer is plain SOAP with base64 in it where MTOM is due."""
    if not is_multipart(message):
        return message
    whole = base64_in_envelope(message, case)
    bare = edited(whole, rb"^.*?(<soap:Envelope )", rb"\1")
    return replace(headed(bare, "Content-Type", _PLAIN), segments=bare.segments[:-1])


@_mtom(
    "packed-for-plain",
    fits=[name for name in SOAP if name in (*QUERIES, "ITI-42")],
    cites="ITI TF-2: V.8",
    finds="A20",
)
def packed_for_plain(message: Message, _case: Case) -> Message:
    """The answer is MTOM where plain SOAP is due."""
    head = (
        b"--uuid-0\r\nContent-Type: application/xop+xml; charset=UTF-8; "
        b'type="application/soap+xml"\r\nContent-ID: <root@xdsi-sim>\r\n\r\n'
    )
    content_type = (
        'multipart/related; type="application/xop+xml"; start="<root@xdsi-sim>"; '
        'start-info="application/soap+xml"; boundary="uuid-0"'
    )
    segments = (head, *message.segments, b"\r\n--uuid-0--\r\n")
    return replace(headed(message, "Content-Type", content_type), segments=segments)
