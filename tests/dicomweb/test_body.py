from __future__ import annotations

import gzip
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xdsi_sim.content import SegmentsContent, read_all
from xdsi_sim.dicomweb.body import PartsReader
from xdsi_sim.dicomweb.messages import Body
from xdsi_sim.errors import LimitExceeded, ProtocolViolation, UnsupportedMediaType
from xdsi_sim.limits import Limits

RELATED = "multipart/related; boundary=b"
BODY = b"--b\r\nContent-Type: application/dicom\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b--\r\n"


def taken(
    folder: Path, content_type: str, *pieces: bytes, coding: str | None = None, limits: Limits = Limits()
) -> Body:
    reader = PartsReader(content_type, folder, limits, coding=coding)
    for piece in pieces:
        reader.feed(piece)
    return reader.finish()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, len(BODY)), max_size=6).map(sorted))
def test_parts_are_found_however_the_body_is_cut(tmp_path: Path, cuts: list[int]) -> None:
    places = [0, *cuts, len(BODY)]
    upload = taken(tmp_path, RELATED, *(BODY[a:b] for a, b in pairwise(places)))
    assert [read_all(part.content) for part in upload.parts] == [b"one", b"two"]
    assert upload.parts[0].headers["content-type"] == "application/dicom"
    assert read_all(SegmentsContent(upload.raw)) == BODY


def test_a_body_that_is_not_multipart_is_one_part(tmp_path: Path) -> None:
    upload = taken(tmp_path, "application/dicom", b"o", b"ne")
    assert [read_all(part.content) for part in upload.parts] == [b"one"]


def test_a_body_that_is_to_stay_whole_is_one_part(tmp_path: Path) -> None:
    reader = PartsReader(RELATED, tmp_path, whole=True)
    reader.feed(BODY)
    assert [read_all(part.content) for part in reader.finish().parts] == [BODY]


def test_a_body_that_is_compressed_is_inflated_and_recorded_as_it_came(tmp_path: Path) -> None:
    packed = gzip.compress(BODY)
    upload = taken(tmp_path, RELATED, packed[:9], packed[9:], coding="gzip")
    assert [read_all(part.content) for part in upload.parts] == [b"one", b"two"]
    assert read_all(SegmentsContent(upload.raw)) == packed


@pytest.mark.parametrize(
    ("content_type", "body", "coding", "limits", "error"),
    [
        ("multipart/related", BODY, None, Limits(), ProtocolViolation),
        (RELATED, BODY[:-9], None, Limits(), ProtocolViolation),
        (RELATED, BODY, "br", Limits(), UnsupportedMediaType),
        (RELATED, BODY, "gzip", Limits(), ProtocolViolation),
        (RELATED, BODY, None, Limits(parts=1), LimitExceeded),
        (RELATED, b"--b\r\n\r\n" + bytes(100_000), None, Limits(document=150_000), LimitExceeded),
        (
            RELATED,
            b"--b\r\nContent-Transfer-Encoding: x\r\n\r\nx\r\n--b--",
            None,
            Limits(),
            ProtocolViolation,
        ),
    ],
)
def test_what_cannot_be_taken_is_raised_at_the_end_and_leaves_no_file(
    tmp_path: Path, content_type: str, body: bytes, coding: str | None, limits: Limits, error: type[Exception]
) -> None:
    with pytest.raises(error):
        taken(tmp_path, content_type, body, bytes(100_000), coding=coding, limits=limits)
    assert list(tmp_path.iterdir()) == []


def test_what_nobody_wants_any_more_leaves_no_file(tmp_path: Path) -> None:
    reader = PartsReader(RELATED, tmp_path)
    reader.feed(b"--b\r\n\r\n" + bytes(200_000))
    assert len(list(tmp_path.iterdir())) == 1
    reader.abandon()
    assert list(tmp_path.iterdir()) == []
