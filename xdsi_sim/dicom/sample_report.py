"""The structured report of the samples: a Basic Text SR on the images of its study (PS3.3: A.35.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pydicom.dataset import Dataset

from xdsi_sim.dicom.coded import CodedEntry
from xdsi_sim.dicom.modules import code_items, item, set_all, set_request
from xdsi_sim.dicom.samples import Sample

__all__ = ["Illustration", "set_report"]

_REPORT: Final = CodedEntry("18748-4", "LN", "Diagnostic Imaging Report")
_LANGUAGE: Final = CodedEntry("121049", "DCM", "Language of Content Item and Descendants")
_ENGLISH: Final = CodedEntry("en", "RFC5646", "English")
_OBSERVER_TYPE: Final = CodedEntry("121005", "DCM", "Observer Type")
_PERSON: Final = CodedEntry("121006", "DCM", "Person")
_OBSERVER: Final = CodedEntry("121008", "DCM", "Person Observer Name")
_FINDINGS: Final = CodedEntry("121070", "DCM", "Findings")
_FINDING: Final = CodedEntry("121071", "DCM", "Finding")
_IMPRESSIONS: Final = CodedEntry("121076", "DCM", "Conclusions")
_IMPRESSION: Final = CodedEntry("121077", "DCM", "Conclusion")


_IMAGE: Final = CodedEntry("121080", "DCM", "Best illustration of finding")


@dataclass(frozen=True, slots=True, kw_only=True)
class Illustration:
    """The image that the report points to."""

    series_instance_uid: str
    sop_class_uid: str
    sop_instance_uid: str

    def sop(self) -> dict[str, str]:
        """The item that refers to it."""
        return {
            "ReferencedSOPClassUID": self.sop_class_uid,
            "ReferencedSOPInstanceUID": self.sop_instance_uid,
        }


def set_report(dataset: Dataset, sample: Sample, image: Illustration) -> None:
    """What makes `dataset` a report on a sample."""
    study = sample.header.study_instance_uid
    request = item(StudyInstanceUID=study, ReferencedStudySequence=[])
    set_request(request, sample.header.requests[0])
    series = {"SeriesInstanceUID": image.series_instance_uid, "ReferencedSOPSequence": [image.sop()]}
    set_all(
        dataset,
        {
            "ReferencedPerformedProcedureStepSequence": [],
            "PerformedProcedureCodeSequence": [],
            "ReferencedRequestSequence": [request],
            "CurrentRequestedProcedureEvidenceSequence": [
                {"StudyInstanceUID": study, "ReferencedSeriesSequence": [series]}
            ],
            "CompletionFlag": "COMPLETE",
            "VerificationFlag": "UNVERIFIED",
            "ValueType": "CONTAINER",
            "ConceptNameCodeSequence": code_items(_REPORT),
            "ContinuityOfContent": "SEPARATE",
            "ContentTemplateSequence": [{"MappingResource": "DCMR", "TemplateIdentifier": "2000"}],
            "ContentSequence": _content(sample, image),
        },
    )


def _content(sample: Sample, image: Illustration) -> list[Dataset]:
    """The tree of PS3.16: TID 2000, as far as a plain report needs it."""
    finding = _text(_FINDING, f"{sample.title}. No acute finding.")
    finding.ContentSequence = [
        _node("INFERRED FROM", "IMAGE", _IMAGE, ReferencedSOPSequence=[image.sop()]),
    ]
    return [
        _code("HAS CONCEPT MOD", _LANGUAGE, _ENGLISH),
        _code("HAS OBS CONTEXT", _OBSERVER_TYPE, _PERSON),
        _node("HAS OBS CONTEXT", "PNAME", _OBSERVER, PersonName="Reader^Rita^^Dr"),
        _section(_FINDINGS, finding),
        _section(_IMPRESSIONS, _text(_IMPRESSION, "Normal examination.")),
    ]


def _node(relationship: str, value_type: str, concept: CodedEntry, **value: object) -> Dataset:
    return item(
        RelationshipType=relationship,
        ValueType=value_type,
        ConceptNameCodeSequence=code_items(concept),
        **value,
    )


def _code(relationship: str, concept: CodedEntry, value: CodedEntry) -> Dataset:
    return _node(relationship, "CODE", concept, ConceptCodeSequence=code_items(value))


def _text(concept: CodedEntry, text: str) -> Dataset:
    return _node("CONTAINS", "TEXT", concept, TextValue=text)


def _section(concept: CodedEntry, *members: Dataset) -> Dataset:
    return _node(
        "CONTAINS", "CONTAINER", concept, ContinuityOfContent="SEPARATE", ContentSequence=list(members)
    )
