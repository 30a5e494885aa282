from __future__ import annotations

import io
from pathlib import Path

import pydicom
import pytest
from a_dicomweb import shipped, undecodable

from xdsi_sim.content import BytesContent, FileContent
from xdsi_sim.dicom.errors import CannotDecode, NotDicom
from xdsi_sim.dicom.transcode import to_explicit_little_endian


@pytest.mark.parametrize(
    "name",
    [
        "MR_small_RLE.dcm",
        "MR_small_bigendian.dcm",
        "image_dfl.dcm",
        "MR_small_implicit.dcm",
        "rtplan.dcm",
        "rtdose_rle.dcm",
    ],
)
def test_the_object_stays_the_same(name: str) -> None:
    before = pydicom.dcmread(shipped(name))
    after = pydicom.dcmread(io.BytesIO(to_explicit_little_endian(FileContent.of(shipped(name)))))
    assert after.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.1"
    assert (after.SOPInstanceUID, after.StudyInstanceUID) == (before.SOPInstanceUID, before.StudyInstanceUID)
    assert "PixelData" not in before or (after.pixel_array == before.pixel_array).all()


def test_what_has_no_decoder_is_told(tmp_path: Path) -> None:
    with pytest.raises(CannotDecode, match=r"1\.2\.840\.10008\.1\.2\.4\.102"):
        to_explicit_little_endian(FileContent.of(undecodable(tmp_path)))


def test_what_is_no_dicom_is_told() -> None:
    with pytest.raises(NotDicom):
        to_explicit_little_endian(BytesContent(b"x"))
