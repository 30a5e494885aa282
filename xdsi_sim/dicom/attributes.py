"""Reading single attributes out of a DICOM JSON object (PS3.18: F.2).

The JSON model is the one form in which headers travel here: made from a file, kept in the index of
the instance store, or fetched as metadata from a foreign archive. Reading it needs no DICOM library.
Absent and empty are the same to every function here: no value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

__all__ = [
    "LONGEST_UID",
    "TAGS",
    "DicomJson",
    "integer",
    "is_uid",
    "items",
    "one_line",
    "person",
    "text",
    "texts",
]

DicomJson = Mapping[str, Any]
"""One data set or sequence item: attributes by tag of eight upper-case hex digits."""

LONGEST_UID: Final = 64
"""Characters of a UID (PS3.5: 9.1)."""

TAGS: Final = {
    "AccessionNumber": "00080050",
    "AnatomicRegionSequence": "00082218",
    "AvailableTransferSyntaxUID": "00083002",
    "BodyPartExamined": "00180015",
    "CodeMeaning": "00080104",
    "CodeValue": "00080100",
    "CodingSchemeDesignator": "00080102",
    "Columns": "00280011",
    "ConceptCodeSequence": "0040A168",
    "ConceptNameCodeSequence": "0040A043",
    "ContentDate": "00080023",
    "ContentSequence": "0040A730",
    "ContentTemplateSequence": "0040A504",
    "ContentTime": "00080033",
    "ContinuityOfContent": "0040A050",
    "CurrentRequestedProcedureEvidenceSequence": "0040A375",
    "Date": "0040A121",
    "DisplayURI": "0040E012",
    "FillerOrderNumberImagingServiceRequest": "00402017",
    "FrameAnatomySequence": "00209071",
    "FrameLaterality": "00209072",
    "ImageLaterality": "00200062",
    "ImplementationClassUID": "00020012",
    "InstanceNumber": "00200013",
    "InstitutionName": "00080080",
    "IssuerOfAccessionNumberSequence": "00080051",
    "IssuerOfPatientID": "00100021",
    "IssuerOfPatientIDQualifiersSequence": "00100024",
    "Laterality": "00200060",
    "LocalNamespaceEntityID": "00400031",
    "LongCodeValue": "00080119",
    "Manufacturer": "00080070",
    "MappingResource": "00080105",
    "MeasuredValueSequence": "0040A300",
    "MeasurementUnitsCodeSequence": "004008EA",
    "MediaStorageSOPClassUID": "00020002",
    "MediaStorageSOPInstanceUID": "00020003",
    "ModalitiesInStudy": "00080061",
    "Modality": "00080060",
    "NumberOfFrames": "00280008",
    "NumberOfSeriesRelatedInstances": "00201209",
    "NumberOfStudyRelatedInstances": "00201208",
    "NumberOfStudyRelatedSeries": "00201206",
    "NumericValue": "0040A30A",
    "OrderFillerIdentifierSequence": "00400027",
    "OrderPlacerIdentifierSequence": "00400026",
    "OtherPatientIDsSequence": "00101002",
    "PatientBirthDate": "00100030",
    "PatientID": "00100020",
    "PatientName": "00100010",
    "PatientSex": "00100040",
    "PlacerOrderNumberImagingServiceRequest": "00402016",
    "ProcedureCodeSequence": "00081032",
    "ReferencedPerformedProcedureStepSequence": "00081111",
    "ReferencedRequestSequence": "0040A370",
    "ReferencedSOPClassUID": "00081150",
    "ReferencedSOPInstanceUID": "00081155",
    "ReferencedSOPSequence": "00081199",
    "ReferencedSeriesSequence": "00081115",
    "ReferencedStudySequence": "00081110",
    "ReferringPhysicianName": "00080090",
    "RelationshipType": "0040A010",
    "RequestAttributesSequence": "00400275",
    "RequestedProcedureCodeSequence": "00321064",
    "RequestedProcedureDescription": "00321060",
    "RequestedProcedureID": "00401001",
    "RetrieveAETitle": "00080054",
    "RetrieveLocationUID": "0040E011",
    "RetrieveURL": "00081190",
    "Rows": "00280010",
    "SOPClassUID": "00080016",
    "SOPInstanceUID": "00080018",
    "SeriesDate": "00080021",
    "SeriesDescription": "0008103E",
    "SeriesInstanceUID": "0020000E",
    "SeriesNumber": "00200011",
    "SeriesTime": "00080031",
    "SharedFunctionalGroupsSequence": "52009229",
    "SpecificCharacterSet": "00080005",
    "StudyDate": "00080020",
    "StudyDescription": "00081030",
    "StudyID": "00200010",
    "StudyInstanceUID": "0020000D",
    "StudyTime": "00080030",
    "TemplateIdentifier": "0040DB00",
    "TextValue": "0040A160",
    "Time": "0040A122",
    "TimezoneOffsetFromUTC": "00080201",
    "TransferSyntaxUID": "00020010",
    "TypeOfPatientID": "00100022",
    "UID": "0040A124",
    "URNCodeValue": "00080120",
    "UniversalEntityID": "00400032",
    "UniversalEntityIDType": "00400033",
    "ValueType": "0040A040",
}
"""Tag of each attribute that is read here, by its keyword (PS3.6)."""


def _values(item: DicomJson, keyword: str) -> list[Any]:
    attribute = item.get(TAGS[keyword])
    return (attribute.get("Value") or []) if attribute else []


def texts(item: DicomJson, keyword: str) -> tuple[str, ...]:
    """All values that are there, as text."""
    return tuple(str(value) for value in _values(item, keyword) if value not in (None, ""))


def text(item: DicomJson, keyword: str) -> str | None:
    """The first value as text."""
    return next(iter(texts(item, keyword)), None)


def integer(item: DicomJson, keyword: str) -> int | None:
    """The first value as a whole number; None also where it is no number: archives hold such."""
    value = text(item, keyword)
    try:
        return None if value is None else int(float(value))
    except (ValueError, OverflowError):
        return None


_UID: Final = re.compile(r"[0-9]+(\.[0-9]+)*")


def is_uid(text: str) -> bool:
    """Whether the text is a UID (PS3.5: 9.1), but for leading zeros, which archives hold."""
    return len(text) <= LONGEST_UID and _UID.fullmatch(text) is not None


def person(item: DicomJson, keyword: str) -> str | None:
    """The first person name in its one-line form."""
    for value in _values(item, keyword):
        if value and isinstance(value, Mapping):
            return one_line(value) or None
    return None


def one_line(name: Mapping[str, str]) -> str:
    """A person name with its component groups separated by `=` (PS3.5: 6.2.1)."""
    return "=".join(name.get(group, "") for group in ("Alphabetic", "Ideographic", "Phonetic")).rstrip("=")


def items(item: DicomJson, keyword: str) -> tuple[DicomJson, ...]:
    """The items of a sequence; none where the file has something else in its place."""
    return tuple(value for value in _values(item, keyword) if value and isinstance(value, Mapping))
