"""JUnit XML for build servers: the scenario is a suite, each step a test case.

A step that failed carries the checks that did not hold, with what was expected and observed; an error
is ours, not the system's under test; a step that was not run is skipped. Of a step that holds others, these
are the test cases, named after it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Final

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite
from junitparser.junitparser import FinalResult

from xdsi_sim import __version__
from xdsi_sim.scenario.record import Check, RunRecord, StepRecord, Verdict
from xdsi_sim.scenario.reports.wording import iso_time
from xdsi_sim.visible import visible

__all__ = ["render"]


def render(record: RunRecord) -> str:
    """The run as one `testsuites` document."""
    suite = TestSuite(visible(record.scenario))
    suite.timestamp = iso_time(record.started)
    for name, value in _properties(record):
        suite.add_property(name, visible(value))
    suite.add_testcases([_case(record, name, step) for name, step in _named(record.steps)])
    document = JUnitXml()
    document.add_testsuite(suite)
    document.update_statistics()  # type: ignore[no-untyped-call]
    text: bytes = document.tostring()  # type: ignore[no-untyped-call]
    return text.decode("utf-8")


def _properties(record: RunRecord) -> tuple[tuple[str, str], ...]:
    cites = (("cites", record.cites),) if record.cites else ()
    return (("title", record.title), *cites, ("xdsi-sim", __version__))


def _named(steps: tuple[StepRecord, ...]) -> Iterator[tuple[str, StepRecord]]:
    """Steps with names by which a build server follows them from run to run: repeated ones are counted."""
    seen: Counter[str] = Counter()
    for name, step in _cases(steps):
        seen[name] += 1
        yield visible(name) + (f" ({seen[name]})" if seen[name] > 1 else ""), step


def _cases(steps: tuple[StepRecord, ...], above: str = "") -> Iterator[tuple[str, StepRecord]]:
    """Steps that hold no others, each with the names of those that hold it; holders for what is their own."""
    for step in steps:
        name = f"{above}{step.name}"
        if not step.children or step.checks or step.to_blame:
            yield name, step
        yield from _cases(step.children, f"{name} / ")


def _case(record: RunRecord, name: str, step: StepRecord) -> TestCase:
    case = TestCase(name, classname=visible(record.scenario), time=round(step.duration, 6))
    if (result := _RESULTS.get(step.verdict)) is not None:
        case.result = [result(step)]
    case.system_out = visible("\n".join(_lines(step)))
    return case


def _failure(step: StepRecord) -> FinalResult:
    broken = [check for check in step.checks if not check.ok]
    result = Failure(visible(broken[0].text if broken else step.text), "check")
    result.text = visible("\n\n".join(map(_told, broken)) or step.text)
    return result


def _error(step: StepRecord) -> FinalResult:
    result = Error(visible(step.text), "simulator")
    result.text = visible(step.text)
    return result


def _skipped(step: StepRecord) -> FinalResult:
    return Skipped(visible(step.text or "not run"))


_RESULTS: Final[dict[Verdict, Callable[[StepRecord], FinalResult]]] = {
    Verdict.FAIL: _failure,
    Verdict.ERROR: _error,
    Verdict.NOT_RUN: _skipped,
    Verdict.SKIPPED: _skipped,
}


def _told(check: Check) -> str:
    facts = (("expected", check.expected), ("observed", check.observed), ("see", check.cites))
    return "\n".join([check.text, *(f"  {label}: {value}" for label, value in facts if value is not None)])


def _lines(step: StepRecord) -> list[str]:
    """What a reader of a build log wants of any step."""
    checks = [f"[{'ok' if check.ok else 'not ok'}] {check.text}" for check in step.checks]
    findings = [f"{finding.severity} {finding.rule}: {finding.text}" for finding in step.findings]
    return [step.text, *(f"{label}: {value}" for label, value in step.details), *checks, *findings]
