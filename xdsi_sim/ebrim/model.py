"""Metadata objects as values: DocumentEntry, SubmissionSet, Folder, Association (ITI TF-3: 4.2).

Attributes carry the framework's names and the text as received; absent is None, empty stays empty.
What an attribute cannot express (a second value where one is allowed, a code without scheme, an
unknown slot) is kept verbatim in `extra`: nothing of it is lost, and a rule can still report it.
Nothing here checks anything: strictness lives in `rules`.

Not kept is what ebRIM allows and Document Sharing gives no meaning: a slotType on the slot of an attribute;
on a Classification or ExternalIdentifier whatever the classes here do not name (home, lid, status,
VersionInfo, a Description of a code, a Name of an author, slots of an identifier); the id of the label that
makes a package a SubmissionSet or Folder; comments of VersionInfo; a RegistryObjectList inside a package;
elements and classifications beside the objects that belong to none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any, Final, TypeVar

__all__ = [
    "Association",
    "Author",
    "Classification",
    "Code",
    "DocumentEntry",
    "ExternalIdentifier",
    "Extra",
    "Folder",
    "InternationalString",
    "LocalizedString",
    "MetadataObject",
    "RegistryObjectList",
    "Slot",
    "SubmissionSet",
    "changed",
]


@dataclass(frozen=True, slots=True)
class LocalizedString:
    """One text in one language (ebRIM `rim:LocalizedString`)."""

    value: str
    lang: str | None = None
    charset: str | None = None


@dataclass(frozen=True, slots=True)
class InternationalString:
    """A text in any number of languages; IHE uses one. `str()` gives the first, or nothing."""

    strings: tuple[LocalizedString, ...] = ()

    @classmethod
    def of(cls, text: str, lang: str | None = None) -> InternationalString:
        """A text in one language."""
        return cls((LocalizedString(text, lang),))

    def __str__(self) -> str:
        return self.strings[0].value if self.strings else ""


@dataclass(frozen=True, slots=True)
class Slot:
    """A named list of values."""

    name: str
    values: tuple[str, ...]
    slotType: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification:
    """A classification kept verbatim, because no attribute of its object expresses it."""

    id: str | None = None
    classificationScheme: str | None = None
    classificationNode: str | None = None
    classifiedObject: str | None = None
    """None where it is the object that holds the classification."""
    nodeRepresentation: str | None = None
    slots: tuple[Slot, ...] = ()
    name: InternationalString | None = None
    description: InternationalString | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalIdentifier:
    """An external identifier kept verbatim, because no attribute of its object expresses it."""

    id: str | None = None
    identificationScheme: str
    registryObject: str | None = None
    """None where it is the object that holds the identifier."""
    value: str
    name: InternationalString | None = None


Extra = Slot | Classification | ExternalIdentifier


@dataclass(frozen=True, slots=True)
class Code:
    """A coded value (ITI TF-3: 4.2.3.1.2)."""

    code: str
    codingScheme: str
    displayName: InternationalString | None = None
    id: str | None = None
    """Id of the Classification; the writer makes one where there is none."""
    extra: tuple[Slot, ...] = ()
    """Its slots other than codingScheme."""

    @classmethod
    def of(cls, code: str, codingScheme: str, displayName: str) -> Code:
        """A code with its display name in one language."""
        return cls(code, codingScheme, InternationalString.of(displayName))


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who made a document or submission (ITI TF-3: 4.2.3.1.4)."""

    authorPerson: str | None = None
    authorInstitution: tuple[str, ...] = ()
    authorRole: tuple[str, ...] = ()
    authorSpecialty: tuple[str, ...] = ()
    authorTelecommunication: tuple[str, ...] = ()
    extra: tuple[Slot, ...] = ()
    id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MetadataObject:
    """What all four kinds have."""

    entryUUID: str
    """`urn:uuid:…`, or any other text: an id that holds inside one submission only."""
    logicalID: str | None = None
    homeCommunityId: str | None = None
    availabilityStatus: str | None = None
    version: str | None = None
    extra: tuple[Extra, ...] = ()
    externalIdentifierIds: tuple[tuple[str, str], ...] = ()
    """(attribute, id) of the ExternalIdentifiers, where they were given ids."""
    xmlAttributes: tuple[tuple[str, str], ...] = ()
    """XML attributes that no metadata attribute maps to, by expanded name."""


