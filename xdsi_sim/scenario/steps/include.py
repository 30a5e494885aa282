"""`include`: the steps of another file, with values for its variables."""

from __future__ import annotations

from typing import Annotated, Any, Final

from xdsi_sim.scenario.cast import actors_of
from xdsi_sim.scenario.kind import FileName, StepKind
from xdsi_sim.scenario.stage import Act, Outcome, Stage
from xdsi_sim.scenario.variables import resolve
from xdsi_sim.topology.checked import Checked

__all__ = ["INCLUDE"]


class Include(Checked):
    """Which steps."""

    file: Annotated[str, FileName()]
    """A file with `steps`, and `variables` that they use; relative to this one."""
    variables: dict[str, Any] = {}
    """Values for them; the steps know nothing else, and `save` keeps what they have saved."""


def play(step: Include, stage: Stage) -> Outcome:
    """Play them in place of this step."""
    path = stage.folder / step.file
    fragment = stage.company.included(path)
    names: dict[str, Any] = {"actors": {actor.id: actor for actor in actors_of(stage.running)}}
    for name, default in fragment.variables.items():
        names[name] = step.variables[name] if name in step.variables else resolve(default, names)
    acted = stage.company.act(Act(steps=fragment.steps, names=names, alone=True, folder=path.parent))
    return Outcome(text=fragment.title or "", value=acted.saved)


INCLUDE: Final = StepKind(key="include", parameters=Include, play=play, counts="steps", holds=True)
