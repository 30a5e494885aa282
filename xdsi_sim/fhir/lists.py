"""List and SubmissionSet or Folder, both ways, by two tables (ITI TF-3: 4.2.3.3, 4.2.3.4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from xdsi_sim.ebrim.model import Author, Code, Folder, InternationalString, SubmissionSet
from xdsi_sim.fhir.identifiers import URI, logical_id, patient_reference, unique_id, unique_identifier
from xdsi_sim.fhir.people import (
    AUTHOR_ORG,
    author,
    author_reference,
    organisation,
    organization_reference,
    person,
    person_reference,
)
from xdsi_sim.fhir.rows import (
    Reading,
    Row,
    Writing,
    attributes_in,
    extensions,
    home_extension,
    home_in,
    put_attributes,
)
from xdsi_sim.fhir.times import date_time, dtm
from xdsi_sim.fhir.values import EXTENSION, LIST_TYPES, MHD, Resource, as_list
from xdsi_sim.vocab import APPROVED, DEPRECATED

__all__ = [
    "FOLDER_ROWS",
    "IDENTIFIER_TYPES",
    "SET_ROWS",
    "folder",
    "is_typed",
    "list_kind",
    "list_of",
    "submission_set",
]

IDENTIFIER_TYPES: Final = f"{MHD}/CodeSystem/IHE.MHD.MHDIdentifierType"
_SOURCE_ID: Final = f"{EXTENSION}ihe-sourceId"
_DESIGNATION: Final = f"{EXTENSION}ihe-designationType"
_RECIPIENT: Final = f"{EXTENSION}ihe-intendedRecipient"
_STATUSES: Final = {APPROVED: "current", DEPRECATED: "retired"}
_URNS: Final = {word: urn for urn, word in _STATUSES.items()}


def _note(value: InternationalString, _known: Writing) -> list[Resource]:
    return [{"text": str(value)}]


def _comments(value: list[Resource], _known: Reading) -> InternationalString | None:
    text = "\n".join(each.get("text") or "" for each in value)
    return InternationalString.of(text) if text else None


def _source(value: tuple[Author, ...], known: Writing) -> Resource:
    """A List has one source, which is no organisation: that one is beside it."""
    reference = author_reference(value[0], known.contained)
    if reference["reference"].startswith("#organization"):
        return {"extension": [{"url": AUTHOR_ORG, "valueReference": reference}]}
    return reference


def _authors(value: Resource, known: Reading) -> tuple[Author, ...]:
    found = author(value, known.resolve)
    houses = (each["valueReference"] for each in as_list(value.get("extension")) if each["url"] == AUTHOR_ORG)
    named = tuple(xon for each in houses if (xon := organisation(each, known.resolve)))
    if found is None:
        return (Author(authorInstitution=named),) if named else ()
    return (found,)


_COMMON: Final = (
    Row(
        "availabilityStatus",
        "status",
        lambda value, _: _STATUSES.get(value),
        lambda value, _: _URNS.get(value),
    ),
    Row(
        "patientId",
        "subject",
        lambda value, _: patient_reference(value),
        lambda value, known: known.patient(value),
    ),
    Row("title", "title", lambda value, _: str(value), lambda value, _: InternationalString.of(value)),
    Row("comments", "note", _note, _comments),
)
SET_ROWS: Final = (
    *_COMMON,
    Row("submissionTime", "date", lambda value, _: date_time(value), lambda value, _: dtm(value)),
    Row("author", "source", _source, _authors),
)
"""Attributes of a SubmissionSet that have an element of their own; others are identifiers and extensions."""
FOLDER_ROWS: Final = (
    *_COMMON,
    Row("lastUpdateTime", "date", lambda value, _: date_time(value), lambda value, _: dtm(value)),
)
"""The same of a Folder."""


def list_kind(resource: Mapping[str, Any]) -> str | None:
    """`submissionset` or `folder`; None for a List that is neither."""
    codings = as_list((resource.get("code") or {}).get("coding"))
    return next((each.get("code") for each in codings if each.get("system") == LIST_TYPES), None)


# --- to FHIR ---------------------------------------------------------------------------------


def list_of(object: SubmissionSet | Folder, known: Writing, members: Iterable[str]) -> Resource:
    """The List of a SubmissionSet or Folder; `members` are references to what it holds."""
    is_set = isinstance(object, SubmissionSet)
    found: Resource = {
        "resourceType": "List",
        "id": logical_id(object.entryUUID),
        "mode": "working",
        "code": {"coding": [{"system": LIST_TYPES, "code": "submissionset" if is_set else "folder"}]},
        "identifier": [_identifier("entryUUID", {"system": URI, "value": object.entryUUID})],
    }
    if object.uniqueId:
        found["identifier"].insert(0, _identifier("uniqueId", unique_identifier(object.uniqueId)))
    put_attributes(found, SET_ROWS if is_set else FOLDER_ROWS, object, known)
    if more := _extensions(object, known):
        found["extension"] = more
    if entries := [{"item": {"reference": member}} for member in members]:
        found["entry"] = entries
    if known.contained.resources:
        found["contained"] = known.contained.resources
    return found


def _identifier(kind: str, identifier: Resource) -> Resource:
    return {"type": {"coding": [{"system": IDENTIFIER_TYPES, "code": kind}]}, **identifier}


def _extensions(object: SubmissionSet | Folder, known: Writing) -> list[Resource]:
    found = [home_extension(object.homeCommunityId)] if object.homeCommunityId else []
    codes: tuple[Code, ...] = object.codeList if isinstance(object, Folder) else ()
    if isinstance(object, SubmissionSet):
        codes = (object.contentTypeCode,) if object.contentTypeCode else ()
        if object.sourceId:
            found.append({"url": _SOURCE_ID, "valueIdentifier": unique_identifier(object.sourceId)})
        found += [_recipient(text, known) for text in object.intendedRecipient]
    concepts = ({"url": _DESIGNATION, "valueCodeableConcept": known.systems.concept(code)} for code in codes)
    return [*found, *concepts]


def _recipient(text: str, known: Writing) -> Resource:
    house, person_, telecom = [*text.split("|"), "", ""][:3]
    if person_:
        reference = person_reference(person_, known.contained, telecom)
    else:
        reference = organization_reference(house or telecom, known.contained, telecom)
    return {"url": _RECIPIENT, "valueReference": reference}


# --- from FHIR -------------------------------------------------------------------------------


def submission_set(resource: Mapping[str, Any], known: Reading, *, entryUUID: str) -> SubmissionSet:
    """The SubmissionSet that a List says; raises Unmapped."""
    designation = _codes(resource, known)
    source = next((each.get("valueIdentifier") or {} for each in extensions(resource, _SOURCE_ID)), {})
    recipients = (each.get("valueReference") or {} for each in extensions(resource, _RECIPIENT))
    return SubmissionSet(
        entryUUID=entryUUID,
        uniqueId=_unique_id(resource),
        sourceId=unique_id(source) if source else None,
        contentTypeCode=designation[0] if designation else None,
        intendedRecipient=tuple(text for each in recipients if (text := _recipient_of(each, known))),
        homeCommunityId=home_in(resource),
        **attributes_in(resource, SET_ROWS, known),
    )


def folder(resource: Mapping[str, Any], known: Reading, *, entryUUID: str) -> Folder:
    """The Folder that a List says; raises Unmapped."""
    return Folder(
        entryUUID=entryUUID,
        uniqueId=_unique_id(resource),
        codeList=_codes(resource, known),
        homeCommunityId=home_in(resource),
        **attributes_in(resource, FOLDER_ROWS, known),
    )


def _codes(resource: Mapping[str, Any], known: Reading) -> tuple[Code, ...]:
    concepts = (each.get("valueCodeableConcept") or {} for each in extensions(resource, _DESIGNATION))
    return tuple(code for each in concepts if (code := known.systems.code_in(each)) is not None)


def _unique_id(resource: Mapping[str, Any]) -> str | None:
    """By type; else the first that is no UUID, for lists whose identifiers say no type."""
    identifiers = as_list(resource.get("identifier"))
    typed = [each for each in identifiers if is_typed(each, "uniqueId")]
    others = [
        each
        for each in identifiers
        if not is_typed(each, "entryUUID") and not (each.get("value") or "").startswith("urn:uuid:")
    ]
    return next((id for each in (*typed, *others) if (id := unique_id(each))), None)


def is_typed(identifier: Mapping[str, Any], kind: str) -> bool:
    """Whether an Identifier says that it is a `uniqueId` or an `entryUUID`."""
    return any(each.get("code") == kind for each in as_list((identifier.get("type") or {}).get("coding")))


def _recipient_of(reference: Mapping[str, Any], known: Reading) -> str | None:
    xon = organisation(reference, known.resolve)
    xcn = person(reference, known.resolve)
    if xon is None and xcn is None:
        return None
    return f"{xon or ''}|{xcn or ''}".rstrip("|")
