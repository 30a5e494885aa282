from __future__ import annotations

import shlex

import pytest
from an_exchange import MTOM, a_message

from xdsi_sim.exchange import HttpMessage
from xdsi_sim.inspector.curl import address_of, curl_of, is_http


def command(message: HttpMessage) -> str:
    return curl_of(message, "http://h/x", lambda: "http://here/body")


def test_a_small_text_stands_in_the_command() -> None:
    told = command(a_message("POST /x HTTP/1.1", b"<a b='1'>\n</a>", Content_Type="text/xml", Host="h"))
    words = shlex.split(told)
    assert words[-3:] == ["--data-binary", "<a b='1'>\n</a>", "http://h/x"]
    assert words[words.index("--header") + 1] == "Content-Type: text/xml"
    assert "Host" not in told


@pytest.mark.parametrize("body", [MTOM, b"x" * 5_000, "ü".encode(), b"@/etc/passwd", b"a\0b", b"a\x1bb"])
def test_what_no_shell_takes_is_fetched(body: bytes) -> None:
    told = command(a_message("POST /x HTTP/1.1", body, Content_Type="a/b"))
    fetch, _, sent = told.partition(" | ")
    assert shlex.split(fetch)[-1] == "http://here/body"
    assert shlex.split(sent)[-3:] == ["--data-binary", "@-", "http://h/x"]


def test_a_request_without_a_body_has_none() -> None:
    words = shlex.split(command(a_message("GET /x?a=b HTTP/1.1", b"", Accept="$(rm -r x); 'y'")))
    assert "--data-binary" not in words
    assert words[words.index("--header") + 1] == "Accept: $(rm -r x); 'y'"


@pytest.mark.parametrize(
    ("line", "url", "expected"),
    [
        ("POST /a/b HTTP/1.1", "https://h:1/other", "https://h:1/a/b"),
        ("GET http://h/x HTTP/1.1", "https://h:1/other", "http://h/x"),
        ("GET /x?y=z HTTP/1.1", None, "http://named:2/x?y=z"),
        ("MLLP 127.0.0.1:1", None, "http://named:2"),
    ],
)
def test_a_request_went_to_its_target(line: str, url: str | None, expected: str) -> None:
    assert address_of(a_message(line, Host="named:2"), url) == expected


def test_where_nobody_knows_the_host_there_is_no_address() -> None:
    assert address_of(a_message("GET /x HTTP/1.1", Accept="a"), None) == ""


def test_a_feed_is_no_http() -> None:
    assert not is_http(a_message("MLLP 127.0.0.1:1"))
