"""What one run of a scenario leaves behind: steps with verdicts, the hops they caused, the actors.

Values only: the runner makes a record, every report is written from it, and nothing is looked up again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from xdsi_sim.errors import Finding
from xdsi_sim.exchange import Exchange

if TYPE_CHECKING:
    from xdsi_sim.scenario.tables import Table

__all__ = ["ActorInfo", "Check", "Numbered", "RunRecord", "StepRecord", "Verdict", "worst_of"]


class Verdict(StrEnum):
    """How a step, and in the end a run, came out."""

    PASS = "pass"
    FAIL = "fail"
    """An expectation did not hold."""
    ERROR = "error"
    """The simulator itself went wrong; says nothing about the system under test."""
    NOT_RUN = "not-run"
    """A step before it did not pass."""
    SKIPPED = "skipped"
    """It was not to be played: `only-if` did not hold, or its tags were not asked for."""

    @property
    def goes_on(self) -> bool:
        """Whether the next step is played."""
        return self in (Verdict.PASS, Verdict.SKIPPED)


_WORST_FIRST: Final = (Verdict.ERROR, Verdict.FAIL, Verdict.PASS)


def worst_of(verdicts: Iterable[Verdict], otherwise: Verdict = Verdict.NOT_RUN) -> Verdict:
    """Error, then fail, then pass; `otherwise` where no step was played to its end."""
    seen = set(verdicts)
    return next((verdict for verdict in _WORST_FIRST if verdict in seen), otherwise)


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
    patientAuthority: str | None = None
    """OID of the assigning authority of its community's patient ids."""
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
    table: Table | None = None
    """What it shows as one."""
    exchanges: tuple[str, ...] = ()
    """Ids of the exchanges that this step caused."""
    findings: tuple[Finding, ...] = ()
    block: str = ""
    """`setup` or `teardown`; empty for the steps of the test itself."""
    children: tuple[StepRecord, ...] = ()
    """What it was made of: the steps that it holds, by branch or round where it has those."""

    @property
    def to_blame(self) -> bool:
        """Whether it went wrong itself, and did not only hold what did."""
        broken = not all(check.ok for check in self.checks)
        held = any(child.verdict is self.verdict for child in self.children)
        return self.verdict in (Verdict.FAIL, Verdict.ERROR) and (broken or not held)


@dataclass(frozen=True, slots=True)
class Numbered:
    """A step as people call it."""

    label: str
    """`3`, and `3.1.2` for one that is held by others."""
    step: StepRecord

    @property
    def depth(self) -> int:
        """How many steps hold it."""
        return self.label.count(".")


def _numbered(steps: Iterable[StepRecord], prefix: str = "") -> Iterator[Numbered]:
    for number, step in enumerate(steps, start=1):
        yield Numbered(f"{prefix}{number}", step)
        yield from _numbered(step.children, f"{prefix}{number}.")


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
    interrupted: bool = False
    """Whether Ctrl-C has ended it."""

    @property
    def verdict(self) -> Verdict:
        """The worst verdict of any step: error, then fail, then pass; not-run where no step ran.

        A run that was interrupted is an error, also where that was between two steps.
        """
        worst = worst_of(step.verdict for step in self.steps)
        return Verdict.ERROR if self.interrupted and worst is Verdict.PASS else worst

    @property
    def all_steps(self) -> tuple[Numbered, ...]:
        """Every step, each before those that it holds: reports number them in this order."""
        return tuple(_numbered(self.steps))

    @property
    def tables(self) -> tuple[Table, ...]:
        """Those of all steps."""
        return tuple(each.step.table for each in self.all_steps if each.step.table is not None)

    @property
    def counts(self) -> Mapping[Verdict, int]:
        """Number of steps of each verdict, zeros included; those that others hold are not counted."""
        tally = Counter(step.verdict for step in self.steps)
        return {verdict: tally[verdict] for verdict in Verdict}
