from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from an_exchange import DOCUMENT, MTOM, MTOM_HEADERS, SOAP, a_message

from xdsi_sim.content import BytesContent, FileContent, read_all
from xdsi_sim.exchange import HttpMessage
from xdsi_sim.inspector.edited import envelope_of, with_envelope

PACKAGE = HttpMessage(start_line="POST / HTTP/1.1", headers=MTOM_HEADERS, body=BytesContent(MTOM))


def test_the_envelope_of_a_package_changes_and_all_else_stays() -> None:
    assert envelope_of(PACKAGE) == SOAP.decode()
    changed = read_all(with_envelope(PACKAGE, "<other ü='1'/>").body)
    assert changed == MTOM.replace(SOAP, "<other ü='1'/>".encode())
    assert DOCUMENT in changed


def test_a_plain_body_is_its_envelope() -> None:
    message = a_message("POST / HTTP/1.1")
    assert envelope_of(message) == SOAP.decode()
    assert read_all(with_envelope(message, "<x/>").body) == b"<x/>"


def test_what_is_not_changed_is_the_same_message() -> None:
    assert with_envelope(PACKAGE, SOAP.decode()) is PACKAGE


@pytest.mark.parametrize(
    "message",
    [
        a_message("GET / HTTP/1.1", b""),
        a_message("POST / HTTP/1.1", b"\1\2", Content_Type="application/dicom"),
        a_message("POST / HTTP/1.1", SOAP, Content_Type="application/soap+xml", Content_Encoding="gzip"),
        a_message("POST / HTTP/1.1", "<ü/>".encode("latin-1"), Content_Type="text/xml"),
        a_message("POST / HTTP/1.1", SOAP, Content_Type="multipart/related; boundary=x"),
        a_message("POST / HTTP/1.1", b"<" + b" " * 2_000_001, Content_Type="text/xml"),
    ],
)
def test_some_bodies_have_no_text_to_change(message: HttpMessage) -> None:
    assert envelope_of(message) is None


def test_a_body_that_the_log_has_lost_has_none(tmp_path: Path) -> None:
    lost = replace(a_message("POST / HTTP/1.1"), body=FileContent(tmp_path / "gone", 10))
    assert envelope_of(lost) is None
    assert with_envelope(lost, "x") is lost
