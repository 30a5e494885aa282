"""What came of tests, one of each outcome."""

from __future__ import annotations

from an_exchange import an_exchange

from xdsi_sim.scenario.record import RunRecord, StepRecord, Verdict
from xdsi_sim.sut.results import Outcome, TestResult, TestRun

REASONS = {
    Outcome.PASS: "",
    Outcome.FAIL: "Ask: it is 1: expected 1, found \x1b[31m<b>2</b> (ITI TF-2: 3.18)",
    Outcome.KNOWN: "bug 7: Ask: no answer",
    Outcome.ERROR: "went wrong inside xdsi-sim",
    Outcome.SKIPPED: "the option on-demand is not claimed",
    Outcome.NOT_RUN: "the system does not answer any more",
}


RUN = RunRecord(
    scenario="REG-01",
    title="Purpose",
    started=0,
    duration=0.5,
    steps=(StepRecord(name="Ask", kind="query", verdict=Verdict.PASS, started=0, duration=0.5),),
    exchanges=(an_exchange(),),
)


def a_result(number: int, outcome: Outcome, role: str = "registry") -> TestResult:
    played = outcome not in (Outcome.SKIPPED, Outcome.NOT_RUN)
    return TestResult(
        id=f"REG-{number:02d}",
        role=role,
        title=f"Purpose {number}",
        cites="ITI TF-2: 3.42",
        tags=("query",),
        outcome=outcome,
        reason=REASONS[outcome],
        known="bug 7" if outcome is Outcome.KNOWN else None,
        seconds=0.5 if played else 0.0,
        run=RUN if played else None,
    )


def a_test_run() -> TestRun:
    results = tuple(a_result(number, outcome) for number, outcome in enumerate(Outcome, start=1))
    return TestRun(system="acme", title="Acme XDS 4.2", started=0, duration=2, results=results)
