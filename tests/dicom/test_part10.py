from __future__ import annotations

from pathlib import Path

import pytest
from pydicom.data import get_testdata_file

from xdsi_sim.content import BytesContent, FileContent, read_all
from xdsi_sim.dicom import part10
from xdsi_sim.dicom.errors import NotDicom


def shipped(name: str) -> Path:
    path = get_testdata_file(name, download=False)
    assert isinstance(path, str)
    return Path(path)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("no_meta.dcm", "no 'DICM' at octet 128"),
        ("ExplVR_LitEndNoMeta.dcm", "no 'DICM' at octet 128"),
        ("meta_missing_tsyntax.dcm", "no TransferSyntaxUID"),
        ("priv_SQ.dcm", "no value in SOPClassUID"),
        ("MR_truncated.dcm", "truncated"),
        ("rtplan_truncated.dcm", "truncated"),
        ("README.txt", "no 'DICM' at octet 128"),
    ],
)
def test_a_file_that_is_no_complete_dicom_file_is_refused_with_the_reason(name: str, reason: str) -> None:
    path = shipped("CT_small.dcm").parent / name
    with pytest.raises(NotDicom, match=reason):
        part10.read_file(path, defer=1024)


@pytest.mark.filterwarnings("ignore:End of file reached before delimiter")
def test_a_compressed_object_that_is_cut_off_is_refused_with_the_reason(
    sample_files: dict[str, tuple[Path, ...]],
) -> None:
    data = sample_files["us-heart"][0].read_bytes()
    with pytest.raises(NotDicom, match="truncated"):
        part10.read(BytesContent(data[: len(data) // 2]))


def test_a_header_is_read_without_the_pixels_from_a_file_or_from_memory(
    sample_files: dict[str, tuple[Path, ...]],
) -> None:
    file = FileContent.of(sample_files["us-heart"][0])
    for content in (file, BytesContent(read_all(file))):
        header = part10.read_header(content)
        assert header.SOPInstanceUID == "2.999.76.5.1.1"
        assert "PixelData" not in header


def test_a_header_of_what_is_not_dicom_is_refused() -> None:
    with pytest.raises(NotDicom, match="no 'DICM' at octet 128"):
        part10.read_header(BytesContent(b"%PDF-1.7"))


def test_an_empty_content_is_not_dicom() -> None:
    with pytest.raises(NotDicom):
        part10.read(BytesContent(b""))


def test_garbage_behind_the_magic_is_not_dicom() -> None:
    with pytest.raises(NotDicom):
        part10.read(BytesContent(bytes(128) + b"DICM" + b"\xff" * 64))


def test_a_deflated_file_is_read() -> None:
    dataset = part10.read_file(shipped("image_dfl.dcm"), defer=1024)
    assert len(dataset.PixelData) == 512 * 512


def test_large_values_stay_in_the_file_until_asked_for() -> None:
    dataset = part10.read_file(shipped("CT_small.dcm"), defer=1024)
    deferred = dataset.get_item(0x7FE00010, keep_deferred=True)
    assert deferred is not None
    assert deferred.value is None
    assert len(dataset.PixelData) == 128 * 128 * 2


def test_a_written_file_names_its_object_in_the_meta_header() -> None:
    dataset = part10.read(FileContent.of(shipped("CT_small.dcm")))
    meta = part10.read(BytesContent(part10.write(dataset))).file_meta
    assert meta.MediaStorageSOPInstanceUID == dataset.SOPInstanceUID
    assert meta.MediaStorageSOPClassUID == dataset.SOPClassUID
    assert meta.ImplementationClassUID == part10.IMPLEMENTATION_CLASS_UID


# --- which instance it is --------------------------------------------------------------------


def test_the_first_octets_tell_which_instance_it_is() -> None:
    path = shipped("CT_small.dcm")
    dataset = part10.read(FileContent.of(path))
    found = part10.read_identity(path.read_bytes()[:4000])
    assert found == part10.Identity(
        sop_class=dataset.SOPClassUID, sop_instance=dataset.SOPInstanceUID, study=dataset.StudyInstanceUID
    )


@pytest.mark.parametrize("size", [140, 300, 500])
def test_octets_that_end_too_early_tell_nothing(size: int) -> None:
    assert part10.read_identity(shipped("CT_small.dcm").read_bytes()[:size]) is None


def test_what_is_deflated_is_not_looked_into() -> None:
    assert part10.read_identity(shipped("image_dfl.dcm").read_bytes()) is None


def test_other_octets_are_no_instance() -> None:
    with pytest.raises(NotDicom):
        part10.read_identity(b"text" * 100)
