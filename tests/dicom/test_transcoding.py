from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from a_peak import peak_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset

from xdsi_sim.content import BytesContent, FileContent
from xdsi_sim.dicom import part10, transcoding
from xdsi_sim.dicom.errors import CannotDecode, NotDicom
from xdsi_sim.dicom.transcoding import transcode
from xdsi_sim.dicom.transfer_syntax import (
    DEFLATED,
    EXPLICIT_BIG_ENDIAN,
    EXPLICIT_LITTLE_ENDIAN,
    IMPLICIT_LITTLE_ENDIAN,
    NATIVE,
)
from xdsi_sim.ids import new_token

BIT_DEPTHS = {8: np.uint8, 16: np.uint16, 32: np.uint32}
SAMPLES = (  # pydicom brings them along: one of each native syntax, and each compression that can be decoded
    "MR_small.dcm",
    "MR_small_implicit.dcm",
    "MR_small_expb.dcm",
    "image_dfl.dcm",
    "rtdose_1frame.dcm",
    "rtdose_expb_1frame.dcm",
    "SC_rgb_small_odd.dcm",
    "SC_rgb_small_odd_big_endian.dcm",
    "examples_palette.dcm",
    "liver_expb_1frame.dcm",
    "MR_small_RLE.dcm",
    "SC_rgb_rle_2frame.dcm",
    "SC_rgb_rle_16bit.dcm",
    "MR_small_jp2klossless.dcm",
    "MR_small_jpeg_ls_lossless.dcm",
    "SC_rgb_jpeg_gdcm.dcm",
    "SC_rgb_jpeg_dcmtk.dcm",
    "examples_jpeg2k.dcm",
    "test-SR.dcm",
    "reportsi_with_empty_number_tags.dcm",
    "waveform_ecg.dcm",
)
NEED_A_DECODER = {"MR_small_jp2klossless.dcm", "MR_small_jpeg_ls_lossless.dcm", "SC_rgb_jpeg_gdcm.dcm"}
IDENTIFIERS = ("PatientID", "PatientName", "StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")


def sample(name: str) -> Path:
    return Path(str(get_testdata_file(name)))


def transcoded(path: Path, to: str, folder: Path) -> Any:
    target = folder / "transcoded.dcm"
    target.unlink(missing_ok=True)
    transcode(FileContent.of(path), to, target)
    return pydicom.dcmread(io.BytesIO(target.read_bytes()))


@pytest.mark.parametrize("to", sorted(NATIVE))
@pytest.mark.parametrize("name", SAMPLES)
def test_pixels_and_identifiers_stay_what_they_are(
    name: str, to: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name in NEED_A_DECODER:
        pytest.importorskip("gdcm", reason="the extra xdsi-sim[transcoding] is not installed")
    monkeypatch.setattr(transcoding, "_LARGE", 1000)  # so that pixels are copied from file to file
    before, after = pydicom.dcmread(sample(name)), transcoded(sample(name), to, tmp_path)
    assert after.file_meta.TransferSyntaxUID == to
    assert {name: after.get(name) for name in IDENTIFIERS} == {name: before.get(name) for name in IDENTIFIERS}
    assert after.file_meta.MediaStorageSOPInstanceUID == before.SOPInstanceUID
    if "PixelData" in before:
        assert np.array_equal(after.pixel_array, before.pixel_array)
    assert differences(before, after) == []


def differences(before: Dataset, after: Dataset) -> list[str]:
    """Public values that are not the same, but for pixels and how they are arranged."""
    arranged = {"PhotometricInterpretation", "PlanarConfiguration", "PixelData"}
    return [
        element.keyword
        for element in before
        if element.keyword not in {"", *arranged}
        and element.VR not in ("SQ", "OW")
        and element.tag.element != 0
        and after[element.tag].value != element.value
    ]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    bits=st.sampled_from(sorted(BIT_DEPTHS)),
    rows=st.integers(1, 5),
    columns=st.integers(1, 5),
    frames=st.integers(1, 3),
    way=st.lists(st.sampled_from(sorted(NATIVE)), min_size=1, max_size=4),
    seed=st.integers(0, 2**31),
)
def test_pixels_survive_any_way_through_native_syntaxes(
    tmp_path: Path, bits: int, rows: int, columns: int, frames: int, way: list[str], seed: int
) -> None:
    size = frames * rows * columns
    drawn = np.random.default_rng(seed).integers(0, 2**bits, size, dtype=np.uint64)
    pixels = drawn.astype(BIT_DEPTHS[bits])
    path = tmp_path / "start.dcm"
    path.write_bytes(part10.write(an_image(pixels, bits, rows, columns, frames)))
    for number, to in enumerate(way):
        following = tmp_path / f"{number}.dcm"
        following.unlink(missing_ok=True)
        transcode(FileContent.of(path), to, following)
        path = following
    assert np.array_equal(pydicom.dcmread(path).pixel_array.ravel(), pixels)


