"""From headers to a study: what the instances of one study say, put together.

A header is an instance in the DICOM JSON model, whether it comes from a file, from the index of an
instance store or from a foreign archive; nothing of a study is kept by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, replace
from typing import Any, Final, TypeVar

from xdsi_sim.dicom.attributes import TAGS, DicomJson, integer, items, person, text
from xdsi_sim.dicom.coded import CodedEntry, HierarchicDesignator, Identifier, coded_entries, designator
from xdsi_sim.dicom.codes import BODY_PARTS, KEY_OBJECT_DESCRIPTION, LATERALITIES, REGIONS
from xdsi_sim.dicom.errors import NotOneStudy
from xdsi_sim.dicom.study import (
    KEY_OBJECT_SELECTION,
    Instance,
    Patient,
    Request,
    Series,
    Study,
    StudyHeader,
    once,
)
from xdsi_sim.dicom.titles import REJECTION_TITLES

__all__ = ["frames_of", "header_of", "read_header", "summarise"]

T = TypeVar("T")
Read = Callable[[DicomJson], Any]


# --- reading one header ----------------------------------------------------------------------


def _at(read: Callable[[DicomJson, str], Any], keyword: str) -> Read:
    """`read`, bound to one attribute."""
    return lambda item: read(item, keyword)


def _identifier(number: str, issuer: str) -> Read:
    """Reader of an identifier that stands in `number`, its issuer in the sequence `issuer`."""

    def read(item: DicomJson) -> Identifier | None:
        """The identifier; None where there is no number."""
        value = text(item, number)
        return Identifier(value, designator(items(item, issuer))) if value else None

    return read


def _patient_id(item: DicomJson) -> Identifier | None:
    value = text(item, "PatientID")
    if value is None:
        return None
    qualified = designator(items(item, "IssuerOfPatientIDQualifiersSequence")) or HierarchicDesignator()
    name = text(item, "IssuerOfPatientID") or qualified.namespace_id
    issuer = replace(qualified, namespace_id=name)
    return Identifier(value, issuer if issuer != HierarchicDesignator() else None)


def _patient(header: DicomJson) -> Patient:
    ids = (_patient_id(item) for item in (header, *items(header, "OtherPatientIDsSequence")))
    return Patient(
        ids=once(identifier for identifier in ids if identifier),
        name=person(header, "PatientName"),
        birth_date=text(header, "PatientBirthDate"),
        sex=text(header, "PatientSex"),
    )


_ACCESSION: Final = _identifier("AccessionNumber", "IssuerOfAccessionNumberSequence")
_PLACER: Final = _identifier("PlacerOrderNumberImagingServiceRequest", "OrderPlacerIdentifierSequence")
_FILLER: Final = _identifier("FillerOrderNumberImagingServiceRequest", "OrderFillerIdentifierSequence")

_REQUEST: Final[Mapping[str, Read]] = {  # PS3.3: Table C.17.6-2
    "accession": _ACCESSION,
    "placer_order": _PLACER,
    "filler_order": _FILLER,
    "procedure_id": _at(text, "RequestedProcedureID"),
    "procedure_description": _at(text, "RequestedProcedureDescription"),
    "procedure_codes": _at(coded_entries, "RequestedProcedureCodeSequence"),
}


def _requests(header: DicomJson) -> tuple[Request, ...]:
    """Requests as documents (0040,A370), images (0040,0275) or the study level name them."""
    listed = items(header, "ReferencedRequestSequence") or items(header, "RequestAttributesSequence")
    own = _read(Request, header, _REQUEST)
    requests = [_read(Request, item, _REQUEST) for item in listed] or [own]
    if len(requests) == 1:  # an item may leave out what the study level says: with one there is no doubt
        requests = [_filled(requests[0], own)]
    return once(request for request in requests if request != Request())


_HEADER: Final[Mapping[str, Read]] = {  # PS3.3: Table C.7-1 and Table C.7-3
    "study_instance_uid": _at(text, "StudyInstanceUID"),
    "patient": _patient,
    "date": _at(text, "StudyDate"),
    "time": _at(text, "StudyTime"),
    "timezone_offset": _at(text, "TimezoneOffsetFromUTC"),
    "study_id": _at(text, "StudyID"),
    "description": _at(text, "StudyDescription"),
    "referring_physician": _at(person, "ReferringPhysicianName"),
    "institution": _at(text, "InstitutionName"),
    "accession": _ACCESSION,
    "procedure_codes": _at(coded_entries, "ProcedureCodeSequence"),
    "requests": _requests,
}


def _anatomies(header: DicomJson) -> list[DicomJson]:
    """Where an image, or its frames, tell what they show."""
    shared = items(header, "SharedFunctionalGroupsSequence")
    return [header, *(anatomy for group in shared for anatomy in items(group, "FrameAnatomySequence"))]


def _lateralities(header: DicomJson) -> tuple[CodedEntry, ...]:
    told = (
        text(item, keyword)
        for item in _anatomies(header)
        for keyword in ("Laterality", "ImageLaterality", "FrameLaterality")
    )
    return once(LATERALITIES[side] for side in told if side in ("L", "R", "B"))


def _regions(header: DicomJson) -> tuple[CodedEntry, ...]:
    """Coded regions of the image or its frames; failing that, what the body part stands for."""
    coded = once(
        entry for item in _anatomies(header) for entry in coded_entries(item, "AnatomicRegionSequence")
    )
    known = REGIONS.get(BODY_PARTS.get(text(header, "BodyPartExamined") or "", ""))
    return coded or ((known.entry,) if known else ())


_SERIES: Final[Mapping[str, Read]] = {
    "series_instance_uid": _at(text, "SeriesInstanceUID"),
    "modality": _at(text, "Modality"),
    "number": _at(integer, "SeriesNumber"),
    "description": _at(text, "SeriesDescription"),
    "date": _at(text, "SeriesDate"),
    "time": _at(text, "SeriesTime"),
    "regions": _regions,
    "lateralities": _lateralities,
}


def frames_of(header: DicomJson) -> int | None:
    """NumberOfFrames; 1 where rows tell of a single image; None for what has no pixels."""
    return integer(header, "NumberOfFrames") or (1 if integer(header, "Rows") else None)


def _is_selection(header: DicomJson) -> bool:
    return text(header, "SOPClassUID") == KEY_OBJECT_SELECTION


def _title(header: DicomJson) -> CodedEntry | None:
    """Reports have document titles, too, but only those of Key Object Selections are told elsewhere."""
    return (
        next(iter(coded_entries(header, "ConceptNameCodeSequence")), None) if _is_selection(header) else None
    )


def _descriptions(header: DicomJson) -> tuple[DicomJson, ...]:
    """The content items that describe a Key Object Selection (PS3.16: TID 2010)."""
    members = items(header, "ContentSequence") if _is_selection(header) else ()
    return tuple(
        member
        for member in members
        if text(member, "ValueType") == "TEXT"
        and KEY_OBJECT_DESCRIPTION.value
        in (concept.value for concept in coded_entries(member, "ConceptNameCodeSequence"))
    )


def _description(header: DicomJson) -> str | None:
    return next((text(member, "TextValue") for member in _descriptions(header)), None)


def _rejects(header: DicomJson) -> tuple[str, ...]:
    """The instances that a rejection note names in its evidence."""
    title = _title(header)
    if title is None or title.value not in REJECTION_TITLES:
        return ()
    named = (
        text(sop, "ReferencedSOPInstanceUID")
        for study in items(header, "CurrentRequestedProcedureEvidenceSequence")
        for series in items(study, "ReferencedSeriesSequence")
        for sop in items(series, "ReferencedSOPSequence")
    )
    return once(uid for uid in named if uid)


_INSTANCE: Final[Mapping[str, Read]] = {
    "sop_instance_uid": _at(text, "SOPInstanceUID"),
    "sop_class_uid": _at(text, "SOPClassUID"),
    "transfer_syntax_uid": _at(text, "AvailableTransferSyntaxUID"),
    "number": _at(integer, "InstanceNumber"),
    "rows": _at(integer, "Rows"),
    "columns": _at(integer, "Columns"),
    "frames": frames_of,
    "title": _title,
    "description": _description,
    "rejects": _rejects,
}


def _read(kind: type[T], item: DicomJson, table: Mapping[str, Read]) -> T:
    return kind(**{name: read(item) for name, read in table.items()})


def read_header(header: DicomJson) -> StudyHeader:
    """Patient and study level of one object; raises NotOneStudy where it names no study."""
    if text(header, "StudyInstanceUID") is None:
        raise NotOneStudy(f"object {text(header, 'SOPInstanceUID')} has no StudyInstanceUID (0020,000D)")
    return _read(StudyHeader, header, _HEADER)


_OF_DOCUMENTS: Final = (
    "ContentSequence",
    "ReferencedPerformedProcedureStepSequence",
    "ReferencedStudySequence",
    "SpecificCharacterSet",
)
"""Read of manifests, and of no use to a study."""
_KEPT: Final = frozenset(TAGS.values()) - {TAGS[keyword] for keyword in _OF_DOCUMENTS}


def header_of(instance: DicomJson) -> dict[str, Any]:
    """The part of an instance's DICOM JSON that `summarise` reads: small enough for an index."""
    kept = {tag: value for tag, value in instance.items() if tag in _KEPT}
    shared = items(instance, "SharedFunctionalGroupsSequence")
    if shared:
        anatomy = TAGS["FrameAnatomySequence"]
        groups = [{anatomy: group[anatomy]} for group in shared if anatomy in group]
        kept[TAGS["SharedFunctionalGroupsSequence"]] = {"vr": "SQ", "Value": groups}
    if described := _descriptions(instance):
        kept[TAGS["ContentSequence"]] = {"vr": "SQ", "Value": list(described)}
    return kept


