"""Steps of scenarios, played from Python: a test says what an actor of the topology is to do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xdsi_sim.errors import UsageError
from xdsi_sim.ids import new_token
from xdsi_sim.scenario.expectations import judge
from xdsi_sim.scenario.language import Expect
from xdsi_sim.scenario.record import Check
from xdsi_sim.scenario.stage import Stage, StepFailed
from xdsi_sim.scenario.steps import KINDS
from xdsi_sim.topology.checked import did_you_mean

if TYPE_CHECKING:
    from xdsi_sim.topology.build import RunningTopology

__all__ = ["Steps"]


class Steps:
    """Plays steps on a running topology."""

    def __init__(self, running: RunningTopology, folder: Path) -> None:
        """Relative paths of steps begin at `folder`."""
        self._running = running
        self._folder = folder

    def __call__(self, kind: str, /, expect: dict[str, Any] | None = None, **parameters: Any) -> Any:
        """Play a step of this kind, and give what `save` would keep of it.

        Raises AssertionError where what came of it is not as expected, UsageError for a kind that there is
        not, and pydantic's ValidationError for parameters that it does not take.
        """
        if kind not in KINDS:
            raise UsageError(f"no step '{kind}'.", hint=did_you_mean(kind, KINDS))
        step = KINDS[kind]
        given = step.parameters.model_validate(parameters)
        expected = Expect.model_validate(expect or {})
        try:
            outcome = step.play(given, Stage.on(self._running, new_token(), self._folder))
        except StepFailed as error:
            raise AssertionError(f"{kind}: {error}") from None
        broken = list(_broken((*outcome.checks, *judge(expected, outcome, step))))
        if broken:
            raise AssertionError("\n  ".join((f"{kind}: {outcome.text}", *broken)))
        return outcome.value


def _broken(checks: tuple[Check, ...]) -> Iterator[str]:
    for check in checks:
        if not check.ok:
            yield f"{check.text}: expected {check.expected}, observed {check.observed}"
