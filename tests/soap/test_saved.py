from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xdsi_sim.soap.saved import Form, Saved, Unrecognised, read_saved

ENVELOPE = b"<e/>"
HEAD = b"POST /x HTTP/1.1\r\nContent-Type: application/soap+xml\r\nHost: h\r\n\r\n"


@pytest.mark.parametrize(
    ("data", "form", "body"),
    [
        (HEAD + ENVELOPE, Form.HTTP_REQUEST, ENVELOPE),
        (HEAD.replace(b"\r\n", b"\n") + ENVELOPE, Form.HTTP_REQUEST, ENVELOPE),
        (HEAD.removesuffix(b"\r\n"), Form.HTTP_REQUEST, b""),
        (b"HTTP/1.1 200 OK\r\n\r\n" + ENVELOPE, Form.HTTP_RESPONSE, ENVELOPE),
        (b"HTTP/1.1 202 \r\n\r\n", Form.HTTP_RESPONSE, b""),
        (ENVELOPE, Form.XML, ENVELOPE),
        (b"\xef\xbb\xbf\n" + ENVELOPE, Form.XML, b"\xef\xbb\xbf\n" + ENVELOPE),
        ("<e/>".encode("utf-16"), Form.XML, "<e/>".encode("utf-16")),
        (b"MSH|^~\\&|\nPID|1\n", Form.HL7V2, b"MSH|^~\\&|\rPID|1\r"),
        (b"MLLP ADT^A01\r\nContent-Type: x\r\n\r\nMSH|^~\\&|\r", Form.HL7V2, b"MSH|^~\\&|\r"),
        (b"\x0bMSH|^~\\&|\rPID|1\r\x1c\r", Form.HL7V2, b"MSH|^~\\&|\rPID|1\r"),
    ],
)
def test_a_message_is_recognised_by_its_content(data: bytes, form: Form, body: bytes) -> None:
    saved = read_saved(data)
    assert (saved.form, saved.body) == (form, body)


def test_a_request_that_carries_nothing_is_no_message() -> None:
    with pytest.raises(Unrecognised, match="a GET carries none"):
        read_saved(b"GET /studies HTTP/1.1\r\n\r\n")


@pytest.mark.parametrize("data", [b"", b" \n", b"%PDF-1.7", b"hello", b"--\n", b"POST\n"])
def test_anything_else_is_told_with_how_it_begins(data: bytes) -> None:
    with pytest.raises(Unrecognised, match=r"it is empty|it begins b'"):
        read_saved(data)


def test_a_head_is_read_with_its_folded_lines() -> None:
    saved = read_saved(b'POST /x HTTP/1.1\r\nContent-Type: a/b;\r\n  c="d"\r\nnonsense\r\nX:  y \r\n\r\n')
    assert saved.headers == (("Content-Type", 'a/b; c="d"'), ("X", "y"))
    assert saved.header("content-TYPE") == 'a/b; c="d"'
    assert (saved.method, saved.status) == ("POST", None)
    answer = read_saved(b"HTTP/1.1 500 Oh\r\n\r\n")
    assert (answer.method, answer.status) == (None, 500)


@pytest.mark.parametrize(
    ("body", "joined"),
    [
        (b"4\r\n<e/>\r\n0\r\n\r\n", b"<e/>"),
        (b"2;x=1\r\n<e\r\n2\r\n/>\r\n0\r\n\r\n", b"<e/>"),
        (ENVELOPE, ENVELOPE),  # a log has joined them
        (b"9\r\n<e", b"9\r\n<e"),
    ],
)
def test_chunks_are_joined(body: bytes, joined: bytes) -> None:
    head = b"POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert read_saved(head + body).body == joined


PARTS = (
    b"--b\nContent-Type: application/xop+xml \nContent-ID: <r>\n\n<e>\n</e>\n"
    b"--b \nContent-ID: <d>\n \nline\nline\n--b--\n"
)
RIGHT = (
    b"--b\r\nContent-Type: application/xop+xml\r\nContent-ID: <r>\r\n\r\n<e>\n</e>\r\n"
    b"--b\r\nContent-ID: <d>\r\n\r\nline\nline\r\n--b--\r\n"
)


def test_line_ends_between_parts_are_put_right_and_those_in_them_left() -> None:
    head = b'POST /x HTTP/1.1\nContent-Type: multipart/related; boundary="b"\n\n'
    assert read_saved(head + PARTS).body == RIGHT
    wire = head.replace(b"\n", b"\r\n") + RIGHT
    assert read_saved(wire).body == RIGHT


def test_a_multipart_body_alone_is_taken_as_a_head_would_have_said() -> None:
    for body in (PARTS, RIGHT):
        saved = read_saved(body)
        assert (saved.form, saved.body) == (Form.MULTIPART, RIGHT)
        assert 'boundary="b"' in saved.header("content-type")
        assert saved.packaged


@given(st.binary(max_size=300) | st.binary(max_size=300).map(lambda data: HEAD + data))
def test_any_octets_are_a_message_or_are_none(data: bytes) -> None:
    with suppress(Unrecognised):
        assert isinstance(read_saved(data), Saved)
