"""JSON for programs: every test with its outcome; the messages of each are in the report of its own.

The classes here are the form, and `xdsi-sim schema tests` prints it as a JSON Schema.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any, Final

from xdsi_sim import __version__
from xdsi_sim.scenario.reports.as_json import Generator
from xdsi_sim.scenario.reports.wording import iso_time
from xdsi_sim.sut.results import Outcome, TestResult, TestRun

__all__ = ["FORMAT", "TestReport", "document_of", "render"]

FORMAT: Final = 1


@dataclass(frozen=True, kw_only=True)
class One:
    """One test."""

    id: str
    role: str
    title: str
    cites: str | None
    tags: tuple[str, ...]
    outcome: Outcome
    reason: str
    """Why it failed, was skipped or not run, one thing a line; empty where there is nothing to say."""
    known: str | None
    """What the vendor says of it, where it is listed as a known deviation."""
    seconds: float
    report: str | None
    """Path from here to its own report, null where it was not played."""


@dataclass(frozen=True, kw_only=True)
class TestReport:
    """All tests of one call."""

    __test__ = False

    format: int
    generator: Generator
    system: str
    title: str
    outcome: Outcome
    """The worst of all; pass also where all failures are known."""
    interrupted: bool
    started: str
    seconds: float
    counts: dict[Outcome, int]
    tests: tuple[One, ...]


def document_of(run: TestRun) -> dict[str, Any]:
    """The run as values of JSON."""
    return asdict(
        TestReport(
            format=FORMAT,
            generator=Generator(name="xdsi-sim", version=__version__),
            system=run.system,
            title=run.title,
            outcome=run.outcome,
            interrupted=run.interrupted,
            started=iso_time(run.started),
            seconds=round(run.duration, 4),
            counts=dict(run.counts),
            tests=tuple(map(_one, run.results)),
        )
    )


def _one(result: TestResult) -> One:
    return One(
        id=result.id,
        role=result.role,
        title=result.title,
        cites=result.cites,
        tags=result.tags,
        outcome=result.outcome,
        reason=result.reason,
        known=result.known,
        seconds=round(result.seconds, 4),
        report=None if result.run is None else f"{result.id}/report.json",
    )


def render(run: TestRun) -> str:
    """The run as one JSON object, in ASCII."""
    return json.dumps(document_of(run), indent=2) + "\n"
