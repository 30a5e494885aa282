from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xdsi_sim.errors import LimitExceeded, ProtocolViolation, UnsupportedMediaType
from xdsi_sim.limits import Limits
from xdsi_sim.soap.coding import Inflater, coding_of


def inflated(data: bytes, step: int = 1000, limits: Limits = Limits()) -> bytes:
    out = bytearray()
    inflater = Inflater("gzip", out.extend, limits)
    for at in range(0, len(data), step):
        inflater.feed(data[at : at + step])
    inflater.close()
    return bytes(out)


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=3), st.integers(1, 100))
def test_members_in_any_pieces_are_inflated(members: list[bytes], step: int) -> None:
    assert inflated(b"".join(map(gzip.compress, members)), step) == b"".join(members)


@given(st.binary(max_size=100), st.integers(1, 100))
def test_any_bytes_are_gzip_or_refused(data: bytes, step: int) -> None:
    for octets in (data, gzip.compress(data)[:-3] + data[:3]):
        try:
            inflated(octets, step)
        except ProtocolViolation as refused:
            assert refused.rule == "A02"  # noqa: PT017  # either outcome will do


def test_a_little_may_inflate_as_it_likes_and_a_lot_may_not() -> None:
    bomb = gzip.compress(bytes(500_000))
    assert len(inflated(bomb)) == 500_000
    with pytest.raises(LimitExceeded, match=r"limits\.inflated_ratio=100 times"):
        inflated(bomb, limits=Limits(inflated_free=400_000))
    with pytest.raises(LimitExceeded, match=r"limits\.inflated_ratio=2 times"):
        inflated(gzip.compress(b"ab" * 1000), limits=Limits(inflated_ratio=2, inflated_free=1000))


def test_a_bomb_is_handed_on_in_chunks() -> None:
    sizes: list[int] = []
    inflater = Inflater("x-gzip", lambda data: sizes.append(len(data)), Limits(inflated_ratio=10_000))
    inflater.feed(gzip.compress(bytes(5_000_000)))
    assert (sum(sizes), max(sizes)) == (5_000_000, 256 * 1024)


@pytest.mark.parametrize("coding", ["deflate", "br", "gzip, gzip"])
def test_other_codings_are_refused_by_name(coding: str) -> None:
    with pytest.raises(UnsupportedMediaType, match=coding):
        Inflater(coding, bytearray().extend)


@pytest.mark.parametrize(
    ("header", "coding"), [(None, None), ("", None), (" Identity ", None), ("GZIP", "gzip"), ("br", "br")]
)
def test_a_body_that_is_as_it_is_has_no_coding(header: str | None, coding: str | None) -> None:
    assert coding_of(header) == coding
