from __future__ import annotations

import http.client
import os
import socket
from contextlib import closing
from pathlib import Path

import pytest
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET

from xdsi_sim.content import BytesContent, FileContent, Segment, read_all
from xdsi_sim.server.http import FrontRequest, answer
from xdsi_sim.server.sending import _stretches
from xdsi_sim.server.site import ActorSite

BLOCK = bytes(range(251))


class Shelf(Resource):
    """Hands out what a test has put there."""

    isLeaf = True

    def __init__(self) -> None:
        super().__init__()
        self.segments: list[Segment] = []

    def render_GET(self, request: FrontRequest) -> int:
        answer(request, 200, (("Content-Type", "application/octet-stream"),), self.segments)
        return NOT_DONE_YET


@pytest.fixture
def shelf(site: ActorSite) -> Shelf:
    put = Shelf()
    site.put("/shelf", put)
    return put


def a_file(path: Path, size: int) -> FileContent:
    path.write_bytes((BLOCK * (size // len(BLOCK) + 1))[:size])
    return FileContent.of(path)


def octets(segments: list[Segment]) -> bytes:
    return b"".join(part if isinstance(part, bytes) else read_all(part) for part in segments)


def test_small_segments_are_gathered_and_large_ones_cut() -> None:
    segments = [b"a", BytesContent(b"b" * 600_000), b"c", BytesContent(b"")]
    pieces = [piece for piece in _stretches(segments, direct=False) if isinstance(piece, bytes)]
    assert b"".join(pieces) == b"a" + b"b" * 600_000 + b"c"
    assert max(map(len, pieces)) < 600_000
    assert len(pieces) < 5


def test_files_and_what_stands_between_them_arrive_in_their_order(
    site: ActorSite, shelf: Shelf, tmp_path: Path
) -> None:
    shelf.segments = [
        a_file(tmp_path / "first", 3_000_001),
        b"--boundary",
        a_file(tmp_path / "small", 100),
        BytesContent(BLOCK * 2_000),
        b"--",
        a_file(tmp_path / "last", 200_000),
        b"end",
    ]
    with closing(http.client.HTTPConnection("127.0.0.1", site.port)) as connection:
        for _ in range(3):  # the connection is good for more
            connection.request("GET", "/shelf")
            assert connection.getresponse().read() == octets(shelf.segments)


@pytest.mark.parametrize("size", [10, 2_000_000])
def test_a_file_that_is_shorter_than_was_said_ends_the_connection(
    site: ActorSite, shelf: Shelf, tmp_path: Path, caplog: pytest.LogCaptureFixture, size: int
) -> None:
    stored = a_file(tmp_path / "file", 3_000_000)
    shelf.segments = [b"before", stored, b"after"]
    os.truncate(stored.path, size)
    with closing(http.client.HTTPConnection("127.0.0.1", site.port)) as connection:
        connection.request("GET", "/shelf")
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            connection.getresponse().read()
    assert "not of the size" in caplog.text


def test_whoever_leaves_in_the_middle_leaves_no_file_open(
    site: ActorSite, shelf: Shelf, tmp_path: Path
) -> None:
    stored = a_file(tmp_path / "file", 30_000_000)
    shelf.segments = [stored]
    for _ in range(3):
        with socket.create_connection(("127.0.0.1", site.port)) as connection:
            connection.sendall(b"GET /shelf HTTP/1.1\r\nHost: x\r\n\r\n")
            assert connection.recv(100_000)
    shelf.segments = [b"still here"]
    with closing(http.client.HTTPConnection("127.0.0.1", site.port)) as connection:
        connection.request("GET", "/shelf")
        assert connection.getresponse().read() == b"still here"
    site.close()
    opened = [str(each.readlink()) for each in Path("/proc/self/fd").iterdir() if each.is_symlink()]
    assert str(stored.path) not in opened
