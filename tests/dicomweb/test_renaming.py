from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xdsi_sim.dicomweb.renaming import Renaming

OLD = "http://pacs.example:8080/dicom-web/studies"
NEW = "https://rig.example/wado-rs/homeCommunityId/2.9/RetrieveLocationUID/2.9.1/studies"
RENAMING = Renaming([("http://10.0.0.1/x/studies", NEW), (OLD, NEW)], f"{OLD}/1.2")
JSON = "application/dicom+json"
PARTS = 'multipart/related; type="application/dicom"; boundary="b&b"'


def passed(content_type: str, data: bytes, size: int = 7) -> bytes:
    """The body, fed in pieces of that size."""
    body = RENAMING.body(content_type)
    assert body is not None
    pieces = [body.feed(data[at : at + size]) for at in range(0, len(data), size)]
    return b"".join((*pieces, body.end()))


def test_an_address_leads_through_the_gateway() -> None:
    assert RENAMING.address(f"{OLD}/1.2/series/3") == f"{NEW}/1.2/series/3"
    assert RENAMING.address("/dicom-web/studies/1.2") == f"{NEW}/1.2"
    assert RENAMING.address("http://other.example/studies/1") == "http://other.example/studies/1"
    assert RENAMING.address("bulkdata/1") == "bulkdata/1"
    assert RENAMING.address(OLD) == NEW
    assert RENAMING.address(f"{OLD}x/1") == f"{OLD}x/1"


@pytest.mark.parametrize("size", [1, 2, 7, 64, 10_000])
def test_addresses_in_json_are_found_wherever_the_body_is_cut(size: int) -> None:
    metadata = [
        {
            "7FE00010": {"vr": "OW", "BulkDataURI": f"{OLD}/1.2/bulkdata"},
            "00081190": {"vr": "UR", "Value": [f"{OLD}/1.2", "http://10.0.0.1/x/studies/5"]},
            "00081030": {"vr": "LO", "Value": [f"see {OLD}/1.2", f"{OLD}x"]},
            "00081050": {"vr": "UR", "Value": [OLD]},
        }
    ]
    text = json.dumps(metadata)
    expected = (
        text.replace(f'"{OLD}"', f'"{NEW}"')
        .replace(f'"{OLD}/', f'"{NEW}/')
        .replace('"http://10.0.0.1/x/studies', f'"{NEW}')
    )
    assert passed(JSON, text.encode(), size).decode() == expected
    assert json.loads(passed(JSON, text.replace("/", "\\/").encode(), size)) == json.loads(expected)
    assert json.loads(passed("application/json", text.replace("/", "\\u002F").encode(), size)) == json.loads(
        expected
    )


@pytest.mark.parametrize("size", [1, 5, 10_000])
def test_addresses_in_the_parts_of_xml_are_found_and_their_length_is_not_told(size: int) -> None:
    xml = f"<NativeDicomModel><BulkData uri='{OLD}/1/b'/><Value>{OLD}/1</Value>see {OLD}</NativeDicomModel>"
    kind = 'multipart/related; type="application/dicom+xml"; boundary=b'
    body = (
        f"--b\r\nContent-Type: application/dicom+xml\r\nContent-Length: {len(xml)}\r\n"
        f"Content-Location: {OLD}/1/metadata\r\n\r\n{xml}\r\n--b--\r\n"
    )
    changed = xml.replace(f"'{OLD}", f"'{NEW}").replace(f">{OLD}/1<", f">{NEW}/1<")
    assert passed(kind, body.encode(), size).decode() == (
        "--b\r\nContent-Type: application/dicom+xml\r\n"
        f"Content-Location: {NEW}/1/metadata\r\n\r\n{changed}\r\n--b--\r\n"
    )


def test_the_octets_of_a_part_stay_whatever_they_look_like() -> None:
    content = f'"{OLD}"\r\n--b&bx\r\nContent-Location: {OLD}\r\n--b\r\n\r\n-\r\n--b&'.encode() + bytes(
        range(256)
    )
    fields = b"Content-Type: application/dicom\r\nContent-Length: 9\r\ncontent-location:%b/1\r\n\r\n"
    head = b"Preamble\r\n--b&b \r\n" + fields
    tail = b"\r\n--b&b\r\n\r\nbare\r\n--b&b--\r\nContent-Location: " + OLD.encode()
    for size in (1, 3, 1000):
        assert passed(PARTS, head % OLD.encode() + content + tail, size) == (
            head.replace(b"location:", b"location: ") % NEW.encode() + content + tail
        )


@given(st.binary(max_size=300), st.integers(1, 40))
def test_what_is_no_multipart_body_passes_as_it_is(data: bytes, size: int) -> None:
    assert passed(PARTS, data, size) == data


@given(
    st.lists(st.sampled_from([b"\r\n", b"--b&b", b"--", b"\r\n\r\n", b"x", b" "]), max_size=12),
    st.integers(1, 9),
)
def test_nothing_is_lost_where_delimiters_are_broken(pieces: list[bytes], size: int) -> None:
    assert passed(PARTS, b"".join(pieces), size) == b"".join(pieces)


def test_header_fields_without_end_are_not_gathered() -> None:
    data = b"--b&b\r\n" + b"x" * 100_000
    assert passed(PARTS, data, 50_000) == data


@pytest.mark.parametrize("kind", ["application/dicom", "image/jpeg", "", "multipart/related", "text/html"])
def test_other_bodies_hold_no_address(kind: str) -> None:
    assert RENAMING.body(kind) is None
