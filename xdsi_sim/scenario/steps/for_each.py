"""`for-each`: the same steps for each item of a list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import Field

from xdsi_sim.scenario.kind import NOT_EMPTY, StepKind
from xdsi_sim.scenario.matchers import shown
from xdsi_sim.scenario.stage import Act, Outcome, Stage, StepFailed, plural
from xdsi_sim.topology.checked import Checked

if TYPE_CHECKING:
    from xdsi_sim.scenario.language import StepBase as Step

__all__ = ["FOR_EACH"]

_LONGEST_NAME: Final = 60


class ForEach(Checked):
    """What is done with which items."""

    items: Any = Field(alias="in")
    """A list, or what earlier steps have saved: `${found.entries}`."""
    name: Annotated[str, Field(alias="as", pattern=r"^[A-Za-z_][\w-]*$")] = "item"
    """Name of the item, for `${…}`."""
    steps: Annotated[tuple[Step, ...], NOT_EMPTY]


def play(step: ForEach, stage: Stage) -> Outcome:
    """One round an item, up to the first that does not pass."""
    if not isinstance(step.items, list | tuple):
        raise StepFailed(f"'in' is no list, but {shown(step.items)}")
    acted = []
    for item in step.items:
        act = Act(steps=step.steps, name=_named(step.name, item), kind="round", names={step.name: item})
        acted.append(stage.company.act(act))
        if not acted[-1].passed:
            break
    passed = sum(each.passed for each in acted)
    return Outcome(
        text=f"{passed} of {plural(len(step.items), 'round')} passed",
        value=tuple(each.saved for each in acted),
        count=passed,
    )


def _named(name: str, item: Any) -> str:
    """`way = by RAD-69`: an item that has a name, as scenarios write it, is called by that."""
    text = shown(_called(item))
    return f"{name} = {text if len(text) <= _LONGEST_NAME else text[: _LONGEST_NAME - 1] + '…'}"


def _called(item: Any) -> Any:
    if not isinstance(item, Mapping):
        return item
    return item.get("name") or [value for value in item.values() if value is not None]


FOR_EACH: Final = StepKind(
    key="for-each",
    parameters=ForEach,
    play=play,
    counts="rounds that passed",
    holds=True,
    gives=lambda parameters: (parameters.name,),
)
