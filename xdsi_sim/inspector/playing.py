"""Scenarios played on actors that run: which fit, what is under way, what came of it.

They are jobs (see `jobs`): one is played at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from xdsi_sim.errors import UsageError
from xdsi_sim.inspector.jobs import Job, Jobs
from xdsi_sim.resources import scenarios
from xdsi_sim.scenario.loader import Loaded, load_scenario
from xdsi_sim.scenario.record import RunRecord, StepRecord
from xdsi_sim.scenario.reports import write_reports
from xdsi_sim.scenario.runner import play
from xdsi_sim.topology.build import RunningTopology
from xdsi_sim.topology.model import Topology

__all__ = ["Line", "Plays", "Run"]


@dataclass(slots=True)
class Line:
    """One step that has begun."""

    number: str
    """`3`, and `3.1` for one that another holds."""
    name: str
    record: StepRecord | None = None
    """None as long as it goes on."""


@dataclass(slots=True, kw_only=True)
class Run(Job):
    """One run of a scenario; realises `runner.Audience`."""

    loaded: Loaded
    lines: list[Line] = field(default_factory=list)
    waiting: tuple[str, ...] = ()
    """What somebody has to do now."""
    left: float = 0.0
    """Seconds for which that is waited for."""
    record: RunRecord | None = None

    def begins(self, number: str, name: str, *, holds: bool) -> None:
        """A step begins, with its name; `holds` others or not, it is a line."""
        self.lines.append(Line(number, name) if not holds else Line(number, f"{name} …"))

    def waits(self, number: str, lines: Sequence[str], seconds: float) -> None:
        """A step waits for somebody."""
        self.waiting = (f"Step {number}", *lines)
        self.left = seconds

    def ended(self, number: str, record: StepRecord) -> None:
        """A step has ended, also one that was never begun."""
        self.waiting = ()
        found = next((line for line in self.lines if line.number == number and line.record is None), None)
        if found is None:
            self.lines.append(Line(number, record.name, record))
        else:
            found.record = record


class Plays(Jobs[Run]):
    """All runs on one topology."""

    busy = "another scenario is played now."

    def __init__(self, running: RunningTopology) -> None:
        super().__init__(running.folder / "runs")
        self._running = running

    @cached_property
    def fitting(self) -> dict[str, Loaded]:
        """Those that ship and need no actor that is not here, by name."""
        here = _ids(self._running.topology)
        found = {}
        for path in sorted(scenarios().glob("*.yaml")):
            try:
                loaded = load_scenario(path)
            except UsageError:  # a topology, or what cannot be played without more
                continue
            if _ids(loaded.topology) == here:
                found[loaded.scenario.name] = loaded
        return found

    def start(self, name: str) -> Run:
        """Begin to play one; raises UsageError where there is none of that name, or one is played now."""
        loaded = self.fitting.get(name)
        if loaded is None:
            raise UsageError(f"no scenario '{name[:80]}' fits this topology.")
        return self._begin(lambda number, folder: Run(number=number, folder=folder, loaded=loaded))

    def _work(self, job: Run) -> None:
        record = play(job.loaded, self._running, job, stop=job.stop)
        write_reports(record, job.folder)
        job.record = record


def _ids(topology: Topology) -> frozenset[str]:
    return frozenset(placed.actor.id for placed in topology.actors())
