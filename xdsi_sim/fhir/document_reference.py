"""DocumentReference and DocumentEntry, both ways, by one table.

A row is an attribute, the element that has it, and what makes the one of the other. What several attributes
share (identifiers, extensions, the address of the document) has a row of its own that stands for all of them.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any, Final

from xdsi_sim.dicom.codes import ACQUISITION_MODALITIES, TARGET_REGIONS
from xdsi_sim.ebrim.model import Author, Code, DocumentEntry, InternationalString
from xdsi_sim.fhir.identifiers import (
    URI,
    cx,
    logical_id,
    patient_reference,
    reference_id,
    reference_identifier,
    unique_id,
    unique_identifier,
)
from xdsi_sim.fhir.patients import patient, source_patient
from xdsi_sim.fhir.people import Resolve, author, author_reference, person, person_reference
from xdsi_sim.fhir.rows import (
    Reading,
    Row,
    Unmapped,
    Writing,
    attributes_in,
    extensions,
    home_extension,
    home_in,
    put_attributes,
)
from xdsi_sim.fhir.times import date_time, dtm
from xdsi_sim.fhir.values import Resource, as_list, at, put
from xdsi_sim.vocab import APPROVED, DEPRECATED, STABLE, CodingScheme

__all__ = [
    "MODALITY_EXTENSION",
    "RELATES",
    "ROWS",
    "STATUSES",
    "document_entry",
    "document_reference",
    "subject_of",
]

MODALITY_EXTENSION: Final = "http://hl7.org/fhir/5.0/StructureDefinition/extension-DocumentReference.modality"
REGION_EXTENSION: Final = "http://hl7.org/fhir/5.0/StructureDefinition/extension-DocumentReference.bodySite"
STATUSES: Final = {"current": APPROVED, "superseded": DEPRECATED}
_URNS: Final = {urn: word for word, urn in STATUSES.items()}
_RPLC: Final = "urn:ihe:iti:2007:AssociationType:"
RELATES: Final[Mapping[str, str]] = {
    "replaces": f"{_RPLC}RPLC",
    "transforms": f"{_RPLC}XFRM",
    "appends": f"{_RPLC}APND",
    "signs": f"{_RPLC}signs",
}
"""Types of Associations by relatesTo.code; XFRM_RPLC is two of them."""


# --- the kinds of values ---------------------------------------------------------------------


def _same(value: Any, _known: Any) -> Any:
    return value


def _text(value: InternationalString, _known: Writing) -> str:
    return str(value)


def _international(value: str, _known: Reading) -> InternationalString:
    return InternationalString.of(value)


def _time(value: str, _known: Writing) -> str | None:
    return date_time(value)


def _dtm(value: str, _known: Reading) -> str:
    return dtm(value)


def _concept(value: Code, known: Writing) -> Resource:
    return known.systems.concept(value)


def _code_in(value: Resource, known: Reading) -> Code | None:
    return known.systems.code_in(value)


def _first_code(value: list[Resource], known: Reading) -> Code | None:
    return known.systems.code_in(value[0]) if value else None


def _coding(value: Code, known: Writing) -> Resource:
    return known.systems.coding(value)


def _code(value: Resource, known: Reading) -> Code | None:
    return known.systems.code(value)


def _size(value: str, _known: Writing) -> int | None:
    return int(value) if value.isdecimal() else None


def _hash(value: str, _known: Writing) -> str | None:
    try:
        return base64.b64encode(bytes.fromhex(value)).decode()
    except ValueError:
        return None


def _hex(value: str, _known: Reading) -> str:
    try:
        found = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"the hash is not base64: {error}") from None
    if len(found) != _SHA1:
        raise ValueError(f"the hash has {len(found)} octets; SHA-1 has {_SHA1}")
    return found.hex()


_SHA1: Final = 20


def _author(value: Author, known: Writing) -> Resource:
    return author_reference(value, known.contained)


def _author_of(value: Resource, known: Reading) -> Author | None:
    return author(value, known.resolve)


def _person(value: str, known: Writing) -> Resource:
    return person_reference(value, known.contained)


def _person_of(value: Resource, known: Reading) -> str | None:
    return person(value, known.resolve)


def _related(value: str, _known: Writing) -> Resource:
    return {"identifier": reference_identifier(value)}


def _reference_id(value: Resource, _known: Reading) -> str | None:
    return reference_id(value.get("identifier") or {})


ROWS: Final = (
    Row(
        "availabilityStatus",
        "status",
        lambda value, _: _URNS.get(value),
        lambda value, _: STATUSES.get(value),
    ),
    Row(
        "uniqueId",
        "masterIdentifier",
        lambda value, _: unique_identifier(value),
        lambda value, _: unique_id(value),
    ),
    Row("typeCode", "type", _concept, _code_in),
    Row("classCode", "category", lambda value, known: [_concept(value, known)], _first_code),
    Row(
        "patientId",
        "subject",
        lambda value, _: patient_reference(value),
        lambda value, known: known.patient(value),
    ),
    Row("author", "author", _author, _author_of, many=True),
    Row("legalAuthenticator", "authenticator", _person, _person_of),
    Row("comments", "description", _text, _international),
    Row("confidentialityCode", "securityLabel", _concept, _code_in, many=True),
    Row("mimeType", "content[].attachment.contentType", _same, _same),
    Row("languageCode", "content[].attachment.language", _same, _same),
    Row("size", "content[].attachment.size", _size, lambda value, _: str(value)),
    Row("hash", "content[].attachment.hash", _hash, _hex),
    Row("title", "content[].attachment.title", _text, _international),
    Row("creationTime", "content[].attachment.creation", _time, _dtm),
    Row("formatCode", "content[].format", _coding, _code),
    Row("eventCodeList", "context.event", _concept, _code_in, many=True),
    Row("serviceStartTime", "context.period.start", _time, _dtm),
    Row("serviceStopTime", "context.period.end", _time, _dtm),
    Row("healthcareFacilityTypeCode", "context.facilityType", _concept, _code_in),
    Row("practiceSettingCode", "context.practiceSetting", _concept, _code_in),
    Row("referenceIdList", "context.related", _related, _reference_id, many=True),
)
"""Attributes that have an element of their own."""


# --- a whole one -----------------------------------------------------------------------------


def document_reference(entry: DocumentEntry, known: Writing) -> Resource:
    """The DocumentReference of an entry; what it relates to is not the entry's to say."""
    found: Resource = {"resourceType": "DocumentReference", "id": logical_id(entry.entryUUID)}
    put_attributes(found, ROWS, entry, known)
    found["identifier"] = [{"use": "official", "system": URI, "value": entry.entryUUID}]
    if master := found.get("masterIdentifier"):
        found["identifier"].append(master)  # RAD MADO wants it here, too
    put(found, "content[].attachment.url", known.url(entry))
    if entry.sourcePatientId or entry.sourcePatientInfo:
        told = patient(entry.sourcePatientId, entry.sourcePatientInfo)
        put(found, "context.sourcePatientInfo", known.contained.add("Patient", told))
    if more := [*_home(entry, known), *_modalities(entry, known), *_regions(entry, known)]:
        found["extension"] = more
    if known.contained.resources:
        found["contained"] = known.contained.resources
    return found


