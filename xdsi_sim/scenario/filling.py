"""Where references are replaced in a message that comes from a file: in its text, never in what is binary.

A part of a multipart body that is no text may hold any octets, those of a reference as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from xdsi_sim.content import BytesContent
from xdsi_sim.scenario.reports.media import SNIFFED, Kind, kind_of
from xdsi_sim.scenario.reports.parts import parts_of
from xdsi_sim.soap.saved import Unrecognised, read_saved

__all__ = ["changed", "texts_of"]

_BINARY: Final = (Kind.BINARY, Kind.DICOM, Kind.PDF)


def changed(data: bytes, content_type: str, change: Callable[[str], str]) -> bytes:
    """The message with its text changed; `content_type` is that of its body."""
    return b"".join(
        change(octets.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
        if text
        else octets
        for text, octets in _stretches(data, content_type)
    )


def texts_of(data: bytes) -> str:
    """All text of a file; of what is binary, only the line ends are left."""
    try:
        content_type = read_saved(data, any_method=True).header("content-type")
    except Unrecognised:
        content_type = ""
    pieces = (
        stretch if text else b"\n" * stretch.count(b"\n") for text, stretch in _stretches(data, content_type)
    )
    return b"".join(pieces).decode("utf-8", "replace")


def _stretches(data: bytes, content_type: str) -> Iterator[tuple[bool, bytes]]:
    """All of it in pieces, each with whether it is text."""
    at = 0
    for part in parts_of(BytesContent(data), content_type):
        octets = data[part.start : part.start + part.size]
        if kind_of(part.headers, octets[:SNIFFED]) in _BINARY:
            yield True, data[at : part.start]
            yield False, octets
            at = part.start + part.size
    yield True, data[at:]
