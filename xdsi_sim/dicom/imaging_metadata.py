"""Document sharing metadata of imaging manifests and reports (RAD TF: 4.68).

Everything that DICOM says comes from the study; what it does not say (classes, settings, languages) from
the Publisher. hash, size and repositoryUniqueId are left to the repository.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from xdsi_sim.clock import dtm_of
from xdsi_sim.dicom.coded import CodedEntry, Identifier
from xdsi_sim.dicom.codes import ACQUISITION_MODALITIES, CODING_SCHEMES, target_regions
from xdsi_sim.dicom.errors import NoPatientId
from xdsi_sim.dicom.manifest import KEY_OBJECT_SELECTION, Manifest
from xdsi_sim.dicom.publisher import Publisher, Report
from xdsi_sim.dicom.study import Patient, Study, StudyHeader, once
from xdsi_sim.dicom.times import utc_dtm
from xdsi_sim.ebrim.datatypes import Cx, Cxi, Xon
from xdsi_sim.ebrim.model import (
    Association,
    Author,
    Code,
    DocumentEntry,
    InternationalString,
    RegistryObjectList,
    SubmissionSet,
)
from xdsi_sim.vocab import APPROVED, DEPRECATED, STABLE, CodingScheme, ReferenceIdType
from xdsi_sim.vocab import Association as AssociationType

__all__ = [
    "manifest_entry",
    "report_entry",
    "submission",
    "withdrawal",
    "xcn",
    "xpn",
]

_TITLE_LIMIT: Final = 127  # ITI TF-3: 4.2.3.2.23 wants less than 128 characters


# --- entries ---------------------------------------------------------------------------------


def manifest_entry(
    study: Study, manifest: Manifest, publisher: Publisher, *, entryUUID: str
) -> DocumentEntry:
    """The DocumentEntry of a manifest of `study`: of patient and orders it tells what the manifest does.

    Raises NoPatientId where the patient has no id of the affinity domain.
    """
    # the zone of a manifest is a guess where the study has none: the publisher knows better
    header = replace(manifest.header, timezone_offset=study.header.timezone_offset)
    study = replace(study, header=header)
    procedures = _procedures(header)
    title = header.description or (procedures[0].meaning if procedures else "Imaging manifest")
    return DocumentEntry(
        entryUUID=entryUUID,
        uniqueId=manifest.sop_instance_uid,
        mimeType="application/dicom",
        formatCode=Code.of(
            KEY_OBJECT_SELECTION, CodingScheme.DICOM_UID, "Key Object Selection Document Storage"
        ),
        classCode=publisher.imageClass,
        typeCode=_code(procedures[0], publisher) if procedures else publisher.imageType,
        title=InternationalString.of(title[:_TITLE_LIMIT]),
        creationTime=utc_dtm(
            manifest.content_date,
            manifest.content_time,
            manifest.header.timezone_offset or publisher.timezone_offset,
        ),
        author=_author(study.header, publisher),
        **_common(study, publisher),
    )


def report_entry(
    study: Study, report: Report, publisher: Publisher, *, entryUUID: str, others: Iterable[Study] = ()
) -> DocumentEntry:
    """The DocumentEntry of a report on `study`: tied to its manifest by reference ids alone.

    It has those of `others` as well, which it is also on.
    Raises NoPatientId where the patient has no id of the affinity domain.
    """
    common = _common(study, publisher)
    more = (id for other in others for id in _reference_ids(other.header, publisher))
    common["referenceIdList"] = once((*common["referenceIdList"], *more))
    return DocumentEntry(
        entryUUID=entryUUID,
        uniqueId=report.uniqueId,
        mimeType=report.format.mimeType,
        formatCode=report.format.formatCode,
        classCode=publisher.reportClass,
        typeCode=publisher.reportType,
        title=InternationalString.of(report.title[:_TITLE_LIMIT]),
        creationTime=dtm_of(report.created),
        author=_author(study.header, publisher, report.radiologist),
        legalAuthenticator=xcn(report.radiologist) if report.radiologist else None,
        **common,
    )


def _common(study: Study, publisher: Publisher) -> dict[str, Any]:
    """What a manifest and a report of one study have alike."""
    header = study.header
    offset = header.timezone_offset or publisher.timezone_offset
    started = utc_dtm(header.date, header.time, offset)
    ended = [utc_dtm(series.date, series.time, offset) for series in study.series]
    return {
        "objectType": STABLE,
        "languageCode": publisher.languageCode,
        "confidentialityCode": (publisher.confidentialityCode,),
        "healthcareFacilityTypeCode": publisher.healthcareFacilityTypeCode,
        "practiceSettingCode": publisher.practiceSettingCode,
        "eventCodeList": _events(study, publisher),
        "patientId": _patient_id(header.patient, publisher),
        "sourcePatientId": _source_patient_id(header.patient, publisher),
        "sourcePatientInfo": _source_patient_info(header.patient, publisher),
        "referenceIdList": _reference_ids(header, publisher),
        "serviceStartTime": started,
        "serviceStopTime": max((moment for moment in (started, *ended) if moment), default=None),
    }


def _procedures(header: StudyHeader) -> tuple[CodedEntry, ...]:
    requested = (code for request in header.requests for code in request.procedure_codes)
    return once((*header.procedure_codes, *requested))


def _code(entry: CodedEntry, publisher: Publisher) -> Code:
    """A DICOM code with its scheme as an OID; a scheme without a known OID keeps its designator."""
    schemes = {**CODING_SCHEMES, **publisher.coding_schemes}
    return Code.of(entry.value, schemes.get(entry.scheme, entry.scheme), entry.meaning or entry.value)


def _events(study: Study, publisher: Publisher) -> tuple[Code, ...]:
    """Acquisition modalities; regions as the images name them and as the target region of the study; sides.

    Searching by either finds the study (choice: the framework names value sets, not a granularity).
    """
    modalities = [
        CodedEntry(modality, "DCM", ACQUISITION_MODALITIES[modality])
        for modality in study.modalities
        if modality in ACQUISITION_MODALITIES
    ]
    regions = [region for named in study.regions for region in (named, *target_regions(named))]
    sides = [side for series in study.series for side in series.lateralities]
    unique = {(entry.value, entry.scheme): entry for entry in reversed([*modalities, *regions, *sides])}
    return tuple(_code(entry, publisher) for entry in reversed(unique.values()))


def _reference_ids(header: StudyHeader, publisher: Publisher) -> tuple[str, ...]:
    """Study UID, accession numbers, placer order numbers (ITI TF-3: 4.2.3.2.28)."""
    study = Cxi(header.study_instance_uid, ReferenceIdType.STUDY_INSTANCE_UID)
    accessions = (header.accession, *(request.accession for request in header.requests))
    orders = (request.placer_order for request in header.requests)
    linked = (
        (accessions, ReferenceIdType.ACCESSION, publisher.accession_authority),
        (orders, ReferenceIdType.ORDER, publisher.order_authority),
    )
    others = (
        Cxi(identifier.value, kind, identifier.oid or authority)
        for identifiers, kind, authority in linked
        for identifier in identifiers
        if identifier
    )
    return once(str(reference) for reference in (study, *others))


# --- people ----------------------------------------------------------------------------------


def _patient_id(patient: Patient, publisher: Publisher) -> str:
    """The id of the affinity domain; one without an issuer counts as issued there."""
    for issuer in (publisher.patient_authority, None):
        for identifier in patient.ids:
            if identifier.oid == issuer:
                return str(Cx(identifier.value, publisher.patient_authority))
    held = ", ".join(_shown(identifier) for identifier in patient.ids) or "none"
    raise NoPatientId(
        f"the patient has no id issued by {publisher.patient_authority}, the patientAuthority of the "
        f"community; ids: {held}"
    )


def _shown(identifier: Identifier) -> str:
    return f"{identifier.value} of {identifier.oid}"


def _source_patient_id(patient: Patient, publisher: Publisher) -> str:
    first = patient.ids[0]
    return str(Cx(first.value, first.oid or publisher.patient_authority))


def _source_patient_info(patient: Patient, publisher: Publisher) -> tuple[str, ...]:
    """PID fields with a value (ITI TF-3: 4.2.3.2.22)."""
    fields = (
        ("PID-3", _source_patient_id(patient, publisher)),
        ("PID-5", xpn(patient.name) if patient.name else ""),
        ("PID-7", patient.birth_date),
        ("PID-8", patient.sex),
    )
    return tuple(f"{name}|{value}" for name, value in fields if value)


def xpn(name: str) -> str:
    """A DICOM person name in the order of HL7: suffix before prefix (ITI TF-3: 4.2.3.2.22)."""
    alphabetic = name.partition("=")[0]
    parts = [_escaped(part.strip()) for part in alphabetic.split("^")] + [""] * 5
    family, given, middle, prefix, suffix = parts[:5]
    return f"{family}^{given}^{middle}^{suffix}^{prefix}".rstrip("^")


def xcn(name: str) -> str:
    """A DICOM person name as a person without an id."""
    return f"^{xpn(name)}"


_ESCAPES: Final = str.maketrans({"\\": "\\E\\", "|": "\\F\\", "&": "\\T\\", "~": "\\R\\"})


def _escaped(text: str) -> str:
    """Text with the delimiters of HL7 v2 escaped."""
    return text.translate(_ESCAPES)


def _author(header: StudyHeader, publisher: Publisher, person: str | None = None) -> tuple[Author, ...]:
    institution = header.institution or publisher.institution
    if not (institution or person):
        return ()
    return (
        Author(
            authorPerson=xcn(person) if person else None,
            authorInstitution=(_organisation(institution),) if institution else (),
        ),
    )


def _organisation(name: str) -> str:
    """As XON: one that is written so already, with an id, stays; all else is a name."""
    try:
        known = "^" in name and Xon.parse(name).id is not None
    except ValueError:
        known = False
    return name if known else _escaped(name)


# --- submission ------------------------------------------------------------------------------


def submission(
    entries: Iterable[DocumentEntry],
    publisher: Publisher,
    *,
    entryUUID: str,
    uniqueId: str,
    submissionTime: datetime,
    replaces: Mapping[str, str] | None = None,
) -> RegistryObjectList:
    """One submission of entries of one patient; the first entry's author, type and title stand for it.

    `replaces` gives, by the entryUUID of a new entry, the entryUUID of the one that it replaces.
    Raises ValueError without any entry.
    """
    documents = tuple(entries)
    if not documents:
        raise ValueError("no entries to submit")
    members = _members(entryUUID, documents)
    return RegistryObjectList(
        submissionSets=(_submission_set(documents[0], publisher, entryUUID, uniqueId, submissionTime),),
        documentEntries=documents,
        associations=(*members, *_replacements(replaces or {})),
    )


def withdrawal(
    entry: DocumentEntry, publisher: Publisher, *, entryUUID: str, uniqueId: str, submissionTime: datetime
) -> RegistryObjectList:
    """An update that deprecates a registered entry (ITI MU: 3.57.4.1.3.3.2)."""
    trigger = Association(
        entryUUID="status",
        associationType=AssociationType.UPDATE_AVAILABILITY_STATUS,
        sourceObject=entryUUID,
        targetObject=entry.entryUUID,
        originalStatus=APPROVED,
        newStatus=DEPRECATED,
    )
    return RegistryObjectList(
        submissionSets=(_submission_set(entry, publisher, entryUUID, uniqueId, submissionTime),),
        associations=(trigger,),
    )


def _submission_set(
    first: DocumentEntry, publisher: Publisher, entryUUID: str, uniqueId: str, submissionTime: datetime
) -> SubmissionSet:
    return SubmissionSet(
        entryUUID=entryUUID,
        uniqueId=uniqueId,
        sourceId=publisher.sourceId,
        patientId=first.patientId,
        submissionTime=dtm_of(submissionTime),
        contentTypeCode=first.typeCode,
        author=first.author,
        title=first.title,
    )


def _members(submission_set: str, documents: Iterable[DocumentEntry]) -> Iterator[Association]:
    for number, document in enumerate(documents, start=1):
        yield Association(
            entryUUID=f"member-{number}",
            associationType=AssociationType.HAS_MEMBER,
            sourceObject=submission_set,
            targetObject=document.entryUUID,
            submissionSetStatus="Original",
        )


def _replacements(replaces: Mapping[str, str]) -> Iterator[Association]:
    for number, (new, old) in enumerate(replaces.items(), start=1):
        yield Association(
            entryUUID=f"replacement-{number}",
            associationType=AssociationType.RPLC,
            sourceObject=new,
            targetObject=old,
        )
