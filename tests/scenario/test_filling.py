from __future__ import annotations

from pathlib import Path

import pytest
from a_scenario import run

from xdsi_sim.scenario.filling import changed, texts_of
from xdsi_sim.scenario.record import Verdict

BINARY = b"\x00${name\xff${name}\n\x01"
PARTS = (
    b"--b\r\nContent-Type: application/xop+xml\r\n\r\n<a>${name}</a>\r\n"
    b"--b\r\nContent-Type: application/dicom\r\n\r\n" + BINARY + b"\r\n"
    b"--b\r\nContent-Type: text/plain\r\n\r\n${name}\r\n--b--\r\n"
)
MEDIA = "multipart/related; boundary=b"


def test_text_is_changed_and_what_is_binary_is_not() -> None:
    told = changed(PARTS, MEDIA, lambda text: text.replace("${name}", "Anna"))
    assert told == PARTS.replace(b"<a>${name}", b"<a>Anna").replace(b"\r\n\r\n${name}", b"\r\n\r\nAnna")


@pytest.mark.parametrize("media", ["", "text/xml", "multipart/related", "multipart/related; boundary=other"])
def test_what_has_no_parts_is_text_whatever_octets_it_has(media: str) -> None:
    assert changed(b"\xff${name}\xc3", media, lambda text: text.upper()) == b"\xff${NAME}\xc3"


def test_the_text_of_a_file_keeps_its_lines() -> None:
    capture = b"POST / HTTP/1.1\r\nContent-Type: " + MEDIA.encode() + b"\r\n\r\n" + PARTS
    text = texts_of(capture)
    assert text.count("${name}") == 2
    assert text.count("\n") == capture.count(b"\n")
    assert texts_of(b"no message ${name}") == "no message ${name}"


def test_octets_of_a_document_that_look_like_a_reference_pass(tmp_path: Path) -> None:
    (tmp_path / "odd.http").write_bytes(
        b"POST /x HTTP/1.1\r\nContent-Type: " + MEDIA.encode() + b"\r\n\r\n" + PARTS
    )
    steps = '  - {name: odd, send: {file: odd.http, fill: true, to: registry}, expect: {status: {matches: ".*"}}}\n'
    head = "name: t\ntitle: t\ntopology: central\nvariables: {name: Anna}\nsteps:\n"
    assert run(tmp_path, steps, head=head).verdict is Verdict.PASS
