from __future__ import annotations

import pytest
from pydicom.dataset import Dataset

from xdsi_sim.dicom.sample_pixels import Pixels, shipped

SMALL = Pixels(
    rows=2, columns=2, octets=2, bits_stored=12, signed=False, photometric="MONOCHROME2", data=b"aabbccdd"
)


@pytest.mark.parametrize(("number", "data"), [(0, b"aabbccdd"), (1, b"ccddaabb"), (2, b"aabbccdd")])
def test_rows_are_rolled(number: int, data: bytes) -> None:
    assert SMALL.rolled(number) == data


def test_pixels_are_enlarged_in_both_directions() -> None:
    large = SMALL.enlarged(2)
    assert (large.rows, large.columns, large.data) == (4, 4, b"aaaabbbb" * 2 + b"ccccdddd" * 2)


def test_the_description_fits_the_bytes() -> None:
    dataset, pixels = Dataset(), shipped("CT_small.dcm")
    pixels.describe(dataset)
    assert dataset.Rows * dataset.Columns * dataset.BitsAllocated // 8 == len(pixels.data)


def test_a_file_that_is_not_shipped_is_not_fetched() -> None:
    with pytest.raises(FileNotFoundError, match=r"no_such\.dcm"):
        shipped("no_such.dcm")
