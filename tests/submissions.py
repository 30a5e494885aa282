"""Complete, valid submissions of one or more entries, so that a test shows only what it changes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from xdsi_sim.content import BytesContent
from xdsi_sim.ebrim.model import (
    Association,
    Author,
    Code,
    DocumentEntry,
    Folder,
    InternationalString,
    MetadataObject,
    RegistryObjectList,
    SubmissionSet,
)
from xdsi_sim.messages.submit import Document, ProvideAndRegisterDocumentSetRequest, SubmitObjectsRequest
from xdsi_sim.vocab import ON_DEMAND, STABLE
from xdsi_sim.vocab import Association as AssociationType

AUTHORITY = "2.999.1.1"
PATIENT = f"P1^^^&{AUTHORITY}&ISO"

MANIFEST: dict[str, Any] = {
    "mimeType": "application/dicom",
    "formatCode": Code.of("1.2.840.10008.5.1.4.1.1.88.59", "1.2.840.10008.2.6.1", "Key Object Selection"),
    "eventCodeList": (Code.of("CT", "1.2.840.10008.2.16.4", "Computed Tomography"),),
    "referenceIdList": ("2.999.5.1^^^^urn:ihe:iti:xds:2016:studyInstanceUID",),
}
"""What makes an entry that of an imaging manifest."""


def uuid(number: int) -> str:
    return f"urn:uuid:00000000-0000-4000-8000-{number:012}"


def an_entry(number: int = 1, **changes: Any) -> DocumentEntry:
    given: dict[str, Any] = {
        "entryUUID": uuid(number),
        "author": (Author(authorInstitution=("North Hospital",)),),
        "classCode": Code.of("IMAGES", "1.3.6.1.4.1.19376.1.2.6.1", "Images"),
        "confidentialityCode": (Code.of("N", "2.16.840.1.113883.5.25", "Normal"),),
        "creationTime": "20240212083015",
        "formatCode": Code.of("octets", "2.999.1.9", "Any octets"),
        "hash": "372ea08cab33e71c02c651dbc83a474d32c676ea",
        "healthcareFacilityTypeCode": Code.of("HOSP", "2.16.840.1.113883.5.11", "Hospital"),
        "languageCode": "en",
        "mimeType": "application/octet-stream",
        "objectType": STABLE,
        "patientId": PATIENT,
        "practiceSettingCode": Code.of("394914008", "2.16.840.1.113883.6.96", "Radiology"),
        "repositoryUniqueId": "2.999.1.3",
        "size": "4",
        "sourcePatientId": "L1^^^&2.999.20.1&ISO",
        "title": InternationalString.of("CT Head"),
        "typeCode": Code.of("24725-4", "2.16.840.1.113883.6.1", "CT Head"),
        "uniqueId": f"2.999.2.{number}",
    }
    return DocumentEntry(**given | changes)


def an_on_demand_entry(number: int = 1, **changes: Any) -> DocumentEntry:
    """An entry of which no document is made yet."""
    given = {"objectType": ON_DEMAND, "creationTime": None, "hash": None, "size": None}
    return an_entry(number, **given | changes)


def a_set(number: int = 100, **changes: Any) -> SubmissionSet:
    given: dict[str, Any] = {
        "entryUUID": uuid(number),
        "contentTypeCode": Code.of("Imaging", "2.999.1.7", "Imaging"),
        "patientId": PATIENT,
        "sourceId": "2.999.20.10",
        "submissionTime": "20240212090000",
        "uniqueId": f"2.999.3.{number}",
    }
    return SubmissionSet(**given | changes)


def a_folder(number: int = 200, **changes: Any) -> Folder:
    given: dict[str, Any] = {
        "entryUUID": uuid(number),
        "codeList": (Code.of("F", "2.999.1.8", "Folder"),),
        "patientId": PATIENT,
        "title": InternationalString.of("A folder"),
        "uniqueId": f"2.999.4.{number}",
    }
    return Folder(**given | changes)


def an_association(
    source: str, target: str, type_: str = AssociationType.HAS_MEMBER, **changes: Any
) -> Association:
    given: dict[str, Any] = {
        "entryUUID": f"link {source[-4:]} {target[-4:]} {type_.rpartition(':')[2]}",
        "associationType": type_,
        "sourceObject": source,
        "targetObject": target,
    }
    return Association(**given | changes)


def members(set_: SubmissionSet, objects: tuple[MetadataObject, ...]) -> tuple[Association, ...]:
    """HasMember from the set to each object, Original to entries."""
    return tuple(
        an_association(
            set_.entryUUID,
            value.entryUUID,
            submissionSetStatus="Original" if isinstance(value, DocumentEntry) else None,
        )
        for value in objects
    )


def a_submission(
    *,
    entries: tuple[DocumentEntry, ...] | None = None,
    set_: SubmissionSet | None = None,
    folders: tuple[Folder, ...] = (),
    more: tuple[Association, ...] = (),
    **changes: Any,
) -> SubmitObjectsRequest:
    """One submission; `changes` replace parts of the object list as a whole."""
    documents = (an_entry(),) if entries is None else entries
    submission_set = a_set() if set_ is None else set_
    objects = RegistryObjectList(
        submissionSets=(submission_set,),
        documentEntries=documents,
        folders=folders,
        associations=(*members(submission_set, (*documents, *folders)), *more),
    )
    return SubmitObjectsRequest(objects=replace(objects, **changes))


def a_provision(
    *, entries: tuple[DocumentEntry, ...] | None = None, content: bytes = b"text"
) -> ProvideAndRegisterDocumentSetRequest:
    """A submission with its documents; hash and size are left to the repository."""
    documents = (an_entry(hash=None, size=None),) if entries is None else entries
    return ProvideAndRegisterDocumentSetRequest(
        submission=a_submission(entries=documents),
        documents=tuple(Document(id=entry.entryUUID, content=BytesContent(content)) for entry in documents),
    )
