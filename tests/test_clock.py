from __future__ import annotations

from datetime import UTC, datetime, timedelta

from xdsi_sim.clock import NOON, frozen, now


def test_it_is_the_time_of_the_machine() -> None:
    assert abs(now() - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_frozen_clock_stands_still_and_goes_on_behind() -> None:
    with frozen():
        assert now() == now() == NOON
    assert now() != NOON
