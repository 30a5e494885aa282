"""Plays the steps of a scenario in order, in the calling thread, and records what came of each.

A step whose expectation does not hold ends the run as `fail`; a defect of ours ends it as `error`, which
says nothing about whoever was tested. What was not reached is `not-run`.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Protocol

from xdsi_sim.errors import UsageError
from xdsi_sim.ids import new_token
from xdsi_sim.scenario.cast import actors_of
from xdsi_sim.scenario.expectations import judge
from xdsi_sim.scenario.language import StepBase
from xdsi_sim.scenario.loader import Loaded
from xdsi_sim.scenario.ports import Running
from xdsi_sim.scenario.record import RunRecord, StepRecord, Verdict
from xdsi_sim.scenario.stage import Outcome, Stage, StepFailed
from xdsi_sim.scenario.steps.fault import BY
from xdsi_sim.scenario.variables import NotThere, resolve

__all__ = ["Audience", "Silent", "play"]

_LOG: Final = logging.getLogger(__name__)


class Audience(Protocol):
    """Who is told how the run goes, while it goes."""

    def begins(self, number: int, step: StepBase) -> None:
        """Step `number`, from 1, is about to be played."""
        ...

    def ended(self, number: int, record: StepRecord) -> None:
        """Step `number` was played, or will not be."""
        ...


class Silent:
    """Nobody."""

    def begins(self, number: int, step: StepBase) -> None:
        """Nothing."""

    def ended(self, number: int, record: StepRecord) -> None:
        """Nothing."""


def play(loaded: Loaded, running: Running, audience: Audience | None = None) -> RunRecord:
    """Play all steps up to the first that does not pass; Ctrl-C ends the run, and its record is given."""
    started, begin = time.time(), time.perf_counter()
    player = _Player(running=running, folder=loaded.folder, scope=_first_scope(loaded, running))
    scenario = loaded.scenario
    watching = audience or Silent()
    records: list[StepRecord] = []
    try:
        for record in _played(scenario.steps, player, watching):
            records.append(record)  # noqa: PERF402  an interrupt must not lose those before it
    except KeyboardInterrupt:
        for record in _interrupted(scenario.steps[len(records) :]):
            records.append(record)
            watching.ended(len(records), record)
    finally:
        running.faults.off(by=BY)  # all that the scenario has asked for ends with it
    return RunRecord(
        scenario=scenario.name,
        title=scenario.title,
        description=scenario.description.strip(),
        cites=scenario.cites,
        started=started,
        duration=time.perf_counter() - begin,
        steps=tuple(records),
        exchanges=tuple(
            exchange for exchange in running.exchanges() if exchange.conversation in player.conversations
        ),
        actors=actors_of(running),
    )


def _played(steps: Sequence[StepBase], player: _Player, audience: Audience) -> Iterator[StepRecord]:
    passing = True
    for number, step in enumerate(steps, start=1):
        if passing:
            audience.begins(number, step)
        record = player.step(step) if passing else _unplayed(step, Verdict.NOT_RUN)
        passing = record.verdict is Verdict.PASS
        audience.ended(number, record)
        yield record


def _interrupted(steps: Sequence[StepBase]) -> Iterator[StepRecord]:
    """The step that was cut short, and those after it."""
    for number, step in enumerate(steps):
        yield _unplayed(step, Verdict.NOT_RUN) if number else _unplayed(step, Verdict.ERROR, "interrupted")


def _first_scope(loaded: Loaded, running: Running) -> dict[str, Any]:
    """What `${…}` knows before the first step; a variable may refer to those before it."""
    scope: dict[str, Any] = {"actors": {actor.id: actor for actor in actors_of(running)}}
    for name, value in loaded.scenario.variables.items():
        scope[name] = resolve(value, scope)
    return scope


@dataclass(kw_only=True)
class _Player:
    """One run: what was saved so far."""

    running: Running
    folder: Path
    scope: dict[str, Any]
    conversations: set[str] = field(default_factory=set)

    def step(self, step: StepBase) -> StepRecord:
        """Play one step; whatever goes wrong in it becomes its verdict."""
        stage = self._stage()
        started, begin = time.time(), time.perf_counter()
        record = StepRecord(
            name=step.name, kind=step.kind.key, verdict=Verdict.PASS, started=started, duration=0.0
        )
        record = replace(record, **self._outcome(step, stage))
        return replace(
            record,
            duration=time.perf_counter() - begin,
            exchanges=tuple(exchange.id for exchange in self.running.exchanges(stage.conversation)),
            findings=(*record.findings, *stage.findings),
        )

    def _stage(self) -> Stage:
        conversation = new_token()
        self.conversations.add(conversation)
        return Stage.on(self.running, conversation, self.folder)

    def _outcome(self, step: StepBase, stage: Stage) -> Mapping[str, Any]:
        """What the record of the step says of its outcome."""
        try:
            expect = resolve(step.expect, self.scope)
            outcome = step.kind.play(resolve(step.parameters, self.scope), stage)
            said = _judged(step, expect, outcome)
        except (StepFailed, NotThere) as error:
            return {"verdict": Verdict.FAIL, "text": str(error)}
        except UsageError as error:
            return {"verdict": Verdict.ERROR, "text": str(error)}
        except Exception as error:  # noqa: BLE001  a defect of ours is a verdict, too
            _LOG.exception("step '%s' went wrong", step.name)
            return {"verdict": Verdict.ERROR, "text": f"went wrong inside xdsi-sim: {error!r}"}
        if step.save:
            self.scope[step.save] = outcome.value
        return said


def _judged(step: StepBase, expect: Any, outcome: Outcome) -> Mapping[str, Any]:
    checks = (*outcome.checks, *judge(expect, outcome, step.kind, cites=step.cites))
    return {
        "verdict": Verdict.PASS if all(check.ok for check in checks) else Verdict.FAIL,
        "text": outcome.text,
        "details": outcome.details,
        "checks": checks,
        "findings": outcome.findings,
    }


def _unplayed(step: StepBase, verdict: Verdict, text: str = "") -> StepRecord:
    return StepRecord(
        name=step.name, kind=step.kind.key, verdict=verdict, started=time.time(), duration=0.0, text=text
    )
