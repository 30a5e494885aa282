"""Objects in another transfer syntax: Explicit VR Little Endian, which everybody can read."""

from __future__ import annotations

from pydicom.dataset import FileDataset

from xdsi_sim.content import Content
from xdsi_sim.dicom import part10
from xdsi_sim.dicom.errors import CannotDecode, DicomError
from xdsi_sim.dicom.json_model import bulk_value
from xdsi_sim.dicom.syntaxes import NATIVE

__all__ = ["to_explicit_little_endian"]

_PIXEL_DATA = "7FE00010"


def to_explicit_little_endian(content: Content) -> bytes:
    """The object with pixels that are not compressed; its UIDs stay. Raises CannotDecode, NotDicom."""
    dataset = part10.read(content)
    try:
        _decode(dataset)
        return part10.write(dataset)
    except DicomError:
        raise
    except Exception as error:  # decoders are foreign, and each has its own way to fail
        syntax = dataset.file_meta.TransferSyntaxUID
        raise CannotDecode(f"transfer syntax {syntax} cannot be decoded here: {error}") from error


def _decode(dataset: FileDataset) -> None:
    if "PixelData" not in dataset:
        return
    if dataset.file_meta.TransferSyntaxUID not in NATIVE:
        dataset.decompress(generate_instance_uid=False)
    elif dataset.original_encoding[1] is False:
        dataset["PixelData"].value = bulk_value(dataset, _PIXEL_DATA)
