"""What came of tests: values only, from which every report is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from xdsi_sim.scenario.record import RunRecord, StepRecord, Verdict

__all__ = ["Outcome", "TestResult", "TestRun", "outcome_of"]


class Outcome(StrEnum):
    """How a test came out."""

    PASS = "pass"
    FAIL = "fail"
    KNOWN = "known"
    """It failed, as the vendor has said that it would."""
    ERROR = "error"
    """The simulator itself went wrong; says nothing about the system under test."""
    SKIPPED = "skipped"
    """It is not for this system, or not in this set-up."""
    NOT_RUN = "not-run"
    """The system does not answer any more, or the tests were interrupted."""


_WORST_FIRST: Final = (Outcome.ERROR, Outcome.FAIL, Outcome.NOT_RUN, Outcome.PASS)


@dataclass(frozen=True, slots=True, kw_only=True)
class TestResult:
    """One test."""

    __test__ = False  # of pytest

    id: str
    role: str
    title: str
    """Its purpose."""
    cites: str | None
    tags: tuple[str, ...]
    outcome: Outcome
    reason: str = ""
    """Why it failed, was skipped or not run, a line each; of one that passed, that it was not expected."""
    known: str | None = None
    """What the vendor says of it, where it is listed as a known deviation."""
    seconds: float = 0.0
    run: RunRecord | None = None
    """None where it was not played."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TestRun:
    """All tests of one call."""

    __test__ = False

    system: str
    """Name of the system under test."""
    title: str
    started: float
    """Seconds since the epoch."""
    duration: float
    results: tuple[TestResult, ...]
    interrupted: bool = False

    @property
    def outcome(self) -> Outcome:
        """The worst of all: error, fail, not-run; pass also where all failures are known."""
        seen = {result.outcome for result in self.results}
        return next((each for each in _WORST_FIRST if each in seen), Outcome.PASS)

    @property
    def counts(self) -> Mapping[Outcome, int]:
        """Number of tests of each outcome, zeros included."""
        tally = Counter(result.outcome for result in self.results)
        return {outcome: tally[outcome] for outcome in Outcome}

    @property
    def by_role(self) -> Mapping[str, tuple[TestResult, ...]]:
        """The tests of each role, in their order."""
        roles = dict.fromkeys(result.role for result in self.results)
        return {role: tuple(each for each in self.results if each.role == role) for role in roles}


_OUTCOMES: Final = {Verdict.PASS: Outcome.PASS, Verdict.FAIL: Outcome.FAIL}


def outcome_of(record: RunRecord, known: str | None) -> tuple[Outcome, str]:
    """How a test came out that was played, and why."""
    if record.interrupted and record.verdict is not Verdict.FAIL:
        return Outcome.NOT_RUN, "the tests were interrupted"
    outcome = _OUTCOMES.get(record.verdict, Outcome.ERROR)
    if outcome is Outcome.PASS:
        return outcome, "" if known is None else f"passes, though it is listed as a deviation: {known}"
    why = "\n".join(_whys(record)) or "no step was played"
    if outcome is Outcome.FAIL and known is not None:
        return Outcome.KNOWN, f"{known}: {why}"
    return outcome, why


def _whys(record: RunRecord) -> Iterable[str]:
    """What went wrong, each with the section that decides; what other steps hold is told by those."""
    for each in record.all_steps:
        if each.step.to_blame:
            yield from _why(record, each.step)


def _why(record: RunRecord, step: StepRecord) -> Iterable[str]:
    broken = [check for check in step.checks if not check.ok]
    for check in broken:
        expected = f": expected {check.expected}, found {check.observed}" if check.expected else ""
        cites = check.cites or record.cites
        yield f"{step.name}: {check.text}{expected}" + (f" ({cites})" if cites else "")
    if not broken:
        cites = record.cites if step.verdict is Verdict.FAIL else None
        yield f"{step.name}: {step.text}" + (f" ({cites})" if cites else "")
