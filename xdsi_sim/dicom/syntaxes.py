"""Transfer syntaxes, and the media types that their frames travel as on the web (PS3.18: 8.7.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = ["DEFLATED", "EXPLICIT_LITTLE_ENDIAN", "NATIVE", "OCTETS", "media_type_of"]

EXPLICIT_LITTLE_ENDIAN: Final = "1.2.840.10008.1.2.1"
DEFLATED: Final = "1.2.840.10008.1.2.1.99"
NATIVE: Final = frozenset(
    {"1.2.840.10008.1.2", EXPLICIT_LITTLE_ENDIAN, DEFLATED, "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.98"}
)
"""Those whose pixels are not compressed by themselves."""
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


def media_type_of(syntax: str) -> str:
    """The media type of a frame as it is stored."""
    return _MEDIA_TYPES.get(syntax, OCTETS)
