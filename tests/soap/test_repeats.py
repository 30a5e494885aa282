from __future__ import annotations

from xdsi_sim.soap.repeats import Repeats


def test_an_id_is_new_once_for_each_peer() -> None:
    repeats = Repeats()
    assert [repeats.seen("a", "urn:1"), repeats.seen("a", "urn:1"), repeats.seen("b", "urn:1")] == [
        False,
        True,
        False,
    ]


def test_the_oldest_is_forgotten_first() -> None:
    repeats = Repeats(most=2)
    assert not any(repeats.seen("a", name) for name in ("1", "2", "3"))
    assert repeats.seen("a", "2")
    assert not repeats.seen("a", "1")
