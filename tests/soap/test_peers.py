from __future__ import annotations

import pytest

from xdsi_sim.soap.peers import Peers, is_address

PEERS = Peers(("http://127.0.0.1:9000/vendor", "https://pacs.example/", "http://[::1]:81/a/b/"))


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9000/vendor",
        "http://127.0.0.1:9000/vendor/",
        "http://127.0.0.1:9000/vendor/replies?x=1",
        "HTTP://127.0.0.1:9000/%76endor/x",
        "https://PACS.example:443/anything",
        "https://pacs.example",
        "http://[::1]:81/a/b",
    ],
)
def test_a_peer_and_what_is_below_it_may_be_sent_to(url: str) -> None:
    assert PEERS.allow(url)


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "http://127.0.0.1:9000/",
        "http://127.0.0.1:9000/vendors",
        "http://127.0.0.1:9000/other/vendor",
        "http://127.0.0.1:9001/vendor",
        "http://127.0.0.1/vendor",
        "https://127.0.0.1:9000/vendor",
        "http://127.0.0.2:9000/vendor",
        "http://pacs.example/",
        "http://127.0.0.1:9000/vendor/../admin",
        "http://127.0.0.1:9000/vendor/%2e%2e/admin",
        "http://127.0.0.1:9000/vendor/..%2fadmin",
        "http://127.0.0.1:9000/vendor/./x",
        "https://pacs.example@evil.example/",
        "https://evil.example#@pacs.example/",
        "https://pacs.example\\@evil.example/",
        "https://pacs.example\t.evil.example/",
        "https://pacs.example /",
        "https://pacs.example\n/",
        "ftp://pacs.example/",
        "//pacs.example/",
        "urn:uuid:1",
        "file:///etc/passwd",
    ],
)
def test_nothing_else_may_be(url: str | None) -> None:
    assert not PEERS.allow(url)


def test_who_has_no_peers_sends_to_nobody() -> None:
    assert not Peers(()).allow("http://127.0.0.1:9000/")


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("http://a", True),
        ("https://a:1/b?c=d", True),
        ("http://[2001:db8::1]:80/", True),
        ("http://a/#b", False),
        ("a:1", False),
        ("http://a:65536/", False),
        ("http://[1:2]/", False),
        ("http://[x", False),
    ],
)
def test_an_address_is_a_plain_url(url: str, good: bool) -> None:
    assert is_address(url) is good
