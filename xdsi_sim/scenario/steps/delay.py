"""`delay`: actors are late with every answer from here on."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from xdsi_sim.scenario.kind import ServerIds, StepKind
from xdsi_sim.scenario.stage import Outcome, Stage, details_of, listed, plural
from xdsi_sim.topology.checked import Checked

__all__ = ["DELAY"]


class Delay(Checked):
    """Who, and how late."""

    actors: ServerIds
    """Ids; whoever sends to their SOAP or web address waits."""
    seconds: Annotated[float, Field(ge=0, le=3600)]


def play(step: Delay, stage: Stage) -> Outcome:
    """Delay them for the rest of the run."""
    for actor in step.actors:
        stage.running.delay(actor, step.seconds)
    return Outcome(
        text=f"{plural(len(step.actors), 'actor')} late by {step.seconds:g} s",
        count=len(step.actors),
        details=details_of({"Late": listed(step.actors)}),
    )


DELAY: Final = StepKind(key="delay", parameters=Delay, play=play, counts="actors")
