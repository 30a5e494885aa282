from __future__ import annotations

import base64
import quopri
import re
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from xdsi_sim.errors import LimitExceeded, ProtocolViolation
from xdsi_sim.limits import Limits
from xdsi_sim.soap.multipart import MultipartReader

BODY = (
    b"a preamble\r\n--b\r\nContent-ID: <1>\r\n\r\nfirst\r\n--bogus\r\nstill first"
    b"\r\n--b \t\r\nContent-Type: text/\r\n plain\r\nContent-ID: <2>\r\n\r\n"
    b"\r\n--b\r\n\r\nno headers\r\n--b--an epilogue"
)
PARTS = [b"first\r\n--bogus\r\nstill first", b"", b"no headers"]


class Reading:
    """Collects what a reader hands out, in order."""

    def __init__(self) -> None:
        self.headers: list[Mapping[str, str]] = []
        self.parts: list[bytearray] = []
        self.raw = bytearray()

    def open(self, headers: Mapping[str, str]) -> Any:
        self.headers.append(headers)
        self.parts.append(bytearray())
        part, raw, identity = (
            self.parts[-1],
            self.raw,
            headers.get("content-transfer-encoding") in (None, "binary"),
        )

        class Sink:
            def write(self, data: bytes | memoryview) -> None:
                part.extend(data)
                if identity:
                    raw.extend(data)

        return Sink()


def read(body: bytes, *pieces: int, boundary: str = "b", limits: Limits = Limits()) -> Reading:
    reading = Reading()
    reader = MultipartReader(boundary, reading.open, reading.raw.extend, limits)
    for start, end in zip((0, *pieces), (*pieces, len(body)), strict=True):
        reader.feed(body[start:end])
    reader.close()
    return reading


@pytest.mark.parametrize("at", range(len(BODY)))
def test_it_does_not_matter_where_the_body_is_cut(at: int) -> None:
    reading = read(BODY, at)
    assert reading.parts == PARTS
    assert reading.headers[1] == {"content-type": "text/ plain", "content-id": "<2>"}
    assert bytes(reading.raw) == BODY


@given(
    st.lists(st.binary(max_size=40).map(lambda data: data.replace(b"\r\n--x:", b"")), min_size=1, max_size=4),
    st.lists(st.integers(0, 300), max_size=6),
)
def test_any_parts_in_any_pieces_come_out_as_they_went_in(parts: list[bytes], cuts: list[int]) -> None:
    body = b"".join(b"\r\n--x:\r\nA: 1\r\n\r\n" + part for part in parts) + b"\r\n--x:--"
    reading = read(body, *sorted(min(cut, len(body)) for cut in cuts), boundary="x:")
    assert reading.parts == parts
    assert bytes(reading.raw) == body


@pytest.mark.parametrize("boundary", ["a=b", "uuid:1/2+3", "with blank", "o'clock", "=" * 70])
def test_boundaries_may_hold_all_that_rfc_2046_allows(boundary: str) -> None:
    body = f"--{boundary}\r\n\r\nx\r\n--{boundary}--".encode()
    assert read(body, boundary=boundary).parts == [b"x"]


@pytest.mark.parametrize(
    ("encoding", "encoded"),
    [
        ("base64", base64.encodebytes(bytes(range(256)))),
        ("quoted-printable", quopri.encodestring(bytes(range(33, 127)) + b"\xe4=")),
        ("8bit", b"plain"),
        ("7BIT", b"plain"),
    ],
)
def test_transfer_encodings_are_undone_and_the_raw_bytes_kept(encoding: str, encoded: bytes) -> None:
    body = f"--b\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n".encode() + encoded + b"\r\n--b--"
    plain = {"base64": base64.b64decode, "quoted-printable": quopri.decodestring}.get(encoding, bytes)(
        encoded
    )
    for at in (0, 7, 60, 71, 100):
        reading = read(body, at)
        assert bytes(reading.parts[0]) == plain
    if encoding in ("base64", "quoted-printable"):
        assert bytes(reading.raw) == body


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (b"--b\r\n\r\ncut short", "B03"),
        (b"no delimiter at all", "B03"),
        (b"", "B03"),
        (b"--b\r\nContent-Transfer-Encoding: rot13\r\n\r\nx\r\n--b--", "B13"),
        (b"--b\r\nContent-Transfer-Encoding: base64\r\n\r\n****\r\n--b--", "B13"),
    ],
)
def test_what_cannot_be_taken_apart_is_refused_by_rule(body: bytes, rule: str) -> None:
    with pytest.raises(ProtocolViolation) as refused:
        read(body)
    assert refused.value.rule == rule


