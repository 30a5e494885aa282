"""JUnit XML for build servers: each role is a suite, each test a test case.

A failure that the vendor has told of is skipped, with its reason, so that a build goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite
from junitparser.junitparser import FinalResult

from xdsi_sim import __version__
from xdsi_sim.scenario.reports.wording import iso_time
from xdsi_sim.sut.results import Outcome, TestResult, TestRun
from xdsi_sim.visible import visible

__all__ = ["render"]


def render(run: TestRun) -> str:
    """The run as one `testsuites` document."""
    document = JUnitXml()
    for role, results in run.by_role.items():
        suite = TestSuite(role)
        suite.timestamp = iso_time(run.started)
        for name, value in (("system", run.system), ("title", run.title), ("xdsi-sim", __version__)):
            suite.add_property(name, visible(value))
        suite.add_testcases([_case(result) for result in results])
        document.add_testsuite(suite)
    document.update_statistics()  # type: ignore[no-untyped-call]
    text: bytes = document.tostring()  # type: ignore[no-untyped-call]
    return text.decode("utf-8")


def _case(result: TestResult) -> TestCase:
    case = TestCase(
        f"{result.id} {visible(result.title)}",
        classname=f"xdsi-sim.{result.role}",
        time=round(result.seconds, 6),
    )
    if (made := _RESULTS.get(result.outcome)) is not None:
        case.result = [made(result)]
    case.system_out = visible("\n".join(_lines(result)))
    return case


def _failure(result: TestResult) -> FinalResult:
    found = Failure(visible(result.reason.partition("\n")[0]), "check")
    found.text = visible(result.reason)
    return found


def _error(result: TestResult) -> FinalResult:
    return Error(visible(result.reason), "not-run" if result.outcome is Outcome.NOT_RUN else "simulator")


def _skipped(result: TestResult) -> FinalResult:
    known = "known deviation: " if result.outcome is Outcome.KNOWN else ""
    return Skipped(visible(known + result.reason.partition("\n")[0]))


_RESULTS: Final[dict[Outcome, Callable[[TestResult], FinalResult]]] = {
    Outcome.FAIL: _failure,
    Outcome.ERROR: _error,
    Outcome.NOT_RUN: _error,
    Outcome.KNOWN: _skipped,
    Outcome.SKIPPED: _skipped,
}


def _lines(result: TestResult) -> Iterator[str]:
    if result.cites:
        yield f"Specified in {result.cites}"
    if result.reason:
        yield result.reason
    if result.run is not None:
        yield f"See {result.id}/report.html"
