"""CT studies of any size, quickly: one file of a scanner, made unique by replacing marks in its head."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

__all__ = ["CtStudy", "upload"]

_STUDY: Final = "1000000000000007"
_SLICE: Final = "90007"
_NAME: Final = "Mark^0000000000000009"
_SIDE: Final = 512
_SMALL: Final = 8


@dataclass(frozen=True)
class CtStudy:
    """A study with one series of slices, 512 pixels a side, or 8 where it is `small`."""

    number: str
    slices: int
    small: bool = False

    @classmethod
    def fresh(cls, slices: int, *, small: bool = False) -> CtStudy:
        """One that nobody has."""
        return cls(f"1{uuid.uuid4().int % 10**15:015d}", slices, small)

    @property
    def study(self) -> str:
        """Study Instance UID."""
        return f"2.999.7.1.{self.number}"

    @property
    def series(self) -> str:
        """Series Instance UID."""
        return f"2.999.7.2.{self.number}"

    def sop(self, place: int) -> str:
        """SOP Instance UID of a slice, from 0."""
        return f"2.999.7.3.{self.number}.{10000 + place}"

    def files(self) -> Iterator[bytes]:
        """Each slice as a DICOM file."""
        head, pixels = _template(_SMALL if self.small else _SIDE)
        name = f"Name^{int(self.number) * 7919 % 10**16:016d}"
        for place in range(self.slices):
            own = head.replace(_STUDY.encode(), self.number.encode())
            own = own.replace(_SLICE.encode(), str(10000 + place).encode())
            yield own.replace(_NAME.encode(), name.encode()) + pixels


def upload(*studies: CtStudy) -> tuple[str, bytes]:
    """Content-Type and body of a STOW-RS request with all slices."""
    boundary = uuid.uuid4().hex
    head = f"--{boundary}\r\nContent-Type: application/dicom\r\n\r\n".encode()
    body = b"".join(head + file + b"\r\n" for study in studies for file in study.files())
    media_type = f'multipart/related; type="application/dicom"; boundary={boundary}'
    return media_type, body + f"--{boundary}--\r\n".encode()


@cache
def _template(side: int) -> tuple[bytes, bytes]:
    """Head and pixels of the file."""
    import pydicom  # noqa: PLC0415  not all figures need it
    from pydicom.data import get_testdata_file  # noqa: PLC0415

    from xdsi_sim.dicom import part10  # noqa: PLC0415

    dataset: Any = pydicom.dcmread(str(get_testdata_file("CT_small.dcm")))
    pixels = (bytes(range(251)) * (side * side * 2 // 251 + 1))[: side * side * 2]
    dataset.Rows = dataset.Columns = side
    dataset.PatientID, dataset.PatientName = _STUDY, _NAME
    dataset.AccessionNumber = _STUDY
    dataset.StudyInstanceUID = f"2.999.7.1.{_STUDY}"
    dataset.SeriesInstanceUID = f"2.999.7.2.{_STUDY}"
    dataset.SOPInstanceUID = f"2.999.7.3.{_STUDY}.{_SLICE}"
    dataset.InstanceNumber = _SLICE
    dataset.PixelData = pixels
    for tag in [element.tag for element in dataset if element.tag > 0x7FE00010]:
        del dataset[tag]
    data = part10.write(dataset)
    return data[: -len(pixels)], pixels
