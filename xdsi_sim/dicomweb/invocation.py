"""Invoke Image Display: what one address asks to be shown, read from its parameters (RAD TF: 4.106).

Reading only; `image_display` looks for the studies.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from xdsi_sim.dicom.attributes import LONGEST_UID, is_uid
from xdsi_sim.dicomweb.messages import Refused
from xdsi_sim.ebrim.datatypes import OID

__all__ = ["OfPatient", "OfStudy", "PatientId", "read_invocation"]

_Reader = tuple[Callable[[str], Any], str]
"""What makes a value of a text, raising ValueError or KeyError, and what the text has to be, in words."""
_MOST: Final = 64
"""Studies that one address may name."""


@dataclass(frozen=True, slots=True)
class PatientId:
    """Whose studies are asked for."""

    id: str
    authority: str | None = None
    """OID of the assigning authority; None where the id came without."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfStudy:
    """`requestType=STUDY`: some studies, by one of two kinds of ids; the other is empty."""

    studyUID: tuple[str, ...] = ()
    accessionNumber: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OfPatient:
    """`requestType=PATIENT`: the studies of a patient, those alone that fit; None where it does not say."""

    patientID: PatientId
    patientName: str | None = None
    patientBirthDate: str | None = None
    """`YYYYMMDD`."""
    lowerDateTime: str | None = None
    """`YYYYMMDDHHMMSS` in UTC."""
    upperDateTime: str | None = None
    """The same; both are part of the range."""
    mostRecentResults: int | None = None
    modalitiesInStudy: tuple[str, ...] = ()


def read_invocation(parameters: Sequence[tuple[str, str]]) -> OfStudy | OfPatient:
    """From the parameters of an address, decoded; those that the transaction does not know say nothing.

    Raises Refused, 400, for what is missing, given twice, malformed, or of the other `requestType`.
    """
    given = {name: value for name, value in parameters if name in _KNOWN}
    if len(given) < sum(name in _KNOWN for name, _ in parameters):
        twice = next(name for name in given if [each for each, _ in parameters].count(name) > 1)
        raise Refused(400, f"{twice} is there several times")
    kind = given.pop("requestType", None)
    if kind not in _KINDS:
        raise Refused(400, f"requestType has to be {' or '.join(_KINDS)}")
    readers = _KINDS[kind] | _COMMON
    if strays := sorted(given.keys() - readers.keys()):
        raise Refused(400, f"{strays[0]} means nothing for requestType={kind}")
    read = {name: _read(name, text, readers[name]) for name, text in given.items()}
    told = {name: value for name, value in read.items() if name not in _COMMON}
    return _of_study(told) if kind == "STUDY" else _of_patient(told)


def _of_study(told: Mapping[str, Any]) -> OfStudy:
    if len(told) != 1:
        raise Refused(400, "a study is named by studyUID or by accessionNumber, one of the two")
    return OfStudy(**told)


def _of_patient(told: Mapping[str, Any]) -> OfPatient:
    if "patientID" not in told:
        raise Refused(400, "patientID is missing")
    return OfPatient(**told)


def _read(name: str, text: str, how: _Reader) -> Any:
    read, form = how
    try:
        return read(text)
    except (ValueError, KeyError, OverflowError):
        raise Refused(400, f"{name}={text[:80]!r} is not {form}") from None


# --- values -----------------------------------------------------------------------------------


def _list(text: str) -> tuple[str, ...]:
    values = tuple(each.strip() for each in text.split(","))
    if not all(values) or len(values) > _MOST:
        raise ValueError(text)
    return values


def _uids(text: str) -> tuple[str, ...]:
    if not all(map(is_uid, values := _list(text))):
        raise ValueError(text)
    return values


def _plain(text: str) -> str:
    """A text that a search takes as it stands, and not as a pattern or a list."""
    if not text.strip() or any(sign in text for sign in '*?\\"'):
        raise ValueError(text)
    return text.strip()


def _numbers(text: str) -> tuple[str, ...]:
    return tuple(map(_plain, _list(text)))


def _patient(text: str) -> PatientId:
    """`id`, or `id^^^&OID&ISO`; a local name of the authority may stand before the OID."""
    id, *others = text.split("^")
    if not others:
        return PatientId(_plain(id))
    authority = others[2].split("&") if len(others) > 2 and not (others[0] or others[1]) else []
    if len(authority) != 3 or authority[2] != "ISO" or not OID.fullmatch(authority[1]):
        raise ValueError(text)
    return PatientId(_plain(id), authority[1])


def _day(text: str) -> str:
    return date.fromisoformat(text).isoformat().replace("-", "")


def _moment(text: str, clock: str) -> str:
    """A date with a time, in UTC unless it tells another zone; a day alone is meant at `clock`."""
    if "T" not in text:
        return _day(text) + clock
    moment = datetime.fromisoformat(text)
    utc = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    return f"{utc.year:04}{utc:%m%d%H%M%S}"


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 9 and int(text)):
        raise ValueError(text)
    return int(text)


_FLAGS: Final = {"true": True, "false": False}
_A_MOMENT: Final = "a date and time, such as 2024-04-23T08:30:00Z"
_OF_STUDY: Final[dict[str, _Reader]] = {
    "studyUID": (_uids, f"a list of UIDs, {LONGEST_UID} characters each, at most {_MOST}"),
    "accessionNumber": (_numbers, f"a list of accession numbers, at most {_MOST}"),
}
_OF_PATIENT: Final[dict[str, _Reader]] = {
    "patientID": (_patient, "an id, alone or with its authority: id^^^&OID&ISO"),
    "patientName": (_plain, "a name, such as Roth^Anna"),
    "patientBirthDate": (_day, "a date, YYYY-MM-DD"),
    "lowerDateTime": (lambda text: _moment(text, "000000"), _A_MOMENT),
    "upperDateTime": (lambda text: _moment(text, "235959"), _A_MOMENT),
    "mostRecentResults": (_count, "a number of studies, 1 or more"),
    "modalitiesInStudy": (_numbers, "a list of modalities, such as CT,MR"),
}
_COMMON: Final[dict[str, _Reader]] = {
    "viewerType": (str, ""),
    "diagnosticQuality": (_FLAGS.__getitem__, "true or false"),
    "keyImagesOnly": (_FLAGS.__getitem__, "true or false"),
}
"""What says how to show; there is one viewer, which shows all in full quality."""
_KINDS: Final = {"STUDY": _OF_STUDY, "PATIENT": _OF_PATIENT}
_KNOWN: Final = frozenset({"requestType", *_OF_STUDY, *_OF_PATIENT, *_COMMON})
