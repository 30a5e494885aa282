"""Rejection notes: Key Object Selections that take instances out of use (IHE IOCM).

What a note names is no longer listed, handed out or found. Values only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from xdsi_sim.dicom.attributes import DicomJson, items, text
from xdsi_sim.dicom.manifest import KEY_OBJECT_SELECTION

__all__ = ["REJECTION_TITLES", "RejectionNote", "rejection_in"]

REJECTION_TITLES: Final = {
    "113001": "Rejected for Quality Reasons",
    "113037": "Rejected for Patient Safety Reasons",
    "113038": "Incorrect Modality Worklist Entry",
    "113039": "Data Retention Policy Expired",
}
"""Titles, of the scheme DCM, that make a Key Object Selection a rejection note (PS3.16: CID 7010)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectionNote:
    """Which instances are rejected, and why."""

    sopInstanceUID: str
    """Of the note itself."""
    title: str
    """Code, such as `113037`."""
    rejected: frozenset[tuple[str, str]]
    """Study and SOP Instance UID of each instance that its evidence names."""

    @property
    def reason(self) -> str:
        """For people."""
        return f"{REJECTION_TITLES[self.title]} ({self.title}, DCM), note '{self.sopInstanceUID}'"


def rejection_in(instance: DicomJson) -> RejectionNote | None:
    """The rejection note that an object is; None for any other object."""
    if text(instance, "SOPClassUID") != KEY_OBJECT_SELECTION:
        return None
    titles = (
        text(code, "CodeValue")
        for code in items(instance, "ConceptNameCodeSequence")
        if text(code, "CodingSchemeDesignator") == "DCM"
    )
    title = next((code for code in titles if code in REJECTION_TITLES), None)
    if title is None:
        return None
    return RejectionNote(
        sopInstanceUID=text(instance, "SOPInstanceUID") or "",
        title=title,
        rejected=frozenset(_evidence(instance)),
    )


def _evidence(note: DicomJson) -> Iterator[tuple[str, str]]:
    for study in items(note, "CurrentRequestedProcedureEvidenceSequence"):
        for series in items(study, "ReferencedSeriesSequence"):
            for reference in items(series, "ReferencedSOPSequence"):
                yield text(study, "StudyInstanceUID") or "", text(reference, "ReferencedSOPInstanceUID") or ""
