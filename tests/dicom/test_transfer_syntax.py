from __future__ import annotations

import pytest
from pydicom import uid

from xdsi_sim.dicom.transfer_syntax import NATIVE, OCTETS, chosen, media_type_of

IMPLICIT, EXPLICIT, BIG = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2"
JPEG, RLE = "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.5"


@pytest.mark.parametrize(
    ("stored", "wanted", "pixels", "given"),
    [
        (EXPLICIT, (IMPLICIT, EXPLICIT), True, EXPLICIT),  # as it is stored, wherever in the list that stands
        (EXPLICIT, (JPEG, BIG, IMPLICIT), True, BIG),
        (JPEG, (RLE, EXPLICIT), True, EXPLICIT),
        (JPEG, (RLE,), True, None),
        (EXPLICIT, (JPEG, RLE), True, None),
        (EXPLICIT, (), True, None),
        (EXPLICIT, ("no-uid",), True, None),
        (IMPLICIT, (JPEG,), False, IMPLICIT),  # without pixels the list does not make it fail
        (IMPLICIT, (JPEG, EXPLICIT), False, EXPLICIT),
    ],
)
def test_an_object_is_given_as_it_is_stored_or_else_native(
    stored: str, wanted: tuple[str, ...], pixels: bool, given: str | None
) -> None:
    assert chosen(stored, wanted, pixels=pixels) == given


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
