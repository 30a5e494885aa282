from __future__ import annotations

import io
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xdsi_sim.content import CHUNK, BytesContent
from xdsi_sim.scenario.reports.parts import MOST_PARTS, parts_of


def a_body(*documents: bytes, boundary: bytes = b"b") -> bytes:
    pieces = [b"--%s\r\nContent-ID: <%d>\r\n\r\n%s\r\n" % (boundary, n, d) for n, d in enumerate(documents)]
    return b"".join(pieces) + b"--" + boundary + b"--\r\n"


MIXED = "multipart/mixed; boundary=b"


def documents_in(data: bytes, content_type: str = MIXED) -> list[bytes]:
    parts = parts_of(BytesContent(data), content_type)
    return [data[part.start : part.start + part.size] for part in parts]


@given(st.lists(st.binary(max_size=60).filter(lambda data: b"--b" not in data), min_size=1, max_size=5))
def test_parts_come_back_as_they_went_in(documents: list[bytes]) -> None:
    assert documents_in(a_body(*documents)) == documents


@pytest.mark.parametrize("before", range(CHUNK - 40, CHUNK + 4, 3))
def test_delimiter_across_two_reads_is_found(before: int) -> None:
    assert [len(document) for document in documents_in(a_body(b"x" * before, b"y"))] == [before, 1]


def test_headers_are_read_and_unfolded() -> None:
    body = b"--b\r\nContent-Type: a;\r\n  b=c\r\nX:1\r\n\r\n--b--"
    (part,) = parts_of(BytesContent(body), MIXED)
    assert part.headers == (("Content-Type", "a; b=c"), ("X", "1"))


def test_part_without_headers_is_all_document() -> None:
    assert documents_in(b"--b\r\n\r\ntext\r\n--b--") == [b"text"]


def test_cut_body_ends_with_what_came_of_its_last_part() -> None:
    assert documents_in(a_body(b"whole", b"cut in two")[:-16]) == [b"whole", b"cut"]


def test_delimiter_inside_a_line_is_content() -> None:
    assert documents_in(a_body(b"x --b y")) == [b"x --b y"]


@pytest.mark.parametrize(
    "content_type", ["", "multipart/mixed", "multipart/mixed; boundary=o", "a/x; boundary=b"]
)
def test_what_is_not_said_to_be_multipart_or_has_another_boundary_has_no_parts(content_type: str) -> None:
    assert documents_in(a_body(b"x"), content_type) == []


def test_only_the_first_of_very_many_parts_are_listed() -> None:
    assert len(documents_in(a_body(*[b"x"] * (MOST_PARTS + 5)))) == MOST_PARTS


class Counted(io.BytesIO):
    """Never gives more than one chunk, as a file of any size is read."""

    def read(self, size: int | None = -1, /) -> bytes:
        assert size is not None
        assert 0 <= size <= CHUNK
        return super().read(size)


class CountedContent:
    def __init__(self, data: bytes) -> None:
        self.data = data

    @property
    def size(self) -> int:
        return len(self.data)

    def open(self) -> BinaryIO:
        return Counted(self.data)


def test_body_is_never_read_whole() -> None:
    assert len(parts_of(CountedContent(a_body(b"x" * 3 * CHUNK, b"y")), MIXED)) == 2


def test_a_line_that_only_begins_like_the_boundary_is_content() -> None:
    data = b"--b\r\n\r\none\r\n--bx\r\n--b-\r\ntwo\r\n--b \r\n\r\nthree\r\n--b--\r\n"
    parts = parts_of(BytesContent(data), MIXED)
    assert [data[part.start : part.start + part.size] for part in parts] == [
        b"one\r\n--bx\r\n--b-\r\ntwo",
        b"three",
    ]
