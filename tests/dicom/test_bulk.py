from __future__ import annotations

import pydicom
import pytest
from a_dicomweb import shipped

from xdsi_sim.content import FileContent
from xdsi_sim.dicom.bulk import value_of


@pytest.mark.parametrize(
    ("path", "there"), [("54000100/0/54001010", True), ("54000100/9/54001010", False), ("7FE00010", False)]
)
def test_a_value_is_found_by_its_path(path: str, there: bool) -> None:
    wave = pydicom.dcmread(shipped("waveform_ecg.dcm")).WaveformSequence[0].WaveformData
    assert value_of(FileContent.of(shipped("waveform_ecg.dcm")), path) == (wave if there else None)
