from __future__ import annotations

from xdsi_sim.content import BytesContent
from xdsi_sim.server.http import _pieces


def test_small_segments_are_gathered_and_large_ones_cut() -> None:
    segments = [b"a", BytesContent(b"b" * 600_000), b"c", BytesContent(b"")]
    pieces = list(_pieces(segments))
    assert b"".join(pieces) == b"a" + b"b" * 600_000 + b"c"
    assert max(map(len, pieces)) < 600_000
    assert len(pieces) < 5
