"""Patients as people write them, in a scenario, on a page or on the command line."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from xdsi_sim.errors import UsageError
from xdsi_sim.messages.patient_feed import (
    Ii,
    Person,
    read_birth_time,
    read_gender,
    read_patient_id,
    read_person_name,
)

__all__ = ["facts_of_person", "read_id", "read_person", "said_of_person"]

T = TypeVar("T")


def read_id(text: str, authority: str | None) -> Ii:
    """From a CX, or from a bare id of the authority; raises UsageError where it is neither."""
    try:
        return read_patient_id(text, authority)
    except ValueError as error:
        hint = None if "^" in text or authority else "A bare id needs an authority: an OID."
        raise UsageError(f"{text!r} is no patient id: {error}.", hint=hint) from None


def read_person(
    name: str | None, birthDate: str | None, gender: str | None, mothersMaidenName: str | None = None
) -> Person:
    """From `FAMILY^GIVEN`, `1963-08-04`, `F` and a name; raises UsageError for one that is wrong."""
    return Person(
        name=_read(read_person_name, name, "name"),
        birthTime=_read(read_birth_time, birthDate, "birth date") or "",
        gender=_read(read_gender, gender, "gender") or "",
        mothersMaidenName=mothersMaidenName or "",
    )


def facts_of_person(person: Person) -> dict[str, str]:
    """The same way back, by the keys that a scenario has for them."""
    name = person.name
    return {
        "name": "" if name is None else f"{name.family}^{name.given}".rstrip("^"),
        "birthDate": person.birthTime,
        "gender": person.gender,
        "mothersMaidenName": person.mothersMaidenName,
    }


def said_of_person(person: Person) -> str:
    """Who it is, in a line."""
    name = person.name
    told = ("" if name is None else f"{name.family} {name.given}".strip(), person.birthTime, person.gender)
    return ", ".join(filter(None, told))


def _read(read: Callable[[str], T], text: str | None, what: str) -> T | None:
    try:
        return None if not text else read(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is no {what}: {error}.") from None
