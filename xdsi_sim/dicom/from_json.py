"""From the DICOM JSON model to a file: the way back of `json_model` (PS3.18: Annex F)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import UID

from xdsi_sim.dicom import part10
from xdsi_sim.dicom.attributes import DicomJson
from xdsi_sim.dicom.errors import NotDicom
from xdsi_sim.dicom.transfer_syntax import EXPLICIT_LITTLE_ENDIAN, NATIVE

__all__ = ["BulkValue", "to_file"]

_NOT_OF_THE_OBJECT: Final = frozenset({"00083002", "00080005"})
"""What a document says of itself."""
_UTF_8: Final = "ISO_IR 192"


@dataclass(frozen=True, slots=True)
class BulkValue:
    """What a BulkDataURI stands for."""

    data: bytes
    syntax: str = EXPLICIT_LITTLE_ENDIAN
    """Transfer syntax that it is encoded in."""


def to_file(attributes: DicomJson, bulk: Callable[[str], BulkValue | None]) -> bytes:
    """A Part 10 file; compressed pixels are one frame. Raises NotDicom where it cannot be made.

    `bulk` gives what a BulkDataURI stands for, None where it stands for nothing.
    """
    syntax, encoded = EXPLICIT_LITTLE_ENDIAN, False

    def value_of(_tag: str, _vr: str, uri: str) -> bytes:
        """The octets of a bulk value; those of compressed pixels settle the transfer syntax of the file."""
        nonlocal syntax, encoded
        value = bulk(uri)
        if value is None:
            raise NotDicom(f"no part has the Content-Location {uri[:200]}")
        if value.syntax in NATIVE:
            return value.data
        syntax, encoded = value.syntax, True
        return encapsulate([value.data])

    try:
        dataset = Dataset.from_json(_of_the_object(attributes), value_of)
        dataset.SpecificCharacterSet = _UTF_8
        if encoded:
            dataset["PixelData"].is_undefined_length = True
            dataset["PixelData"].VR = "OB"
        return part10.write(dataset, UID(syntax))
    except NotDicom:
        raise
    except Exception as error:  # the library answers what is no DICOM JSON with whatever goes wrong inside it
        raise NotDicom(f"cannot be read as DICOM JSON: {error}") from error


def _of_the_object(attributes: DicomJson) -> dict[str, Any]:
    if not isinstance(attributes, Mapping):
        raise NotDicom("an item of the JSON array is no object")
    return {
        tag: value
        for tag, value in attributes.items()
        if tag not in _NOT_OF_THE_OBJECT and not tag.startswith("0002")
    }