def test_a_boundary_is_needed() -> None:
    with pytest.raises(ProtocolViolation):
        MultipartReader("", Reading().open, bytearray().extend)


@pytest.mark.parametrize(
    ("body", "limits"),
    [
        (b"--b\r\nA: " + b"x" * 100 + b"\r\n\r\n\r\n--b--", Limits(part_headers=90)),
        (b"--b\r\n\r\n" * 3 + b"\r\n--b--", Limits(parts=2)),
        (b"x" * 20 + b"\r\n--b\r\n\r\n\r\n--b--", Limits(soap_root=19)),
        (b"--b\r\n\r\n\r\n--b--" + b"x" * 20, Limits(soap_root=19)),
        (b"--b" + b" " * 20, Limits(part_line=10)),
        (b"--b\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + b"x" * 20, Limits(part_line=10)),
    ],
)
def test_all_that_a_sender_can_make_long_has_a_limit_that_is_named(body: bytes, limits: Limits) -> None:
    (name,) = [field.name for field in fields(Limits) if getattr(limits, field.name) != field.default]
    with pytest.raises(LimitExceeded, match=limits.named(name)) as refused:
        read(body, limits=limits)
    assert refused.value.rule == "A23"


NEAR = (
    *(b"\r\n--x:", b"--x:", b"\r\n--x", b"\r\n--x:-", b"\r\n--x:y", b"\r\n--x: \tz", b"\r\n--x:\r"),
    *(b"\r\n", b"\n", b"\r", b"-", b"--", b" "),
)
A_DELIMITER = re.compile(rb"\r\n--x:(--|[ \t]*\r\n)")


@given(
    st.lists(
        st.lists(st.sampled_from(NEAR) | st.binary(max_size=5), max_size=8)
        .map(b"".join)
        .filter(lambda part: not A_DELIMITER.search(b"\r\n" + part + b"\r\n")),
        min_size=1,
        max_size=4,
    ),
    st.lists(st.integers(0, 400), max_size=12),
)
@example(parts=[b"--x:y", b"--x:-\r\n"], cuts=[])
def test_what_only_begins_like_a_delimiter_is_content(parts: list[bytes], cuts: list[int]) -> None:
    body = b"".join(b"\r\n--x:\r\n\r\n" + part for part in parts) + b"\r\n--x:--\r\n"
    reading = read(body, *sorted(min(cut, len(body)) for cut in cuts), boundary="x:")
    assert reading.parts == parts
    assert bytes(reading.raw) == body


def test_it_may_come_octet_by_octet() -> None:
    reading = read(BODY, *range(1, len(BODY)))
    assert (reading.parts, bytes(reading.raw)) == (PARTS, BODY)


@pytest.mark.parametrize("at", range(60))
def test_base64_that_goes_on_after_its_padding_is_refused_wherever_it_is_cut(at: int) -> None:
    with pytest.raises(ProtocolViolation, match="transfer encoding"):
        read(b"--b\r\nContent-Transfer-Encoding: base64\r\n\r\nQQ==QQ==\r\n--b--", at)


@pytest.mark.parametrize(
    "endless",
    [
        b"--b" + b" " * 300_000,
        b"--b\r\n\r\n\r\n--b" + b"\t" * 300_000,
        b"--b\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + b"x" * 300_000,
    ],
)
def test_a_line_that_does_not_end_is_not_gathered(endless: bytes) -> None:
    with pytest.raises(LimitExceeded):
        read(endless, *range(1000, len(endless), 1000))


def test_what_only_begins_like_a_delimiter_is_handed_on_in_large_pieces() -> None:
    writes: list[int] = []

    class Sink:
        def write(self, data: bytes | memoryview) -> None:
            writes.append(len(data))

    reader = MultipartReader("b", lambda _headers: Sink(), bytearray().extend)
    reader.feed(b"--b\r\n\r\n" + b"\r\n--bX" * 10_000 + b"\r\n--b--")
    reader.close()
    assert writes == [60_000]
