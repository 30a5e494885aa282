from __future__ import annotations

import pytest

from xdsi_sim.topology.size import parse_size


@pytest.mark.parametrize(
    ("text", "octets"),
    [
        ("2 GiB", 2 * 2**30),
        ("500MB", 500_000_000),
        ("1.5 kB", 1500),
        ("1 KiB", 1024),
        ("64 mib", 64 * 2**20),
        ("1T", 10**12),
        ("12 B", 12),
        ("1048576", 1048576),
    ],
)
def test_a_size_is_a_number_with_or_without_a_unit(text: str, octets: int) -> None:
    assert parse_size(text) == octets


@pytest.mark.parametrize("text", ["", "GiB", "-1 GB", "2 GiBs", "1e9", "2,5 GB", "²", "1 PB"])
def test_what_is_no_size_is_said_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="is not a size, such as 2 GiB"):
        parse_size(text)
