"""Plays the steps of a scenario in order, and records what came of each.

A step whose expectation does not hold ends the run as `fail`; a defect of ours ends it as `error`, which
says nothing about whoever was tested. What was not reached is `not-run`; the teardown is always played.
Steps are played in the calling thread, but for branches that are played at once and steps with a time-out.
"""

from __future__ import annotations

import logging
import tempfile
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from xdsi_sim.errors import UsageError
from xdsi_sim.ids import new_token
from xdsi_sim.scenario.called import named
from xdsi_sim.scenario.cast import actors_of
from xdsi_sim.scenario.company import Audience, Block, Ear, Troupe, begun
from xdsi_sim.scenario.expectations import judge
from xdsi_sim.scenario.extract import Seen
from xdsi_sim.scenario.hearing import all_since
from xdsi_sim.scenario.language import StepBase
from xdsi_sim.scenario.loader import Loaded
from xdsi_sim.scenario.making import Making, Stop
from xdsi_sim.scenario.matchers import holds, shown
from xdsi_sim.scenario.record import RunRecord, StepRecord, Verdict, worst_of
from xdsi_sim.scenario.stage import Cut, Outcome, Stage, StepFailed
from xdsi_sim.scenario.steps.fault import BY
from xdsi_sim.scenario.variables import New, NotThere, filled, follow, parse_path, resolve

if TYPE_CHECKING:
    from xdsi_sim.topology.world import World

__all__ = ["Audience", "Run", "Silent", "first_scope", "play"]

_LOG: Final = logging.getLogger(__name__)
_GRACE: Final = 1.0  # seconds in which a thread that is to end may do so


class Silent:
    """Nobody."""

    def begins(self, number: str, name: str, *, holds: bool) -> None:
        """Nothing."""

    def waits(self, number: str, lines: Sequence[str], seconds: float) -> None:
        """Nothing."""

    def ended(self, number: str, record: StepRecord) -> None:
        """Nothing."""


def play(
    loaded: Loaded,
    running: World,
    audience: Audience | None = None,
    *,
    tags: Collection[str] = (),
    stop: Stop | None = None,
) -> RunRecord:
    """Play all steps up to the first that does not pass; gives the record, also of a run that is interrupted.

    Ctrl-C or `stop` interrupts it, and then the teardown is played. With `tags`, steps that have tags, but
    none of these, are left out.
    """
    started, begin = time.time(), time.perf_counter()
    scenario, watching = loaded.scenario, audience or Silent()
    with tempfile.TemporaryDirectory(prefix="xdsi-sim-", ignore_cleanup_errors=True) as spool:
        run = Run(
            loaded=loaded,
            running=running,
            audience=watching,
            spool=Path(spool),
            tags=frozenset() if set(tags) & set(scenario.tags) else frozenset(tags),
            since=running.mark(),
        )
        try:
            steps = run.play(stop or Stop())
        finally:
            running.faults.off(by=BY)  # all that the scenario has asked for ends with it
    own, others = set(run.conversations), run.others
    return RunRecord(
        scenario=scenario.name,
        title=scenario.title,
        description=scenario.description.strip(),
        cites=scenario.cites,
        started=started,
        duration=time.perf_counter() - begin,
        steps=steps,
        exchanges=named(
            running.topology,
            (each for each in all_since(running, run.since) if each.conversation in own or each.id in others),
        ),
        actors=actors_of(running),
        interrupted=run.interrupted,
    )


def first_scope(loaded: Loaded, running: World) -> dict[str, Any]:
    """What `${…}` knows before the first step; a variable may refer to those before it."""
    scope: dict[str, Any] = {"actors": {actor.id: actor for actor in actors_of(running)}, "new": New()}
    for name, value in loaded.scenario.variables.items():
        scope[name] = resolve(value, scope)
    return scope


