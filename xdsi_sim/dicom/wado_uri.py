"""WADO-URI: what one address asks for, and the media types in which an object can be had (RAD TF: 4.55).

Reading and choosing only; nothing here opens an object.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from xdsi_sim.dicom.attributes import LONGEST_UID, is_uid

__all__ = ["DICOM", "PICTURES", "TEXTS", "NotServed", "WadoRequest", "media_types", "read_wado_request"]

DICOM: Final = "application/dicom"
PICTURES: Final = ("image/jpeg", "image/png", "image/gif")
TEXTS: Final = ("text/html", "text/plain")
_LARGEST: Final = 8192
"""Columns or rows of a picture that may be asked for."""


class NotServed(Exception):
    """An HTTP status that is no success, with a line that says why."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class WadoRequest:
    """What a client asks for; None where it does not say (PS3.18: 9.1.2)."""

    studyUID: str
    seriesUID: str
    objectUID: str
    contentType: str | None = None
    """Media types, in the form of an Accept header."""
    charset: str | None = None
    transferSyntax: str | None = None
    anonymize: bool | None = None
    rows: int | None = None
    columns: int | None = None
    region: tuple[float, float, float, float] | None = None
    """Left, top, right and bottom as parts of width and height."""
    windowCenter: float | None = None
    windowWidth: float | None = None
    frameNumber: int | None = None
    imageQuality: int | None = None
    annotation: tuple[str, ...] | None = None

    def refuse_without_meaning(self, media: str) -> None:
        """Raises NotServed, 400, where a parameter says nothing about that media type."""
        for name in _OF_PICTURES if media not in PICTURES else _OF_FILES:
            if getattr(self, name) is not None:
                raise NotServed(400, f"{name} means nothing for {media}")
        if media != DICOM and self.transferSyntax is not None:
            raise NotServed(400, f"transferSyntax means nothing for {media}")


_OF_PICTURES: Final = (
    *("rows", "columns", "region", "windowCenter", "windowWidth"),
    *("frameNumber", "imageQuality", "annotation"),
)
_OF_FILES: Final = ("transferSyntax", "anonymize")


def media_types(frames: int | None, *, report: bool, one_frame: bool) -> tuple[str, ...]:
    """Those in which an object can be had, the default first (PS3.18: 9.1.2.2.1).

    A clip would be a video by default; none is made here, so it is the file, unless `one_frame` is named.
    """
    if frames is None:
        return (*TEXTS, DICOM) if report else (DICOM,)
    return (*PICTURES, DICOM) if frames == 1 or one_frame else (DICOM, *PICTURES)


# --- reading ----------------------------------------------------------------------------------


def read_wado_request(query: Mapping[str, Sequence[str]]) -> WadoRequest:
    """From the parameters of an address, decoded.

    Raises NotServed: 400 for what is missing, given twice or malformed, 404 for a UID that is empty,
    501 for what is not built.
    """
    given = {name: values[0] for name, values in query.items()}
    for name, values in query.items():
        if len(values) > 1:
            raise NotServed(400, f"{name[:80]} is there {len(values)} times")
    if given.get("requestType") != "WADO":
        raise NotServed(400, "requestType has to be WADO")
    told: dict[str, Any] = {name: _uid(name, given) for name in ("studyUID", "seriesUID", "objectUID")}
    _refuse_presentation(given)
    if ("windowCenter" in given) is not ("windowWidth" in given):
        raise NotServed(400, "windowCenter and windowWidth go together")
    told |= {name: _told(name, given[name]) for name in _READ if name in given}
    return WadoRequest(**told)


def _uid(name: str, given: Mapping[str, str]) -> str:
    if name not in given:
        raise NotServed(400, f"{name} is missing")
    if not given[name]:
        raise NotServed(404, f"{name} is empty")
    if not is_uid(given[name]):
        raise NotServed(400, f"{name}={given[name][:LONGEST_UID]!r} is not a UID")
    return given[name]


def _refuse_presentation(given: Mapping[str, str]) -> None:
    named = [name for name in ("presentationUID", "presentationSeriesUID") if name in given]
    if len(named) == 1:
        raise NotServed(400, "presentationUID and presentationSeriesUID go together")
    if named:
        raise NotServed(501, "presentation states are not applied here")


def _told(name: str, text: str) -> Any:
    read, form = _READ[name]
    try:
        return read(text)
    except ValueError:
        raise NotServed(400, f"{name}={text[:80]!r} is not {form}") from None


def _whole(most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        """The number; raises ValueError for what is none from 1 to the most."""
        if not (
            text.isascii() and text.isdecimal() and len(text) <= len(str(most)) and 1 <= int(text) <= most
        ):
            raise ValueError
        return int(text)

    return read


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError
    return number


def _positive(text: str) -> float:
    number = _finite(text)
    if number <= 0:
        raise ValueError
    return number


def _region(text: str) -> tuple[float, float, float, float]:
    left, top, right, bottom = map(_finite, text.split(","))
    if not (0 <= left < right <= 1 and 0 <= top < bottom <= 1):
        raise ValueError
    return left, top, right, bottom


def _annotation(text: str) -> tuple[str, ...]:
    words = tuple(filter(None, text.split(",")))
    if not set(words) <= {"patient", "technique"}:
        raise ValueError
    return words


def _anonymize(text: str) -> bool:
    if text == "yes":
        raise NotServed(400, "anonymize=yes: nothing is made anonymous here")
    raise ValueError


_SIZE: Final = (_whole(_LARGEST), f"a whole number from 1 to {_LARGEST}")
_READ: Final[Mapping[str, tuple[Callable[[str], Any], str]]] = {
    "contentType": (str, ""),
    "charset": (str, ""),
    "transferSyntax": (str, ""),
    "anonymize": (_anonymize, "yes"),
    "rows": _SIZE,
    "columns": _SIZE,
    "region": (_region, "left,top,right,bottom, each from 0.0 to 1.0"),
    "windowCenter": (_finite, "a number"),
    "windowWidth": (_positive, "a number above 0"),
    "frameNumber": (_whole(10**9), "a whole number from 1"),
    "imageQuality": (_whole(100), "a whole number from 1 to 100"),
    "annotation": (_annotation, "patient, technique, or both"),
}
"""How each parameter is read, and what it has to be, in words (PS3.18: 9.1.2)."""
