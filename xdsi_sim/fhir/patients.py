"""What a document says of its patient at the source: PID fields as Patient (ITI TF-3: 4.2.3.2.22)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, Final

from xdsi_sim.ebrim.datatypes import PidField
from xdsi_sim.fhir.identifiers import cx, identifier
from xdsi_sim.fhir.people import human_name, xpn_of
from xdsi_sim.fhir.times import date_time, dtm
from xdsi_sim.fhir.values import Resource, as_list, without_empty

__all__ = ["patient", "source_patient"]

_GENDERS: Final = {"M": "male", "F": "female", "O": "other", "A": "other", "U": "unknown"}
_SEXES: Final = {"male": "M", "female": "F", "other": "O", "unknown": "U"}
_DAY: Final = 8


def patient(sourcePatientId: str | None, sourcePatientInfo: tuple[str, ...]) -> Resource:
    """A Patient, without id, that says what the two attributes do."""
    fields: dict[int, list[str]] = {}
    for text in sourcePatientInfo:
        with suppress(ValueError):
            field = PidField.parse(text)
            fields.setdefault(field.number, []).extend(field.value.split("~"))
    ids = dict.fromkeys((*((sourcePatientId,) if sourcePatientId else ()), *fields.get(3, ())))
    born = "".join(fields.get(7, ()))[:_DAY]
    return without_empty(
        {
            "identifier": [identifier(id) for id in ids if id],
            "name": [name for text in fields.get(5, ()) if (name := human_name(text))],
            "gender": _GENDERS.get("".join(fields.get(8, ()))),
            "birthDate": date_time(born) if born else None,
        }
    )


def source_patient(resource: Mapping[str, Any]) -> tuple[str | None, tuple[str, ...]]:
    """sourcePatientId and sourcePatientInfo of a Patient; raises ValueError where an id has no authority."""
    ids = [id for each in as_list(resource.get("identifier")) if (id := cx(each)) is not None]
    return (ids[0] if ids else None), tuple(_fields(ids, resource))


def _fields(ids: list[str], resource: Mapping[str, Any]) -> Iterator[str]:
    if ids:
        yield f"PID-3|{'~'.join(ids)}"
    names = [name for each in as_list(resource.get("name")) if (name := xpn_of(each))]
    if names:
        yield f"PID-5|{'~'.join(names)}"
    if born := resource.get("birthDate"):
        yield f"PID-7|{dtm(born)}"
    if sex := _SEXES.get(resource.get("gender") or ""):
        yield f"PID-8|{sex}"
