"""The catalogue of stored queries (ITI TF-2: 3.18.4.1.2.3.7, 3.51.4.1.2).

A query is its list of parameters and the steps by which its objects are found: checks, the selection, its
SQL and the manual follow from them. A new query is a new row of `STORED_QUERIES`.
"""

from __future__ import annotations

from typing import Final

from xdsi_sim.ebrim.tables import ASSOCIATION, DOCUMENT_ENTRY, FOLDER, SUBMISSION_SET
from xdsi_sim.messages.query_parameters import (
    ASSOCIATION_STATUS,
    CONTENTS,
    DOCUMENT_AVAILABILITY,
    ENTRIES,
    FOLDERS,
    METADATA_LEVEL,
    REFERENCE_IDS,
    code,
    entry_type,
    for_multiple_patients,
    ids,
    patient,
    period,
    status,
)
from xdsi_sim.messages.query_terms import Coding, Link, Param, Step, StoredQuery, Test
from xdsi_sim.messages.query_values import decode, encode
from xdsi_sim.vocab import Association

__all__ = [
    "FIND_DOCUMENTS",
    "FIND_DOCUMENTS_BY_REFERENCE_ID",
    "FIND_DOCUMENTS_BY_REFERENCE_ID_FOR_MULTIPLE_PATIENTS",
    "FIND_DOCUMENTS_FOR_MULTIPLE_PATIENTS",
    "FIND_FOLDERS",
    "FIND_FOLDERS_FOR_MULTIPLE_PATIENTS",
    "FIND_SUBMISSION_SETS",
    "GET_ALL",
    "GET_ASSOCIATIONS",
    "GET_DOCUMENTS",
    "GET_DOCUMENTS_AND_ASSOCIATIONS",
    "GET_FOLDERS",
    "GET_FOLDERS_FOR_DOCUMENT",
    "GET_FOLDER_AND_CONTENTS",
    "GET_RELATED_DOCUMENTS",
    "GET_SUBMISSION_SETS",
    "GET_SUBMISSION_SET_AND_CONTENTS",
    "STORED_QUERIES",
    "Coding",
    "Param",
    "StoredQuery",
    "Test",
    "decode",
    "encode",
    "stored_query",
]

# --- links between steps ---------------------------------------------------------------------

_SOURCE, _TARGET, _ID = ("sourceObject",), ("targetObject",), ("entryUUID",)
_ENDS: Final = _SOURCE + _TARGET


def _source_in(*steps: str) -> Link:
    return Link(_SOURCE, _ID, steps)


def _target_in(*steps: str) -> Link:
    return Link(_TARGET, _ID, steps)


def _at(*steps: str) -> Link:
    """Associations with one of the objects at an end."""
    return Link(_ENDS, _ID, steps)


def _source_of(step: str) -> Link:
    return Link(_ID, _SOURCE, (step,))


def _target_of(step: str) -> Link:
    return Link(_ID, _TARGET, (step,))


def _end_of(step: str) -> Link:
    return Link(_ID, _ENDS, (step,))


def _within(step: str) -> Link:
    """Some of the objects of the step."""
    return Link(_ID, _ID, (step,))


def _members(*links: Link) -> Step:
    """The HasMember that lead from what is known to what is looked for, or back."""
    return Step("members", ASSOCIATION, links, Association.HAS_MEMBER, answered=False)


# --- Registry Stored Query -------------------------------------------------------------------

