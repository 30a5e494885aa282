"""What can be wrong with bytes or instances that should be DICOM.

Each class has a reader that treats it differently: a loader lists the file as broken, a store answers
a conflict, a consumer reports that what it fetched is no manifest.
"""

from __future__ import annotations

from xdsi_sim.errors import XdsiSimError

__all__ = [
    "CannotDecode",
    "ConflictingInstance",
    "DicomError",
    "NoMetaHeader",
    "NoPatientId",
    "NoPixels",
    "NotDicom",
    "NotKeyObjectSelection",
    "NotManifest",
    "NotOneStudy",
    "OtherStudy",
]


class DicomError(XdsiSimError):
    """Something is not the DICOM object it has to be; the message says what was found instead."""


class NotDicom(DicomError):
    """The bytes are no complete DICOM file with a meta header (PS3.10: 7.1)."""


class NoMetaHeader(NotDicom):
    """The bytes do not begin as a DICOM file does: they are something else, or lack the meta header."""


class NotKeyObjectSelection(DicomError):
    """A DICOM object of another SOP class where a Key Object Selection was expected."""


class NotManifest(DicomError):
    """A Key Object Selection whose title is none of an imaging manifest, for example a key image note."""


class NotOneStudy(DicomError):
    """Instances of no study, or of several, where those of one study were expected."""


class ConflictingInstance(DicomError):
    """Another object under a SOP Instance UID that is known already."""


class OtherStudy(DicomError):
    """An object of another study than the one that it was to be stored in."""

    def __init__(self, reason: str, *, sopClassUID: str, sopInstanceUID: str) -> None:
        super().__init__(reason)
        self.sopClassUID = sopClassUID
        self.sopInstanceUID = sopInstanceUID


class CannotDecode(DicomError):
    """Pixels that are broken, or compressed in a way for which nothing here has a decoder."""


class NoPixels(DicomError):
    """An object that has no image in it."""


class NoPatientId(DicomError):
    """No id of the patient is one of the affinity domain that metadata is made for."""
