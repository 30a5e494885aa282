"""Ids of metadata as Identifier and Reference: documents, patients, and what entries refer to."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from xdsi_sim.ebrim.datatypes import OID, Cx, Cxi
from xdsi_sim.fhir.values import Resource, without_empty
from xdsi_sim.vocab import ReferenceIdType

__all__ = [
    "DICOM_UID",
    "REFERENCE_TYPES",
    "URI",
    "cx",
    "identifier",
    "logical_id",
    "patient_from_id",
    "patient_reference",
    "reference_id",
    "reference_identifier",
    "referred",
    "unique_id",
    "unique_identifier",
    "unique_ids",
    "urn_uuid",
]

URI: Final = "urn:ietf:rfc:3986"
DICOM_UID: Final = "urn:dicom:uid"
_OID: Final = "urn:oid:"
_UUID: Final = "urn:uuid:"
_DCM: Final = "http://dicom.nema.org/resources/ontology/DCM"
_V2: Final = "http://terminology.hl7.org/CodeSystem/v2-0203"
_ID: Final = re.compile(r"[A-Za-z0-9.-]{1,64}")
_ABSOLUTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")

REFERENCE_TYPES: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    ReferenceIdType.STUDY_INSTANCE_UID: ((_DCM, "110180"),),
    ReferenceIdType.ACCESSION: ((_V2, "ACSN"), (_DCM, "121022")),
    ReferenceIdType.ORDER: ((_V2, "PLAC"),),
    "urn:ihe:iti:xds:2013:uniqueId": ((URI, "urn:ihe:iti:xds:2013:uniqueId"),),
    "urn:ihe:iti:xds:2015:encounterId": ((_V2, "VN"),),
}
"""Codings of Identifier.type by the type of a reference id; of others the type is its own code."""


# --- documents -------------------------------------------------------------------------------


def logical_id(entryUUID: str) -> str:
    """Id of the resource that is an object of the registry."""
    return entryUUID.removeprefix(_UUID)


def urn_uuid(id: str) -> str | None:
    """The entryUUID that an id of a resource stands for; None where it is no UUID."""
    try:
        return f"{_UUID}{uuid.UUID(id)}" if len(id) == len(str(uuid.UUID(int=0))) else None
    except ValueError:
        return None


def unique_identifier(uniqueId: str, system: str = URI) -> Resource:
    """A uniqueId: `oid` or `oid^extension`, another URI as it is, and what is none without a system."""
    root, _, extension = uniqueId.partition("^")
    if OID.fullmatch(root):
        return (
            {"system": f"{_OID}{root}", "value": extension}
            if extension
            else {"system": system, "value": f"{_OID}{root}"}
        )
    return without_empty({"system": URI if _ABSOLUTE.fullmatch(uniqueId) else None, "value": uniqueId})


def unique_id(identifier: Mapping[str, Any]) -> str | None:
    """The uniqueId that an Identifier names; a UUID becomes its OID below 2.25."""
    system, value = identifier.get("system") or "", identifier.get("value") or ""
    if value.startswith(_UUID):
        try:
            return f"2.25.{uuid.UUID(value.removeprefix(_UUID)).int}"
        except ValueError:
            return value
    if system.startswith(_OID) and value:
        return f"{system.removeprefix(_OID)}^{value}"
    return value.removeprefix(_OID) or None


def unique_ids(identifier: Mapping[str, Any]) -> tuple[str, ...]:
    """All uniqueIds that an Identifier may name: by SOAP a UUID may have been registered as it is."""
    value = identifier.get("value") or ""
    found = (unique_id(identifier), value if value.startswith(_UUID) else None)
    return tuple(dict.fromkeys(each for each in found if each))


# --- patients --------------------------------------------------------------------------------


def identifier(text: str) -> Resource:
    """A CX as Identifier; what is none is its value."""
    try:
        parsed = Cx.parse(text)
    except ValueError:
        return {"value": text}
    return {"system": f"{_OID}{parsed.authority}", "value": parsed.id}


def cx(identifier: Mapping[str, Any], authority: str | None = None) -> str | None:
    """An Identifier as CX; `authority` issues one without a system. None where it has no value.

    Raises ValueError where the system is no OID.
    """
    value = identifier.get("value")
    system = identifier.get("system") or (f"{_OID}{authority}" if authority else "")
    if not value:
        return None
    if not (system.startswith(_OID) and OID.fullmatch(system.removeprefix(_OID))):
        raise ValueError(f"the system of a patient's identifier is urn:oid: and an OID, not '{system}'")
    return str(Cx(value, system.removeprefix(_OID)))


def patient_reference(patientId: str) -> Resource:
    """The subject: identifier, and where the id can stand in an address, the address."""
    found = identifier(patientId)
    oid, value = found.get("system", "").removeprefix(_OID), found["value"]
    id = f"{oid}-{value}"
    address = f"Patient/{id}" if oid and _ID.fullmatch(id) else None
    return without_empty({"reference": address, "type": "Patient", "identifier": found})


def patient_from_id(id: str, authority: str | None) -> str:
    """The CX that the id of a Patient stands for; one that names no authority is of `authority`.

    Raises ValueError.
    """
    oid, dash, value = id.partition("-")
    if dash and value and OID.fullmatch(oid):
        return str(Cx(value, oid))
    if authority is None or not id:
        raise ValueError(f"'{id}' is no id of a Patient here")
    return str(Cx(id, authority))


def referred(reference: str, kind: str) -> str | None:
    """The id in a reference to a resource of a kind, relative or absolute; None where it is to another."""
    parts = [part for part in urlsplit(reference).path.split("/") if part]
    if "_history" in parts:
        parts = parts[: parts.index("_history")]
    return parts[-1] if len(parts) > 1 and parts[-2] == kind else None


# --- what entries refer to -------------------------------------------------------------------


def reference_identifier(text: str) -> Resource:
    """A reference id (CXi) as Identifier (ITI TF-3: 4.2.3.2.28)."""
    try:
        parsed = Cxi.parse(text)
    except ValueError:
        return {"value": text}
    codings = REFERENCE_TYPES.get(parsed.type, ((URI, parsed.type),))
    study = parsed.type == ReferenceIdType.STUDY_INSTANCE_UID
    issuer = parsed.authority or ""
    known = OID.fullmatch(issuer)
    return without_empty(
        {
            "type": {"coding": [{"system": system, "code": code} for system, code in codings]},
            "system": DICOM_UID if study else f"{_OID}{issuer}" if known else None,
            "value": f"{_OID}{parsed.id}" if study else parsed.id,
            "assigner": None if known or not issuer else {"display": issuer},
        }
    )


def reference_id(identifier: Mapping[str, Any]) -> str | None:
    """An Identifier as reference id; None where it does not say what it is."""
    value = identifier.get("value")
    type_ = _type_of(identifier)
    if not value or type_ is None:
        return None
    if type_ == ReferenceIdType.STUDY_INSTANCE_UID:
        return str(Cxi(value.removeprefix(_OID), type_))
    system = identifier.get("system") or ""
    issuer = system.removeprefix(_OID) if system not in (URI, DICOM_UID) else ""
    display = (identifier.get("assigner") or {}).get("display")
    return str(Cxi(value.removeprefix(_OID), type_, issuer or display or None))


def _type_of(identifier: Mapping[str, Any]) -> str | None:
    codings = (identifier.get("type") or {}).get("coding") or ()
    named = {(coding.get("system"), coding.get("code")) for coding in codings}
    for type_, known in REFERENCE_TYPES.items():
        if named & set(known):
            return type_
    own = next((code for _, code in named if code and code.startswith("urn:")), None)
    if own is None and identifier.get("system") == DICOM_UID:
        return ReferenceIdType.STUDY_INSTANCE_UID
    return own
