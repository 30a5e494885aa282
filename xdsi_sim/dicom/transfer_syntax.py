"""Transfer syntaxes: which of those that an asker takes an object can be given in (RAD TF: 4.69).

Also the media types that frames travel as on the web (PS3.18: 8.7.3). Choosing only; nothing here reads an
object. `transcoding` makes what was chosen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

__all__ = [
    "DEFLATED",
    "EXPLICIT_BIG_ENDIAN",
    "EXPLICIT_LITTLE_ENDIAN",
    "IMPLICIT_LITTLE_ENDIAN",
    "NATIVE",
    "OCTETS",
    "chosen",
    "media_type_of",
]

IMPLICIT_LITTLE_ENDIAN: Final = "1.2.840.10008.1.2"
EXPLICIT_LITTLE_ENDIAN: Final = "1.2.840.10008.1.2.1"
DEFLATED: Final = "1.2.840.10008.1.2.1.99"
EXPLICIT_BIG_ENDIAN: Final = "1.2.840.10008.1.2.2"

NATIVE: Final = frozenset({IMPLICIT_LITTLE_ENDIAN, EXPLICIT_LITTLE_ENDIAN, DEFLATED, EXPLICIT_BIG_ENDIAN})
"""Syntaxes in which pixels are not compressed; any object can be written in each (PS3.5: Annex A)."""
OCTETS: Final = "application/octet-stream"

_JPEG: Final = "1.2.840.10008.1.2.4."
_MEDIA_TYPES: Final[Mapping[str, str]] = {
    **dict.fromkeys((f"{_JPEG}{last}" for last in (50, 51, 57, 70)), "image/jpeg"),
    **dict.fromkeys((f"{_JPEG}{last}" for last in (80, 81)), "image/jls"),
    **dict.fromkeys((f"{_JPEG}{last}" for last in (90, 91)), "image/jp2"),
    **dict.fromkeys((f"{_JPEG}{last}" for last in (92, 93)), "image/jpx"),
    **dict.fromkeys((f"{_JPEG}{last}" for last in (201, 202, 203)), "image/jphc"),
    **dict.fromkeys((f"{_JPEG}{last}" for last in (100, 101)), "video/mpeg"),
    **dict.fromkeys((f"{_JPEG}{last}" for last in range(102, 109)), "video/mp4"),
    "1.2.840.10008.1.2.5": "image/dicom-rle",
}


def chosen(stored: str, wanted: Sequence[str], *, pixels: bool) -> str | None:
    """The transfer syntax in which an object is given; None where it can be had in none of `wanted`.

    The stored one comes before all others, then the native ones in the order of `wanted`. The list is
    about pixels: what has none is given as it is stored rather than not at all.
    """
    if stored in wanted:
        return stored
    native = next((uid for uid in wanted if uid in NATIVE), None)
    return native if native or pixels else stored


def media_type_of(syntax: str) -> str:
    """The media type of a frame as it is stored."""
    return _MEDIA_TYPES.get(syntax, OCTETS)
