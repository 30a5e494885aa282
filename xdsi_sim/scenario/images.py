"""Images as scenarios compare them: by SOP Instance UID and content."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from xdsi_sim.content import Content, sha1_of

__all__ = ["Image", "digest_of", "image_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """An instance that was loaded, or that arrived."""

    sopInstanceUID: str
    """As the instance itself says."""
    sha1: str
    size: int


def image_of(content: Content) -> Image:
    """What a DICOM file is; raises DicomError where it is none."""
    from xdsi_sim.dicom.part10 import read_header  # noqa: PLC0415  brings pydicom

    return Image(
        sopInstanceUID=str(read_header(content).SOPInstanceUID), sha1=sha1_of(content), size=content.size
    )


def digest_of(images: Iterable[Image]) -> str:
    """One hash of all of them, in whatever order: equal where UIDs and bytes are, in whatever run."""
    told = sorted(f"{image.sopInstanceUID} {image.sha1}\n" for image in images)
    return sha256("".join(told).encode()).hexdigest()
