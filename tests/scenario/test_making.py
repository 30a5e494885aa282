from __future__ import annotations

import threading
import time

import pytest

from xdsi_sim.scenario.language import Step
from xdsi_sim.scenario.making import Making, Stop
from xdsi_sim.scenario.record import StepRecord, Verdict
from xdsi_sim.scenario.stage import Cut


@pytest.fixture
def told() -> list[tuple[str, Verdict]]:
    return []


@pytest.fixture
def whole(told: list[tuple[str, Verdict]]) -> Making:
    def ended(number: str, record: StepRecord) -> None:
        told.append((number, record.verdict))

    return Making(ended=ended)


def steps(*names: str) -> list[Step]:  # type: ignore[valid-type]
    return [Step.model_validate({"name": name, "stop": {"actors": ["r"]}}) for name in names]


def test_what_has_ended_stays_as_it_is(whole: Making, told: list[tuple[str, Verdict]]) -> None:
    made = whole.child(name="a", kind="stop")
    first = made.finish(Verdict.FAIL, "too late")
    assert made.finish(Verdict.PASS) is first
    assert told == [("1", Verdict.FAIL)]
    with pytest.raises(Cut):
        made.child(name="b", kind="stop")


def test_what_is_under_way_in_a_step_that_ends_is_cut_short(
    whole: Making, told: list[tuple[str, Verdict]]
) -> None:
    outer = whole.child(name="a", kind="repeat")
    inner = outer.child(name="round", kind="round")
    inner.begin(steps("b", "c"))
    inner.step(inner.pending[0], "b")
    record = outer.finish(Verdict.FAIL, "not done within 1 s")
    (held,) = record.children
    assert (held.verdict, held.text) == (Verdict.ERROR, "interrupted")
    assert [(one.name, one.verdict) for one in held.children] == [
        ("b", Verdict.ERROR),
        ("c", Verdict.NOT_RUN),
    ]
    assert [number for number, _ in told] == ["1.1.1", "1.1.2", "1.1", "1"]


def test_an_interrupt_between_steps_is_told_of_the_next(whole: Making) -> None:
    whole.begin(steps("a", "b", "c"))
    whole.step(whole.pending[0], "a").finish(Verdict.PASS)
    whole.interrupt()
    whole.leave_out()
    assert [one.verdict for one in whole.records] == [Verdict.PASS, Verdict.ERROR, Verdict.NOT_RUN]


def test_a_stop_ends_all_that_is_part_of_it() -> None:
    above = Stop()
    below, beside = Stop(Stop(above)), Stop()
    below.check()
    above.set()
    assert below.is_set
    assert not beside.is_set
    with pytest.raises(Cut):
        below.check()


def test_waiting_ends_when_it_is_stopped() -> None:
    stop = Stop()
    threading.Timer(0.05, stop.set).start()
    began = time.monotonic()
    with pytest.raises(Cut):
        stop.wait(30)
    assert time.monotonic() - began < 20
    Stop().wait(0.01)
