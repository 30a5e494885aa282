from __future__ import annotations

import base64
import json
import math
from pathlib import Path
from typing import Any

import pydicom
import pytest
from pydicom.data import get_charset_files, get_testdata_file
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import Tag

from xdsi_sim.content import FileContent
from xdsi_sim.dicom import json_model, part10
from xdsi_sim.dicom.json_document import to_bytes
from xdsi_sim.dicom.json_model import bulk_value, to_json
from xdsi_sim.dicom.samples import SAMPLES

SHIPPED = (
    "CT_small.dcm",
    "MR_small.dcm",
    "MR_small_implicit.dcm",
    "MR_small_bigendian.dcm",
    "MR_small_RLE.dcm",
    "ExplVR_BigEnd.dcm",
    "image_dfl.dcm",
    "liver_1frame.dcm",
    "reportsi_with_empty_number_tags.dcm",
    "rtdose.dcm",
    "rtplan.dcm",
    "test-SR.dcm",
    "waveform_ecg.dcm",
    "examples_overlay.dcm",
    "examples_palette.dcm",
    "examples_ybr_color.dcm",
    "chrArab.dcm",
    "chrH31.dcm",
    "chrH32.dcm",
    "chrI2.dcm",
    "chrJapMulti.dcm",
    "chrKoreanMulti.dcm",
    "chrX2.dcm",
)
CHARACTER_SET = Tag("SpecificCharacterSet")


def shipped(name: str) -> Path:
    path = get_testdata_file(name, download=False) or get_charset_files(name)[0]
    assert isinstance(path, str)
    return Path(path)


