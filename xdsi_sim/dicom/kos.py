"""The manifest as a DICOM file: a Key Object Selection document (PS3.3: A.35.4).

Writing and reading are each other's inverse: `read_manifest(BytesContent(write_manifest(m))) == m`.
Reading is lenient: what can be shown is shown, and rules judge it elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pydicom.dataset import Dataset

from xdsi_sim.content import Content
from xdsi_sim.dicom import part10
from xdsi_sim.dicom.attributes import TAGS, DicomJson, integer, items, text
from xdsi_sim.dicom.coded import CodedEntry, coded_entries
from xdsi_sim.dicom.codes import KEY_OBJECT_DESCRIPTION
from xdsi_sim.dicom.errors import NotKeyObjectSelection, NotManifest
from xdsi_sim.dicom.json_model import to_json
from xdsi_sim.dicom.library_items import concept_of, is_reference, library_item, means, read_library
from xdsi_sim.dicom.manifest import (
    KEY_OBJECT_SELECTION,
    MANIFEST_TITLES,
    ContentReference,
    Manifest,
    ManifestSeries,
    Reference,
)
from xdsi_sim.dicom.modules import code_items, item, reference_item, set_header, set_present, set_request
from xdsi_sim.dicom.study import Request
from xdsi_sim.dicom.summary import read_header

__all__ = ["read_manifest", "read_selection", "write_manifest"]


# --- manifest to file ------------------------------------------------------------------------


def write_manifest(manifest: Manifest) -> bytes:
    """The manifest as a DICOM file in Explicit VR Little Endian (PS3.3: A.35.4)."""
    dataset = Dataset()
    set_header(dataset, manifest.header, all_ids=manifest.library is not None)
    dataset.SOPClassUID = KEY_OBJECT_SELECTION
    dataset.SOPInstanceUID = manifest.sop_instance_uid
    dataset.Manufacturer = manifest.manufacturer or ""
    _set_series(dataset, manifest)
    _set_document(dataset, manifest)
    _set_content(dataset, manifest)
    return part10.write(dataset)


def _set_series(dataset: Dataset, manifest: Manifest) -> None:
    dataset.Modality = "KO"
    dataset.SeriesInstanceUID = manifest.series_instance_uid
    dataset.SeriesNumber = manifest.series_number
    dataset.SeriesDescription = manifest.title.meaning
    dataset.ReferencedPerformedProcedureStepSequence = []
    set_present(dataset, SeriesDate=manifest.content_date, SeriesTime=manifest.content_time)


def _set_document(dataset: Dataset, manifest: Manifest) -> None:
    dataset.InstanceNumber = 1
    dataset.ContentDate = manifest.content_date or ""
    dataset.ContentTime = manifest.content_time or ""
    study = manifest.header.study_instance_uid
    requests = [_request_item(request, study) for request in manifest.header.requests]
    set_present(dataset, ReferencedRequestSequence=requests)
    by_study: dict[str, list[Dataset]] = {}
    for series in manifest.series:
        by_study.setdefault(series.study_instance_uid, []).append(_series_item(series))
    evidence = [
        item(StudyInstanceUID=uid, ReferencedSeriesSequence=members) for uid, members in by_study.items()
    ]
    for study_item in evidence if manifest.display_uri else ():
        study_item.add_new(int(TAGS["DisplayURI"], 16), "UR", manifest.display_uri)
    dataset.CurrentRequestedProcedureEvidenceSequence = evidence


def _request_item(request: Request, study_instance_uid: str) -> Dataset:
    dataset = item(StudyInstanceUID=study_instance_uid, ReferencedStudySequence=[])
    set_request(dataset, request)
    return dataset


def _series_item(series: ManifestSeries) -> Dataset:
    dataset = item(
        SeriesInstanceUID=series.series_instance_uid,
        ReferencedSOPSequence=[_sop_item(reference) for reference in series.references],
    )
    set_present(
        dataset,
        RetrieveAETitle=series.retrieve_ae_title,
        RetrieveLocationUID=series.retrieve_location_uid,
        RetrieveURL=series.retrieve_url,
    )
    return dataset


def _sop_item(reference: Reference) -> Dataset:
    return reference_item(reference.sop_class_uid, reference.sop_instance_uid)


_MODIFIER: Final = CodedEntry("113011", "DCM", "Document Title Modifier")
_PROCEDURE: Final = CodedEntry("121023", "DCM", "Procedure Code")


def _set_content(dataset: Dataset, manifest: Manifest) -> None:
    """The content tree of PS3.16: TID 2010; the library stands before the references (RAD MADO)."""
    dataset.ValueType = "CONTAINER"
    dataset.ConceptNameCodeSequence = code_items(manifest.title)
    dataset.ContinuityOfContent = "SEPARATE"
    dataset.ContentTemplateSequence = [item(MappingResource="DCMR", TemplateIdentifier="2010")]
    dataset.ContentSequence = [
        *(_modifying(_MODIFIER, modifier) for modifier in manifest.modifiers),
        *_description(manifest.description),
        *_library(manifest),
        *map(_content_item, manifest.content),
    ]


def _modifying(concept: CodedEntry, value: CodedEntry) -> Dataset:
    return item(
        RelationshipType="HAS CONCEPT MOD",
        ValueType="CODE",
        ConceptNameCodeSequence=code_items(concept),
        ConceptCodeSequence=code_items(value),
    )


def _description(description: str | None) -> Iterator[Dataset]:
    if description is not None:
        yield item(
            RelationshipType="CONTAINS",
            ValueType="TEXT",
            ConceptNameCodeSequence=code_items(KEY_OBJECT_DESCRIPTION),
            TextValue=description,
        )


def _library(manifest: Manifest) -> Iterator[Dataset]:
    if manifest.library is not None:
        yield from (_modifying(_PROCEDURE, code) for code in manifest.header.procedure_codes)
        yield library_item(manifest.library)


def _content_item(member: ContentReference) -> Dataset:
    return item(
        RelationshipType="CONTAINS",
        ValueType=member.value_type,
        ReferencedSOPSequence=[_sop_item(member.reference)],
    )


# --- file to manifest ------------------------------------------------------------------------


def read_manifest(content: Content) -> Manifest:
    """The manifest in a file.

    Raises NotDicom for other bytes, NotKeyObjectSelection for another SOP class, NotManifest for
    another title, such as that of a key image note.
    """
    manifest = read_selection(content)
    if manifest.title.value not in MANIFEST_TITLES:
        raise NotManifest(f"document title is {manifest.title}, not one of {', '.join(MANIFEST_TITLES)}")
    return manifest


def read_selection(content: Content) -> Manifest:
    """The Key Object Selection in a file, whatever its title.

    Raises NotDicom for other bytes, NotKeyObjectSelection for another SOP class.
    """
    document = to_json(part10.read(content))
    sop_class = text(document, "SOPClassUID")
    if sop_class != KEY_OBJECT_SELECTION:
        raise NotKeyObjectSelection(f"SOP class is {sop_class}, not Key Object Selection Document Storage")
    others = [member for member in items(document, "ContentSequence") if not is_reference(member)]
    modifiers = (member for member in others if means(member, _MODIFIER))
    descriptions = (member for member in others if means(member, KEY_OBJECT_DESCRIPTION))
    studies = items(document, "CurrentRequestedProcedureEvidenceSequence")
    return Manifest(
        sop_instance_uid=text(document, "SOPInstanceUID") or "",
        series_instance_uid=text(document, "SeriesInstanceUID") or "",
        title=concept_of(document) or CodedEntry("", "", ""),
        header=read_header(document),
        content_date=text(document, "ContentDate"),
        content_time=text(document, "ContentTime"),
        manufacturer=text(document, "Manufacturer"),
        series_number=integer(document, "SeriesNumber"),
        series=tuple(_read_evidence(document)),
        content=tuple(_read_content(document)),
        modifiers=tuple(code for each in modifiers for code in coded_entries(each, "ConceptCodeSequence")),
        description=next((text(each, "TextValue") for each in descriptions), None),
        display_uri=next((text(study, "DisplayURI") for study in studies), None),
        library=read_library(document),
    )


def _read_evidence(document: DicomJson) -> Iterator[ManifestSeries]:
    for study in items(document, "CurrentRequestedProcedureEvidenceSequence"):
        for series in items(study, "ReferencedSeriesSequence"):
            yield ManifestSeries(
                study_instance_uid=text(study, "StudyInstanceUID") or "",
                series_instance_uid=text(series, "SeriesInstanceUID") or "",
                retrieve_location_uid=text(series, "RetrieveLocationUID"),
                retrieve_ae_title=text(series, "RetrieveAETitle"),
                retrieve_url=text(series, "RetrieveURL"),
                references=tuple(_read_references(series)),
            )


def _read_references(parent: DicomJson) -> Iterator[Reference]:
    for sop in items(parent, "ReferencedSOPSequence"):
        yield Reference(text(sop, "ReferencedSOPClassUID") or "", text(sop, "ReferencedSOPInstanceUID") or "")


def _read_content(parent: DicomJson) -> Iterator[ContentReference]:
    """References directly below the root; an image library repeats them deeper down."""
    for member in items(parent, "ContentSequence"):
        for reference in _read_references(member):
            yield ContentReference(text(member, "ValueType") or "", reference)
