"""Transfer syntaxes: which of those that an asker takes an object can be given in (RAD TF: 4.69).

Choosing only; nothing here reads an object. `transcoding` makes what was chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

__all__ = [
    "DEFLATED",
    "EXPLICIT_BIG_ENDIAN",
    "EXPLICIT_LITTLE_ENDIAN",
    "IMPLICIT_LITTLE_ENDIAN",
    "NATIVE",
    "chosen",
]

IMPLICIT_LITTLE_ENDIAN: Final = "1.2.840.10008.1.2"
EXPLICIT_LITTLE_ENDIAN: Final = "1.2.840.10008.1.2.1"
DEFLATED: Final = "1.2.840.10008.1.2.1.99"
EXPLICIT_BIG_ENDIAN: Final = "1.2.840.10008.1.2.2"

NATIVE: Final = frozenset({IMPLICIT_LITTLE_ENDIAN, EXPLICIT_LITTLE_ENDIAN, DEFLATED, EXPLICIT_BIG_ENDIAN})
"""Syntaxes in which pixels are not compressed; any object can be written in each (PS3.5: Annex A)."""


def chosen(stored: str, wanted: Sequence[str], *, pixels: bool) -> str | None:
    """The transfer syntax in which an object is given; None where it can be had in none of `wanted`.

    The stored one comes before all others, then the native ones in the order of `wanted`. The list is
    about pixels: what has none is given as it is stored rather than not at all.
    """
    if stored in wanted:
        return stored
    native = next((uid for uid in wanted if uid in NATIVE), None)
    return native if native or pixels else stored