T = TypeVar("T", bound=MetadataObject)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentEntry(MetadataObject):
    """What is known of one document (ITI TF-3: 4.2.3.2)."""

    author: tuple[Author, ...] = ()
    classCode: Code | None = None
    comments: InternationalString | None = None
    confidentialityCode: tuple[Code, ...] = ()
    contentVersion: str | None = None
    creationTime: str | None = None
    documentAvailability: str | None = None
    eventCodeList: tuple[Code, ...] = ()
    formatCode: Code | None = None
    hash: str | None = None
    healthcareFacilityTypeCode: Code | None = None
    languageCode: str | None = None
    legalAuthenticator: str | None = None
    limitedMetadata: bool = False
    mimeType: str | None = None
    objectType: str | None = None
    patientId: str | None = None
    practiceSettingCode: Code | None = None
    referenceIdList: tuple[str, ...] = ()
    repositoryUniqueId: str | None = None
    serviceStartTime: str | None = None
    serviceStopTime: str | None = None
    size: str | None = None
    sourcePatientId: str | None = None
    sourcePatientInfo: tuple[str, ...] = ()
    title: InternationalString | None = None
    typeCode: Code | None = None
    uniqueId: str | None = None
    URI: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionSet(MetadataObject):
    """One act of submission (ITI TF-3: 4.2.3.3)."""

    author: tuple[Author, ...] = ()
    comments: InternationalString | None = None
    contentTypeCode: Code | None = None
    intendedRecipient: tuple[str, ...] = ()
    limitedMetadata: bool = False
    patientId: str | None = None
    sourceId: str | None = None
    submissionTime: str | None = None
    title: InternationalString | None = None
    uniqueId: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder(MetadataObject):
    """A named collection of documents of one patient (ITI TF-3: 4.2.3.4)."""

    codeList: tuple[Code, ...] = ()
    comments: InternationalString | None = None
    lastUpdateTime: str | None = None
    limitedMetadata: bool = False
    patientId: str | None = None
    title: InternationalString | None = None
    uniqueId: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Association(MetadataObject):
    """A typed arrow from one object to another (ITI TF-3: 4.2.2)."""

    associationType: str | None = None
    sourceObject: str | None = None
    targetObject: str | None = None
    submissionSetStatus: str | None = None
    previousVersion: str | None = None
    associationPropagation: str | None = None
    originalStatus: str | None = None
    newStatus: str | None = None
    documentation: Code | None = None
    title: InternationalString | None = None
    comments: InternationalString | None = None


def changed(value: T, **changes: Any) -> T:
    """The object with other values in some of its attributes.

    So does `dataclasses.replace`, which asks each of forty fields anew what it is.
    """
    names, contents = _FIELDS[type(value)]
    return type(value)(**dict(zip(names, contents(value), strict=True), **changes))


_Fields = tuple[tuple[str, ...], Callable[[object], tuple[Any, ...]]]
"""The names of all fields, and what gives their contents."""


def _fields(type_: type[MetadataObject]) -> _Fields:
    names = tuple(one.name for one in fields(type_))
    return names, attrgetter(*names)


_FIELDS: Final[Mapping[type, _Fields]] = {
    type_: _fields(type_) for type_ in (DocumentEntry, SubmissionSet, Folder, Association)
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryObjectList:
    """The objects of one submission or one answer, in any number: counting them is a rule's work."""

    submissionSets: tuple[SubmissionSet, ...] = ()
    documentEntries: tuple[DocumentEntry, ...] = ()
    folders: tuple[Folder, ...] = ()
    associations: tuple[Association, ...] = ()
    objectRefs: tuple[str, ...] = ()
    unlabelled: tuple[str, ...] = ()
    """Ids of RegistryPackages that are not labelled exactly once, as SubmissionSet or as Folder."""

    def objects(self) -> tuple[MetadataObject, ...]:
        """All objects, submission sets first."""
        return (*self.submissionSets, *self.documentEntries, *self.folders, *self.associations)
