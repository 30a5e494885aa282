from __future__ import annotations

import base64
from types import SimpleNamespace
from typing import Any

import pytest

from xdsi_sim.server.admission import from_this_machine, has_token


def a_request(client: str = "127.0.0.1", host: str = "127.0.0.1:8080", **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return SimpleNamespace(client=SimpleNamespace(host=client), host=host.encode(), header=named.get)


@pytest.mark.parametrize(
    "request_",
    [
        a_request(),
        a_request("::1", "[::1]:80"),
        a_request(host="localhost:8080"),
        a_request(origin="http://127.0.0.1:8080"),
    ],
)
def test_the_machine_itself_may(request_: Any) -> None:
    assert from_this_machine(request_)


@pytest.mark.parametrize(
    "request_",
    [
        a_request("192.0.2.1"),
        a_request(host="evil.example"),
        a_request(host=""),
        a_request(origin="http://evil.example"),
        a_request(origin="null"),
        a_request(via="1.1 proxy"),
        a_request(x_forwarded_for="192.0.2.1"),
    ],
)
def test_somebody_else_may_not(request_: Any) -> None:
    assert not from_this_machine(request_)


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("given", "token", "may"),
    [
        ("Bearer secret", "secret", True),
        (basic("me:secret"), "secret", True),
        (basic(":secret"), "secret", True),
        (basic("secret"), "secret", False),
        (basic("me:guessed"), "secret", False),
        ("Basic %%%", "secret", False),
        ("Basic /w==", "secret", False),
        ("Bearer sécret", "secret", False),
        ("secret", "secret", False),
        ("Bearer ", None, False),
        ("Bearer ", "x", False),
    ],
)
def test_the_token_is_the_word_or_the_password(given: str, token: str | None, may: bool) -> None:
    assert has_token(a_request(authorization=given), token) is may


def test_who_brings_nothing_has_no_token() -> None:
    assert not has_token(a_request(), "secret")
