from __future__ import annotations

import base64
import hashlib
import secrets
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xdsi_sim.content import (
    CHUNK,
    Base64Content,
    BytesContent,
    Content,
    Edit,
    FileContent,
    SegmentsContent,
    SliceContent,
    chunks_of,
    edited,
    head_of,
    pieces_in,
    read_all,
    sha1_of,
)


@pytest.fixture(params=["memory", "file"])
def content(request: pytest.FixtureRequest, tmp_path: Path) -> Content:
    data = bytes(range(256)) * 4
    if request.param == "memory":
        return BytesContent(data)
    path = tmp_path / "content"
    path.write_bytes(data)
    return FileContent.of(path)


def test_size_is_in_octets(content: Content) -> None:
    assert content.size == 1024


def test_each_reader_starts_at_the_first_octet(content: Content) -> None:
    with content.open() as first, content.open() as second:
        assert first.read(2) == second.read(2) == b"\x00\x01"


def test_all_is_read_at_once(content: Content) -> None:
    assert read_all(content) == bytes(range(256)) * 4
    assert read_all(content) == bytes(range(256)) * 4


def test_chunks_are_no_larger_than_asked(content: Content) -> None:
    pieces = list(chunks_of(content, 1000))
    assert [len(piece) for piece in pieces] == [1000, 24]
    assert b"".join(pieces) == read_all(content)


def test_segments_are_pieces_in_their_order(content: Content) -> None:
    large = BytesContent(bytes(CHUNK + 1))
    pieces = [*pieces_in((b"head", content, large, b"", b"tail"))]
    assert pieces == [b"head", read_all(content), bytes(CHUNK), b"\0", b"", b"tail"]


def test_empty_content_has_no_chunks() -> None:
    assert list(chunks_of(BytesContent(b""))) == []


def test_chunks_are_of_one_size_if_nothing_is_asked() -> None:
    assert [len(piece) for piece in chunks_of(BytesContent(bytes(CHUNK + 1)))] == [CHUNK, 1]


def test_a_reader_is_closed_when_all_is_read(tmp_path: Path) -> None:
    path = tmp_path / "content"
    path.write_bytes(b"x")
    readers = []

    class Watched(FileContent):
        def open(self) -> object:  # type: ignore[override]
            readers.append(super().open())
            return readers[-1]

    assert list(chunks_of(Watched(path, 1))) == [b"x"]
    assert readers[0].closed


def test_a_file_that_is_not_there_is_said_so_at_once(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        FileContent.of(tmp_path / "nothing")


@given(st.binary(max_size=2000))
def test_sha1_is_that_of_the_bytes(data: bytes) -> None:
    assert sha1_of(BytesContent(data)) == hashlib.sha1(data, usedforsecurity=False).hexdigest()


def test_sha1_of_nothing_is_the_one_of_delayed_documents() -> None:
    assert sha1_of(BytesContent(b"")) == "da39a3ee5e6b4b0d3255bfef95601890afd80709"


def test_contents_of_the_same_bytes_are_equal() -> None:
    assert BytesContent(b"a") == BytesContent(b"a") != BytesContent(b"b")


@given(data=st.binary(max_size=100), step=st.integers(1, 9))
def test_a_content_is_encoded_while_it_is_read(data: bytes, step: int) -> None:
    encoded = Base64Content(BytesContent(data))
    assert encoded.size == len(base64.b64encode(data))
    assert b"".join(chunks_of(encoded, step)) == base64.b64encode(data)


def test_a_large_content_is_encoded_in_chunks_and_in_whole_units() -> None:
    data = secrets.token_bytes(CHUNK * 3 + 1)
    pieces = list(chunks_of(Base64Content(SegmentsContent((data[:1000], BytesContent(data[1000:]))))))
    assert b"".join(pieces) == base64.b64encode(data)
    assert {len(piece) for piece in pieces[:-1]} == {CHUNK}


@given(st.lists(st.binary(max_size=20), max_size=5), st.integers(0, 120), st.integers(0, 40))
def test_segments_are_read_from_any_place(pieces: list[bytes], start: int, count: int) -> None:
    body = SegmentsContent(tuple(BytesContent(piece) if len(piece) % 2 else piece for piece in pieces))
    whole = b"".join(pieces)
    with body.open() as source:
        source.read(3)
        assert source.seek(start) == start
        assert source.read(count) == whole[start : start + count]
        assert source.read() == whole[start + count :]


@given(st.binary(max_size=60), st.integers(0, 60), st.integers(0, 60), st.integers(0, 70))
def test_a_slice_ends_at_its_end_and_is_read_from_any_place(
    data: bytes, at: int, size: int, seek: int
) -> None:
    at = min(at, len(data))
    size = min(size, len(data) - at)
    piece = SliceContent(BytesContent(data), at, size)
    assert (read_all(piece), piece.size) == (data[at : at + size], size)
    with piece.open() as source:
        source.seek(seek)
        assert source.read() == data[at : at + size][seek:]
        source.seek(-size, 2)
        assert source.read() == data[at : at + size]


def test_a_slice_of_what_ends_before_it_is_an_error(content: Content) -> None:
    assert len(read_all(SliceContent(content, 1000, 24))) == 24
    with pytest.raises(OSError, match="ends before the stretch"):
        read_all(SliceContent(content, 1000, 25))


@given(
    st.binary(max_size=40), st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.binary(max_size=3)))
)
def test_edits_are_made_while_the_content_is_read(data: bytes, changes: list[tuple[int, int, bytes]]) -> None:
    edits, expected, at = [], b"", 0
    for ahead, cut, text in changes:
        start = min(at + ahead, len(data))
        end = min(start + cut, len(data))
        edits.append(Edit(start, end - start, text))
        expected += data[at:start] + text
        at = end
    changed = edited(BytesContent(data), edits)
    assert read_all(changed) == read_all(changed) == expected + data[at:]
    assert changed.size == len(expected + data[at:])


def test_a_content_without_edits_is_itself(content: Content) -> None:
    assert edited(content, ()) is content


def test_edits_are_made_in_a_file_of_any_size(tmp_path: Path) -> None:
    data = secrets.token_bytes(2 * CHUNK + 10)
    (tmp_path / "large").write_bytes(data)
    changed = edited(FileContent.of(tmp_path / "large"), [Edit(1, 1, b"x"), Edit(2 * CHUNK + 1, 0, b"yz")])
    assert read_all(changed) == data[:1] + b"x" + data[2 : 2 * CHUNK + 1] + b"yz" + data[2 * CHUNK + 1 :]


def test_a_content_that_ends_before_an_edit_is_an_error(content: Content) -> None:
    with pytest.raises(OSError, match="ends before a change"):
        read_all(edited(content, [Edit(2000, 0, b"x")]))


@pytest.mark.parametrize("size", [0, 5, 1024, 9999])
def test_head_is_the_first_octets(content: Content, size: int) -> None:
    assert head_of(content, size) == read_all(content)[:size]
