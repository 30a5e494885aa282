"""Forms of answers: one thing, several in a multipart body, JSON and XML; unchanged ones, ranges and gzip."""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from xdsi_sim.actors.ports import StoredImage
from xdsi_sim.content import BytesContent, Content, Segment, SegmentsContent, SliceContent, body_size
from xdsi_sim.dicom.attributes import text
from xdsi_sim.dicomweb.accept import MULTIPART, Offer, Range, preferred
from xdsi_sim.dicomweb.messages import Answer, Headers, Refused, WebRequest, text_answer
from xdsi_sim.ids import new_token

__all__ = [
    "DICOM_JSON",
    "DICOM_XML",
    "Piece",
    "choose",
    "data_sets",
    "entity_tag",
    "finished",
    "multipart",
    "single",
]

DICOM_JSON: Final = "application/dicom+json"
DICOM_XML: Final = "application/dicom+xml"
_JSON: Final = "application/json"
_DATA_SETS: Final = (Offer(DICOM_JSON), Offer(_JSON), Offer(DICOM_XML, multipart=True))
_COMPRESSIBLE: Final = (DICOM_JSON, _JSON)
_LEVELS: Final = (("studies", "Study"), ("series", "Series"), ("instances", "SOP"))
_WORTH_IT: Final = 1400
"""Octets from which on an answer is compressed: below that it is one packet in any case."""
_FAST: Final = 1  # of the nine levels: JSON shrinks to a tenth, and the next levels take twice the time
_GZIP_WINDOW: Final = 16 + zlib.MAX_WBITS
_RANGE: Final = re.compile(r"\s*bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*")
_GZIP: Final = re.compile(
    r"(?:^|,)\s*(?:gzip|x-gzip|\*)\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))[\d.]+\s*)?(?:,|$)"
)


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing that is handed out."""

    content: Content
    media_type: str
    """With its parameters."""
    location: str
    """Its address."""


def choose(ranges: Sequence[Range], offers: Sequence[Offer], what: str) -> tuple[Range, Offer]:
    """The form that the client likes best; raises Refused, 406, where there is none."""
    for chosen in preferred(ranges, offers):
        return chosen
    raise Refused(406, f"{what} can be had as {', '.join(map(str, offers))}")


def entity_tag(images: Sequence[StoredImage], *form: str) -> str:
    """Of instances in a form: what is stored under a SOP Instance UID never changes."""
    told = [*form, *(f"{image.sopInstanceUID} {image.content.size}" for image in images)]
    return hashlib.sha1("\n".join(told).encode(), usedforsecurity=False).hexdigest()


# --- bodies -----------------------------------------------------------------------------------


def single(piece: Piece, *, status: int = 200, etag: str | None = None) -> Answer:
    """One thing by itself."""
    return Answer(
        status=status,
        media_type=piece.media_type,
        headers=(("Content-Location", piece.location),),
        segments=[piece.content],
        etag=etag,
        single=True,
    )


def multipart(pieces: Sequence[Piece], media: str, *, status: int = 200, etag: str | None = None) -> Answer:
    """Several things, each a part with its address (PS3.18: 8.6.1.2); read while they are sent."""
    boundary = new_token()
    segments: list[Segment] = []
    for piece in pieces:
        head = (
            f"--{boundary}\r\nContent-Type: {piece.media_type}\r\nContent-Location: {piece.location}\r\n"
            f"Content-Length: {piece.content.size}\r\n\r\n"
        )
        segments += (head.encode(), piece.content, b"\r\n")
    segments.append(f"--{boundary}--\r\n".encode())
    media_type = f'{MULTIPART}; type="{media}"; boundary={boundary}'
    return Answer(status=status, media_type=media_type, segments=segments, etag=etag)


def data_sets(
    items: Sequence[bytes],
    ranges: Sequence[Range],
    *,
    base: str,
    what: str,
    status: int = 200,
    headers: Headers = (),
) -> Answer:
    """DICOM JSON objects as one array, or as XML with a part for each (PS3.18: 8.7.3.2)."""
    _, offer = choose(ranges, _DATA_SETS, what)
    if offer.media == DICOM_XML:
        from xdsi_sim.dicom.native_model import to_xml  # noqa: PLC0415  hardly anybody asks for it

        parts = [Piece(BytesContent(to_xml(item)), DICOM_XML, _address(base, item)) for item in items]
        return replace(multipart(parts, DICOM_XML, status=status), headers=headers)
    body = b"[%b]" % b",".join(items)
    etag = hashlib.sha1(body, usedforsecurity=False).hexdigest()
    return Answer(status=status, media_type=offer.media, headers=headers, segments=[body], etag=etag)


def _address(base: str, item: bytes) -> str:
    """Of what a result tells about; metadata do not name it themselves."""
    attributes = json.loads(item)
    url = text(attributes, "RetrieveURL")
    uids = ((level, text(attributes, f"{name}InstanceUID")) for level, name in _LEVELS)
    return url or "/".join((base, *(f"{level}/{uid}" for level, uid in uids if uid), "metadata"))


# --- what the request says of the answer ------------------------------------------------------


def finished(request: WebRequest, answer: Answer) -> Answer:
    """The answer as this client gets it: not again, a range of it, or compressed."""
    if request.method in ("GET", "HEAD"):
        answer = replace(answer, headers=(*answer.headers, *_validators(answer)))
        if answer.etag is not None and _knows(request.header("if-none-match"), f'"{answer.etag}"'):
            return replace(answer, status=304, segments=())
    if answer.single:
        return _ranged(request, answer)
    return _compressed(request, answer)


def _validators(answer: Answer) -> Iterator[tuple[str, str]]:
    """What a cache has to know: by what the form was chosen, and when it is still good.

    The tag is weak where octets vary: by compression, or a boundary that is never the same (RFC 9110: 8.8.1).
    """
    if answer.etag is not None:
        yield "ETag", f'{"" if answer.single else "W/"}"{answer.etag}"'
    packed = answer.media_type in _COMPRESSIBLE
    yield "Vary", "Accept, Accept-Encoding" if packed else "Accept"


def _knows(header: str | None, tag: str) -> bool:
    tags = [each.strip().removeprefix("W/") for each in (header or "").split(",")]
    return tag in tags or "*" in tags


def _ranged(request: WebRequest, answer: Answer) -> Answer:
    """One range of octets (RFC 9110: 14.2); several at once, or what is none, is given whole."""
    answer = replace(answer, headers=(*answer.headers, ("Accept-Ranges", "bytes")))
    found = _RANGE.fullmatch(request.header("range") or "")
    if found is None or not any(found.groups()) or _changed(request, answer):
        return answer
    size = body_size(answer.segments)
    first, last = found.groups()
    start = int(first) if first else max(0, size - int(last))
    end = min(int(last), size - 1) if first and last else size - 1
    if start > end:
        return text_answer(416, f"there are {size} octets", (("Content-Range", f"bytes */{size}"),))
    stretch = SliceContent(SegmentsContent(tuple(answer.segments)), start, end - start + 1)
    headers = (*answer.headers, ("Content-Range", f"bytes {start}-{end}/{size}"))
    return replace(answer, status=206, headers=headers, segments=[stretch])


def _changed(request: WebRequest, answer: Answer) -> bool:
    """Whether the range is one of something else (RFC 9110: 13.1.5)."""
    condition = request.header("if-range")
    return condition is not None and condition.strip() != f'"{answer.etag}"'


def _compressed(request: WebRequest, answer: Answer) -> Answer:
    if answer.media_type not in _COMPRESSIBLE:
        return answer
    body = b"".join(each for each in answer.segments if isinstance(each, bytes))
    if len(body) < _WORTH_IT or not _GZIP.search((request.header("accept-encoding") or "").lower()):
        return answer
    packer = zlib.compressobj(_FAST, wbits=_GZIP_WINDOW)
    packed = packer.compress(body) + packer.flush()
    return replace(answer, headers=(*answer.headers, ("Content-Encoding", "gzip")), segments=[packed])
