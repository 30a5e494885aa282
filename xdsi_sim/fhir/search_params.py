"""The search parameters of DocumentReference and of List: two tables (ITI MHD: 3.67, 3.66; RAD MADO)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from xdsi_sim.fhir.document_reference import STATUSES
from xdsi_sim.fhir.search_terms import (
    SearchParam,
    codes,
    ids,
    people,
    period,
    reference_ids,
    status,
    times,
)
from xdsi_sim.vocab import APPROVED, DEPRECATED, ReferenceIdType

__all__ = ["DOCUMENT_PARAMS", "FOLDER_PARAMS", "GENERAL", "PATIENT", "SET_PARAMS", "TARGETS"]

PATIENT: Final[Mapping[str, str]] = {
    "patient": "reference",
    "patient.identifier": "token",
    "patient:identifier": "token",
    "subject": "reference",
    "subject.identifier": "token",
    "subject:identifier": "token",
}
"""Parameters that name the patient, with their types; the first two are those of MHD."""
TARGETS: Final = "targetCommunityIdList"
GENERAL: Final = (
    "_count",
    "_sort",
    "_format",
    "_include",
    "_revinclude",
    "_summary",
    "_pretty",
    "_offset",
    "_total",
)
"""What is about the answer, and not about what is found."""

_ENTRY: Final = "$XDSDocumentEntry"
_EVENTS: Final = f"{_ENTRY}EventCodeList"
_DCM: Final = "http://dicom.nema.org/resources/ontology/DCM"


def _table(*params: SearchParam) -> Mapping[str, SearchParam]:
    return {param.name: param for param in params}


DOCUMENT_PARAMS: Final = _table(
    status("status", f"{_ENTRY}Status", STATUSES, "current or superseded"),
    codes("category", "classCode", f"{_ENTRY}ClassCode", "class of the document"),
    codes("type", "typeCode", f"{_ENTRY}TypeCode", "type of the document"),
    codes("setting", "practiceSettingCode", f"{_ENTRY}PracticeSettingCode", "clinical specialty"),
    codes(
        "facility", "healthcareFacilityTypeCode", f"{_ENTRY}HealthcareFacilityTypeCode", "kind of facility"
    ),
    codes("format", "formatCode", f"{_ENTRY}FormatCode", "format of the document"),
    codes("event", "eventCodeList", _EVENTS, "what was done, to which part of the body", every=True),
    codes(
        "security-label", "confidentialityCode", f"{_ENTRY}ConfidentialityCode", "confidentiality", every=True
    ),
    codes("modality", "eventCodeList", _EVENTS, "modality (RAD MADO)", every=True, system=_DCM),
    codes("anatomical-region", "eventCodeList", _EVENTS, "region of the body (RAD MADO)", every=True),
    codes("bodysite", "eventCodeList", _EVENTS, "region of the body (RAD MADO)", every=True),
    times("creation", "creationTime", f"{_ENTRY}CreationTime", "when the document was made"),
    times("date", None, None, "when it was submitted"),
    period("period", "time of the service, which overlaps"),
    people("author.given", "given", "given name of an author"),
    people("author.family", "family", "family name of an author"),
    ids("identifier", "token", ("uniqueId",), "uniqueId or entryUUID"),
    ids("_id", "token", ("entryUUID",), "id of the resource"),
    reference_ids("related", "an id that the document is about"),
    reference_ids("related:identifier", "an id that the document is about", alias=True),
    reference_ids("study-instance-uid", "study (RAD MADO)", ReferenceIdType.STUDY_INSTANCE_UID),
    reference_ids("accession-number", "accession number (RAD MADO)", ReferenceIdType.ACCESSION),
)
"""ITI-67, beside PATIENT, TARGETS and GENERAL."""

_LIST_STATUSES: Final = {"current": APPROVED, "retired": DEPRECATED}

SET_PARAMS: Final = _table(
    status("status", "$XDSSubmissionSetStatus", _LIST_STATUSES, "current or retired"),
    times("date", "submissionTime", "$XDSSubmissionSetSubmissionTime", "when it was submitted"),
    codes("designationType", "contentTypeCode", "$XDSSubmissionSetContentType", "clinical activity"),
    ids("identifier", "token", ("uniqueId",), "uniqueId or entryUUID"),
    ids("_id", "token", ("entryUUID",), "id of the resource"),
    people("source.given", "given", "given name of an author"),
    people("source.family", "family", "family name of an author"),
    ids("sourceId", "token", ("sourceId",), "source of the submission"),
)
"""ITI-66 for lists with the code submissionset."""
FOLDER_PARAMS: Final = _table(
    status("status", "$XDSFolderStatus", _LIST_STATUSES, "current or retired"),
    times("date", "lastUpdateTime", "$XDSFolderLastUpdateTime", "when it was changed last"),
    codes("designationType", "codeList", "$XDSFolderCodeList", "kind of folder", every=True),
    ids("identifier", "token", ("uniqueId",), "uniqueId or entryUUID"),
    ids("_id", "token", ("entryUUID",), "id of the resource"),
)
"""ITI-66 for lists with the code folder; what only a SubmissionSet has, no folder fits."""
