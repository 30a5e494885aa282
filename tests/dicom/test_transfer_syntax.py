from __future__ import annotations

import pytest

from xdsi_sim.dicom.transfer_syntax import chosen

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
