from __future__ import annotations

from dataclasses import replace

import pytest

from xdsi_sim.scenario.record import Check, RunRecord, StepRecord, Verdict
from xdsi_sim.sut.results import Outcome, TestResult, TestRun, outcome_of

STEP = StepRecord(name="Ask", kind="query", verdict=Verdict.PASS, started=0, duration=0)
BROKEN = replace(
    STEP,
    verdict=Verdict.FAIL,
    checks=(Check(text="it is 1", ok=False, expected="1", observed="2", cites="ITI TF-2: 3.18"),),
)


def a_record(*steps: StepRecord) -> RunRecord:
    return RunRecord(scenario="REG-01", title="", cites="ITI TF-2: 3.42", started=0, duration=0, steps=steps)


@pytest.mark.parametrize(
    ("step", "known", "outcome", "reason"),
    [
        (STEP, None, Outcome.PASS, ""),
        (STEP, "a bug", Outcome.PASS, "passes, though it is listed as a deviation: a bug"),
        (BROKEN, None, Outcome.FAIL, "Ask: it is 1: expected 1, found 2 (ITI TF-2: 3.18)"),
        (BROKEN, "a bug", Outcome.KNOWN, "a bug: Ask: it is 1: expected 1, found 2 (ITI TF-2: 3.18)"),
        (
            replace(STEP, verdict=Verdict.FAIL, text="not done within 1 s"),
            None,
            Outcome.FAIL,
            "Ask: not done within 1 s (ITI TF-2: 3.42)",
        ),
        (replace(STEP, verdict=Verdict.ERROR, text="went wrong"), "a bug", Outcome.ERROR, "Ask: went wrong"),
    ],
)
def test_a_verdict_says_why_with_the_section_that_decides(
    step: StepRecord, known: str | None, outcome: Outcome, reason: str
) -> None:
    assert outcome_of(a_record(step), known) == (outcome, reason)


@pytest.mark.parametrize(
    ("outcomes", "worst"),
    [
        ([Outcome.PASS, Outcome.SKIPPED, Outcome.KNOWN], Outcome.PASS),
        ([Outcome.PASS, Outcome.NOT_RUN], Outcome.NOT_RUN),
        ([Outcome.NOT_RUN, Outcome.FAIL], Outcome.FAIL),
        ([Outcome.FAIL, Outcome.ERROR], Outcome.ERROR),
        ([], Outcome.PASS),
    ],
)
def test_all_tests_together_are_as_the_worst(outcomes: list[Outcome], worst: Outcome) -> None:
    results = tuple(
        TestResult(id=f"REG-{n}", role="registry", title="", cites=None, tags=(), outcome=outcome)
        for n, outcome in enumerate(outcomes)
    )
    run = TestRun(system="a", title="A", started=0, duration=0, results=results)
    assert run.outcome is worst
    assert sum(run.counts.values()) == len(outcomes)


def test_each_thing_that_was_not_as_expected_is_a_line() -> None:
    again = replace(BROKEN, name="Ask again")
    outcome, reason = outcome_of(a_record(BROKEN, again), None)
    assert outcome is Outcome.FAIL
    assert [line.partition(":")[0] for line in reason.splitlines()] == ["Ask", "Ask again"]
