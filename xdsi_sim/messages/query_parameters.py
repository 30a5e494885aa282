"""Parameters that several stored queries share (ITI TF-2: 3.18.4.1.2.3.7, 3.51.4.1.2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from xdsi_sim.ebrim.tables import ASSOCIATION, DOCUMENT_ENTRY, Kind
from xdsi_sim.messages.query_terms import Coding, Param, Test
from xdsi_sim.vocab import STABLE

__all__ = [
    "ASSOCIATION_STATUS",
    "CONTENTS",
    "DOCUMENT_AVAILABILITY",
    "ENTRIES",
    "FOLDERS",
    "METADATA_LEVEL",
    "REFERENCE_IDS",
    "code",
    "entry_type",
    "for_multiple_patients",
    "ids",
    "patient",
    "period",
    "status",
]


def code(name: str, attribute: str, *, every: bool = False, kinds: tuple[Kind, ...] = ()) -> Param:
    """Codes, any of which may match."""
    return Param(name=name, attribute=attribute, coding=Coding.CODE, many=True, every=every, kinds=kinds)


def status(name: str, *, required: bool = True, kinds: tuple[Kind, ...] = ()) -> Param:
    """Approved, Deprecated or both."""
    return Param(
        name=name,
        attribute="availabilityStatus",
        coding=Coding.STATUS,
        required=required,
        many=True,
        kinds=kinds,
    )


def period(name: str, attribute: str) -> tuple[Param, Param]:
    """From <= time < To; either may be missing."""
    return (
        Param(name=f"{name}From", attribute=attribute, test=Test.AT_LEAST, coding=Coding.TIME),
        Param(name=f"{name}To", attribute=attribute, test=Test.BELOW, coding=Coding.TIME),
    )


def patient(name: str) -> Param:
    """The one patient whose objects are asked for."""
    return Param(name=name, attribute="patientId", coding=Coding.PATIENT, required=True)


def ids(prefix: str, *, many: bool = True, logical: bool = False) -> Iterator[Param]:
    """The ways to name the objects asked for, of which exactly one is taken."""
    ways = (
        (f"{prefix}EntryUUID", "entryUUID", Coding.UUID, 1),
        (f"{prefix}UniqueId", "uniqueId", Coding.TEXT, 1),
        (f"{prefix}LogicalID", "logicalID", Coding.UUID, 2),
    )
    for name, attribute, coding, level in ways[: 3 if logical else 2]:
        yield Param(name=name, attribute=attribute, coding=coding, many=many, one_of=True, level=level)


def entry_type(*kinds: Kind) -> Param:
    """Absent it asks for Stable entries alone (ITI TF-2: 3.18.4.1.2.3.6.2)."""
    return Param(
        name="$XDSDocumentEntryType",
        attribute="objectType",
        coding=Coding.UUID,
        many=True,
        default=(STABLE,),
        kinds=kinds,
    )


def for_multiple_patients(params: Iterable[Param], *any_of: str) -> Iterator[Param]:
    """The same parameters where no patient or several may be named, but one of `any_of` must be given."""
    for param in params:
        of_patient = param.coding is Coding.PATIENT
        yield replace(
            param,
            required=param.required and not of_patient,
            many=param.many or of_patient,
            any_of=param.name in any_of,
        )


METADATA_LEVEL: Final = Param(name="$MetadataLevel", attribute=None, coding=Coding.LEVEL)
ASSOCIATION_STATUS: Final = status("$XDSAssociationStatus", required=False, kinds=(ASSOCIATION,))
CONTENTS: Final = (
    code("$XDSDocumentEntryFormatCode", "formatCode", kinds=(DOCUMENT_ENTRY,)),
    code("$XDSDocumentEntryConfidentialityCode", "confidentialityCode", every=True, kinds=(DOCUMENT_ENTRY,)),
    entry_type(DOCUMENT_ENTRY),
)
"""Which entries are given where a query is for more than entries."""
ENTRIES: Final = (
    patient("$XDSDocumentEntryPatientId"),
    status("$XDSDocumentEntryStatus"),
    code("$XDSDocumentEntryClassCode", "classCode"),
    code("$XDSDocumentEntryTypeCode", "typeCode"),
    code("$XDSDocumentEntryPracticeSettingCode", "practiceSettingCode"),
    code("$XDSDocumentEntryHealthcareFacilityTypeCode", "healthcareFacilityTypeCode"),
    code("$XDSDocumentEntryFormatCode", "formatCode"),
    code("$XDSDocumentEntryEventCodeList", "eventCodeList", every=True),
    code("$XDSDocumentEntryConfidentialityCode", "confidentialityCode", every=True),
    Param(name="$XDSDocumentEntryAuthorPerson", attribute="authorPerson", test=Test.LIKE, many=True),
    *period("$XDSDocumentEntryCreationTime", "creationTime"),
    *period("$XDSDocumentEntryServiceStartTime", "serviceStartTime"),
    *period("$XDSDocumentEntryServiceStopTime", "serviceStopTime"),
    entry_type(),
    METADATA_LEVEL,
)
"""What FindDocuments and its relatives ask of an entry."""
FOLDERS: Final = (
    patient("$XDSFolderPatientId"),
    status("$XDSFolderStatus"),
    *period("$XDSFolderLastUpdateTime", "lastUpdateTime"),
    code("$XDSFolderCodeList", "codeList", every=True),
    METADATA_LEVEL,
)
"""What FindFolders and its relative ask of a folder."""
DOCUMENT_AVAILABILITY: Final = Param(
    name="$XDSDocumentEntryDocumentAvailability",
    attribute="documentAvailability",
    coding=Coding.URN,
    many=True,
)
REFERENCE_IDS: Final = Param(
    name="$XDSDocumentEntryReferenceIdList",
    attribute="referenceIdList",
    test=Test.LIKE,
    required=True,
    many=True,
    every=True,
)
