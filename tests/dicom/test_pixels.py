from __future__ import annotations

import io
from pathlib import Path

import pydicom
import pytest
from a_dicomweb import shipped, undecodable

from xdsi_sim.content import BytesContent, FileContent, SliceContent, read_all
from xdsi_sim.dicom.errors import CannotDecode, NoPixels
from xdsi_sim.dicom.pixels import open_pixels


def frames(name: str, kind: str = "decoded") -> list[bytes]:
    pixels = open_pixels(FileContent.of(shipped(name)))
    return [read_all(content) for content in getattr(pixels, kind)(range(1, pixels.count + 1))]


@pytest.mark.parametrize(
    "name",
    [
        "CT_small.dcm",
        "MR_small_implicit.dcm",
        "MR_small_bigendian.dcm",
        "MR_small_RLE.dcm",
        "MR_small_jp2klossless.dcm",
        "image_dfl.dcm",
        "rtdose.dcm",
        "rtdose_rle.dcm",
        "SC_rgb_rle_16bit_2frame.dcm",
        "SC_rgb_small_odd.dcm",
        "examples_palette.dcm",
    ],
)
def test_decoded_frames_are_the_pixels(name: str) -> None:
    array = pydicom.dcmread(shipped(name)).pixel_array
    assert b"".join(frames(name)) == array.astype(array.dtype.newbyteorder("<")).tobytes()


@pytest.mark.parametrize(
    ("name", "count"), [("rtdose.dcm", 15), ("examples_ybr_color.dcm", 30), ("badVR.dcm", 1)]
)
def test_frames_are_counted(name: str, count: int) -> None:
    assert open_pixels(FileContent.of(shipped(name))).count == count


def test_half_the_colours_of_a_frame_are_told_once() -> None:
    (frame,) = frames("SC_ybr_full_422_uncompressed.dcm")
    assert len(frame) == 100 * 100 * 2


def test_what_is_not_compressed_stays_in_its_file() -> None:
    pixels = open_pixels(FileContent.of(shipped("rtdose.dcm")))
    assert all(isinstance(content, SliceContent) for content in pixels.stored([1, 15]))


def test_single_bits_are_packed_anew_for_each_frame() -> None:
    dataset = pydicom.dcmread(shipped("liver_1frame.dcm"))
    dataset.Rows, dataset.Columns, dataset.NumberOfFrames = 3, 3, 2
    dataset.PixelData = bytes([0b10110101, 0b11001011, 0b00000001, 0])
    target = io.BytesIO()
    dataset.save_as(target)
    pixels = open_pixels(BytesContent(target.getvalue()))
    assert [read_all(content) for content in pixels.stored([1, 2])] == [
        bytes([0b10110101, 1]),
        bytes([0b11100101, 0]),
    ]


@pytest.mark.parametrize("name", ["waveform_ecg.dcm", "rtplan.dcm", "reportsi.dcm"])
def test_an_object_without_an_image_has_no_pixels(name: str) -> None:
    with pytest.raises(NoPixels):
        open_pixels(FileContent.of(shipped(name)))


def test_what_cannot_be_decoded_is_told(tmp_path: Path) -> None:
    with pytest.raises(CannotDecode, match="shorter than their frames"):
        frames("MR_truncated.dcm")
    with pytest.raises(CannotDecode, match="cannot be decoded here"):
        open_pixels(FileContent.of(undecodable(tmp_path))).decoded([1])


def test_frames_that_cannot_be_told_apart_are_told() -> None:
    dataset = pydicom.dcmread(shipped("SC_rgb_rle_2frame.dcm"))
    dataset.NumberOfFrames = 3
    target = io.BytesIO()
    dataset.save_as(target)
    with pytest.raises(CannotDecode, match="told apart"):
        open_pixels(BytesContent(target.getvalue())).stored([1, 2, 3])
