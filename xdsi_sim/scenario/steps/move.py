"""`move`: the DICOMweb face of an imaging source gets another address, as archives do in the course of years.

Manifests that are published already go on naming the former one.
"""

from __future__ import annotations

from typing import Final

from xdsi_sim.scenario.kind import SourceId, StepKind
from xdsi_sim.scenario.stage import Outcome, Stage
from xdsi_sim.topology.checked import Checked

__all__ = ["MOVE"]


class Move(Checked):
    """Who."""

    source: SourceId


def play(step: Move, stage: Stage) -> Outcome:
    """Move it; gives both addresses."""
    former = stage.running.dicomweb_of(step.source)
    stage.running.move(step.source)
    now = stage.running.dicomweb_of(step.source)
    return Outcome(
        text=f"{step.source} is at {now}",
        value={"former": former, "now": now},
        count=1,
        details=(("Formerly", former), ("Now", now)),
    )


MOVE: Final = StepKind(key="move", parameters=Move, play=play, counts="sources")
