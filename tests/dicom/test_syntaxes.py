from __future__ import annotations

import pytest
from pydicom import uid

from xdsi_sim.dicom.syntaxes import NATIVE, OCTETS, media_type_of


@pytest.mark.parametrize(
    ("syntax", "media"),
    [
        (uid.JPEGBaseline8Bit, "image/jpeg"),
        (uid.JPEGLosslessSV1, "image/jpeg"),
        (uid.JPEGLSLossless, "image/jls"),
        (uid.JPEG2000, "image/jp2"),
        (uid.HTJ2KLossless, "image/jphc"),
        (uid.RLELossless, "image/dicom-rle"),
        (uid.MPEG4HP41, "video/mp4"),
        (uid.ExplicitVRLittleEndian, OCTETS),
        ("1.2.3", OCTETS),
    ],
)
def test_a_frame_has_the_media_type_of_its_syntax(syntax: str, media: str) -> None:
    assert media_type_of(syntax) == media


def test_native_syntaxes_are_those_that_the_library_knows_as_such() -> None:
    known = {each for each in uid.AllTransferSyntaxes if not each.is_encapsulated}
    assert {str(each) for each in known if "Encapsulated" not in each.name} <= NATIVE
