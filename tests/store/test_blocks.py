from __future__ import annotations

import mmap
import os
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xdsi_sim.store.blocks import BlockFile

BLOCK = 4096
ROOM = 4 * BLOCK
"""Of the buffer: little, so that pieces are longer than it."""

piece = st.one_of(
    st.binary(max_size=20),
    st.sampled_from([BLOCK - 1, BLOCK, BLOCK + 1, ROOM, 2 * ROOM + 5]).map(os.urandom),
)
appended = st.tuples(st.lists(piece, max_size=5), st.booleans())


@pytest.fixture
def buffer() -> Iterator[mmap.mmap]:
    with closing(mmap.mmap(-1, ROOM)) as made:
        yield made


@given(appends=st.lists(appended, max_size=6))
def test_octets_stand_one_after_the_other_past_the_cache_or_not(
    appends: list[tuple[list[bytes], bool]],
) -> None:
    whole = b""
    with tempfile.TemporaryDirectory() as folder, closing(mmap.mmap(-1, ROOM)) as buffer:
        path = Path(folder) / "octets"
        file = BlockFile(path, buffer)
        for pieces, past in appends:
            file.append(pieces, past=past)
            whole += b"".join(pieces)
            assert file.size == len(whole)
            assert path.read_bytes() == whole + bytes(-len(whole) % BLOCK)
        file.close()
        assert path.read_bytes() == whole


def cached(path: Path) -> bool:
    """Whether the system has the beginning in memory: else it would have to wait for the disk."""
    file = os.open(path, os.O_RDONLY)
    try:
        return os.preadv(file, [bytearray(1)], 0, os.RWF_NOWAIT) == 1
    except BlockingIOError:
        return False
    except OSError:  # a file system that is in memory does not tell
        return True
    finally:
        os.close(file)


def test_what_goes_past_the_cache_takes_no_memory_of_the_system(tmp_path: Path, buffer: mmap.mmap) -> None:
    if not hasattr(os, "RWF_NOWAIT") or not hasattr(os, "O_DIRECT"):
        pytest.skip("only Linux tells")
    plain = tmp_path / "plain"
    plain.write_bytes(bytes(ROOM))
    with plain.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    if cached(plain):
        pytest.skip("this file system is in memory")
    for past in (True, False):
        path = tmp_path / f"{past}"
        with closing(BlockFile(path, buffer)) as written:
            written.append([bytes(ROOM)], past=past)
            assert cached(path) is not past


def test_without_a_way_past_the_cache_it_is_written_all_the_same(
    tmp_path: Path, buffer: mmap.mmap, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xdsi_sim.store.blocks._PAST", 0)
    with closing(BlockFile(tmp_path / "octets", buffer)) as file:
        file.append([b"one", b"two"], past=True)
    assert (tmp_path / "octets").read_bytes() == b"onetwo"


def test_of_what_fails_nothing_counts_and_what_follows_takes_its_place(
    tmp_path: Path, buffer: mmap.mmap, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.pwrite
    with closing(BlockFile(tmp_path / "octets", buffer)) as file:
        file.append([b"before"], past=False)
        with monkeypatch.context() as full:
            full.setattr(os, "pwrite", lambda file, octets, at: write(file, octets[:512], at))
            with pytest.raises(OSError, match="No space left"):
                file.append([b"lost" * BLOCK], past=False)
        assert file.size == len(b"before")
        file.append([b"after"], past=False)
    assert (tmp_path / "octets").read_bytes() == b"beforeafter"


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path, buffer: mmap.mmap) -> None:
    (tmp_path / "octets").write_bytes(b"kept")
    with pytest.raises(FileExistsError):
        BlockFile(tmp_path / "octets", buffer)


def test_a_disk_that_refuses_our_blocks_is_written_to_by_the_cache(tmp_path: Path) -> None:
    file = BlockFile(tmp_path / "octets", memoryview(bytearray(ROOM + 1))[1:])  # memory that no disk takes
    file.append([b"x" * BLOCK, b"y"], past=True)
    file.append([b"z" * ROOM], past=True)
    file.close()
    assert (tmp_path / "octets").read_bytes() == b"x" * BLOCK + b"y" + b"z" * ROOM
