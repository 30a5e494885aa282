"""Typed readings of the HL7 data types in metadata (ITI TF-3: Table 4.2.3.1.7-2).

Attributes keep the text as received; `parse` gives the typed reading where one is needed and raises
ValueError, naming what is wrong, where the text does not fit.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from operator import itemgetter
from typing import Final

__all__ = [
    "HASH",
    "HOME_COMMUNITY_ID",
    "LANGUAGE_CODE",
    "MIME_TYPE",
    "OID",
    "URI_REFERENCE",
    "UUID",
    "Cx",
    "Cxi",
    "PidField",
    "Recipient",
    "Xcn",
    "Xon",
    "Xtn",
    "check_dtm",
    "pad_dtm",
    "wrong_escape",
]

OID: Final = re.compile(r"(?=.{1,64}\Z)[012](\.(0|[1-9][0-9]*))+")
HOME_COMMUNITY_ID: Final = re.compile(r"urn:oid:(?=.{1,64}\Z)[012](\.(0|[1-9][0-9]*))+")
UUID: Final = re.compile(r"urn:uuid:[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
HASH: Final = re.compile(r"[0-9a-fA-F]{40}")
LANGUAGE_CODE: Final = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
MIME_TYPE: Final = re.compile(r"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(\s*;.*)?")
URI_REFERENCE: Final = re.compile(r"(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+")

_DTM: Final = re.compile(
    r"(?!0000)([0-9]{4})(?:(0[1-9]|1[0-2])(?:(0[1-9]|[12][0-9]|3[01])"
    r"(?:([01][0-9]|2[0-3])(?:[0-5][0-9](?:[0-5][0-9]|60)?)?)?)?)?"
)
_DIGITS: Final = re.compile(r"([0-9]{4})" + r"([0-9]{2})?" * 5)
_DTM_PARTS: Final = (
    ("year", "0001", "9999"),
    ("month", "01", "12"),
    ("day", "01", "31"),
    ("hour", "00", "23"),
    ("minute", "00", "59"),
    ("second", "00", "60"),
)
_IN_ANY_MONTH: Final = "28"
_DTM_LOWEST: Final = "00000101000000"


def check_dtm(text: str) -> None:
    """Raise ValueError where `text` is no DTM: YYYY[MM[DD[hh[mm[ss]]]]], UTC, no fraction, no zone."""
    match = _DTM.fullmatch(text)
    if match is None:
        raise ValueError(_wrong_with_dtm(text))
    year, month, day = match[1], match[2], match[3]
    if day is not None and day > _IN_ANY_MONTH and int(day) > monthrange(int(year), int(month))[1]:
        raise ValueError(f"month {month} of {year} has no day {day}")


def _wrong_with_dtm(text: str) -> str:
    digits = _DIGITS.fullmatch(text)
    if digits is None:
        return "not YYYY[MM[DD[hh[mm[ss]]]]]"
    parts = zip(digits.groups(), _DTM_PARTS, strict=True)
    return next(
        f"{name} {part} is out of range"
        for part, (name, lowest, highest) in parts
        if part is not None and not lowest <= part <= highest
    )


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


# --- persons, organisations, addresses -------------------------------------------------------


def _components(text: str, count: int) -> list[str]:
    """At least so many components, absent ones empty."""
    components = text.split("^")
    return components + [""] * (count - len(components))


@dataclass(frozen=True, slots=True)
class Xcn:
    """A person or a device: `id^family^given^second^suffix^prefix^degree^^&OID&ISO`."""

    id: str
    family: str
    """Of a device its name."""
    given: str = ""
    authority: str | None = None
    """The OID."""

    @classmethod
    def parse(cls, text: str) -> Xcn:
        """Read `text`; raises ValueError where it is not of the form."""
        components = _components(text, 9)
        id, family, given = components[:3]
        if not id and not family:
            raise ValueError("neither an id (component 1) nor a family name (component 2) is there")
        if not components[8]:
            return cls(id, family, given)
        if not id:
            raise ValueError("an assigning authority (component 9) is there without an id (component 1)")
        return cls(id, family, given, _authority(components[8]))


@dataclass(frozen=True, slots=True)
class Xon:
    """An organisation: `name^^^^^&OID&ISO^^^^id`; the authority may be absent where the id is an OID."""

    name: str
    id: str | None = None
    authority: str | None = None
    """The OID."""

    @classmethod
    def parse(cls, text: str) -> Xon:
        """Read `text`; raises ValueError where it is not of the form."""
        if text and "^" not in text:
            return cls(text)
        components = _components(text, 10)
        name, id = components[0], components[9]
        if not name:
            raise ValueError("the name (component 1) is empty")
        if any(_NOT_IN_XON(components)) or any(components[10:]):
            raise ValueError("a component other than 1, 6 and 10 is there")
        authority = _authority(components[5]) if components[5] else None
        if id and authority is None and not OID.fullmatch(id):
            raise ValueError("the id (component 10) is no OID and has no assigning authority (component 6)")
        return cls(name, id or None, authority)


_NOT_IN_XON: Final = itemgetter(1, 2, 3, 4, 6, 7, 8)


@dataclass(frozen=True, slots=True)
class Xtn:
    """A mail address `^NET^Internet^a@b` or a telephone `^use^PH^^country^area^local^extension`."""

    equipment: str
    """`Internet`, or `PH`, `CP` and the like."""
    address: str
    """The mail address, or the local number."""

    @classmethod
    def parse(cls, text: str) -> Xtn:
        """Read `text`; raises ValueError where it is not of the form."""
        components = _components(text, 12)
        use, equipment = components[1], components[2]
        if equipment == "Internet":
            if use not in ("", "NET"):
                raise ValueError(f"the use of a mail address (component 2) is {use}, not NET")
            if not components[3]:
                raise ValueError("the mail address (component 4) is empty")
            return cls(equipment, components[3])
        if not equipment:
            raise ValueError("the equipment (component 3) is empty: Internet, PH or CP is expected")
        number = components[6] or components[11]  # HL7 2.6 has the unformatted number in 12
        if not number:
            raise ValueError("the local number (component 7) is empty")
        return cls(equipment, number)


@dataclass(frozen=True, slots=True)
class Recipient:
    """To whom a submission goes: `XON|XCN|XTN`, where parts may be empty (ITI TF-3: 4.2.3.3.7)."""

    organisation: Xon | None = None
    person: Xcn | None = None
    telecommunication: Xtn | None = None

    @classmethod
    def parse(cls, text: str) -> Recipient:
        """Read `text`; raises ValueError where it is not of the form."""
        parts = text.split("|")
        if len(parts) > 3 or not any(parts):
            raise ValueError("not organisation|person|telecommunication with at least one of them")
        organisation, person, telecommunication = parts + [""] * (3 - len(parts))
        return cls(
            Xon.parse(organisation) if organisation else None,
            Xcn.parse(person) if person else None,
            Xtn.parse(telecommunication) if telecommunication else None,
        )


# --- fields and escapes ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PidField:
    """A field of the segment PID: `PID-n|value` (ITI TF-3: 4.2.3.2.23)."""

    number: int
    value: str
    """Repetitions are parted by `~`."""

    @classmethod
    def parse(cls, text: str) -> PidField:
        """Read `text`; raises ValueError where it is not of the form."""
        found = _PID_FIELD.fullmatch(text)
        if found is None:
            raise ValueError("not PID-n|value with n from 1 to 39")
        return cls(int(found[1]), found[2])


_PID_FIELD: Final = re.compile(r"PID-([1-9]|[12][0-9]|3[0-9])\|(.*)", re.DOTALL)  # HL7 2.5: PID has 39 fields
_ESCAPE: Final = re.compile(r"\\[FSRTE]\\")
_ANY_ESCAPE: Final = re.compile(r"\\[^\\]*\\?")


def wrong_escape(text: str) -> str | None:
    r"""The first escape sequence that is none of \F\, \S\, \R\, \T\, \E\; None where all are right."""
    if "\\" not in text:
        return None
    found = _ANY_ESCAPE.search(_ESCAPE.sub("", text))
    return None if found is None else found[0]