FIND_DOCUMENTS: Final = StoredQuery(  # ITI TF-2: 3.18.4.1.2.3.7.1
    id="urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d",
    name="FindDocuments",
    steps=(Step("entries", DOCUMENT_ENTRY),),
    params=(*ENTRIES, DOCUMENT_AVAILABILITY),
)
FIND_SUBMISSION_SETS: Final = StoredQuery(  # ITI TF-2: 3.18.4.1.2.3.7.2
    id="urn:uuid:f26abbcb-ac74-4422-8a30-edb644bbc1a9",
    name="FindSubmissionSets",
    steps=(Step("sets", SUBMISSION_SET),),
    params=(
        patient("$XDSSubmissionSetPatientId"),
        status("$XDSSubmissionSetStatus"),
        Param(name="$XDSSubmissionSetSourceId", attribute="sourceId", many=True),
        *period("$XDSSubmissionSetSubmissionTime", "submissionTime"),
        Param(name="$XDSSubmissionSetAuthorPerson", attribute="authorPerson", test=Test.LIKE),
        code("$XDSSubmissionSetContentType", "contentTypeCode"),
    ),
)
FIND_FOLDERS: Final = StoredQuery(  # ITI TF-2: 3.18.4.1.2.3.7.3
    id="urn:uuid:958f3006-baad-4929-a4de-ff1114824431",
    name="FindFolders",
    steps=(Step("folders", FOLDER),),
    params=FOLDERS,
)
GET_ALL: Final = StoredQuery(  # ITI TF-2: 3.18.4.1.2.3.7.4
    id="urn:uuid:10b545ea-725c-446d-9b95-8aeb444eddf3",
    name="GetAll",
    steps=(
        Step("sets", SUBMISSION_SET),
        Step("entries", DOCUMENT_ENTRY),
        Step("folders", FOLDER),
        Step("associations", ASSOCIATION, (_at("sets", "entries", "folders"),)),
    ),
    params=(
        patient("$patientId"),
        status("$XDSDocumentEntryStatus", kinds=(DOCUMENT_ENTRY,)),
        status("$XDSSubmissionSetStatus", kinds=(SUBMISSION_SET,)),
        status("$XDSFolderStatus", kinds=(FOLDER,)),
        *CONTENTS,
        METADATA_LEVEL,
    ),
)
GET_DOCUMENTS: Final = StoredQuery(  # ITI TF-2: 3.18.4.1.2.3.7.5
    id="urn:uuid:5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4",
    name="GetDocuments",
    steps=(Step("entries", DOCUMENT_ENTRY),),
    params=(*ids("$XDSDocumentEntry", logical=True), METADATA_LEVEL),
    single_patient=True,
)
GET_FOLDERS: Final = StoredQuery(  # ITI TF-2: 3.18.4.1.2.3.7.6
    id="urn:uuid:5737b14c-8a1a-4539-b659-e03a34a5e1e4",
    name="GetFolders",
    steps=(Step("folders", FOLDER),),
    params=(*ids("$XDSFolder", logical=True), METADATA_LEVEL),
    single_patient=True,
)
GET_ASSOCIATIONS: Final = StoredQuery(  # ITI TF-2: 3.18.4.1.2.3.7.7
    id="urn:uuid:a7ae438b-4bc2-4642-93e9-be891f7bb155",
    name="GetAssociations",
    steps=(Step("associations", ASSOCIATION),),
    params=(
        Param(
            name="$uuid",
            attribute="sourceObject",
            or_attribute="targetObject",
            coding=Coding.UUID,
            required=True,
            many=True,
        ),
        ASSOCIATION_STATUS,
        METADATA_LEVEL,
    ),
)
GET_DOCUMENTS_AND_ASSOCIATIONS: Final = StoredQuery(  # ITI TF-2: 3.18.4.1.2.3.7.8
    id="urn:uuid:bab9529a-4a10-40b3-a01f-f68a615d247a",
    name="GetDocumentsAndAssociations",
    steps=(Step("entries", DOCUMENT_ENTRY), Step("associations", ASSOCIATION, (_at("entries"),))),
    params=(*ids("$XDSDocumentEntry"), ASSOCIATION_STATUS, METADATA_LEVEL),
    single_patient=True,
)
GET_SUBMISSION_SETS: Final = StoredQuery(  # ITI TF-2: 3.18.4.1.2.3.7.9
    id="urn:uuid:51224314-5390-4169-9b91-b1980040715a",
    name="GetSubmissionSets",
    steps=(
        _members(),
        Step("sets", SUBMISSION_SET, (_source_of("members"),)),
        Step("links", ASSOCIATION, (_within("members"), _source_in("sets"))),
    ),
    params=(
        Param(name="$uuid", attribute="targetObject", coding=Coding.UUID, required=True, many=True),
        METADATA_LEVEL,
    ),
    single_patient=True,
)
GET_SUBMISSION_SET_AND_CONTENTS: Final = StoredQuery(  # ITI TF-2: 3.18.4.1.2.3.7.10
    id="urn:uuid:e8e3cb2c-e39c-46b9-99e4-c12f57260b83",
    name="GetSubmissionSetAndContents",
    steps=(
        Step("set", SUBMISSION_SET),
        _members(_source_in("set")),
        Step("entries", DOCUMENT_ENTRY, (_target_of("members"),)),
        Step("folders", FOLDER, (_target_of("members"),)),
        Step(
            "associations",
            ASSOCIATION,
            (
                _target_of("members"),
                _source_in("set", "entries", "folders"),
                _target_in("set", "entries", "folders"),
            ),
        ),
        Step("links", ASSOCIATION, (_within("members"), _target_in("entries", "folders", "associations"))),
    ),
    params=(*ids("$XDSSubmissionSet", many=False), *CONTENTS, METADATA_LEVEL),
    single_patient=True,
)
GET_FOLDER_AND_CONTENTS: Final = StoredQuery(  # ITI TF-2: 3.18.4.1.2.3.7.11
    id="urn:uuid:b909a503-523d-4517-8acf-8e5834dfc4c7",
    name="GetFolderAndContents",
    steps=(
        Step("folder", FOLDER),
        _members(_source_in("folder")),
        Step("entries", DOCUMENT_ENTRY, (_target_of("members"),)),
        Step("links", ASSOCIATION, (_within("members"), _target_in("entries"))),
    ),
    params=(*ids("$XDSFolder", many=False), *CONTENTS, METADATA_LEVEL),
    single_patient=True,
)
GET_FOLDERS_FOR_DOCUMENT: Final = StoredQuery(  # ITI TF-2: 3.18.4.1.2.3.7.12
    id="urn:uuid:10cae35a-c7f9-4cf5-b61e-fc3278ffb578",
    name="GetFoldersForDocument",
    steps=(
        Step("entry", DOCUMENT_ENTRY, answered=False),
        _members(_target_in("entry")),
        Step("folders", FOLDER, (_source_of("members"),)),
    ),
    params=(*ids("$XDSDocumentEntry", many=False), METADATA_LEVEL),
)
GET_RELATED_DOCUMENTS: Final = StoredQuery(  # ITI TF-2: 3.18.4.1.2.3.7.13
    id="urn:uuid:d90e5407-b356-4d91-a89f-873917b4b0e6",
    name="GetRelatedDocuments",
    steps=(
        Step("asked", DOCUMENT_ENTRY, answered=False),
        Step("touching", ASSOCIATION, (_at("asked"),), answered=False),
        Step("ends", DOCUMENT_ENTRY, (_end_of("touching"),), answered=False),
        Step("links", ASSOCIATION, (_within("touching"), _source_in("ends"), _target_in("ends"))),
        Step("entries", DOCUMENT_ENTRY, (_within("ends"), _end_of("links"))),
    ),
    params=(
        *ids("$XDSDocumentEntry", many=False),
        Param(
            name="$AssociationTypes",
            attribute="associationType",
            coding=Coding.URN,
            required=True,
            many=True,
            kinds=(ASSOCIATION,),
        ),
        entry_type(DOCUMENT_ENTRY),
        METADATA_LEVEL,
    ),
)
FIND_DOCUMENTS_BY_REFERENCE_ID: Final = StoredQuery(  # ITI TF-2: 3.18.4.1.2.3.7.14
    id="urn:uuid:12941a89-e02e-4be5-967c-ce4bfc8fe492",
    name="FindDocumentsByReferenceId",
    steps=(Step("entries", DOCUMENT_ENTRY),),
    params=(*ENTRIES, DOCUMENT_AVAILABILITY, REFERENCE_IDS),
)

