"""Frames of stored objects: as they are stored, or as octets without compression.

What is not compressed stays in its file: a frame is a stretch of it. What is compressed is decoded by what
the DICOM library finds installed, one frame at a time.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, Final, Literal

from pydicom.dataset import Dataset
from pydicom.encaps import generate_frames
from pydicom.pixels.decoders.base import get_decoder

from xdsi_sim.content import BytesContent, Content, SliceContent
from xdsi_sim.dicom import part10
from xdsi_sim.dicom.errors import CannotDecode, NoPixels
from xdsi_sim.dicom.json_model import bulk_value
from xdsi_sim.dicom.transfer_syntax import DEFLATED, EXPLICIT_BIG_ENDIAN, NATIVE

__all__ = ["Pixels", "open_pixels"]

_KINDS: Final = (0x7FE00010, 0x7FE00009, 0x7FE00008)  # integers, doubles, floats
_SHORT_HEADER: Final = 8
_LONG_HEADER: Final = 12


@dataclass(frozen=True, slots=True)
class Pixels:
    """The pixels of one object."""

    content: Content
    """The whole object."""
    header: Dataset
    """What stands before the pixels."""
    value: Content
    """The value of the pixel data; of compressed ones with its items, which begin with the offset table."""

    @property
    def syntax(self) -> str:
        """In which the object is stored."""
        return str(self.header.file_meta.TransferSyntaxUID)

    @property
    def compressed(self) -> bool:
        """Whether frames have to be decoded."""
        return self.syntax not in NATIVE

    @property
    def count(self) -> int:
        """Number of frames."""
        try:
            return int(self.header.get("NumberOfFrames") or 1)
        except ValueError:  # archives hold such
            return 1

    def stored(self, numbers: Iterable[int]) -> list[Content]:
        """Frames as they are stored; raises CannotDecode where they cannot be told apart."""
        if not self.compressed:
            return [self._stretch(number) for number in numbers]
        wanted = list(numbers)
        try:
            with self.value.open() as source:
                frames = _picked(generate_frames(source, number_of_frames=self.count), wanted)
                return [BytesContent(frames[number]) for number in wanted]
        except Exception as error:  # the parser answers broken bytes with whatever went wrong inside it
            raise CannotDecode(f"the frames cannot be told apart: {error}") from error

    def decoded(self, numbers: Iterable[int]) -> list[Content]:
        """Frames without compression, little endian; raises CannotDecode."""
        if not self.compressed:
            return self.stored(numbers)
        dataset = part10.read(self.content)
        try:
            decoder = get_decoder(self.syntax)
            return [self._by_pixel(*decoder.as_buffer(dataset, index=number - 1)) for number in numbers]
        except Exception as error:  # decoders are foreign, and each has its own way to fail
            raise CannotDecode(f"transfer syntax {self.syntax} cannot be decoded here: {error}") from error

    def _by_pixel(self, buffer: bytes | bytearray | memoryview, told: Mapping[str, Any]) -> Content:
        """Samples in the order that the object tells of: some decoders give each colour by itself."""
        data = bytes(buffer)
        samples = int(self.header.get("SamplesPerPixel") or 1)
        if (
            told.get("planar_configuration") != 1
            or samples == 1
            or self.header.get("PlanarConfiguration") == 1
        ):
            return BytesContent(data)
        octets = self.header.BitsAllocated // 8
        plane = len(data) // samples
        mixed = bytearray(len(data))
        for sample in range(samples):
            for octet in range(octets):
                start = sample * plane + octet
                mixed[sample * octets + octet :: samples * octets] = data[
                    start : (sample + 1) * plane : octets
                ]
        return BytesContent(bytes(mixed))

    def _stretch(self, number: int) -> Content:
        bits = self._bits
        first = (number - 1) * bits
        if bits % 8 == 0:
            return _slice(self.value, first // 8, bits // 8)
        with self.value.open() as source:  # frames of single bits do not begin at octets
            packed = int.from_bytes(source.read(), "little") >> first
        octets = (bits + 7) // 8
        return BytesContent((packed & ((1 << bits) - 1)).to_bytes(octets, "little"))

    @property
    def _bits(self) -> int:
        """Of a frame."""
        header = self.header
        samples = int(header.get("SamplesPerPixel") or 1)
        if header.get("PhotometricInterpretation") == "YBR_FULL_422":
            samples = 2  # two pixels share their colour
        return int(header.Rows * header.Columns * header.BitsAllocated * samples)


def open_pixels(content: Content) -> Pixels:
    """The pixels of an object; raises NoPixels where it has none, NotDicom."""
    with content.open() as opened:
        source = io.BufferedReader(opened) if isinstance(opened, io.RawIOBase) else opened
        header = part10.read_header_from(source)
        in_memory = str(header.file_meta.TransferSyntaxUID) in (DEFLATED, EXPLICIT_BIG_ENDIAN)
        start, length = (0, 0) if in_memory else _value_at(source, header)
    if not all(header.get(keyword) for keyword in ("Rows", "Columns", "BitsAllocated")):
        raise NoPixels("the object does not say how many pixels it has")
    if in_memory:
        return Pixels(content, header, _value_of(part10.read(content)))
    return Pixels(content, header, SliceContent(content, start, min(length, content.size - start)))


def _value_at(source: BinaryIO, header: Dataset) -> tuple[int, int]:
    """Where the value begins that the reader stands before, and its length; raises NoPixels at the end."""
    implicit, little = header.original_encoding
    order: Literal["little", "big"] = "little" if little else "big"
    start = source.tell()
    head = source.read(_LONG_HEADER)
    if len(head) < _SHORT_HEADER:
        raise NoPixels("the object has no pixel data")
    long = not implicit and head[4:6] in (b"OB", b"OW", b"OF", b"OD", b"UN")
    if implicit or not long:
        return start + _SHORT_HEADER, int.from_bytes(head[4:8], "little")
    return start + _LONG_HEADER, int.from_bytes(head[8:12], order)


def _value_of(dataset: Dataset) -> Content:
    """The value in memory: of what is deflated, or has its octets in another order."""
    for tag in _KINDS:
        if tag in dataset:
            return BytesContent(bulk_value(dataset, f"{tag:08X}") or b"")
    raise NoPixels("the object has no pixel data")


def _picked(frames: Iterator[bytes], wanted: list[int]) -> dict[int, bytes]:
    """Those frames that are wanted, without reading on behind the last of them."""
    last = max(wanted, default=0)
    numbered = zip(range(1, last + 1), frames, strict=False)
    return {number: frame for number, frame in numbered if number in wanted}


def _slice(value: Content, start: int, size: int) -> Content:
    if start + size > value.size:
        raise CannotDecode("the pixel data are shorter than their frames")
    if isinstance(value, SliceContent):
        return SliceContent(value.source, value.offset + start, size)
    return SliceContent(value, start, size)
