from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Any

import pytest

from xdsi_sim.content import BytesContent, PassingContent, SegmentsContent, read_all, sha1_of
from xdsi_sim.errors import LimitExceeded
from xdsi_sim.limits import Limits
from xdsi_sim.soap.spool import IN_MEMORY, Recording, Spool, SpooledBody, Tape


@pytest.mark.parametrize(
    ("size", "kind"), [(0, BytesContent), (IN_MEMORY, BytesContent), (IN_MEMORY + 1, PassingContent)]
)
def test_only_what_is_large_goes_to_a_file(tmp_path: Path, size: int, kind: type) -> None:
    data = bytes(size)
    spool = Spool(tmp_path)
    for start in range(0, size, 10_000):
        spool.write(memoryview(data)[start : start + 10_000])
    content = spool.finish()
    assert type(content) is kind
    assert content.size == spool.size == size
    assert read_all(content) == data
    assert sha1_of(content) == hashlib.sha1(data, usedforsecurity=False).hexdigest()


def test_what_is_discarded_leaves_no_file(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.write(bytes(IN_MEMORY + 1))
    spool.discard()
    assert list(tmp_path.iterdir()) == []


def test_a_body_has_its_contents_where_they_stood(tmp_path: Path) -> None:
    body = SpooledBody(tmp_path)
    body.record(b"<")
    plain = body.open()
    plain.write(b"as it is")
    body.record(b"|")
    encoded = body.open(apart=True)
    encoded.write(b"Q")
    body.record(b"UQ==")
    body.record(b">")
    assert read_all(SegmentsContent(body.finish())) == b"<as it is|UQ==>"
    assert (read_all(plain.finish()), read_all(encoded.finish())) == (b"as it is", b"Q")


def test_a_body_that_is_discarded_leaves_no_file(tmp_path: Path) -> None:
    body = SpooledBody(tmp_path)
    body.open().write(bytes(IN_MEMORY + 1))
    body.open(apart=True).write(bytes(IN_MEMORY + 1))
    body.record(bytes((1 << 20) + 1))
    assert len(list(tmp_path.iterdir())) == 3
    body.discard()
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_takes_only_a_part_is_full(tmp_path: Path) -> None:
    class AlmostFull(io.BytesIO):
        def write(self, data: Any) -> int:
            return super().write(bytes(data)[:100])

    spool = Spool(tmp_path)
    spool.write(bytes(IN_MEMORY + 1))
    spool._file.close()
    spool._file = AlmostFull()
    spool.write(bytes(100))
    with pytest.raises(OSError, match="No space left"):
        spool.write(bytes(101))


def test_a_document_has_a_limit_and_what_is_recorded_has_none(tmp_path: Path) -> None:
    spool = Spool(tmp_path, Limits(document=10))
    spool.write(bytes(10))
    with pytest.raises(LimitExceeded, match=r"limits\.document=10"):
        spool.write(b"x")
    tape = Tape(tmp_path)
    tape.write(bytes(3 << 20))
    assert tape.finish().size == 3 << 20


def test_a_body_that_is_not_recorded_keeps_its_contents_alone(tmp_path: Path) -> None:
    body = SpooledBody(tmp_path, recorded=False)
    body.record(b"<")
    content = body.open()
    content.write(b"x")
    assert (body.finish(), read_all(content.finish())) == ((), b"x")


def test_many_contents_neither_keep_files_open_nor_fill_the_memory(tmp_path: Path) -> None:
    body = SpooledBody(tmp_path)
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(150):
        body.record(bytes(5000))
        body.open().write(bytes(IN_MEMORY))
    after = len(list(Path("/proc/self/fd").iterdir()))
    assert after - before <= 2
    assert len(list(tmp_path.iterdir())) == 22 + 22  # from the 129th on
    assert SegmentsContent(body.finish()).size == 150 * (5000 + IN_MEMORY)


def test_what_cannot_be_recorded_passes_all_the_same(tmp_path: Path) -> None:
    whole, nowhere = Recording(tmp_path), Recording(tmp_path / "nowhere")
    for recording in (whole, nowhere):
        recording.write(bytes(IN_MEMORY))
        recording.write(b"x")
        recording.write(b"y")
    assert read_all(whole.finish()) == bytes(IN_MEMORY) + b"xy"
    assert read_all(nowhere.finish()) == b""
