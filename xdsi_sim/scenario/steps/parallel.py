"""`parallel`: branches of steps that are played at the same time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from xdsi_sim.scenario.kind import NOT_EMPTY, StepKind
from xdsi_sim.scenario.stage import Act, Outcome, Stage, plural
from xdsi_sim.topology.checked import Checked

if TYPE_CHECKING:
    from xdsi_sim.scenario.language import StepBase as Step

__all__ = ["PARALLEL"]


class Branch(Checked):
    """Steps that are played one after the other, beside other branches."""

    name: str
    steps: Annotated[tuple[Step, ...], NOT_EMPTY]


class Parallel(Checked):
    """What is played at once."""

    branches: Annotated[tuple[Branch, ...], NOT_EMPTY]
    """Each finds what was saved before, and not what the others save meanwhile."""


def play(step: Parallel, stage: Stage) -> Outcome:
    """Begin all branches, and wait for the last."""
    acts = [Act(steps=branch.steps, name=branch.name, kind="branch") for branch in step.branches]
    acted = stage.company.act_together(acts)
    passed = sum(each.passed for each in acted)
    return Outcome(
        text=f"{passed} of {plural(len(acted), 'branch', 'branches')} passed",
        value={name: value for each in acted for name, value in each.saved.items()},
        count=passed,
    )


PARALLEL: Final = StepKind(
    key="parallel", parameters=Parallel, play=play, counts="branches that passed", holds=True, keeps=True
)
