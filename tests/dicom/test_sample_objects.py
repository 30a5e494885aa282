from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from xdsi_sim.content import BytesContent, FileContent
from xdsi_sim.dicom import part10
from xdsi_sim.dicom.sample_objects import build
from xdsi_sim.dicom.samples import SAMPLES


@pytest.mark.parametrize(
    ("name", "classes"),
    [
        ("ct-head", ["1.2.840.10008.5.1.4.1.1.2"] * 10 + ["1.2.840.10008.5.1.4.1.1.88.11"]),
        ("mr-knee", ["1.2.840.10008.5.1.4.1.1.4"] * 10),
        ("cr-chest", ["1.2.840.10008.5.1.4.1.1.1"] * 2),
        ("mr-brain-enhanced", ["1.2.840.10008.5.1.4.1.1.4.1"]),
        ("us-heart", ["1.2.840.10008.5.1.4.1.1.3.1"]),
    ],
)
def test_each_kind_is_of_its_sop_class(name: str, classes: list[str]) -> None:
    datasets = [part10.read(BytesContent(data)) for data in build(SAMPLES[name])]
    assert [dataset.SOPClassUID for dataset in datasets] == classes


def test_no_two_images_have_the_same_pixels(sample_files: dict[str, tuple[Path, ...]]) -> None:
    datasets = [part10.read(FileContent.of(path)) for paths in sample_files.values() for path in paths]
    digests = [hashlib.sha256(image.PixelData).digest() for image in datasets if "PixelData" in image]
    assert len(set(digests)) == len(digests) == 24


def test_the_clip_is_compressed_as_its_transfer_syntax_says() -> None:
    (data,) = build(SAMPLES["us-heart"])
    clip = part10.read(BytesContent(data))
    assert clip.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.4.50"
    assert clip.PixelData.count(b"\xff\xd8\xff") == clip.NumberOfFrames == 30
