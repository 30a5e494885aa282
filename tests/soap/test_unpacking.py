from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from xdsi_sim.content import BytesContent
from xdsi_sim.errors import ProtocolViolation
from xdsi_sim.soap.unpacking import unpacked

SOAP = ("Content-Type", "application/soap+xml")
TEXT = b"<Envelope/>"


def test_a_message_is_taken_apart_as_its_headers_say(tmp_path: Path) -> None:
    coded = (SOAP, ("content-encoding", "gzip"))
    for headers, body in (((SOAP,), TEXT), (coded, gzip.compress(TEXT))):
        assert unpacked(headers, BytesContent(body), tmp_path).root == TEXT


def test_what_is_no_package_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProtocolViolation):
        unpacked((("Content-Type", "multipart/related; boundary=b"),), BytesContent(TEXT), tmp_path)