def an_image(pixels: Any, bits: int, rows: int, columns: int, frames: int) -> Dataset:
    dataset = Dataset()
    dataset.SOPClassUID, dataset.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.7", "2.999.4.3"
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = "2.999.4.1", "2.999.4.2"
    dataset.Rows, dataset.Columns, dataset.NumberOfFrames = rows, columns, frames
    dataset.BitsAllocated = dataset.BitsStored = bits
    dataset.HighBit, dataset.PixelRepresentation, dataset.SamplesPerPixel = bits - 1, 0, 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    data = pixels.tobytes()
    dataset.add_new("PixelData", "OW", data + b"\0" * (len(data) % 2))
    return dataset


def test_words_in_sequences_are_turned_too(tmp_path: Path) -> None:
    dataset = an_image(np.zeros(4, np.uint16), 16, 2, 2, 1)
    item = Dataset()
    item.add_new("RedPaletteColorLookupTableData", "OW", b"\x01\x02\x03\x04")
    dataset.add_new("IconImageSequence", "SQ", [item])
    (tmp_path / "icon.dcm").write_bytes(part10.write(dataset))
    big = transcoded(tmp_path / "icon.dcm", EXPLICIT_BIG_ENDIAN, tmp_path)
    assert big.IconImageSequence[0].RedPaletteColorLookupTableData == b"\x02\x01\x04\x03"


def test_large_pixels_never_come_into_memory(tmp_path: Path) -> None:
    path = tmp_path / "large.dcm"
    path.write_bytes(part10.write(an_image(np.arange(2**23, dtype=np.uint16), 16, 2048, 2048, 2)))
    transcoded(sample("MR_small.dcm"), IMPLICIT_LITTLE_ENDIAN, tmp_path)  # what is imported does not count
    enough = path.stat().st_size // 4

    def write() -> Path:
        target = tmp_path / new_token()
        transcode(FileContent.of(path), IMPLICIT_LITTLE_ENDIAN, target)
        return target

    target, most = peak_of(write, enough)
    assert most < enough
    assert np.array_equal(pydicom.dcmread(target).pixel_array, pydicom.dcmread(path).pixel_array)


def test_a_content_that_is_no_file_is_transcoded_as_well(tmp_path: Path) -> None:
    content = BytesContent(sample("MR_small.dcm").read_bytes())
    transcode(content, DEFLATED, tmp_path / "target.dcm")
    deflated = pydicom.dcmread(tmp_path / "target.dcm")
    assert np.array_equal(deflated.pixel_array, pydicom.dcmread(sample("MR_small.dcm")).pixel_array)


@pytest.mark.parametrize(
    ("name", "to", "error", "why"),
    [
        ("MR_small.dcm", "1.2.840.10008.1.2.5", CannotDecode, "nothing is compressed here"),
        ("no_meta.dcm", EXPLICIT_LITTLE_ENDIAN, NotDicom, "no 'DICM'"),
    ],
)
def test_what_cannot_be_transcoded_is_told_and_leaves_no_file(
    tmp_path: Path, name: str, to: str, error: type[Exception], why: str
) -> None:
    with pytest.raises(error, match=why):
        transcode(FileContent.of(sample(name)), to, tmp_path / "target.dcm")
    assert list(tmp_path.iterdir()) == []


def test_a_value_that_is_none_of_its_kind_is_told(tmp_path: Path) -> None:
    data = part10.write(an_image(np.zeros(4, np.uint16), 16, 2, 2, 1))
    rows = b"\x28\x00\x10\x00US\x02\x00"
    content = BytesContent(data.replace(rows, rows.replace(b"US", b"FL")))
    with pytest.raises(CannotDecode, match="cannot be written in"):
        transcode(content, EXPLICIT_BIG_ENDIAN, tmp_path / "target.dcm")
    assert list(tmp_path.iterdir()) == []


def a_compressed(syntax: str) -> BytesContent:
    """An object that says it is compressed; its one frame is nonsense."""
    dataset = an_image(np.zeros(4, np.uint8), 8, 2, 2, 1)
    item = b"\xfe\xff\x00\xe0"
    frame = item + (0).to_bytes(4, "little") + item + (4).to_bytes(4, "little") + b"\x01\x02\x03\x04"
    dataset.add_new("PixelData", "OB", frame)
    dataset["PixelData"].is_undefined_length = True
    return BytesContent(part10.write(dataset, syntax))


@pytest.mark.parametrize(
    ("syntax", "why"),
    [
        ("1.2.840.10008.1.2.5", "its pixels cannot be decoded"),
        ("1.2.840.10008.1.2.4.102", "there is no decoder of"),
        ("1.2.840.10008.1.2.4.93", "there is no decoder of|xdsi-sim.transcoding. brings it"),
    ],
)
def test_a_frame_that_nobody_can_decode_is_told(tmp_path: Path, syntax: str, why: str) -> None:
    with pytest.raises(CannotDecode, match=why):
        transcode(a_compressed(syntax), EXPLICIT_LITTLE_ENDIAN, tmp_path / "target.dcm")
    assert list(tmp_path.iterdir()) == []


def test_a_decoder_that_is_not_installed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Missing:
        is_available = False

    monkeypatch.setattr(transcoding, "get_decoder", lambda _uid: Missing())
    with pytest.raises(CannotDecode, match=r"xdsi-sim\[transcoding\] brings it"):
        transcode(FileContent.of(sample("MR_small_RLE.dcm")), EXPLICIT_LITTLE_ENDIAN, tmp_path / "target.dcm")
