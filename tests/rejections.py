"""Rejection notes as a modality or a workstation sends them."""

from __future__ import annotations

from pydicom.dataset import Dataset

from xdsi_sim.content import BytesContent
from xdsi_sim.dicom import part10
from xdsi_sim.dicom.manifest import KEY_OBJECT_SELECTION

__all__ = ["a_note"]


def a_note(
    study: str,
    *rejected: str,
    title: str = "113037",
    scheme: str = "DCM",
    sop_class: str = KEY_OBJECT_SELECTION,
    uid: str = "2.999.3.100",
) -> BytesContent:
    """A Key Object Selection in `study` that names instances of it."""
    note = Dataset()
    note.SOPClassUID, note.SOPInstanceUID = sop_class, uid
    note.StudyInstanceUID, note.SeriesInstanceUID = study, "2.999.3.99"
    note.Modality, note.PatientID = "KO", "P1"
    note.ConceptNameCodeSequence = [Dataset()]
    note.ConceptNameCodeSequence[0].CodeValue = title
    note.ConceptNameCodeSequence[0].CodingSchemeDesignator = scheme
    note.ConceptNameCodeSequence[0].CodeMeaning = "a title"
    series = Dataset()
    series.SeriesInstanceUID = "2.999.3.1"
    series.ReferencedSOPSequence = [_reference(sop) for sop in rejected]
    evidence = Dataset()
    evidence.StudyInstanceUID, evidence.ReferencedSeriesSequence = study, [series]
    note.CurrentRequestedProcedureEvidenceSequence = [evidence]
    return BytesContent(part10.write(note))


def _reference(sop: str) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = "1.2.840.10008.5.1.4.1.1.2", sop
    return item
