"""Writing the structures that manifests and images share into a pydicom data set.

The mirror of `summary`: what is written here is read there. Type 2 attributes are there even if empty,
type 3 attributes only with a value.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pydicom.dataset import Dataset

from xdsi_sim.dicom.coded import CodedEntry, HierarchicDesignator, Identifier
from xdsi_sim.dicom.study import Request, StudyHeader

__all__ = [
    "code_items",
    "issuer_items",
    "item",
    "reference_item",
    "set_all",
    "set_header",
    "set_present",
    "set_request",
]

_TYPE_2: Final = {  # PS3.3: Table C.7-1 and Table C.7-3
    "StudyDate": "date",
    "StudyTime": "time",
    "StudyID": "study_id",
    "ReferringPhysicianName": "referring_physician",
}
_TYPE_3: Final = {
    "StudyDescription": "description",
    "InstitutionName": "institution",
    "TimezoneOffsetFromUTC": "timezone_offset",
}


def item(**attributes: object) -> Dataset:
    """A data set from keywords and values; a list of mappings becomes a sequence."""
    dataset = Dataset()
    set_all(dataset, attributes)
    return dataset


def set_all(dataset: Dataset, attributes: Mapping[str, object]) -> None:
    """Set attributes by keyword; a list of mappings becomes a sequence."""
    for keyword, value in attributes.items():
        setattr(dataset, keyword, [_member(one) for one in value] if isinstance(value, list) else value)


def _member(value: object) -> object:
    return item(**value) if isinstance(value, Mapping) else value


def set_present(dataset: Dataset, **attributes: object) -> None:
    """Set those attributes that have a value (type 3)."""
    for keyword, value in attributes.items():
        if value not in (None, "", []):
            setattr(dataset, keyword, value)


def code_items(*entries: CodedEntry) -> list[Dataset]:
    """Items of a code sequence (PS3.3: 8.8)."""
    return [_code_item(entry) for entry in entries]


def _code_item(entry: CodedEntry) -> Dataset:
    # Table 8.8-1: a value that SH cannot hold goes to Long or URN Code Value
    keyword = "CodeValue" if len(entry.value) <= 16 else "LongCodeValue"
    if entry.value.startswith(("urn:", "http:", "https:")):
        keyword = "URNCodeValue"
    code = item(**{keyword: entry.value}, CodeMeaning=entry.meaning)
    set_present(code, CodingSchemeDesignator=entry.scheme)
    return code


def issuer_items(issuer: HierarchicDesignator | None) -> list[Dataset]:
    """No item, or the one item of an issuer sequence (PS3.3: 10.14)."""
    if issuer is None:
        return []
    dataset = Dataset()
    set_present(
        dataset,
        LocalNamespaceEntityID=issuer.namespace_id,
        UniversalEntityID=issuer.universal_id,
        UniversalEntityIDType=issuer.universal_id_type,
    )
    return [dataset]


def reference_item(sop_class_uid: str, sop_instance_uid: str) -> Dataset:
    """What names an instance (PS3.3: 10.8)."""
    return item(ReferencedSOPClassUID=sop_class_uid, ReferencedSOPInstanceUID=sop_instance_uid)


def set_header(dataset: Dataset, header: StudyHeader, *, all_ids: bool = False) -> None:
    """Patient module, General Study module, institution and time zone.

    `all_ids` lists the ids also where there is a single one.
    """
    dataset.SpecificCharacterSet = "ISO_IR 192"
    _set_patient(dataset, header, all_ids=all_ids)
    dataset.StudyInstanceUID = header.study_instance_uid
    for keyword, name in _TYPE_2.items():
        setattr(dataset, keyword, getattr(header, name) or "")
    set_present(dataset, **{keyword: getattr(header, name) for keyword, name in _TYPE_3.items()})
    dataset.AccessionNumber = header.accession.value if header.accession else ""
    set_present(
        dataset,
        IssuerOfAccessionNumberSequence=_issuers(header.accession),
        ProcedureCodeSequence=code_items(*header.procedure_codes),
    )


def _set_patient(dataset: Dataset, header: StudyHeader, *, all_ids: bool) -> None:
    patient = header.patient
    dataset.PatientName = patient.name or ""
    dataset.PatientBirthDate = patient.birth_date or ""
    dataset.PatientSex = patient.sex or ""
    dataset.PatientID = ""
    if patient.ids:
        _set_patient_id(dataset, patient.ids[0])
    if len(patient.ids) > (0 if all_ids else 1):  # all ids, the first included
        dataset.OtherPatientIDsSequence = [_other_id(identifier) for identifier in patient.ids]


def _set_patient_id(dataset: Dataset, identifier: Identifier) -> None:
    dataset.PatientID = identifier.value
    issuer = identifier.issuer or HierarchicDesignator()
    qualifiers = Dataset()
    set_present(
        qualifiers, UniversalEntityID=issuer.universal_id, UniversalEntityIDType=issuer.universal_id_type
    )
    set_present(
        dataset,
        IssuerOfPatientID=issuer.namespace_id,
        IssuerOfPatientIDQualifiersSequence=[qualifiers] if qualifiers else [],
    )


def _other_id(identifier: Identifier) -> Dataset:
    other = item(TypeOfPatientID="TEXT")
    _set_patient_id(other, identifier)
    return other


def set_request(dataset: Dataset, request: Request) -> None:
    """What all items that name a request have in common (PS3.3: Table C.17.6-2)."""
    dataset.AccessionNumber = request.accession.value if request.accession else ""
    dataset.PlacerOrderNumberImagingServiceRequest = (
        request.placer_order.value if request.placer_order else ""
    )
    dataset.FillerOrderNumberImagingServiceRequest = (
        request.filler_order.value if request.filler_order else ""
    )
    dataset.RequestedProcedureID = request.procedure_id or ""
    dataset.RequestedProcedureDescription = request.procedure_description or ""
    dataset.RequestedProcedureCodeSequence = code_items(*request.procedure_codes)
    set_present(
        dataset,
        IssuerOfAccessionNumberSequence=_issuers(request.accession),
        OrderPlacerIdentifierSequence=_issuers(request.placer_order),
        OrderFillerIdentifierSequence=_issuers(request.filler_order),
    )


def _issuers(identifier: Identifier | None) -> list[Dataset]:
    return issuer_items(identifier.issuer) if identifier else []
