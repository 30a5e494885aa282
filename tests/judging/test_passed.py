from __future__ import annotations

from pathlib import Path

import pytest
from a_domain import a_query, provision
from an_exchange import a_message
from wire import QUERY, message

from xdsi_sim.exchange import HttpMessage
from xdsi_sim.judging.passed import judge_passed, looks_like_soap


def asking(transaction: str, value: object) -> HttpMessage:
    media, body = message("http://registry.test/", transaction, value)
    return a_message("POST /c/registry HTTP/1.1", body, Content_Type=media)


def test_a_request_is_judged_by_its_rules(tmp_path: Path) -> None:
    passed = judge_passed(asking("ITI-18", QUERY), None, tmp_path)
    assert passed.transaction == "ITI-18"
    assert [finding.rule for finding in passed.of_request] == ["I04", "I04"]
    assert passed.outcome == ""


def test_a_large_document_leaves_nothing_behind(tmp_path: Path) -> None:
    passed = judge_passed(asking("ITI-41", provision(1, bytes(300_000))), None, tmp_path)
    assert passed.transaction == "ITI-41"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("status", "media", "body", "outcome"),
    [
        ("500 No", "application/soap+xml", b"<broken", "HTTP 500"),
        ("404 No", "text/html", b"<html/>", "HTTP 404"),
        ("202 Accepted", "application/soap+xml", b"", "HTTP 202"),
    ],
)
def test_an_answer_that_is_none_has_the_status_of_http(
    tmp_path: Path, status: str, media: str, body: bytes, outcome: str
) -> None:
    answer = a_message(f"HTTP/1.1 {status}", body, Content_Type=media)
    assert judge_passed(asking("ITI-18", a_query()), answer, tmp_path).outcome == outcome


@pytest.mark.parametrize(
    ("media", "soap"),
    [
        ("application/soap+xml; charset=UTF-8", True),
        ("text/xml", True),
        ('multipart/related; type="application/xop+xml"', True),
        ("multipart/related; boundary=x", True),
        ('multipart/related; type="application/dicom"', False),
        ("application/dicom+json", False),
        ("", False),
    ],
)
def test_soap_is_known_by_its_media_type(media: str, soap: bool) -> None:
    assert looks_like_soap(a_message("POST / HTTP/1.1", b"", Content_Type=media)) is soap
