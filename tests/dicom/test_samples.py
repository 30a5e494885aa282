from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from xdsi_sim.content import FileContent
from xdsi_sim.dicom import part10
from xdsi_sim.dicom.coded import HierarchicDesignator, Identifier
from xdsi_sim.dicom.samples import SAMPLES, write_sample
from xdsi_sim.dicom.study import Study

dciodvfy = pytest.mark.skipif(
    shutil.which("dciodvfy") is None, reason="dciodvfy (Debian package dicom3tools) is not installed"
)

TOLERATED = ("Inappropriate example root for UID",)  # 2.999 is what these UIDs are meant to be under


def errors_of(path: Path) -> list[str]:
    """What the IOD checker calls an error."""
    done = subprocess.run(["dciodvfy", str(path)], capture_output=True, text=True, check=False)  # noqa: S607
    lines = (done.stdout + done.stderr).splitlines()
    return [
        line for line in lines if line.startswith("Error") and not any(text in line for text in TOLERATED)
    ]


@dciodvfy
@pytest.mark.parametrize("name", SAMPLES)
def test_samples_are_valid_objects_of_their_iods(
    name: str, sample_files: dict[str, tuple[Path, ...]]
) -> None:
    assert {path.name: errors_of(path) for path in sample_files[name] if errors_of(path)} == {}


@pytest.mark.parametrize("name", SAMPLES)
def test_the_header_of_a_sample_is_what_its_files_say(name: str, studies: dict[str, Study]) -> None:
    assert studies[name].header == SAMPLES[name].header


@pytest.mark.parametrize("name", SAMPLES)
def test_the_series_of_a_sample_are_what_its_files_say(name: str, studies: dict[str, Study]) -> None:
    found = [(one.number, one.description, len(one.instances)) for one in studies[name].series]
    assert found == [(one.number, one.description, one.count) for one in SAMPLES[name].series]


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_always_the_same(
    name: str, sample_files: dict[str, tuple[Path, ...]], tmp_path: Path
) -> None:
    again = write_sample(name, tmp_path)
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in sample_files[name]]


def test_another_root_gives_other_uids(tmp_path: Path) -> None:
    (path,) = write_sample("mr-brain-enhanced", tmp_path, root="2.999.5")
    dataset = part10.read(FileContent.of(path))
    uids = (dataset.StudyInstanceUID, dataset.SeriesInstanceUID, dataset.SOPInstanceUID)
    assert uids == ("2.999.5.4", "2.999.5.4.1", "2.999.5.4.1.1")


def test_an_unknown_sample_is_a_key_error(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="ct-toe"):
        write_sample("ct-toe", tmp_path)


def test_the_table_of_samples_needs_no_dicom_library() -> None:
    code = "import sys, xdsi_sim.dicom.samples; sys.exit('pydicom' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_sample_may_be_of_a_patient_with_another_national_id(tmp_path: Path) -> None:
    other = Identifier("T1", HierarchicDesignator.of("2.999.9", "NATIONAL"))
    (first, _) = write_sample("cr-chest", tmp_path, patient=other)
    found = [item.PatientID for item in part10.read_header(FileContent.of(first)).OtherPatientIDsSequence]
    assert "T1" in found
    assert "NAT-1002" not in found
    assert SAMPLES["cr-chest"].national_id.value == "NAT-1002"