def _home(entry: DocumentEntry, _known: Writing) -> list[Resource]:
    return [home_extension(entry.homeCommunityId)] if entry.homeCommunityId else []


def _modalities(entry: DocumentEntry, known: Writing) -> list[Resource]:
    """What RAD MADO has beside the event codes: all modalities as one concept."""
    codings = [
        known.systems.coding(code)
        for code in entry.eventCodeList
        if code.codingScheme == CodingScheme.DCM and code.code in ACQUISITION_MODALITIES
    ]
    return [{"url": MODALITY_EXTENSION, "valueCodeableConcept": {"coding": codings}}] if codings else []


def _regions(entry: DocumentEntry, known: Writing) -> list[Resource]:
    """The region that stands for the study as a whole, as RAD MADO has it; of several the first."""
    of_study = [
        code
        for code in entry.eventCodeList
        if code.codingScheme == CodingScheme.SNOMED_CT and code.code in TARGET_REGIONS
    ]
    if not of_study:
        return []
    concept = {"url": "concept", "valueCodeableConcept": known.systems.concept(of_study[0])}
    return [{"url": REGION_EXTENSION, "extension": [concept]}]


def _in_extensions(resource: Mapping[str, Any], known: Reading) -> list[Code]:
    """Modalities and regions that stand in the extensions of RAD MADO."""
    regions = (each for whole in extensions(resource, REGION_EXTENSION) for each in whole["extension"])
    told = (*extensions(resource, MODALITY_EXTENSION), *regions)
    concepts = (each.get("valueCodeableConcept") or {} for each in told)
    codings = (coding for concept in concepts for coding in as_list(concept.get("coding")))
    return [code for coding in codings if (code := known.systems.code(coding)) is not None]


def document_entry(resource: Mapping[str, Any], known: Reading, *, entryUUID: str) -> DocumentEntry:
    """The entry of a DocumentReference, which is Stable; raises Unmapped."""
    values = attributes_in(resource, ROWS, known)
    events = values.get("eventCodeList", ())
    here = {(code.code, code.codingScheme) for code in events}
    more = [code for code in _in_extensions(resource, known) if (code.code, code.codingScheme) not in here]
    if more:
        values["eventCodeList"] = (*events, *more)
    told = at(resource, "context.sourcePatientInfo")
    if told and (found := known.resolve(told)) is not None:
        try:
            values["sourcePatientId"], values["sourcePatientInfo"] = source_patient(found)
        except ValueError as error:
            raise Unmapped("context.sourcePatientInfo", str(error)) from None
    return DocumentEntry(entryUUID=entryUUID, objectType=STABLE, homeCommunityId=home_in(resource), **values)


def subject_of(authority: str | None, resolve: Resolve) -> Callable[[Mapping[str, Any]], str | None]:
    """Gives the patient id of a subject: by its identifier, or that of the Patient that it leads to.

    Of several identifiers the one that `authority` has issued counts.
    """

    def found(reference: Mapping[str, Any]) -> str | None:
        """The patient id in CX, None where the subject leads to none."""
        named = reference.get("identifier")
        resource = resolve(reference) or {}
        candidates = [*as_list(named), *as_list(resource.get("identifier"))]
        own = (each for each in candidates if each.get("system") == f"urn:oid:{authority}")
        chosen = next(own, candidates[0] if candidates else None)
        return None if chosen is None else cx(chosen, authority)

    return found
