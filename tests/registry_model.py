"""A registry in plain Python: a list of objects, at each of which every query looks.

Written from the text of the framework and not from our tables, so that what answers queries by SQL can be
held against it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from xdsi_sim.ebrim.model import Association, Code, DocumentEntry, Folder, MetadataObject, SubmissionSet

Parameters = Mapping[str, Sequence[Sequence[str]]]
"""By name, for each time that the slot is there the values in it."""
T = TypeVar("T", bound=MetadataObject)

STABLE = "urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1"
ON_DEMAND = "urn:uuid:34268e47-fdf5-41a6-ba33-82133c465248"
DEPRECATED = "urn:oasis:names:tc:ebxml-regrep:StatusType:Deprecated"
OFFLINE = "urn:ihe:iti:2010:DocumentAvailability:Offline"
ONLINE = "urn:ihe:iti:2010:DocumentAvailability:Online"
HAS_MEMBER = "urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember"


def answer(query: str, objects: Sequence[MetadataObject], parameters: Parameters) -> list[MetadataObject]:
    """What the query of this name gives, in the order of registration."""
    level = int(parameters.get("$MetadataLevel", [["1"]])[0][0])
    asked = Asked([one for one in objects if level > 1 or shown(one, objects)], parameters)
    found = {id(one) for one in QUERIES[query](asked)}
    return [one for one in objects if id(one) in found]


def shown(one: MetadataObject, objects: Sequence[MetadataObject]) -> bool:
    """Whether a consumer that knows nothing of metadata updates is to see it."""
    if isinstance(one, SubmissionSet):
        return True
    if isinstance(one, Association):
        return one.availabilityStatus != DEPRECATED
    versions = [
        other for other in objects if type(other) is type(one) and same(other.logicalID, one.logicalID)
    ]
    last = one.logicalID is None or versions[-1] is one
    if isinstance(one, Folder):
        return last and one.availabilityStatus != DEPRECATED
    return last and getattr(one, "documentAvailability", None) != OFFLINE


def same(one: str | None, other: str | None) -> bool:
    """Whether two ids are one; UUIDs are so in any case."""
    return one is not None and other is not None and one.lower() == other.lower()


# --- what a parameter asks of one object -----------------------------------------------------


def texts(value: Any) -> list[str]:
    if value is None:
        return []
    if isinstance(value, tuple):
        return [text for item in value for text in texts(item)]
    return [f"{value.code}^^{value.codingScheme}" if isinstance(value, Code) else value]


def among(name: str) -> Callable[[Any, Sequence[str]], bool]:
    return lambda one, values: any(text in values for text in texts(getattr(one, name)))


def id_among(name: str) -> Callable[[Any, Sequence[str]], bool]:
    return lambda one, values: any(same(getattr(one, name), value) for value in values)


def like(name: str) -> Callable[[Any, Sequence[str]], bool]:
    def passes(one: Any, values: Sequence[str]) -> bool:
        patterns = [re.escape(value).replace("%", ".*").replace("_", ".") for value in values]
        return any(
            re.fullmatch(pattern, text, re.DOTALL)
            for pattern in patterns
            for text in texts(getattr(one, name))
        )

    return passes


def author_like(one: Any, values: Sequence[str]) -> bool:
    @dataclass
    class People:
        names: tuple[str, ...]

    return like("names")(People(tuple(author.authorPerson or "" for author in one.author)), values)


def full(time: str) -> str:
    return time + "00000101000000"[len(time) :]


def since(name: str) -> Callable[[Any, Sequence[str]], bool]:
    return lambda one, values: time_of(one, name) is None or full(time_of(one, name)) >= full(values[0])


def before(name: str) -> Callable[[Any, Sequence[str]], bool]:
    return lambda one, values: time_of(one, name) is None or full(time_of(one, name)) < full(values[0])


def time_of(one: Any, name: str) -> Any:
    on_demand = name == "creationTime" and same(one.objectType, ON_DEMAND)
    return None if on_demand else getattr(one, name)


def availability(one: Any, values: Sequence[str]) -> bool:
    return (one.documentAvailability or ONLINE) in values


PATIENT, STATUS = among("patientId"), among("availabilityStatus")
ENTRY = {
    "$XDSDocumentEntryPatientId": PATIENT,
    "$XDSDocumentEntryStatus": STATUS,
    "$XDSDocumentEntryClassCode": among("classCode"),
    "$XDSDocumentEntryTypeCode": among("typeCode"),
    "$XDSDocumentEntryPracticeSettingCode": among("practiceSettingCode"),
    "$XDSDocumentEntryHealthcareFacilityTypeCode": among("healthcareFacilityTypeCode"),
    "$XDSDocumentEntryFormatCode": among("formatCode"),
    "$XDSDocumentEntryEventCodeList": among("eventCodeList"),
    "$XDSDocumentEntryConfidentialityCode": among("confidentialityCode"),
    "$XDSDocumentEntryAuthorPerson": author_like,
    "$XDSDocumentEntryCreationTimeFrom": since("creationTime"),
    "$XDSDocumentEntryCreationTimeTo": before("creationTime"),
    "$XDSDocumentEntryServiceStartTimeFrom": since("serviceStartTime"),
    "$XDSDocumentEntryServiceStartTimeTo": before("serviceStartTime"),
    "$XDSDocumentEntryServiceStopTimeFrom": since("serviceStopTime"),
    "$XDSDocumentEntryServiceStopTimeTo": before("serviceStopTime"),
    "$XDSDocumentEntryType": id_among("objectType"),
    "$XDSDocumentEntryDocumentAvailability": availability,
    "$XDSDocumentEntryReferenceIdList": like("referenceIdList"),
}
SET = {
    "$XDSSubmissionSetPatientId": PATIENT,
    "$XDSSubmissionSetStatus": STATUS,
    "$XDSSubmissionSetSourceId": among("sourceId"),
    "$XDSSubmissionSetSubmissionTimeFrom": since("submissionTime"),
    "$XDSSubmissionSetSubmissionTimeTo": before("submissionTime"),
    "$XDSSubmissionSetAuthorPerson": author_like,
    "$XDSSubmissionSetContentType": among("contentTypeCode"),
}
FOLDER = {
    "$XDSFolderPatientId": PATIENT,
    "$XDSFolderStatus": STATUS,
    "$XDSFolderLastUpdateTimeFrom": since("lastUpdateTime"),
    "$XDSFolderLastUpdateTimeTo": before("lastUpdateTime"),
    "$XDSFolderCodeList": among("codeList"),
}
ASSOCIATION = {"$XDSAssociationStatus": STATUS, "$AssociationTypes": among("associationType")}
TESTS = {
    DocumentEntry: ENTRY,
    SubmissionSet: SET,
    Folder: FOLDER,
    Association: ASSOCIATION,
}


@dataclass
class Asked:
    """The objects that may be seen, and what is asked of them."""

    objects: Sequence[MetadataObject]
    parameters: Parameters

    def all(self, kind: type[T]) -> list[T]:
        """The objects of a kind that pass each parameter of that kind."""
        given = dict(self.parameters)
        if kind is DocumentEntry and self.typed:
            given.setdefault("$XDSDocumentEntryType", [[STABLE]])
        tests = [(TESTS[kind][name], slots) for name, slots in given.items() if name in TESTS[kind]]
        return [
            one
            for one in self.objects
            if isinstance(one, kind) and all(test(one, values) for test, slots in tests for values in slots)
        ]

    typed: bool = True
    """Whether the query tells kinds of entries apart."""

    def values(self, *names: str) -> list[str]:
        return [value for name in names for slot in self.parameters.get(name, ()) for value in slot]

    def named(self, kind: type[T], prefix: str, objects: Iterable[T] | None = None) -> list[T]:
        """Those of the objects that the parameters name by one of their ids."""
        return [
            one
            for one in (self.all(kind) if objects is None else objects)
            if id_among("entryUUID")(one, self.values(f"{prefix}EntryUUID"))
            or one.uniqueId in self.values(f"{prefix}UniqueId")  # type: ignore[attr-defined]  # no Association
            or id_among("logicalID")(one, self.values(f"{prefix}LogicalID"))
        ]

    def untyped(self) -> Asked:
        return Asked(self.objects, self.parameters, typed=False)


def ids(objects: Iterable[MetadataObject]) -> set[str]:
    return {one.entryUUID.lower() for one in objects}


def leads(link: Association, sources: Iterable[MetadataObject], targets: Iterable[MetadataObject]) -> bool:
    return (link.sourceObject or "").lower() in ids(sources) and (link.targetObject or "").lower() in ids(
        targets
    )


def touches(link: Association, objects: Iterable[MetadataObject]) -> bool:
    return bool({(link.sourceObject or "").lower(), (link.targetObject or "").lower()} & ids(objects))


def member_links(asked: Asked) -> list[Association]:
    return [link for link in asked.all(Association) if link.associationType == HAS_MEMBER]


# --- the queries -----------------------------------------------------------------------------


def find(kind: type[MetadataObject]) -> Callable[[Asked], list[Any]]:
    return lambda asked: asked.all(kind)


def get_all(asked: Asked) -> list[MetadataObject]:
    patient = asked.values("$patientId")
    found = [
        one
        for kind in (SubmissionSet, DocumentEntry, Folder)
        for one in asked.all(kind)
        if one.patientId in patient  # type: ignore[attr-defined]  # no Association
    ]
    return [*found, *(link for link in asked.all(Association) if touches(link, found))]


def get_documents(asked: Asked) -> list[DocumentEntry]:
    return asked.untyped().named(DocumentEntry, "$XDSDocumentEntry")


def get_folders(asked: Asked) -> list[Folder]:
    return asked.named(Folder, "$XDSFolder")


def get_associations(asked: Asked) -> list[Association]:
    uuids = {value.lower() for value in asked.values("$uuid")}
    return [
        link
        for link in asked.all(Association)
        if {(link.sourceObject or "").lower(), (link.targetObject or "").lower()} & uuids
    ]


def get_documents_and_associations(asked: Asked) -> list[MetadataObject]:
    entries = get_documents(asked)
    return [*entries, *(link for link in asked.all(Association) if touches(link, entries))]


def get_submission_sets(asked: Asked) -> list[MetadataObject]:
    uuids = asked.values("$uuid")
    links = [link for link in member_links(asked) if id_among("targetObject")(link, uuids)]
    sets = [
        one
        for one in asked.all(SubmissionSet)
        if any(same(link.sourceObject, one.entryUUID) for link in links)
    ]
    return [*sets, *(link for link in links if (link.sourceObject or "").lower() in ids(sets))]


def get_submission_set_and_contents(asked: Asked) -> list[MetadataObject]:
    sets = asked.named(SubmissionSet, "$XDSSubmissionSet")
    links = [link for link in member_links(asked) if (link.sourceObject or "").lower() in ids(sets)]
    inside = {(link.targetObject or "").lower() for link in links}
    entries = [one for one in asked.all(DocumentEntry) if one.entryUUID.lower() in inside]
    folders = [one for one in asked.all(Folder) if one.entryUUID.lower() in inside]
    ends = [*sets, *entries, *folders]
    associations = [
        link
        for link in asked.all(Association)
        if link.entryUUID.lower() in inside and leads(link, ends, ends)
    ]
    content = [*entries, *folders, *associations]
    return [*sets, *content, *(link for link in links if leads(link, sets, content))]


def get_folder_and_contents(asked: Asked) -> list[MetadataObject]:
    folders = asked.named(Folder, "$XDSFolder")
    links = [link for link in member_links(asked) if leads(link, folders, asked.all(DocumentEntry))]
    entries = [
        one
        for one in asked.all(DocumentEntry)
        if any(same(link.targetObject, one.entryUUID) for link in links)
    ]
    return [*folders, *entries, *links]


def get_folders_for_document(asked: Asked) -> list[Folder]:
    entries = get_documents(asked)
    return [
        folder
        for folder in asked.all(Folder)
        if any(leads(link, [folder], entries) for link in member_links(asked))
    ]


def get_related_documents(asked: Asked) -> list[MetadataObject]:
    entries = asked.all(DocumentEntry)
    own = asked.named(DocumentEntry, "$XDSDocumentEntry", entries)
    links = [link for link in asked.all(Association) if touches(link, own) and leads(link, entries, entries)]
    return [*links, *(one for one in entries if any(touches(link, [one]) for link in links))]


QUERIES: Mapping[str, Callable[[Asked], list[Any]]] = {
    "FindDocuments": find(DocumentEntry),
    "FindSubmissionSets": find(SubmissionSet),
    "FindFolders": find(Folder),
    "GetAll": get_all,
    "GetDocuments": get_documents,
    "GetFolders": get_folders,
    "GetAssociations": get_associations,
    "GetDocumentsAndAssociations": get_documents_and_associations,
    "GetSubmissionSets": get_submission_sets,
    "GetSubmissionSetAndContents": get_submission_set_and_contents,
    "GetFolderAndContents": get_folder_and_contents,
    "GetFoldersForDocument": get_folders_for_document,
    "GetRelatedDocuments": get_related_documents,
    "FindDocumentsByReferenceId": find(DocumentEntry),
    "FindDocumentsForMultiplePatients": find(DocumentEntry),
    "FindFoldersForMultiplePatients": find(Folder),
    "FindDocumentsByReferenceIdForMultiplePatients": find(DocumentEntry),
}
