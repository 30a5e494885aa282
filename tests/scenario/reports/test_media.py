from __future__ import annotations

import pytest

from xdsi_sim.content import BytesContent
from xdsi_sim.scenario.reports.media import Kind, head_of, header, kind_of, parameter


@pytest.mark.parametrize(
    ("media", "kind"),
    [
        ("application/soap+xml; charset=UTF-8", Kind.XML),
        ("text/xml", Kind.XML),
        ("APPLICATION/XOP+XML", Kind.XML),
        ("application/dicom+json", Kind.JSON),
        ("application/dicom", Kind.DICOM),
        ('multipart/related; type="text/xml"', Kind.MULTIPART),
        ("text/html", Kind.TEXT),
        ("image/jpeg", Kind.BINARY),
    ],
)
def test_content_type_settles_the_kind(media: str, kind: Kind) -> None:
    assert kind_of((("content-TYPE", media),), b"\xff\xd8") is kind


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\0" * 128 + b"DICM", Kind.DICOM),
        (b"\xef\xbb\xbf\r\n<a/>", Kind.XML),
        (b"GIF89a", Kind.BINARY),
        (b"", Kind.BINARY),
    ],
)
def test_without_a_type_the_first_octets_settle_it(head: bytes, kind: Kind) -> None:
    assert kind_of((), head) is kind


def test_first_header_of_a_name_counts_whatever_its_case() -> None:
    assert header((("X-A", "1"), ("x-a", "2")), "x-a") == "1"


@pytest.mark.parametrize(
    ("value", "boundary"),
    [
        ("multipart/related; boundary=abc", "abc"),
        ('multipart/related; Boundary="a b=c"; type="text/xml"', "a b=c"),
        ("multipart/related\r\n boundary=x", ""),
        ("", ""),
    ],
)
def test_parameter_comes_without_its_quotes(value: str, boundary: str) -> None:
    assert parameter((("Content-Type", value),), "boundary") == boundary


def test_head_is_read_from_a_place_and_no_further() -> None:
    assert head_of(BytesContent(b"0123456789"), 4, 3) == b"3456"