@pytest.mark.parametrize("name", SHIPPED)
def test_plain_values_are_those_of_the_library(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = to_json(part10.read_file(shipped(name), defer=2048))
    monkeypatch.setattr(json_model, "_plain", lambda _tag, _raw: None)
    assert repr(to_json(part10.read_file(shipped(name), defer=2048))) == repr(plain)


def a_dataset(**attributes: object) -> Dataset:
    dataset = Dataset()
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID, dataset.SOPInstanceUID = "2.9.1", "2.9.2", "2.9.3"
    for keyword, value in attributes.items():
        setattr(dataset, keyword, value)
    return dataset


def differences(original: Dataset, again: Dataset) -> list[str]:
    """Attributes that differ, but for group lengths and the character set."""
    found: list[str] = []
    for element in original:
        if element.tag.element == 0 or element.tag == CHARACTER_SET:
            continue
        if element.tag not in again:
            found.append(f"{element.tag} is gone")
        elif element.VR == "SQ":
            pairs = zip(element.value, again[element.tag].value, strict=True)
            found += [text for mine, theirs in pairs for text in differences(mine, theirs)]
        elif comparable(element.value) != comparable(again[element.tag].value):
            found.append(f"{element.tag} {element.value!r} became {again[element.tag].value!r}")
    return found


def comparable(value: Any) -> Any:
    """Bytes have tests of their own: here they may be addresses, or in another order."""
    return "bytes" if isinstance(value, bytes) else value


def read_back(document: bytes) -> Dataset:
    return Dataset.from_json(json.loads(document), bulk_data_uri_handler=lambda *_: b"")


@pytest.mark.parametrize("name", SHIPPED)
def test_a_foreign_reader_gets_the_attributes_back(name: str) -> None:
    dataset = part10.read_file(shipped(name), defer=64)
    assert differences(dataset, read_back(to_bytes(to_json(dataset)))) == []


@pytest.mark.parametrize("name", SAMPLES)
def test_a_foreign_reader_gets_the_samples_back(name: str, sample_files: dict[str, tuple[Path, ...]]) -> None:
    for path in sample_files[name]:
        dataset = part10.read(FileContent.of(path))
        assert differences(dataset, read_back(to_bytes(to_json(dataset)))) == []


@pytest.mark.parametrize("name", SHIPPED)
def test_tags_ascend_and_no_group_length_or_meta_header_is_among_them(name: str) -> None:
    tags = list(to_json(part10.read(FileContent.of(shipped(name)))))
    assert tags == sorted(tags)
    assert not [tag for tag in tags if tag.endswith("0000") or tag.startswith("0002")]


@pytest.mark.parametrize(
    ("attributes", "tag", "expected"),
    [
        ({"PatientName": "Yamada^Tarou=山田^太郎"}, "00100010",
         {"vr": "PN", "Value": [{"Alphabetic": "Yamada^Tarou", "Ideographic": "山田^太郎"}]}),
        ({"PatientName": ""}, "00100010", {"vr": "PN"}),
        ({"StudyDescription": ""}, "00081030", {"vr": "LO"}),
        ({"ProcedureCodeSequence": []}, "00081032", {"vr": "SQ"}),
        ({"ProcedureCodeSequence": [Dataset()]}, "00081032", {"vr": "SQ", "Value": [{}]}),
        ({"ImageType": ["ORIGINAL", "", "AXIAL"]}, "00080008",
         {"vr": "CS", "Value": ["ORIGINAL", None, "AXIAL"]}),
        ({"FrameIncrementPointer": 0x00181063}, "00280009", {"vr": "AT", "Value": ["00181063"]}),
        ({"PixelSpacing": ["0.5", "0.25"]}, "00280030", {"vr": "DS", "Value": [0.5, 0.25]}),
        ({"InstanceNumber": "7"}, "00200013", {"vr": "IS", "Value": [7]}),
        ({"Rows": 64}, "00280010", {"vr": "US", "Value": [64]}),
        ({"SelectorUVValue": 2**63}, "00720083", {"vr": "UV", "Value": [str(2**63)]}),
        ({"EventTimeOffset": math.nan}, "00082134", {"vr": "FD", "Value": ["NaN"]}),
        ({"EventTimeOffset": -math.inf}, "00082134", {"vr": "FD", "Value": ["-Infinity"]}),
        ({"TextValue": "a\\b"}, "0040A160", {"vr": "UT", "Value": ["a\\b"]}),
        ({"SpecificCharacterSet": "ISO_IR 100"}, "00080005", {"vr": "CS", "Value": ["ISO_IR 192"]}),
        ({"RedPaletteColorLookupTableData": b"\1\2"}, "00281201", {"vr": "OW", "InlineBinary": "AQI="}),
    ],
)  # fmt: skip
def test_each_value_is_written_as_its_vr_asks(
    attributes: dict[str, Any], tag: str, expected: dict[str, Any]
) -> None:
    assert to_json(a_dataset(**attributes))[tag] == expected


def test_the_stored_transfer_syntax_is_named() -> None:
    attributes = to_json(part10.read(FileContent.of(shipped("MR_small_RLE.dcm"))))
    assert attributes["00083002"] == {"vr": "UI", "Value": ["1.2.840.10008.1.2.5"]}


def test_large_binaries_are_addressed_and_not_even_read() -> None:
    dataset = part10.read_file(shipped("MR_small_implicit.dcm"), defer=1024)
    pixels = to_json(dataset, root="https://pacs/dicom-web/")["7FE00010"]
    place = (
        f"https://pacs/dicom-web/studies/{dataset.StudyInstanceUID}/series/{dataset.SeriesInstanceUID}"
        f"/instances/{dataset.SOPInstanceUID}/bulkdata/7FE00010"
    )
    assert pixels == {"vr": "OW", "BulkDataURI": place}
    assert getattr(dataset.get_item(0x7FE00010, keep_deferred=True), "value", b"") is None


def test_binaries_inside_a_sequence_are_addressed_by_item() -> None:
    dataset = part10.read(FileContent.of(shipped("waveform_ecg.dcm")))
    first = to_json(dataset)["54000100"]["Value"][0]["54001010"]["BulkDataURI"]
    assert first.endswith("/bulkdata/54000100/0/54001010")
    assert bulk_value(dataset, first.partition("/bulkdata/")[2]) == dataset.WaveformSequence[0].WaveformData


@pytest.mark.parametrize(
    "path", ["7FE00010", "00100010", "54000100/7/54001010", "54000100/54001010", "x", "54000100/0/00100010"]
)
def test_a_path_that_leads_to_no_binary_gives_nothing(path: str) -> None:
    assert bulk_value(part10.read(FileContent.of(shipped("waveform_ecg.dcm"))), path) is None


def test_bulk_words_of_a_big_endian_file_are_given_little_endian() -> None:
    big, little = (part10.read(FileContent.of(shipped(f"MR_small{name}.dcm"))) for name in ("_expb", ""))
    assert bulk_value(big, "7FE00010") == little.PixelData


def test_inline_words_of_a_big_endian_file_are_given_little_endian(tmp_path: Path) -> None:
    dataset = a_dataset(SOPClassUID="1.2.840.10008.5.1.4.1.1.7", RedPaletteColorLookupTableData=b"\1\2")
    dataset.file_meta = pydicom.dataset.FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRBigEndian
    pydicom.dcmwrite(tmp_path / "be.dcm", dataset, enforce_file_format=True)
    value = to_json(part10.read(FileContent.of(tmp_path / "be.dcm")))["00281201"]["InlineBinary"]
    assert base64.b64decode(value) == b"\2\1"


def test_a_value_that_is_no_number_is_shown_as_it_is() -> None:
    attributes = to_json(part10.read(FileContent.of(shipped("badVR.dcm"))))
    assert attributes["00280008"] == {"vr": "IS", "Value": ["1A"]}


def test_a_sequence_that_cannot_be_read_is_shown_as_it_is_and_hides_nothing() -> None:
    dataset = Dataset()
    dataset.Modality = "KO"
    tag = Tag("ProcedureCodeSequence")
    dataset[tag] = RawDataElement(tag, "SQ", 3, b"abc", 0, False, True)
    attributes = to_json(dataset)
    assert attributes["00080060"]["Value"] == ["KO"]
    assert attributes["00081032"] == {"vr": "UN", "InlineBinary": "YWJj"}
