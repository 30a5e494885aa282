from __future__ import annotations

import pytest

from xdsi_sim.content import BytesContent
from xdsi_sim.scenario.reports.media import Kind, head_of, kind_of
from xdsi_sim.soap.media import header


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
        ("application/pdf", Kind.PDF),
        ("x-application/hl7-v2+er7", Kind.HL7),
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
        (b"%PDF-1.7\n", Kind.PDF),
        (b"", Kind.BINARY),
    ],
)
def test_without_a_type_the_first_octets_settle_it(head: bytes, kind: Kind) -> None:
    assert kind_of((), head) is kind


def test_first_header_of_a_name_counts_whatever_its_case() -> None:
    assert header((("X-A", "1"), ("x-a", "2")), "x-a") == "1"


def test_head_is_read_from_a_place_and_no_further() -> None:
    assert head_of(BytesContent(b"0123456789"), 4, 3) == b"3456"