# --- putting headers together ----------------------------------------------------------------


def summarise(headers: Iterable[DicomJson]) -> Study:
    """The study that instances, given in any order, make up.

    What one instance does not say is taken from the next; requests and patient ids are united.
    Raises NotOneStudy where they belong to none or to several.
    """
    ordered = sorted(headers, key=_position)
    uids = once(text(header, "StudyInstanceUID") for header in ordered)
    if len(uids) != 1:
        raise NotOneStudy(f"expected instances of one study, found {len(uids)}: {', '.join(map(str, uids))}")
    by_series: dict[str, list[DicomJson]] = {}
    for header in ordered:
        by_series.setdefault(text(header, "SeriesInstanceUID") or "", []).append(header)
    united = _united(read_header(header) for header in ordered)
    return Study(
        header=replace(united, requests=_merged(united.requests)),
        series=tuple(_series(members) for members in by_series.values()),
    )


def _series(headers: list[DicomJson]) -> Series:
    series = _united(_read(Series, header, _SERIES) for header in headers)
    return replace(series, instances=once(_read(Instance, header, _INSTANCE) for header in headers))


_LAST: Final = 1 << 62  # what has no number comes after what has one


def _position(header: DicomJson) -> tuple[int, str, int, str]:
    """Series number, series UID, instance number, SOP Instance UID: the one order of a study."""
    series, instance = integer(header, "SeriesNumber"), integer(header, "InstanceNumber")
    return (
        _LAST if series is None else series,
        text(header, "SeriesInstanceUID") or "",
        _LAST if instance is None else instance,
        text(header, "SOPInstanceUID") or "",
    )


