"""Document titles of Key Object Selections: what makes one a manifest, or a note of another kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from xdsi_sim.dicom.coded import CodedEntry

__all__ = [
    "MANIFEST_TITLES",
    "NOTE_TITLES",
    "PROFILE_TITLES",
    "REJECTION_TITLES",
    "TITLE_MODIFIERS",
    "TRIAL_TITLE",
    "ManifestProfile",
]

ManifestProfile = Literal["xds-i", "mado"]
"""XDS-I's own manifest, or that of MADO, which describes what it lists."""


def _titles(*rows: tuple[str, str]) -> Mapping[str, CodedEntry]:
    return {value: CodedEntry(value, "DCM", meaning) for value, meaning in rows}


TRIAL_TITLE: Final = CodedEntry("MADOTEMP001", "99IHE", "Manifest with Description")
"""What stood for 131560 in the first trial edition of MADO; readers take both."""

MANIFEST_TITLES: Final = {
    **_titles(("113030", "Manifest"), ("131560", "Manifest with Description")),
    TRIAL_TITLE.value: TRIAL_TITLE,
}
"""Titles that make a Key Object Selection a manifest (RAD TF: 4.68; RAD MADO)."""

PROFILE_TITLES: Final[Mapping[ManifestProfile, CodedEntry]] = {
    "xds-i": MANIFEST_TITLES["113030"],
    "mado": MANIFEST_TITLES["131560"],
}
"""What a writer of each profile puts down."""

NOTE_TITLES: Final = _titles(  # PS3.16: CID 7010
    ("113000", "Of Interest"),
    ("113001", "Rejected for Quality Reasons"),
    ("113002", "For Referring Provider"),
    ("113003", "For Surgery"),
    ("113004", "For Teaching"),
    ("113005", "For Conference"),
    ("113006", "For Therapy"),
    ("113007", "For Patient"),
    ("113008", "For Peer Review"),
    ("113009", "For Research"),
    ("113010", "Quality Issue"),
    ("113013", "Best In Set"),
    ("113018", "For Printing"),
    ("113020", "For Report Attachment"),
    ("113021", "For Litigation"),
    ("113022", "Collection of Presentation States"),
    ("113031", "Signed Manifest"),
    ("113032", "Complete Study Content"),
    ("113033", "Signed Complete Study Content"),
    ("113034", "Complete Acquisition Content"),
    ("113035", "Signed Complete Acquisition Content"),
    ("113036", "Group of Frames for Display"),
    ("113037", "Rejected for Patient Safety Reasons"),
    ("113038", "Incorrect Modality Worklist Entry"),
    ("113039", "Data Retention Policy Expired"),
)
"""The other titles: a reader takes what has one of them for no manifest."""

REJECTION_TITLES: Final = frozenset({"113001", "113037", "113038", "113039"})
"""Those whose images are not to be seen any more: for quality or safety, of another patient, too old."""

_QUALITY: Final = _titles(  # PS3.16: CID 7011
    ("111207", "Image artifact(s)"),
    ("111208", "Grid artifact(s)"),
    ("111209", "Positioning"),
    ("111210", "Motion blur"),
    ("111211", "Under exposed"),
    ("111212", "Over exposed"),
    ("111213", "No image"),
    ("111214", "Detector artifact(s)"),
    ("111215", "Artifact(s) other than grid or detector artifact"),
    ("111216", "Mechanical failure"),
    ("111217", "Electrical failure"),
    ("111218", "Software failure"),
    ("111219", "Inappropriate image processing"),
    ("111220", "Other failure"),
    ("111221", "Unknown failure"),
    ("113026", "Double exposure"),
)
_BEST: Final = _titles(  # PS3.16: CID 7012
    ("113014", "Study"),
    ("113015", "Series"),
    ("113016", "Performed Procedure Step"),
    ("113017", "Stage-View"),
)

TITLE_MODIFIERS: Final[Mapping[str, Mapping[str, CodedEntry]]] = {
    "113001": _QUALITY,
    "113010": _QUALITY,
    "113013": _BEST,
}
"""By title, the modifiers of which it needs one (PS3.16: TID 2010)."""
