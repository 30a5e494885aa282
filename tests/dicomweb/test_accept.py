from __future__ import annotations

import pytest

from xdsi_sim.dicomweb.accept import Offer, accepted, preferred, read_accept, stated
from xdsi_sim.dicomweb.messages import WebRequest

MULTIPART = Offer("application/dicom", multipart=True)
SINGLE = Offer("application/dicom")
JSON = Offer("application/dicom+json")


@pytest.mark.parametrize(
    ("header", "multipart", "single", "json"),
    [
        (None, True, True, True),
        ("*/*", True, True, True),
        ('multipart/related; type="application/dicom"', True, False, False),
        ("multipart/related;type=application/dicom;transfer-syntax=*", True, False, False),
        ('multipart/related; transfer-syntax=*; type="application/dicom"', True, False, False),
        ('multipart/related; type="application/dicom; transfer-syntax=1.2"', True, False, False),
        ("Multipart/Related; TYPE=application/dicom", True, False, False),
        ('multipart/related; type="application/*"', True, False, False),
        ("multipart/related", True, True, True),
        ('multipart/related; type="*/*"', True, True, True),
        ("multipart/*", True, True, True),
        ("application/dicom", False, True, False),
        ("application/dicom+json, multipart/related; type=application/octet-stream", False, False, True),
        ("application/*", True, True, True),
        ("image/png", False, False, False),
        ("application/dicom; q=0", False, False, False),
        ("application/dicom; q=nonsense", False, False, False),
        (', ,;;=,"', False, False, False),
    ],
)
def test_ranges_take_what_clients_mean_by_them(
    header: str | None, multipart: bool, single: bool, json: bool
) -> None:
    ranges = read_accept(header)
    taken = [any(item.takes(offer) for item in ranges) for offer in (MULTIPART, SINGLE, JSON)]
    assert taken == [multipart, single, json]


def test_quality_ranks_and_among_equals_the_first_wins() -> None:
    ranges = read_accept("a/a;q=0.5, b/b, c/c;q=0.9, d/d")
    assert [item.type for item in ranges] == ["b/b", "d/d", "c/c", "a/a"]


def test_what_stands_in_the_address_comes_before_the_header() -> None:
    request = WebRequest(
        method="GET", path=(), query=(("accept", "e/e;q=0.1"),), headers={"accept": "a/a;q=0.5, b/b"}
    )
    assert [item.type for item in accepted(request)] == ["e/e", "b/b", "a/a"]


def test_what_is_stated_in_the_address_leaves_the_header_of_a_browser_out() -> None:
    headers = {"accept": "text/html, */*;q=0.8"}
    query = (("accept", "application/dicom"),)
    plain = WebRequest(method="GET", path=(), headers=headers)
    asking = WebRequest(method="GET", path=(), headers=headers, query=query)
    assert [item.type for item in stated(plain)] == ["text/html", "*/*"]
    assert [item.type for item in stated(asking)] == ["application/dicom"]


def test_a_comma_in_quotes_parts_nothing() -> None:
    assert len(read_accept('a/b; x="1,2", c/d')) == 2


@pytest.mark.parametrize("text", ["," * 60_000, " , " * 20_000, "a/b;q=0," * 7_500])
def test_between_two_commas_may_be_nothing(text: str) -> None:
    assert [item.type for item in read_accept(f"{text}c/d,{text}") if item.q] == ["c/d"]


@pytest.mark.parametrize(
    ("header", "syntax"),
    [
        ("multipart/related; type=application/dicom", None),
        ("multipart/related; type=application/dicom; transfer-syntax=*", "*"),
        ('multipart/related; type="application/dicom; transfer-syntax=1.2"', "1.2"),
    ],
)
def test_a_transfer_syntax_is_read_wherever_it_stands(header: str, syntax: str | None) -> None:
    assert [item.transfer_syntax for item in read_accept(header)] == [syntax]


@pytest.mark.parametrize(
    ("header", "offers"),
    [
        ("*/*, application/dicom;q=0", [MULTIPART, JSON]),
        ('application/dicom+json;q=0, multipart/related; type="application/dicom";q=0, */*', [SINGLE]),
        ("application/dicom; transfer-syntax=1.2;q=0, */*", [MULTIPART, SINGLE, JSON]),
        ("application/*;q=0, */*", []),
        ("*/*;q=0, application/dicom", [SINGLE]),
        ("*/*;q=0", []),
    ],
)
def test_what_a_client_refuses_it_does_not_get(header: str, offers: list[Offer]) -> None:
    assert [offer for _, offer in preferred(read_accept(header), (MULTIPART, SINGLE, JSON))] == offers


def test_the_client_decides_before_the_order_of_offers() -> None:
    wanted = read_accept("application/dicom+json;q=0.2, application/dicom")
    assert [offer for _, offer in preferred(wanted, (JSON, SINGLE))] == [SINGLE, JSON]
