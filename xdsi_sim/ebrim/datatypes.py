"""Typed readings of the HL7 data types in metadata (ITI TF-3: Table 4.2.3.1.7-2).

Attributes keep the text as received; `parse` gives the typed reading where one is needed and raises
ValueError, naming what is wrong, where the text does not fit.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from typing import Final

__all__ = [
    "HASH",
    "HOME_COMMUNITY_ID",
    "LANGUAGE_CODE",
    "MIME_TYPE",
    "OID",
    "UUID",
    "Cx",
    "Cxi",
    "check_dtm",
    "pad_dtm",
]

OID: Final = re.compile(r"(?=.{1,64}\Z)[012](\.(0|[1-9][0-9]*))+")
HOME_COMMUNITY_ID: Final = re.compile(r"urn:oid:(?=.{1,64}\Z)[012](\.(0|[1-9][0-9]*))+")
UUID: Final = re.compile(r"urn:uuid:[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
HASH: Final = re.compile(r"[0-9a-fA-F]{40}")
LANGUAGE_CODE: Final = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
MIME_TYPE: Final = re.compile(r"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(\s*;.*)?")

_DTM: Final = re.compile(r"([0-9]{4})" + r"([0-9]{2})?" * 5)
_DTM_PARTS: Final = (
    ("year", 1, 9999),
    ("month", 1, 12),
    ("day", 1, 31),
    ("hour", 0, 23),
    ("minute", 0, 59),
    ("second", 0, 60),
)
_DTM_LOWEST: Final = "00000101000000"


def check_dtm(text: str) -> None:
    """Raise ValueError where `text` is no DTM: YYYY[MM[DD[hh[mm[ss]]]]], UTC, no fraction, no zone."""
    match = _DTM.fullmatch(text)
    if match is None:
        raise ValueError("not YYYY[MM[DD[hh[mm[ss]]]]]")
    for part, (name, lowest, highest) in zip(match.groups(), _DTM_PARTS, strict=True):
        if part is not None and not lowest <= int(part) <= highest:
            raise ValueError(f"{name} {part} is out of range")
    year, month, day = match[1], match[2], match[3]
    if day is not None and int(day) > monthrange(int(year), int(month))[1]:
        raise ValueError(f"month {month} of {year} has no day {day}")


def pad_dtm(text: str) -> str:
    """A DTM of lower precision as the start of its period, 14 digits, so that texts compare as times."""
    return text + _DTM_LOWEST[len(text) :]


@dataclass(frozen=True, slots=True)
class Cx:
    """An identifier with its assigning authority: `id^^^&OID&ISO`."""

    id: str
    authority: str
    """The OID."""

    @classmethod
    def parse(cls, text: str) -> Cx:
        """Read `text`; raises ValueError where it is not of the form."""
        components = text.split("^")
        if len(components) != 4 or components[1] or components[2]:
            raise ValueError("not id^^^&OID&ISO")
        if not components[0]:
            raise ValueError("the id is empty")
        return cls(components[0], _authority(components[3]))

    def __str__(self) -> str:
        return f"{self.id}^^^&{self.authority}&ISO"


@dataclass(frozen=True, slots=True)
class Cxi:
    """A reference id: `id^^^&OID&ISO^typeCode`, the authority absent where the id is unique without.

    A local namespace may stand for the authority: `id^^^WARD^typeCode`.
    """

    id: str
    type: str
    authority: str | None = None
    """The OID, or else the namespace."""

    @classmethod
    def parse(cls, text: str) -> Cxi:
        """Read `text`; raises ValueError where it is not of the form."""
        components = text.split("^")
        if len(components) != 5 or components[1] or components[2]:
            raise ValueError("not id^^^authority^typeCode")
        if not components[0] or not components[4]:
            raise ValueError("id and type code must not be empty")
        return cls(components[0], components[4], _authority_or_namespace(components[3]))

    def __str__(self) -> str:
        authority = self.authority or ""
        if OID.fullmatch(authority):
            authority = f"&{authority}&ISO"
        return f"{self.id}^^^{authority}^{self.type}"


def _authority_or_namespace(text: str) -> str | None:
    if "&" in text or OID.fullmatch(text):  # a bare OID is no namespace but an authority spelled wrong
        return _authority(text)
    return text or None


def _authority(text: str) -> str:
    namespace, _, rest = text.partition("&")
    oid, _, kind = rest.partition("&")
    if namespace and rest:
        raise ValueError(f"the authority has a namespace: {namespace}")
    if kind != "ISO" or not OID.fullmatch(oid):
        raise ValueError(f"the authority is not &OID&ISO: {text}")
    return oid
