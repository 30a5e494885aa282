"""`repeat`: the same steps several times, or until something holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import Field, model_validator

from xdsi_sim.scenario.kind import NOT_EMPTY, StepKind
from xdsi_sim.scenario.matchers import Expected, described, holds, shown
from xdsi_sim.scenario.record import Check
from xdsi_sim.scenario.stage import Act, Acted, Outcome, Stage, plural
from xdsi_sim.scenario.variables import NotThere, follow, parse_path
from xdsi_sim.topology.checked import Checked, wrong

if TYPE_CHECKING:
    from xdsi_sim.scenario.language import StepBase as Step

__all__ = ["REPEAT"]

_ROUND: Final = "round"


class Repeat(Checked):
    """What is done how often."""

    times: Annotated[int, Field(ge=1, le=100_000)]
    """Rounds; with `until`, at most."""
    until: dict[str, Expected] = {}
    """Paths into what the steps save, and what they must lead to for the repeating to end: it fails where
    they never do."""
    pause: Annotated[float, Field(ge=0)] = 0.0
    """Seconds between two rounds."""
    steps: Annotated[tuple[Step, ...], NOT_EMPTY]

    @model_validator(mode="after")
    def _paths_are_paths(self) -> Repeat:
        for path in self.until:
            try:
                parse_path(path)
            except ValueError as error:
                raise wrong(str(error), at=("until", path), at_key=True) from None
        return self


def play(step: Repeat, stage: Stage) -> Outcome:
    """Play the rounds; one that does not pass is the last."""
    acted: list[Acted] = []
    checks: tuple[Check, ...] = ()
    for number in range(1, step.times + 1):
        if acted:
            stage.company.pause(step.pause)
        act = Act(steps=step.steps, name=f"{_ROUND} {number}", kind=_ROUND, names={_ROUND: number})
        acted.append(stage.company.act(act))
        if not acted[-1].passed:
            break
        checks = tuple(_checks(step, acted[-1].saved))
        if step.until and all(check.ok for check in checks):
            break
    return Outcome(
        text=plural(len(acted), _ROUND),
        value=acted[-1].saved,
        count=len(acted),
        checks=checks if acted[-1].passed else (),
    )


def _checks(step: Repeat, saved: Any) -> Iterator[Check]:
    for path, expected in step.until.items():
        try:
            observed = follow(saved, parse_path(path))
        except NotThere:
            observed = None
        yield Check(
            text=f"in the end {path} is {described(expected)}",
            ok=holds(expected, observed),
            expected=described(expected),
            observed=shown(observed),
        )


REPEAT: Final = StepKind(
    key="repeat",
    parameters=Repeat,
    play=play,
    counts="rounds",
    holds=True,
    keeps=True,
    gives=lambda _parameters: (_ROUND,),
)
