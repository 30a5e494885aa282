from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest
from a_domain import domain
from an_inspector import Inspector
from wire import get

from xdsi_sim.client.faults import TOKEN_VARIABLE
from xdsi_sim.inspector.web import inspecting

PAGES = ("", "messages", "faults", "rules", "actors", "messages/rows")


@pytest.mark.parametrize("path", PAGES)
def test_a_page_brings_all_that_it_needs_and_may_do_nothing_else(inspector: Inspector, path: str) -> None:
    answer = inspector.get(path)
    policy = answer.headers["content-security-policy"]
    assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=UTF-8")
    assert policy.startswith("default-src 'none'; style-src 'self'")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert (answer.headers["x-content-type-options"], answer.headers["cache-control"]) == (
        "nosniff",
        "no-store",
    )
    named = re.findall(r'\b(?:src|href|action)="([^"]*)"', answer.body.decode())
    assert [address for address in named if not address.startswith(("/inspector/", "#"))] == []


def test_the_address_may_lack_its_slash(inspector: Inspector) -> None:
    answer = get(inspector.url.rstrip("/"))
    assert (answer.status, answer.headers["location"]) == (301, "/inspector/")


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("nothing", "GET", 404),
        ("messages/none", "GET", 404),
        ("messages/none/raw/request", "GET", 404),
        ("conversations/none", "GET", 404),
        ("static/secret", "GET", 404),
        ("static/..%2f..%2fsetup.cfg", "GET", 404),
        ("messages?before=x", "GET", 400),
        ("messages/rows?after=-1", "GET", 400),
        ("messages", "DELETE", 405),
        ("messages", "POST", 403),
        ("", "HEAD", 200),
    ],
)
def test_what_cannot_be_is_told_as_a_page(inspector: Inspector, path: str, method: str, status: int) -> None:
    answer = inspector.get(path, method=method)
    assert answer.status == status
    assert "content-security-policy" in answer.headers


@pytest.mark.parametrize(
    "header", ["Host: evil.example", "Origin: http://evil.example", "X-Forwarded-For: 192.0.2.1"]
)
def test_somebody_elsewhere_does_not_get_in(inspector: Inspector, header: str) -> None:
    answer = inspector.get("messages", header)
    assert answer.status == (400 if header.startswith("Host") else 403)  # a second Host is no HTTP
    assert inspector.exchanges[0].id.encode() not in answer.body


def test_a_change_needs_the_token_of_the_page(inspector: Inspector) -> None:
    for fields in ({}, {"token": "guessed"}, {"token": ""}):
        answer = inspector.submit("faults", **fields, actor="registry", deviation="delay")
        assert answer.status == 403
    assert inspector.running.faults.switches() == ()


def test_a_page_of_somebody_else_changes_nothing_even_with_the_token(inspector: Inspector) -> None:
    token = inspector.token
    for origin in ("http://evil.example", "null"):
        assert inspector.submit("faults", f"Origin: {origin}", token=token).status == 403


def test_a_page_that_changes_nothing_takes_no_form(inspector: Inspector) -> None:
    answer = inspector.submit("messages", token=inspector.token)
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD, POST")


def test_a_body_that_is_no_form_is_refused(inspector: Inspector) -> None:
    answer = inspector.get("faults", "Content-Type: application/json", "Content-Length: 0", method="POST")
    assert answer.status == 403  # there is no token in it


def test_with_a_token_somebody_elsewhere_gets_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN_VARIABLE, "secret")
    with domain(tmp_path) as running, inspecting(running) as url:
        far = "X-Forwarded-For: 192.0.2.1"
        asked = get(url, far)
        assert (asked.status, asked.headers["www-authenticate"].split()[0]) == (401, "Basic")
        for word, status in (("secret", 200), ("guessed", 401)):
            given = base64.b64encode(f"me:{word}".encode()).decode()
            assert get(url, far, f"Authorization: Basic {given}").status == status
        assert get(url).status == 200


def test_what_goes_wrong_in_a_page_is_told_and_logged(
    inspector: Inspector, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(type(inspector.running.faults), "switches", lambda _board: 1 / 0)
    answer = inspector.get("faults")
    assert answer.status == 500
    assert b"ZeroDivisionError" not in answer.body
    assert "a page of the inspector failed" in caplog.text