def _united(values: Iterable[T]) -> T:
    """One value from many: lists united, of single facts the first that is there."""
    first, *others = once(values)
    for other in others:
        first = _filled(first, other)
    return first


def _merged(requests: Iterable[Request]) -> tuple[Request, ...]:
    """Requests with those joined that only tell more or less of the same one."""
    merged: list[Request] = []
    for request in requests:
        for place, known in enumerate(merged):
            if _same_request(known, request):
                merged[place] = _filled(known, request)
                break
        else:
            merged.append(request)
    return tuple(merged)


def _same_request(one: Request, other: Request) -> bool:
    pairs = [(one.accession, other.accession), (one.placer_order, other.placer_order)]
    told = [(mine, theirs) for mine, theirs in pairs if mine and theirs]
    return bool(told) and all(
        mine.value == theirs.value and (mine.issuer == theirs.issuer or not (mine.issuer and theirs.issuer))
        for mine, theirs in told
    )


def _filled(value: T, other: T) -> T:
    """`value` with its gaps filled from `other` and its lists united with those of `other`."""
    changes: dict[str, Any] = {}
    for field in fields(value):  # type: ignore[arg-type]  # every T here is a dataclass of `study`
        mine, theirs = getattr(value, field.name), getattr(other, field.name)
        if isinstance(mine, tuple):
            changes[field.name] = once((*mine, *theirs))
        elif isinstance(mine, Patient):
            changes[field.name] = _filled(mine, theirs)
        elif mine is None or (isinstance(mine, Identifier) and mine.issuer is None and theirs):
            changes[field.name] = theirs
    return replace(value, **changes)  # type: ignore[type-var]
