"""The rounds of a scenario: its setup and teardown once, its steps as often as anybody asks, also at once."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from xdsi_sim.exchange import Exchange
from xdsi_sim.scenario.company import Ear
from xdsi_sim.scenario.language import StepBase
from xdsi_sim.scenario.load.memory import RoundsLog
from xdsi_sim.scenario.loader import Loaded
from xdsi_sim.scenario.making import Making, Stop
from xdsi_sim.scenario.record import StepRecord, Verdict
from xdsi_sim.scenario.runner import Audience, Run, Silent, first_scope
from xdsi_sim.scenario.steps.fault import BY

if TYPE_CHECKING:
    from xdsi_sim.topology.world import World

__all__ = ["Round", "Rounds", "facts_of"]

_BROKEN: Final = ("no answer", "HTTP 5", "Fault Receiver")
"""How the status of an exchange begins that has failed, whatever its step expects."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What came of one round."""

    steps: tuple[StepRecord, ...]
    exchanges: Sequence[Exchange]
    seconds: float

    @property
    def failed(self) -> str | None:
        """Why it has failed; None where it has not."""
        for step in self.steps:
            if step.verdict in (Verdict.FAIL, Verdict.ERROR):
                return f"{step.name}: {_why(step)}"
        return None


class Rounds:
    """Plays them on actors that run; `play` is called from many threads."""

    def __init__(self, loaded: Loaded, running: World, log: RoundsLog) -> None:
        self._loaded = loaded
        self._running = running
        self._log = log
        self._kept: dict[str, Any] = {}
        """What the setup has saved."""
        self._lock = threading.Lock()
        self.done = 0
        self.failed = 0

    def begin(self, audience: Audience | None = None) -> tuple[StepRecord, ...]:
        """Play the setup."""
        names = set(first_scope(self._loaded, self._running))
        records, scope, _ = self._phase("setup", self._loaded.scenario.setup, {}, audience)
        self._kept = {name: value for name, value in scope.items() if name not in names}
        return records

    def play(self) -> Round:
        """Play the steps once; variables get their values anew."""
        clock = time.perf_counter()
        records, _, run = self._phase("", self._loaded.scenario.steps, self._kept, None)
        seconds = time.perf_counter() - clock
        told = Round(steps=records, exchanges=self._log.take(run.conversations), seconds=seconds)
        with self._lock:
            self.done += 1
            self.failed += told.failed is not None
        return told

    def end(self, audience: Audience | None = None) -> tuple[StepRecord, ...]:
        """Play the teardown."""
        try:
            return self._phase("teardown", self._loaded.scenario.teardown, self._kept, audience)[0]
        finally:
            self._running.faults.off(by=BY)

    def _phase(
        self, name: str, steps: Sequence[StepBase], kept: dict[str, Any], audience: Audience | None
    ) -> tuple[tuple[StepRecord, ...], dict[str, Any], Run]:
        watching = audience or Silent()
        with tempfile.TemporaryDirectory(prefix="xdsi-sim-", ignore_cleanup_errors=True) as spool:
            run = Run(
                loaded=self._loaded,
                running=self._running,
                audience=watching,
                spool=Path(spool),
                tags=frozenset(),
                since=self._running.mark(),
            )
            whole = Making(ended=watching.ended)
            scope = first_scope(self._loaded, self._running) | kept
            run.phase(whole, name, steps, scope, Ear(), stop=Stop(), passing=True)
            return whole.records, scope, run


def facts_of(played: Round) -> dict[str, Any]:
    """A round as JSON, for who keeps the figures."""
    return {
        "seconds": played.seconds,
        "failed": played.failed,
        "steps": [
            {
                "name": f"{number}. {step.name}",
                "seconds": step.duration,
                "failed": _why(step) if step.verdict in (Verdict.FAIL, Verdict.ERROR) else None,
            }
            for number, step in enumerate(played.steps, start=1)
            if step.verdict not in (Verdict.NOT_RUN, Verdict.SKIPPED)
        ],
        "transactions": [
            {
                "name": f"{exchange.transaction} to {exchange.receiver}",
                "seconds": exchange.duration,
                "octets": 0 if exchange.response is None else exchange.response.body.size,
                "failed": exchange.status if exchange.status.startswith(_BROKEN) else None,
            }
            for exchange in played.exchanges
        ],
    }


def _why(step: StepRecord) -> str:
    for inner in (step, *step.children):
        for check in inner.checks:
            if not check.ok:
                return f"{check.text}: found {check.observed}"[:300]
    return step.text[:300]
