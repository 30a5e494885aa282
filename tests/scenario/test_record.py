from __future__ import annotations

import pytest

from xdsi_sim.scenario.record import RunRecord, StepRecord, Verdict

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
        ((NOT_RUN, NOT_RUN), NOT_RUN),
        ((), NOT_RUN),
    ],
)
def test_verdict_of_a_run_is_the_worst_of_its_steps(steps: tuple[Verdict, ...], verdict: Verdict) -> None:
    assert a_run(*steps).verdict is verdict


def test_counts_name_every_verdict_even_where_there_is_none() -> None:
    assert a_run(PASS, PASS, FAIL).counts == {PASS: 2, FAIL: 1, ERROR: 0, NOT_RUN: 0}
