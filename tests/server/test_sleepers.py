from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from a_wait import PATIENCE, until
from twisted.internet.defer import Deferred, gatherResults

from xdsi_sim.errors import CannotRun, UsageError
from xdsi_sim.server.loop import Loop, running_loop
from xdsi_sim.server.sleepers import Lending, Sleeper, Sleepers

LONG = 600.0


@pytest.fixture
def loop() -> Loop:
    return running_loop()


class Open:
    """Something that is awake, and tells when it is closed."""

    def __init__(self, told: list[str], loop: Loop) -> None:
        self._told = told
        self.lending = Lending(loop.reactor.seconds)

    def close(self) -> None:
        self._told.append(f"closed by {threading.current_thread().name != 'reactor'}")


class Bed:
    """One sleeper, and what became of it."""

    def __init__(self, loop: Loop, name: str = "one", trouble: Exception | None = None) -> None:
        self.told: list[str] = []
        self.trouble = trouble
        self._loop = loop
        self.sleeper = Sleeper(name=name, wake=self._wake, seen=lambda _awake: None)

    def _wake(self, enter: Callable[[Any], None]) -> None:
        self.told.append("opened")
        if self.trouble is not None:
            raise self.trouble
        enter(Open(self.told, self._loop))


@pytest.fixture
def sleepers(loop: Loop) -> Iterator[Sleepers]:
    made = Sleepers(loop, idle=LONG, most_awake=9)
    yield made
    made.close()


def test_many_who_come_at_once_wake_it_once(loop: Loop, sleepers: Sleepers) -> None:
    bed, all_there = Bed(loop), threading.Barrier(8)

    def come(_number: int) -> None:
        with sleepers.borrowed(bed.sleeper):
            all_there.wait(PATIENCE)

    with ThreadPoolExecutor(8) as pool:
        [*pool.map(come, range(8))]
    assert bed.told == ["opened"]
    assert bed.sleeper.awake is not None
    assert bed.sleeper.awake.lending.busy == 0


def test_a_crowd_that_waits_for_one_is_let_in_one_by_one(loop: Loop, sleepers: Sleepers) -> None:
    bed = Bed(loop)
    came = loop.call(lambda: gatherResults([sleepers.borrow(bed.sleeper) for _ in range(500)]))
    assert bed.told == ["opened"]
    assert {*came} == {bed.sleeper.awake}
    assert came[0].lending.busy == 500
    for each in came:
        loop.call(each.lending.give_back)


def test_it_sleeps_when_nobody_has_it_for_a_while_and_is_woken_again(loop: Loop) -> None:
    rested: list[bool] = []
    sleepers, bed = Sleepers(loop, idle=0.05, most_awake=9, rested=lambda: rested.append(True)), Bed(loop)
    with sleepers.borrowed(bed.sleeper):
        threading.Event().wait(0.2)
        assert bed.told == ["opened"]  # somebody has it
    until(lambda: bool(rested))
    assert bed.told == ["opened", "closed by True"]
    with sleepers.borrowed(bed.sleeper):
        assert bed.told[2:] == ["opened"]
    sleepers.close()
    assert bed.told[3:] == ["closed by True"]


def test_a_change_waits_for_those_who_have_it(loop: Loop, sleepers: Sleepers) -> None:
    bed = Bed(loop)
    with ThreadPoolExecutor(1) as pool:
        with sleepers.borrowed(bed.sleeper):
            changed = pool.submit(loop.call, sleepers.change, bed.sleeper, lambda: bed.told.append("changed"))
            until(lambda: bed.sleeper.awake is None)  # nobody else gets it any more
            threading.Event().wait(0.1)
            assert bed.told == ["opened"]
        changed.result(PATIENCE)
    assert bed.told == ["opened", "closed by True", "changed"]


def test_what_was_the_last_change_is_never_woken_again(loop: Loop, sleepers: Sleepers) -> None:
    bed = Bed(loop)
    loop.call(lambda: sleepers.change(bed.sleeper, lambda: None, last=True))
    with pytest.raises(UsageError, match="'one' is about to go"), sleepers.borrowed(bed.sleeper):
        pass
    assert bed.told == []


def test_who_cannot_be_woken_says_why_and_may_be_tried_again(loop: Loop, sleepers: Sleepers) -> None:
    bed = Bed(loop, trouble=CannotRun("the disk is full."))
    for _ in range(2):
        with pytest.raises(CannotRun, match="the disk is full"), sleepers.borrowed(bed.sleeper):
            pass
    bed.trouble = None
    with sleepers.borrowed(bed.sleeper):
        assert bed.told == ["opened"] * 3


def test_where_too_many_are_awake_the_one_that_rests_longest_sleeps(loop: Loop) -> None:
    sleepers = Sleepers(loop, idle=LONG, most_awake=2)
    beds = [Bed(loop, name) for name in ("first", "second", "third")]
    for bed in beds:
        with sleepers.borrowed(bed.sleeper):
            pass
    assert [bed.told[1:] for bed in beds] == [["closed by True"], [], []]
    with sleepers.borrowed(beds[1].sleeper), sleepers.borrowed(beds[0].sleeper):
        assert [bed.told[-1] for bed in beds] == ["opened", "opened", "closed by True"]
    sleepers.close()


def test_never_are_more_awake_than_may_be_whoever_waits(loop: Loop) -> None:
    sleepers, most, lock, awake = Sleepers(loop, idle=LONG, most_awake=3), [0], threading.Lock(), [0]
    beds = [Bed(loop, f"bed {number}") for number in range(12)]

    def come(bed: Bed) -> None:
        with sleepers.borrowed(bed.sleeper):
            with lock:
                awake[0] += 1
                most[0] = max(most[0], awake[0])
            threading.Event().wait(0.02)
            with lock:
                awake[0] -= 1

    with ThreadPoolExecutor(12) as pool:
        [*pool.map(come, beds)]
    assert most[0] == 3
    assert all(bed.told[0] == "opened" for bed in beds)
    sleepers.close()


def test_work_that_is_not_done_keeps_it_awake(loop: Loop) -> None:
    lending, work = Lending(lambda: 7.0), Deferred[str]()
    counted = lending.counted(lambda: work)()
    counted.addErrback(lambda _failure: "failed")
    assert (lending.busy, lending.rested) == (1, 7.0)
    loop.call(work.errback, ValueError("no"))
    assert (lending.busy, counted.result) == (0, "failed")
