"""What a body is, as far as a report has to know: from its Content-Type and its first octets."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from xdsi_sim.content import Content
from xdsi_sim.soap.media import Headers, header, parse_media_type

__all__ = ["SNIFFED", "Kind", "head_of", "kind_of"]


class Kind(StrEnum):
    """The word a report uses for a body."""

    XML = "XML"
    JSON = "JSON"
    TEXT = "text"
    MULTIPART = "multipart"
    HL7 = "HL7 v2"
    DICOM = "DICOM object"
    PDF = "PDF"
    BINARY = "binary"


_BY_TYPE: Final = (  # first hit wins: how the media type begins, how it ends
    ("multipart/", "", Kind.MULTIPART),
    ("application/xml", "", Kind.XML),
    ("text/xml", "", Kind.XML),
    ("application/xop+xml", "", Kind.XML),
    ("application/json", "", Kind.JSON),
    ("application/dicom", "+json", Kind.JSON),
    ("", "+json", Kind.JSON),
    ("", "+xml", Kind.XML),
    ("application/dicom", "", Kind.DICOM),
    ("application/pdf", "", Kind.PDF),
    ("text/", "", Kind.TEXT),
    ("x-application/hl7-v2+er7", "", Kind.HL7),
)
SNIFFED: Final = 132
"""Octets that `kind_of` looks at."""
_DICOM_PREFIX: Final = slice(128, 132)  # PS3.10: 7.1, after the preamble


def kind_of(headers: Headers, head: bytes) -> Kind:
    """Kind of a body; a type that is missing or says nothing is settled by its first octets."""
    media = parse_media_type(header(headers, "content-type")).type
    for start, end, kind in _BY_TYPE:
        if media.startswith(start) and media.endswith(end):
            return kind
    return _sniffed(head)


def _sniffed(head: bytes) -> Kind:
    if head[_DICOM_PREFIX] == b"DICM":
        return Kind.DICOM
    if head.startswith(b"%PDF-"):
        return Kind.PDF
    return Kind.XML if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") else Kind.BINARY


def head_of(body: Content, octets: int, start: int = 0) -> bytes:
    """At most so many octets from `start` on."""
    pieces = []
    with body.open() as source:
        source.seek(start)
        while octets > 0 and (piece := source.read(octets)):
            pieces.append(piece)
            octets -= len(piece)
    return b"".join(pieces)
