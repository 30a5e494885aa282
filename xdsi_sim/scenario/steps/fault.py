"""`fault`: an actor answers wrongly from here on, on purpose; or rightly again."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import model_validator

from xdsi_sim.deviations.catalogue import deviation_named
from xdsi_sim.scenario.kind import ActorOf, StepKind
from xdsi_sim.scenario.stage import Outcome, Stage, details_of, plural
from xdsi_sim.topology.checked import wrong
from xdsi_sim.topology.fault import DeviationId, Occasion
from xdsi_sim.topology.model import Server

__all__ = ["BY", "FAULT"]

BY: Final = "scenario"
"""Who has switched on what a scenario has: all of it ends with the scenario."""


class FaultStep(Occasion):
    """Who answers wrongly, how and when; with `clear`, who does so no more."""

    actor: Annotated[str | None, ActorOf(Server)] = None
    """For `clear`, absent is everybody."""
    deviation: DeviationId | None = None
    """Id, as `xdsi-sim faults list` shows it; for `clear`, absent is every one."""
    clear: bool = False
    """Ends what steps before have begun."""

    @model_validator(mode="after")
    def _says_who_and_how(self) -> FaultStep:
        if not self.clear and (self.actor is None or self.deviation is None):
            missing = "actor" if self.actor is None else "deviation"
            raise wrong(f"a fault has an actor and a deviation, the key '{missing}' is missing")
        return self


def play(step: FaultStep, stage: Stage) -> Outcome:
    """Switch it on, or off; raises UsageError for what does not fit."""
    faults = stage.running.faults
    if step.clear:
        ended = sum(
            faults.off(switch.number)
            for switch in faults.switches()
            if switch.by == BY
            and step.actor in (None, switch.setting.actor)
            and step.deviation in (None, switch.row.id)
        )
        return Outcome(text=f"{plural(ended, 'fault')} ended", count=ended)
    switch = faults.on(step.setting(step.actor or "", step.deviation or ""), BY)
    row = deviation_named(switch.row.id)
    return Outcome(
        text=f"{switch.setting.actor}: {switch.words}",
        value=switch,
        count=1,
        details=details_of({"From here on": row.text, "Breaks": row.cites or ""}),
    )


FAULT: Final = StepKind(key="fault", parameters=FaultStep, play=play, counts="faults")
