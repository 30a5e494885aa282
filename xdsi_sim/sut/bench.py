"""Plays the tests of a plan, suite by suite, on one started topology each, and says how each came out.

A system that does not answer any more, or leaves several tests in a row without an answer, ends its suite:
what is left is not run. Ctrl-C ends all; what ran is in the result.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Protocol

from xdsi_sim.errors import XdsiSimError
from xdsi_sim.scenario.record import RunRecord
from xdsi_sim.scenario.runner import Audience, play
from xdsi_sim.sut.needs import changes_actors, new_patients
from xdsi_sim.sut.plan import Plan, Suite, Test
from xdsi_sim.sut.reach import host_and_port, trouble_at
from xdsi_sim.sut.results import Outcome, TestResult, TestRun, outcome_of
from xdsi_sim.topology.build import RunningTopology, start
from xdsi_sim.topology.model import Listen, Peer, Topology

__all__ = ["Spectator", "play_tests"]

_SILENT: Final = 3
"""So many tests in a row without any answer end a suite."""
_INTERRUPTED: Final = "the tests were interrupted"


class Spectator(Protocol):
    """Who is told how the tests go."""

    def suite(self, suite: Suite, running: RunningTopology) -> None:
        """The actors of a suite have been started."""
        ...

    def audience(self, test: Test) -> Audience | None:
        """Who is told of the steps of a test; None where nobody is."""
        ...

    def ended(self, result: TestResult) -> None:
        """A test was played, or will not be."""
        ...


def play_tests(
    plan: Plan,
    data: Path,
    spectator: Spectator,
    *,
    listen: Listen | None = None,
) -> TestRun:
    """Play all suites; `data` is for what the actors keep, and has to last as long as the result is read."""
    started, begin = time.time(), time.perf_counter()
    run = _Run(data=data, spectator=spectator, listen=listen)
    for suite in plan.suites:
        _Suite(run=run, suite=suite, topology=suite.topology).play()
    return TestRun(
        system=plan.name,
        title=plan.title,
        started=started,
        duration=time.perf_counter() - begin,
        results=tuple(run.results),
        interrupted=run.interrupted,
    )


@dataclass(kw_only=True)
class _Run:
    data: Path
    spectator: Spectator
    listen: Listen | None
    results: list[TestResult] = field(default_factory=list)
    starts: int = 0
    interrupted: bool = False

    def end(self, result: TestResult) -> None:
        """Keep what came of a test, and tell whoever watches."""
        self.results.append(result)
        self.spectator.ended(result)


@dataclass(kw_only=True)
class _Suite:
    """A suite while it is played."""

    run: _Run
    suite: Suite
    topology: Topology
    """As it is started the next time: patients that were used are not in it any more."""
    running: RunningTopology | None = None
    silent: int = 0
    over: str | None = None
    """Why nothing more is played."""

    @property
    def peer(self) -> Peer | None:
        """The system under test; None where our own actor is."""
        return self.topology.played_by(self.suite.role)

    def play(self) -> None:
        """All its tests, in order."""
        before = len(self.run.results)
        try:
            for test in self.suite.tests:
                self._test(test)
        except KeyboardInterrupt:  # between two tests
            self.run.interrupted = True
        finally:
            self._stop()
        for test in self.suite.tests[len(self.run.results) - before :]:
            self.run.end(_untried(self.suite, test, Outcome.NOT_RUN, _INTERRUPTED))

    def _test(self, test: Test) -> None:
        if test.skipped is not None:
            self.run.end(_untried(self.suite, test, Outcome.SKIPPED, test.skipped))
            return
        over = _INTERRUPTED if self.run.interrupted else self.over
        if over is not None:
            self.run.end(_untried(self.suite, test, Outcome.NOT_RUN, over))
            return
        try:
            running = self._started()
        except (XdsiSimError, OSError) as error:
            self.over = f"our own actors cannot be started: {error}"
            self.run.end(_untried(self.suite, test, Outcome.NOT_RUN, self.over))
            return
        lacking = next(_lacking(test, running), None)
        if lacking is not None:
            self.run.end(_untried(self.suite, test, Outcome.SKIPPED, lacking))
            return
        record = play(test.loaded, running, self.run.spectator.audience(test))
        self.run.interrupted = self.run.interrupted or record.interrupted
        self.run.end(_result(self.suite, test, record))
        self._look_after(record)
        if changes_actors(test.loaded):
            self._stop()

    def _started(self) -> RunningTopology:
        if self.running is None:
            self.run.starts += 1
            data = self.run.data / f"actors-{self.run.starts}"
            self.running = start(self.topology, data, self.run.listen)
            self.run.spectator.suite(self.suite, self.running)
        return self.running

    def _stop(self) -> None:
        """Close what runs; the next test has it started anew."""
        if self.running is not None:
            roster, running, self.running = self.running.roster, self.running, None
            with suppress(KeyboardInterrupt):  # the report is still to be written
                running.close()
            peers = (_with_left(peer, roster.left(peer.plays or "")) for peer in self.topology.peers)
            self.topology = self.topology.model_copy(update={"peers": tuple(peers)})

    def _look_after(self, record: RunRecord) -> None:
        """Whether the system still answers at all."""
        peer = self.peer
        if peer is None:
            return
        asked = [exchange for exchange in record.exchanges if exchange.receiver == self.suite.role]
        if not asked or asked[-1].response is not None:
            self.silent = 0
            return
        self.silent += 1
        trouble = trouble_at(*host_and_port(peer.url), self.topology.timeouts.connect)
        if trouble is not None:
            self.over = f"the system does not answer any more: {trouble}"
        elif self.silent == _SILENT:
            self.over = f"the system has left {_SILENT} tests in a row without an answer"


def _lacking(test: Test, running: RunningTopology) -> Iterator[str]:
    for registry, needed in new_patients(test.loaded).items():
        peer = running.topology.played_by(registry)
        if peer is not None and not isinstance(peer.patients, str):
            left = len(running.roster.left(registry))
            if left < needed:
                yield f"it needs {needed} patients, and {left} of those in the file are left"


def _with_left(peer: Peer, left: tuple[str, ...]) -> Peer:
    return peer if isinstance(peer.patients, str) else peer.model_copy(update={"patients": left})


def _result(suite: Suite, test: Test, record: RunRecord) -> TestResult:
    outcome, reason = outcome_of(record, test.known)
    blank = _untried(suite, test, outcome, reason)
    return replace(blank, seconds=record.duration, run=record)


def _untried(suite: Suite, test: Test, outcome: Outcome, reason: str) -> TestResult:
    scenario = test.loaded.scenario
    return TestResult(
        id=test.id,
        role=suite.role,
        title=scenario.title,
        cites=scenario.cites,
        tags=scenario.tags,
        outcome=outcome,
        reason=reason,
        known=test.known,
    )
