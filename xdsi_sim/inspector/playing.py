"""Scenarios played on actors that run: which fit, what is under way, what came of it.

One is played at a time, in a thread of its own; whoever asks how far it is waits for nothing.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

from xdsi_sim.errors import UsageError
from xdsi_sim.inspector.numbered import folder_of, next_number
from xdsi_sim.resources import scenarios
from xdsi_sim.scenario.loader import Loaded, load_scenario
from xdsi_sim.scenario.record import RunRecord, StepRecord
from xdsi_sim.scenario.reports import write_reports
from xdsi_sim.scenario.runner import play
from xdsi_sim.topology.build import RunningTopology
from xdsi_sim.topology.model import Topology

__all__ = ["Line", "Plays", "Run"]

_LOG: Final = logging.getLogger(__name__)
_MOST: Final = 20
"""Runs that are kept; the oldest goes with its report's place in the list, not with its files."""


@dataclass(slots=True)
class Line:
    """One step that has begun."""

    number: str
    """`3`, and `3.1` for one that another holds."""
    name: str
    record: StepRecord | None = None
    """None as long as it goes on."""


@dataclass(slots=True)
class Run:
    """One run of a scenario; realises `runner.Audience`."""

    number: int
    loaded: Loaded
    folder: Path
    """Where its report is, once it has one."""
    lines: list[Line] = field(default_factory=list)
    waiting: tuple[str, ...] = ()
    """What somebody has to do now."""
    left: float = 0.0
    """Seconds for which that is waited for."""
    record: RunRecord | None = None
    trouble: str | None = None
    """Why there is no record."""

    @property
    def over(self) -> bool:
        """Whether nothing more comes."""
        return self.record is not None or self.trouble is not None

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


class Plays:
    """All runs on one topology."""

    def __init__(self, running: RunningTopology) -> None:
        self._running = running
        self._lock = threading.Lock()
        self._runs: list[Run] = []
        self._folder = running.folder / "runs"

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

    def runs(self) -> tuple[Run, ...]:
        """The last ones, the newest first."""
        return tuple(reversed(self._runs))

    def run(self, number: str) -> Run | None:
        """The one of a number."""
        return next((run for run in self._runs if str(run.number) == number), None)

    def start(self, name: str) -> Run:
        """Begin to play one; raises UsageError where there is none of that name, or one is played now."""
        loaded = self.fitting.get(name)
        if loaded is None:
            raise UsageError(f"no scenario '{name[:80]}' fits this topology.")
        with self._lock:
            if any(not run.over for run in self._runs):
                raise UsageError("another scenario is played now.", hint="Wait for its end.")
            number = next_number(self._folder, (run.number for run in self._runs))
            run = Run(number, loaded, folder_of(self._folder, number))
            self._runs = [*self._runs[1 - _MOST :], run]
        threading.Thread(target=self._play, args=(run,), name=f"run {run.number}", daemon=True).start()
        return run

    def _play(self, run: Run) -> None:
        try:
            record = play(run.loaded, self._running, run)
            write_reports(record, run.folder)
            run.record = record
        except Exception as error:  # noqa: BLE001  whatever it is, who looks has to hear of the end
            _LOG.exception("run %d of %s failed", run.number, run.loaded.scenario.name)
            run.trouble = f"{type(error).__name__}: {error}"


def _ids(topology: Topology) -> frozenset[str]:
    return frozenset(placed.actor.id for placed in topology.actors())
