from __future__ import annotations

import subprocess
import sys

import pytest

from xdsi_sim.dicom.dictionary import Attribute, attribute


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("PatientName", Attribute("00100010", "PN")),
        ("0020000d", Attribute("0020000D", "UI")),
        ("PixelData", Attribute("7FE00010", "OB")),
        ("RequestedProcedureID", Attribute("00401001", "SH")),
        ("00091001", Attribute("00091001", "UN")),
        ("patientname", None),
        ("FooBar", None),
        ("0010001", None),
        ("", None),
        ("../etc", None),
    ],
)
def test_an_attribute_is_known_by_keyword_and_tag(name: str, found: Attribute | None) -> None:
    assert attribute(name) == found


def test_what_is_asked_for_often_loads_no_dictionary() -> None:
    code = (
        "import sys; from xdsi_sim.dicom.dictionary import attribute as a;"
        "[a(n) for n in ('PatientName', 'StudyDate', '00081030', 'Modality', 'RequestedProcedureID')];"
        "sys.exit('pydicom' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
