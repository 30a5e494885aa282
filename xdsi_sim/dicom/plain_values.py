"""Values whose form leaves no doubt, from their octets straight into the DICOM JSON model (PS3.5: 6.2).

An instance has hundreds of attributes, nearly all of them short and plain. The DICOM library makes an
object of each, with checks that no JSON document needs; here a table gives the same values in a tenth of
the time. Whatever is not plain (letters beyond ASCII, padding that should not be there, numbers that are
none) is left to the library, which knows all of it.
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Callable, Mapping
from typing import Any, Final

__all__ = ["NotPlain", "plain_values"]

Values = list[Any]


class NotPlain(Exception):
    """The library has to read this value."""


def plain_values(vr: str, octets: bytes, *, little_endian: bool) -> Values:
    """The values of an element, None for each that is empty; an empty list where there is none at all.

    Raises NotPlain.
    """
    if numbers := _NUMBERS.get(vr):
        return _unpacked(numbers, octets, "<" if little_endian else ">")
    read = _TEXTS.get(vr)
    if read is None or not octets.isascii() or _ESCAPE in octets:
        raise NotPlain
    values = read(octets.decode("ascii"))
    return [] if values == [None] else values


_ESCAPE: Final = b"\x1b"  # what follows it is in another character set
_PADDING: Final = "\0 "


def _unpacked(code: str, octets: bytes, order: str) -> Values:
    count, rest = divmod(len(octets), struct.calcsize(order + code))
    if rest:
        raise NotPlain
    values = list(struct.unpack(f"{order}{count}{code}", octets))
    if code in "fd" and not all(map(math.isfinite, values)):
        raise NotPlain
    return values


def _listed(text: str) -> Values:
    """Padded at its end alone."""
    return [each or None for each in text.rstrip(_PADDING).split("\\")]


def _padded(text: str) -> Values:
    """Each value with padding of its own."""
    return [each.rstrip(_PADDING) or None for each in text.split("\\")]


def _stripped(text: str) -> Values:
    """Blanks on either side say nothing."""
    if "\0" in text:
        raise NotPlain
    return [each.strip() or None for each in text.split("\\")]


def _single(text: str) -> Values:
    """A backslash is a letter like any other."""
    return [text.rstrip(_PADDING) or None]


_DECIMAL: Final = re.compile(r" *[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})? *")
_INTEGER: Final = re.compile(r" *[+-]?\d{1,12} *")


def _strings(form: re.Pattern[str], number: Callable[[str], Any]) -> Callable[[str], Values]:
    def read(text: str) -> Values:
        """Numbers of a text, None of an empty one; raises NotPlain where one has not the form."""
        each = text.rstrip(_PADDING).split("\\")
        if each == [""]:
            return [None]
        if not all(map(form.fullmatch, each)):
            raise NotPlain
        return list(map(number, each))

    return read


_TEXTS: Final[Mapping[str, Callable[[str], Values]]] = {
    **dict.fromkeys(("AS", "CS", "DA", "DT", "TM", "UI"), _listed),
    **dict.fromkeys(("LO", "SH", "UC"), _padded),
    **dict.fromkeys(("LT", "ST", "UT"), _single),
    "AE": _stripped,
    "DS": _strings(_DECIMAL, float),
    "IS": _strings(_INTEGER, int),
}
_NUMBERS: Final[Mapping[str, str]] = {"US": "H", "SS": "h", "UL": "I", "SL": "i", "FL": "f", "FD": "d"}
