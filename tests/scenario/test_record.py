from __future__ import annotations

from dataclasses import replace

import pytest

from xdsi_sim.scenario.record import Check, RunRecord, StepRecord, Verdict

PASS, FAIL, ERROR, NOT_RUN = Verdict.PASS, Verdict.FAIL, Verdict.ERROR, Verdict.NOT_RUN


def a_run(*verdicts: Verdict) -> RunRecord:
    steps = tuple(
        StepRecord(name="step", kind="query", verdict=verdict, started=0.0, duration=0.0)
        for verdict in verdicts
    )
    return RunRecord(scenario="central", title="Central", started=0.0, duration=0.0, steps=steps)


@pytest.mark.parametrize(
    ("steps", "verdict"),
    [
        ((PASS, PASS), PASS),
        ((PASS, FAIL, NOT_RUN), FAIL),
        ((FAIL, ERROR, PASS), ERROR),
        ((PASS, NOT_RUN), PASS),
        ((PASS, Verdict.SKIPPED), PASS),
        ((Verdict.SKIPPED,), NOT_RUN),
        ((NOT_RUN, NOT_RUN), NOT_RUN),
        ((), NOT_RUN),
    ],
)
def test_verdict_of_a_run_is_the_worst_of_its_steps(steps: tuple[Verdict, ...], verdict: Verdict) -> None:
    assert a_run(*steps).verdict is verdict


def test_counts_name_every_verdict_even_where_there_is_none() -> None:
    assert a_run(PASS, PASS, FAIL).counts == {PASS: 2, FAIL: 1, ERROR: 0, NOT_RUN: 0, Verdict.SKIPPED: 0}


def test_steps_that_others_hold_are_numbered_below_them() -> None:
    (leaf,) = a_run(FAIL).steps
    held = replace(leaf, children=(leaf, replace(leaf, children=(leaf,))))
    run = replace(a_run(FAIL), steps=(leaf, held))
    assert [each.label for each in run.all_steps] == ["1", "2", "2.1", "2.2", "2.2.1"]
    assert [each.depth for each in run.all_steps] == [0, 0, 1, 1, 2]
    assert run.counts[FAIL] == 2


def test_who_only_holds_what_went_wrong_is_not_to_blame() -> None:
    (leaf,), (good,) = a_run(FAIL).steps, a_run(PASS).steps
    assert leaf.to_blame
    assert not good.to_blame
    assert not replace(leaf, children=(leaf,)).to_blame
    assert replace(leaf, children=(good,)).to_blame
    assert replace(leaf, children=(leaf,), checks=(Check(text="until", ok=False),)).to_blame


def test_a_run_that_was_interrupted_between_two_steps_has_not_passed() -> None:
    step = StepRecord(name="a", kind="query", verdict=Verdict.PASS, started=0, duration=0)
    record = RunRecord(scenario="a", title="", started=0, duration=0, steps=(step,))
    assert record.verdict is Verdict.PASS
    assert replace(record, interrupted=True).verdict is Verdict.ERROR