@dataclass(kw_only=True)
class Run:
    """One run: what is common to all its steps."""

    loaded: Loaded
    running: World
    audience: Audience
    spool: Path
    tags: frozenset[str]
    since: int
    """Mark of the log behind all that was before the run."""
    conversations: list[str] = field(default_factory=list)
    """Of all steps that have begun."""
    others: set[str] = field(default_factory=set)
    """Exchanges that somebody else began, and that a step was about."""
    interrupted: bool = False

    def play(self, stop: Stop) -> tuple[StepRecord, ...]:
        """Set up and play, up to a `stop`; tear down, whatever came before."""
        scenario = self.loaded.scenario
        whole = Making(ended=self.audience.ended)
        scope, ear = first_scope(self.loaded, self.running), Ear()
        passing = True
        try:
            for name, steps in (("setup", scenario.setup), ("", scenario.steps)):
                passing = self.phase(whole, name, steps, scope, ear, stop=Stop(stop), passing=passing)
        finally:
            with suppress(KeyboardInterrupt):  # a second Ctrl-C ends the teardown, too
                self.phase(whole, "teardown", scenario.teardown, scope, ear, stop=Stop(), passing=True)
        return whole.records

    def phase(
        self,
        whole: Making,
        name: str,
        steps: Sequence[StepBase],
        scope: dict[str, Any],
        ear: Ear,
        *,
        stop: Stop,
        passing: bool,
    ) -> bool:
        """Whether all steps of a part passed; they are left out where what was before them did not."""
        block = Block(making=whole, scope=scope, folder=self.loaded.folder, stop=stop, ear=ear)
        whole.begin(steps)
        try:
            return passing and self.played(steps, block, name)
        except (KeyboardInterrupt, Cut):
            self.interrupted = True
            stop.set()
            whole.interrupt(name)
            return False
        finally:
            whole.leave_out(name)

    def played(self, steps: Sequence[StepBase], block: Block, name: str = "") -> bool:
        """Play steps up to the first that does not pass; whether all did."""
        block.making.begin(steps)
        for step in steps:
            block.stop.check()
            if not self._step(
                step, block.making.step(step, _name(step, block.scope), name), block
            ).verdict.goes_on:
                block.making.leave_out(name)
                return False
        return True

    def _step(self, step: StepBase, making: Making, block: Block) -> StepRecord:
        """Play one step; whatever goes wrong in it becomes its verdict."""
        why = self._why_not(step, block)
        if why is not None:
            return making.finish(Verdict.SKIPPED, why)
        self.audience.begins(making.number, making.name, holds=step.kind.holds)
        conversation = new_token()
        self.conversations.append(conversation)
        company = Troupe(run=self, making=making, block=block, stop=Stop(block.stop), keeps=step.kind.keeps)
        stage = Stage.on(self.running, conversation, block.folder, company)
        said = self._timed(step, stage, company) if step.timeout else self._outcome(step, stage, company)
        exchanges = tuple(exchange.id for exchange in self.running.exchanges(conversation))
        return making.finish(
            worst_of((said.pop("verdict"), making.worst)),
            exchanges=(*said.pop("exchanges", ()), *exchanges),
            findings=(*said.pop("findings", ()), *stage.findings),
            **said,
        )

    def _why_not(self, step: StepBase, block: Block) -> str | None:
        """Why a step is not to be played."""
        if self.tags and step.tags and not self.tags & set(step.tags):
            return f"has the {'tag' if len(step.tags) == 1 else 'tags'} {', '.join(step.tags)}"
        for path, expected in step.only_if.items():
            try:
                observed = follow(block.scope, parse_path(path))
                wanted = resolve(expected, block.scope)
            except NotThere:
                observed, wanted = None, expected
            if not holds(wanted, observed):
                return f"{path} is {shown(observed)}"
        return None

    def _timed(self, step: StepBase, stage: Stage, company: Troupe) -> dict[str, Any]:
        """The outcome, or that there was none in time; a thread that hangs is left to itself."""
        said: dict[str, Any] = {}
        seconds = step.timeout or 0.0

        def work() -> None:
            """Play the step; one that is cut short has no outcome."""
            with suppress(Cut):
                said.update(self._outcome(step, stage, company))

        thread = begun(work, step.name)
        thread.join(seconds)
        if not said:
            company.stop.set()
            thread.join(_GRACE)  # what it holds may end in order
            company.block.stop.check()
            return {"verdict": Verdict.FAIL, "text": f"not done within {seconds:g} s"}
        return dict(said)

    def _outcome(self, step: StepBase, stage: Stage, company: Troupe) -> dict[str, Any]:
        """What the record of the step says of its outcome."""
        scope = company.block.scope
        try:
            expect = resolve(step.expect, scope)
            outcome = step.kind.play(resolve(step.parameters, scope), stage)
            seen = Seen.of(outcome, stage)
            said = self._judged(step, expect, outcome, seen)
            captured = {name: each.of_message(seen) for name, each in resolve(step.capture, scope).items()}
        except StepFailed as error:
            return {"verdict": Verdict.FAIL, "text": str(error), "checks": error.checks}
        except NotThere as error:
            return {"verdict": Verdict.FAIL, "text": str(error)}
        except Cut:
            raise
        except UsageError as error:
            return {"verdict": Verdict.ERROR, "text": str(error)}
        except Exception as error:  # noqa: BLE001  a defect of ours is a verdict, too
            _LOG.exception("step '%s' went wrong", step.name)
            return {"verdict": Verdict.ERROR, "text": f"went wrong inside xdsi-sim: {error!r}"}
        company.block.save(captured | ({step.save: outcome.value} if step.save else {}))
        return said

    def _judged(self, step: StepBase, expect: Any, outcome: Outcome, seen: Seen) -> dict[str, Any]:
        checks = (*outcome.checks, *judge(expect, outcome, step.kind, seen, cites=step.cites))
        return {
            "verdict": Verdict.PASS if all(check.ok for check in checks) else Verdict.FAIL,
            "text": outcome.text,
            "details": outcome.details,
            "checks": checks,
            "table": outcome.table,
            "findings": outcome.findings,
            "exchanges": () if outcome.subject is None else (outcome.subject.id,),
        }


def _name(step: StepBase, scope: Mapping[str, Any]) -> str:
    """Of a step, with the values that it refers to; as it is written where there are none."""
    try:
        return filled(step.name, scope)
    except NotThere:
        return step.name
