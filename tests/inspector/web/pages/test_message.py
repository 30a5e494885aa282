from __future__ import annotations

import ast
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from an_inspector import HOSTILE, Inspector, words_of
from wire import post, send

from xdsi_sim.content import read_all
from xdsi_sim.scenario.reports.capture import octets_of
from xdsi_sim.testing.steps import Steps


@pytest.mark.parametrize("transaction", ["RAD-68", "ITI-42", "ITI-18", "ITI-43", "RAD-69", "WADO-RS"])
def test_every_kind_of_message_has_a_page(inspector: Inspector, transaction: str) -> None:
    exchange = inspector.one(transaction)
    words = inspector.words(f"messages/{exchange.id}")
    assert f"{exchange.sender} → {exchange.receiver}" in words
    assert exchange.request.start_line in words
    assert "No findings." in words


def test_metadata_are_told_by_the_names_of_the_framework(inspector: Inspector) -> None:
    page = inspector.page(f"messages/{inspector.one('RAD-68').id}")
    tables = [
        words_of(table) for table in re.findall(r'<table class="attributes">.*?</table>', page, re.DOTALL)
    ]
    entry = next(table for table in tables if table.startswith("DocumentEntry"))
    for name in (
        "creationTime",
        "classCode IMAGES",
        "patientId NAT-1001",
        "formatCode 1.2.840.10008.5.1.4.1.1.88.59",
    ):
        assert name in entry
    assert any(table.startswith("SubmissionSet") for table in tables)
    assert any(table.startswith("Association") for table in tables)


def test_why_a_submission_was_refused_stands_at_the_attribute(inspector: Inspector) -> None:
    page = inspector.page(f"messages/{inspector.refused.id}")
    row = next(row for row in page.split("<tr")[1:] if '<th scope="row">languageCode</th>' in row)
    told = words_of(row)
    assert "error D01 languageCode is missing" in told
    assert "ITI TF-3: Table 4.3.1-3" in told
    assert "What D01 asks" in told
    assert 'class=" broken"' in row or "broken" in row.partition(">")[0]


def test_a_finding_stands_beside_its_element_in_the_envelope(inspector: Inspector) -> None:
    page = inspector.page(f"messages/{inspector.refused.id}")
    envelope = page.partition('id="x-request"')[2]
    at = envelope.index("D01")
    element = envelope[:at].rpartition("&lt;<b>")[2]
    assert element.startswith("rim:ExtrinsicObject")
    assert "marked error" in envelope[:at]


def test_errors_that_the_peer_was_told_are_a_list(inspector: Inspector) -> None:
    words = inspector.words(f"messages/{inspector.refused.id}")
    assert "RegistryErrors" in words
    assert "XDSRegistryMetadataError" in words
    assert "What XDSRegistryMetadataError means" in words
    assert "The codeContext holds" in words


def test_a_hostile_title_is_text(inspector: Inspector) -> None:
    page = inspector.page(f"messages/{inspector.hostile.id}")
    assert "<script>alert(1)" not in page
    assert "<img src=x" not in page
    assert "\u202e" not in page
    assert HOSTILE.replace("\u202e", "⟨U+202E⟩") in words_of(page)


@pytest.mark.parametrize("side", ["request", "response"])
def test_a_message_is_had_byte_for_byte(inspector: Inspector, side: str) -> None:
    exchange = inspector.one("RAD-69")
    sent = exchange.request if side == "request" else exchange.response
    assert sent is not None
    body = inspector.get(f"messages/{exchange.id}/body/{side}")
    assert body.body == read_all(sent.body)
    assert body.headers["content-type"] == "application/octet-stream"
    assert "attachment" in body.headers["content-disposition"]
    raw = inspector.get(f"messages/{exchange.id}/raw/{side}")
    assert raw.body == b"".join(octets_of(sent))


def test_there_are_two_sides(inspector: Inspector) -> None:
    id = inspector.exchanges[0].id
    assert inspector.get(f"messages/{id}/body/other").status == 404


def test_a_command_of_curl_is_there_to_copy(inspector: Inspector) -> None:
    exchange = inspector.one("ITI-18")
    words = inspector.words(f"messages/{exchange.id}")
    assert "--data-binary '" in words
    assert inspector.running.url_of("registry") in words
    large = inspector.words(f"messages/{inspector.one('RAD-68').id}")
    assert f"{inspector.url}messages/{inspector.one('RAD-68').id}/body/request | curl" in large


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/soap+xml", b""),
        ("application/soap+xml", b"<a><b></a>"),
        ("application/soap+xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"),
        ("text/html", b"<script>alert(1)</script>"),
        ('multipart/related; boundary="x"; type="application/xop+xml"', b"--x\r\n\r\n\x00\xff"),
        ("application/soap+xml", b"\x00\x01\x02\xff" * 50),
        ("application/soap+xml", b"<a>" * 300),
    ],
)
def test_whatever_a_peer_sends_is_shown(inspector: Inspector, content_type: str, body: bytes) -> None:
    url, mark = inspector.running.url_of("registry"), inspector.running.mark()
    send(url, post(url, content_type, body, "X-Title: <script>alert(1)</script>"))
    inspector.running.mark()
    exchange = inspector.running.heard(mark)[-1][1]
    page = inspector.page(f"messages/{exchange.id}")
    assert "<script>alert" not in page
    assert "X-Title" in page


@pytest.mark.parametrize("transaction", ["ITI-18", "ITI-42", "RAD-69", "WADO-RS"])
def test_a_request_is_a_step_and_a_test_of_its_own(
    inspector: Inspector, transaction: str, tmp_path: Path
) -> None:
    exchange = inspector.one(transaction)
    page = inspector.page(f"messages/{exchange.id}")
    found = re.search(r'<pre id="s-pytest">(.*?)</pre>', page, re.DOTALL)
    assert found
    raw = inspector.get(f"messages/{exchange.id}/raw/request")
    (tmp_path / f"{exchange.id[:12]}-request.http").write_bytes(raw.body)
    call = re.search(r"xdsi_play\((.*)\)", unescape(found[1]))
    assert call
    status = "Failure" if transaction == "ITI-42" else "Success"  # its objects are registered already
    kind, given = step_in(call[1].replace("'status': 'Success'", f"'status': '{status}'"))
    Steps(inspector.running, tmp_path)(kind, **given)


def step_in(arguments: str) -> tuple[str, dict[str, Any]]:
    """Kind and parameters, as Python has them."""
    call = ast.parse(f"f({arguments})", mode="eval").body
    assert isinstance(call, ast.Call)
    return ast.literal_eval(call.args[0]), {
        str(one.arg): ast.literal_eval(one.value) for one in call.keywords
    }
