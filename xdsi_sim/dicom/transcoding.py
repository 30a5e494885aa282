"""One object in another transfer syntax: native ones into each other, compressed ones into native ones.

Pixel values and identifiers stay what they are; nothing is compressed here, so nothing is lost.
Decoding needs the extra `xdsi-sim[transcoding]`. Memory holds one object at most, and of one that only
changes between little endian syntaxes not even its pixels.
"""

from __future__ import annotations

import array
import io
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset, FileDataset
from pydicom.pixels.decoders.base import get_decoder

from xdsi_sim.content import Content, FileContent, SliceContent
from xdsi_sim.dicom import part10
from xdsi_sim.dicom.errors import CannotDecode, DicomError
from xdsi_sim.dicom.transfer_syntax import EXPLICIT_BIG_ENDIAN, EXPLICIT_LITTLE_ENDIAN, NATIVE

__all__ = ["transcode"]

_LARGE: Final = 1 << 20
"""Octets above which a value is copied from file to file."""
_PIXELS: Final = 0x7FE00010
_WORDS: Final = {"OW": "H", "OF": "I", "OL": "I", "OD": "Q", "OV": "Q"}
_PIXEL_WORDS: Final = {32: "I", 64: "Q"}
"""Words of native pixels by BitsAllocated, where they are not those of the VR."""


def transcode(content: Content, to: str, target: Path) -> None:
    """Write the object of `content` to a new file in the native transfer syntax `to`.

    Raises CannotDecode where it cannot be decoded, or `to` is not native; NotDicom for what is no
    DICOM. Either way there is no file then.
    """
    if to not in NATIVE:
        raise CannotDecode(f"nothing is compressed here, so not into {to}")
    try:
        with ExitStack() as opened, target.open("xb") as file:
            part10.write_to(file, _native(content, to, opened), to)
    except BaseException as error:
        target.unlink(missing_ok=True)
        if isinstance(error, DicomError | OSError) or not isinstance(error, Exception):
            raise
        # archives hold values that no writer takes
        raise CannotDecode(f"it cannot be written in {to}: {error}") from error


def _native(content: Content, to: str, opened: ExitStack) -> Dataset:
    """The data set with its values in the byte order of `to`."""
    if isinstance(content, FileContent):
        dataset = part10.read_file(content.path, defer=_LARGE)
    else:
        dataset = part10.read(content)
    syntax = str(dataset.file_meta.TransferSyntaxUID)
    if syntax not in NATIVE:
        _decode(dataset, syntax)
        syntax = EXPLICIT_LITTLE_ENDIAN
    if (syntax == EXPLICIT_BIG_ENDIAN) is not (to == EXPLICIT_BIG_ENDIAN):
        _swap(dataset)
    elif isinstance(content, FileContent):
        _leave_in_file(dataset, content, opened)
    return dataset


def _decode(dataset: FileDataset, syntax: str) -> None:
    if "PixelData" not in dataset:  # an object without pixels is encoded as Explicit VR LE all the same
        return
    try:
        if not get_decoder(syntax).is_available:
            raise CannotDecode(f"no decoder of {syntax} is installed: xdsi-sim[transcoding] brings it")
    except NotImplementedError:
        raise CannotDecode(f"there is no decoder of {syntax}") from None
    try:
        # a lossless step makes no new object (PS3.3: C.12.1.1)
        dataset.decompress(generate_instance_uid=False)
    except Exception as error:  # decoders answer broken bytes with whatever went wrong inside them
        raise CannotDecode(f"its pixels cannot be decoded from {syntax}: {error}") from error


# --- large values -----------------------------------------------------------------------------


def _leave_in_file(dataset: FileDataset, content: FileContent, opened: ExitStack) -> None:
    """Have large pixels copied while the data set is written, instead of reading them before."""
    raw = dataset.get_item(_PIXELS, keep_deferred=True) if _PIXELS in dataset else None
    if isinstance(raw, RawDataElement) and raw.value is None:
        pixels = SliceContent(content, raw.value_tell, raw.length)
        source = io.BufferedReader(opened.enter_context(pixels.open()))
        dataset[_PIXELS] = DataElement(_PIXELS, raw.VR or "OW", source)


# --- byte order -------------------------------------------------------------------------------


def _swap(dataset: Dataset) -> None:
    """Turn the words of binary values; numbers are values, and the writer sees to them."""
    for holder, element in _elements(dataset):
        words = _WORDS.get(element.VR)
        if element.tag == _PIXELS and words:
            words = _PIXEL_WORDS.get(holder.get("BitsAllocated", 0), words)
        if words and element.value:
            element.value = _swapped(element.value, words)


def _elements(dataset: Dataset) -> Iterator[tuple[Dataset, DataElement]]:
    """All elements, those of nested data sets too, each with the data set that it stands in."""
    for element in dataset:
        if element.VR == "SQ":
            for item in element.value:
                yield from _elements(item)
        else:
            yield dataset, element


def _swapped(value: bytes, words: str) -> bytes:
    turned = array.array(words, value)
    turned.byteswap()
    return turned.tobytes()
