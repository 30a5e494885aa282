from __future__ import annotations

import pytest

from xdsi_sim.errors import ProtocolViolation, VersionMismatch
from xdsi_sim.soap.envelope import read_envelope, write_envelope
from xdsi_sim.vocab import NS


def envelope(body: str, namespace: str = NS.SOAP) -> bytes:
    return f'<s:Envelope xmlns:s="{namespace}"><s:Header/>{body}</s:Envelope>'.encode()


def test_what_is_written_is_read_back() -> None:
    read = read_envelope(b"".join(write_envelope("<wsa:Action>urn:a</wsa:Action>", (b"<x>", b"</x>"))))
    assert (read.addressing.action, read.body.tag) == ("urn:a", "x")
    assert b"Header" not in b"".join(write_envelope("", (b"<x/>",)))


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"", "A03"),
        (b"  \r\n", "A03"),
        (b"not xml", "A03"),
        (b"<!DOCTYPE x><x/>", "A03"),
        (b"<html/>", "A04"),
        (envelope("<s:Body><a/></s:Body>", "urn:other"), "A04"),
        (envelope(""), "A05"),
        (envelope("<s:Body/>"), "A05"),
        (envelope("<s:Body><a/><b/></s:Body>"), "A05"),
        (b'<?xml version="1.0" encoding="ISO-8859-1"?>' + envelope("<s:Body><a/></s:Body>"), "A22"),
    ],
)
def test_what_is_no_soap_message_is_refused_by_rule(data: bytes, rule: str) -> None:
    with pytest.raises(ProtocolViolation) as refused:
        read_envelope(data)
    assert refused.value.rule == rule


def test_soap_1_1_is_another_version() -> None:
    with pytest.raises(VersionMismatch):
        read_envelope(envelope("<s:Body><a/></s:Body>", NS.SOAP11))