# --- Multi-Patient Stored Query --------------------------------------------------------------

FIND_DOCUMENTS_FOR_MULTIPLE_PATIENTS: Final = StoredQuery(  # ITI TF-2: 3.51.4.1.2.1
    id="urn:uuid:3d1bdb10-39a2-11de-89c2-2f44d94eaa9f",
    name="FindDocumentsForMultiplePatients",
    steps=(Step("entries", DOCUMENT_ENTRY),),
    params=tuple(
        for_multiple_patients(
            ENTRIES,
            "$XDSDocumentEntryPatientId",
            "$XDSDocumentEntryClassCode",
            "$XDSDocumentEntryEventCodeList",
            "$XDSDocumentEntryHealthcareFacilityTypeCode",
        )
    ),
    transaction="ITI-51",
)
FIND_FOLDERS_FOR_MULTIPLE_PATIENTS: Final = StoredQuery(  # ITI TF-2: 3.51.4.1.2.1
    id="urn:uuid:50d3f5ac-39a2-11de-a1ca-b366239e58df",
    name="FindFoldersForMultiplePatients",
    steps=(Step("folders", FOLDER),),
    params=tuple(for_multiple_patients(FOLDERS, "$XDSFolderPatientId", "$XDSFolderCodeList")),
    transaction="ITI-51",
)
FIND_DOCUMENTS_BY_REFERENCE_ID_FOR_MULTIPLE_PATIENTS: Final = StoredQuery(
    # no text of the framework has it yet; implementations agree on the id
    id="urn:uuid:1191642d-86c4-42d8-b784-f95445f9f0d5",
    name="FindDocumentsByReferenceIdForMultiplePatients",
    steps=(Step("entries", DOCUMENT_ENTRY),),
    params=(*for_multiple_patients(ENTRIES), REFERENCE_IDS),
    transaction="ITI-51",
)

STORED_QUERIES: Final = {
    query.id: query
    for query in (
        FIND_DOCUMENTS,
        FIND_SUBMISSION_SETS,
        FIND_FOLDERS,
        GET_ALL,
        GET_DOCUMENTS,
        GET_FOLDERS,
        GET_ASSOCIATIONS,
        GET_DOCUMENTS_AND_ASSOCIATIONS,
        GET_SUBMISSION_SETS,
        GET_SUBMISSION_SET_AND_CONTENTS,
        GET_FOLDER_AND_CONTENTS,
        GET_FOLDERS_FOR_DOCUMENT,
        GET_RELATED_DOCUMENTS,
        FIND_DOCUMENTS_BY_REFERENCE_ID,
        FIND_DOCUMENTS_FOR_MULTIPLE_PATIENTS,
        FIND_FOLDERS_FOR_MULTIPLE_PATIENTS,
        FIND_DOCUMENTS_BY_REFERENCE_ID_FOR_MULTIPLE_PATIENTS,
    )
}
"""The queries of all transactions by id."""


def stored_query(id: str) -> StoredQuery | None:
    """The query of an id, written in any case; None where there is none."""
    return STORED_QUERIES.get(id.lower())
