"""Images as scenarios compare them: by SOP Instance UID and content."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from xdsi_sim.content import Content, sha1_of
from xdsi_sim.scenario.stage import StepFailed

__all__ = ["Image", "digest_of", "image_of", "images_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """An instance that was loaded, or that arrived; all but hash and size is as the instance itself says."""

    sopInstanceUID: str
    sha1: str
    size: int
    studyInstanceUID: str = ""
    seriesInstanceUID: str = ""
    transferSyntaxUID: str = ""
    patientID: str = ""


def image_of(content: Content) -> Image:
    """What a DICOM file is; raises DicomError where it is none."""
    from xdsi_sim.dicom.part10 import read_header  # noqa: PLC0415  brings pydicom

    header = read_header(content)
    return Image(
        sopInstanceUID=str(header.SOPInstanceUID),
        sha1=sha1_of(content),
        size=content.size,
        studyInstanceUID=str(header.StudyInstanceUID),
        seriesInstanceUID=str(header.SeriesInstanceUID),
        transferSyntaxUID=str(header.file_meta.get("TransferSyntaxUID", "")),
        patientID=str(header.get("PatientID") or ""),
    )


def images_of(contents: Iterable[Content]) -> tuple[Image, ...]:
    """The same of all that somebody has sent; raises StepFailed where one is no DICOM file."""
    from xdsi_sim.dicom.errors import DicomError  # noqa: PLC0415

    images = []
    for number, content in enumerate(contents, start=1):
        try:
            images.append(image_of(content))
        except DicomError as error:
            raise StepFailed(f"number {number} of what came is no DICOM file: {error}") from error
    return tuple(images)


def digest_of(images: Iterable[Image]) -> str:
    """One hash of all of them, in whatever order: equal where UIDs and bytes are, in whatever run."""
    told = sorted(f"{image.sopInstanceUID} {image.sha1}\n" for image in images)
    return sha256("".join(told).encode()).hexdigest()
