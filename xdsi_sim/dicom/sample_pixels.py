"""Real pixels for the samples, copied out of files that pydicom ships.

The rows of every next image are rolled a little further, so that no two images of a sample have the
same bytes and a mix-up cannot go unseen.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import pydicom
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset

__all__ = ["Pixels", "shipped", "shipped_file"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pixels:
    """The Image Pixel module of a file (PS3.3: C.7.6.3) and the bytes that go with it."""

    rows: int
    columns: int
    octets: int
    """Per pixel."""
    bits_stored: int
    signed: bool
    photometric: str
    data: bytes

    def rolled(self, number: int) -> bytes:
        """The bytes with the rows moved up by `number`; what leaves at the top comes in at the bottom."""
        cut = (number % self.rows) * self.columns * self.octets
        return self.data[cut:] + self.data[:cut]

    def enlarged(self, factor: int) -> Pixels:
        """Each pixel repeated `factor` times in both directions."""
        width = self.columns * self.octets
        lines = (self.data[start : start + width] for start in range(0, len(self.data), width))
        wide = (
            b"".join(line[at : at + self.octets] * factor for at in range(0, width, self.octets))
            for line in lines
        )
        return Pixels(
            rows=self.rows * factor,
            columns=self.columns * factor,
            octets=self.octets,
            bits_stored=self.bits_stored,
            signed=self.signed,
            photometric=self.photometric,
            data=b"".join(line * factor for line in wide),
        )

    def describe(self, dataset: Dataset) -> None:
        """Set the Image Pixel attributes, but for the pixels themselves."""
        dataset.SamplesPerPixel = 1
        dataset.PhotometricInterpretation = self.photometric
        dataset.Rows = self.rows
        dataset.Columns = self.columns
        dataset.BitsAllocated = self.octets * 8
        dataset.BitsStored = self.bits_stored
        dataset.HighBit = self.bits_stored - 1
        dataset.PixelRepresentation = int(self.signed)


@cache
def shipped(name: str) -> Pixels:
    """Pixels of a single-frame grey image, from a file inside the pydicom package; nothing is fetched."""
    image = shipped_file(name)
    return Pixels(
        rows=image.Rows,
        columns=image.Columns,
        octets=image.BitsAllocated // 8,
        bits_stored=image.BitsStored,
        signed=bool(image.PixelRepresentation),
        photometric=image.PhotometricInterpretation,
        data=image.PixelData,
    )


def shipped_file(name: str) -> pydicom.FileDataset:
    """A data set from a file inside the pydicom package; raises FileNotFoundError without it."""
    path = get_testdata_file(name, download=False)
    if not path:
        raise FileNotFoundError(f"the installed pydicom does not ship {name}")
    return pydicom.dcmread(str(path))
