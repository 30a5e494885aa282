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


@pytest.mark.parametrize("namespace", [NS.SOAP11, "urn:other", ""])
def test_another_envelope_is_another_version(namespace: str) -> None:
    with pytest.raises(VersionMismatch) as refused:
        read_envelope(f'<Envelope xmlns="{namespace}"><Body><a/></Body></Envelope>'.encode())
    assert refused.value.detail == namespace


SOUND = envelope("<s:Body><a>\u00e4</a></s:Body>")


@pytest.mark.parametrize(
    ("data", "charset"),
    [
        (SOUND, None),
        (SOUND, ""),
        (SOUND, "UTF-8"),
        (b"\xef\xbb\xbf" + SOUND, "utf8"),
        (envelope("<s:Body><a/></s:Body>"), "us-ascii"),
        (SOUND.decode().encode("utf-16"), "UTF-16"),
        (SOUND.decode().encode("utf-16"), None),
        (b"\xfe\xff" + SOUND.decode().encode("utf-16-be"), "utf-16BE"),
    ],
)
def test_a_charset_that_fits_the_octets_is_read(data: bytes, charset: str | None) -> None:
    assert read_envelope(data, charset=charset).body.tag == "a"


@pytest.mark.parametrize(
    ("data", "charset"),
    [
        (SOUND, "UTF-16"),
        (SOUND, "ISO-8859-1"),
        (SOUND, "us-ascii"),
        (SOUND, "nonsense"),
        (SOUND.decode().encode("utf-16"), "UTF-8"),
        (SOUND.decode().encode("utf-16"), "us-ascii"),
    ],
)
def test_a_charset_that_contradicts_the_octets_is_refused(data: bytes, charset: str) -> None:
    with pytest.raises(ProtocolViolation) as refused:
        read_envelope(data, charset=charset)
    assert refused.value.rule == "A22"
