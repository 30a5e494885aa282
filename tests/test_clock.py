from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from xdsi_sim.clock import NOON, dtm_of, frozen, now


def test_it_is_the_time_of_the_machine() -> None:
    assert abs(now() - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_frozen_clock_stands_still_and_goes_on_behind() -> None:
    with frozen():
        assert now() == now() == NOON
    assert now() != NOON


def test_a_moment_is_written_in_utc_to_the_second() -> None:
    east = datetime(2026, 1, 2, 0, 30, 5, 900_000, tzinfo=timezone(timedelta(hours=2)))
    assert dtm_of(east) == "20260101223005"
