"""`stop`: actors are down from here on, whoever asks them."""

from __future__ import annotations

from typing import Final

from xdsi_sim.scenario.kind import ServerIds, StepKind
from xdsi_sim.scenario.stage import Outcome, Stage, details_of, listed, plural
from xdsi_sim.topology.checked import Checked

__all__ = ["STOP"]


class Stop(Checked):
    """Who."""

    actors: ServerIds
    """Ids; whoever sends to their SOAP address gets HTTP 503."""


def play(step: Stop, stage: Stage) -> Outcome:
    """Stop them for the rest of the run."""
    for actor in step.actors:
        stage.running.stop(actor)
    return Outcome(
        text=f"{plural(len(step.actors), 'actor')} stopped",
        count=len(step.actors),
        details=details_of({"Stopped": listed(step.actors)}),
    )


STOP: Final = StepKind(key="stop", parameters=Stop, play=play, counts="actors")
