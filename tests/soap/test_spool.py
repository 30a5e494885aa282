from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from xdsi_sim.content import BytesContent, FileContent, read_all, sha1_of
from xdsi_sim.soap.spool import IN_MEMORY, Spool


@pytest.mark.parametrize(
    ("size", "kind"), [(0, BytesContent), (IN_MEMORY, BytesContent), (IN_MEMORY + 1, FileContent)]
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
    assert sha1_of(content) == hashlib.sha1(data).hexdigest()


def test_what_is_discarded_leaves_no_file(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.write(bytes(IN_MEMORY + 1))
    spool.discard()
    assert list(tmp_path.iterdir()) == []
