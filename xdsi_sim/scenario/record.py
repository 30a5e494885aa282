"""What one run of a scenario leaves behind: steps with verdicts, the hops they caused, the actors.

Values only: the runner makes a record, every report is written from it, and nothing is looked up again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from xdsi_sim.errors import Finding
from xdsi_sim.exchange import Exchange

__all__ = ["ActorInfo", "Check", "RunRecord", "StepRecord", "Verdict"]


class Verdict(StrEnum):
    """How a step, and in the end a run, came out."""

    PASS = "pass"
    FAIL = "fail"
    """An expectation did not hold."""
    ERROR = "error"
    """The simulator itself went wrong; says nothing about the system under test."""
    NOT_RUN = "not-run"


_WORST_FIRST: Final = (Verdict.ERROR, Verdict.FAIL, Verdict.PASS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One expectation and what was there instead."""

    text: str
    """The expectation as a sentence: `the answer holds one stable entry`."""
    ok: bool
    expected: str | None = None
    observed: str | None = None
    cites: str | None = None
    """The decisive section, for example `ITI TF-2: 3.18.4.1.2`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActorInfo:
    """One participant of the run, simulated or under test."""

    id: str
    """As `Exchange.sender` and `Exchange.receiver` name it."""
    role: str
    """The profile's word: `Document Registry`, `Imaging Document Source`, …"""
    url: str | None = None
    """Where it answers; None for an actor that only asks."""
    dicomweb: str | None = None
    """Base URI of its DICOMweb face, if it is an imaging source."""
    oid: str | None = None
    """repositoryUniqueId or source OID."""
    home: str | None = None
    """homeCommunityId, `urn:oid:…`."""
    community: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRecord:
    """One step that was played (or, after a failure, was not)."""

    name: str
    kind: str
    """Kind of step: `publish`, `query`, `retrieve`, …"""
    verdict: Verdict
    started: float
    """Seconds since the epoch."""
    duration: float
    """Seconds."""
    text: str = ""
    """One line of what came out: `2 entries, 1 report`; for an error, what went wrong."""
    details: tuple[tuple[str, str], ...] = ()
    """Label and value, in the order to show them."""
    checks: tuple[Check, ...] = ()
    exchanges: tuple[str, ...] = ()
    """Ids of the exchanges that this step caused."""
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """One run of one scenario."""

    scenario: str
    """Name of the scenario, as on the command line."""
    title: str
    description: str = ""
    """What is tested and why, for a reader who knows neither; blank lines part paragraphs."""
    cites: str | None = None
    started: float
    """Seconds since the epoch."""
    duration: float
    """Seconds."""
    steps: tuple[StepRecord, ...]
    exchanges: tuple[Exchange, ...] = ()
    """All hops of the run in the order in which they began."""
    actors: tuple[ActorInfo, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The worst verdict of any step: error, then fail, then pass; not-run where no step ran."""
        seen = {step.verdict for step in self.steps}
        return next((verdict for verdict in _WORST_FIRST if verdict in seen), Verdict.NOT_RUN)

    @property
    def counts(self) -> Mapping[Verdict, int]:
        """Number of steps of each verdict, zeros included."""
        tally = Counter(step.verdict for step in self.steps)
        return {verdict: tally[verdict] for verdict in Verdict}
