from __future__ import annotations

import struct

import pytest

from xdsi_sim.dicom.plain_values import NotPlain, plain_values


@pytest.mark.parametrize(
    ("vr", "octets", "values"),
    [
        ("CS", b"ORIGINAL\\PRIMARY ", ["ORIGINAL", "PRIMARY"]),
        ("UI", b"1.2.3\0", ["1.2.3"]),
        ("LO", b"a \\ b", ["a", " b"]),
        ("ST", b"a\\b ", ["a\\b"]),
        ("AE", b" STORE ", ["STORE"]),
        ("DS", b"1.50\\-2 \\+.5e2", [1.5, -2.0, 50.0]),
        ("IS", b" 7\\-12 ", [7, -12]),
        ("LO", b"\\a", [None, "a"]),
        ("LO", b"  ", []),
        ("DS", b"", []),
        ("US", struct.pack("<2H", 1, 65535), [1, 65535]),
        ("SL", struct.pack("<i", -5), [-5]),
        ("FD", struct.pack("<d", 0.1), [0.1]),
    ],
)
def test_what_is_plain_is_read(vr: str, octets: bytes, values: list[object]) -> None:
    assert plain_values(vr, octets, little_endian=True) == values


def test_octets_may_come_in_the_other_order() -> None:
    assert plain_values("US", b"\1\2", little_endian=False) == [258]


@pytest.mark.parametrize(
    ("vr", "octets"),
    [
        ("PN", b"Doe^Jo"),
        ("OB", b"\0\0"),
        ("LO", "é".encode()),
        ("LO", b"\x1b$B"),
        ("AE", b"STORE\0"),
        ("DS", b"1.5.2"),
        ("DS", b"1\\"),
        ("DS", b"1e999"),
        ("IS", b"1.0"),
        ("IS", b"12345678901234567890"),
        ("US", b"\0"),
        ("FL", struct.pack("<f", float("nan"))),
    ],
)
def test_what_is_not_plain_is_left_to_the_library(vr: str, octets: bytes) -> None:
    with pytest.raises(NotPlain):
        plain_values(vr, octets, little_endian=True)
