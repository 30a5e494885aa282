"""`invoke-display`: a system without a viewer opens one on some studies (RAD-106)."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import model_validator

from xdsi_sim.scenario.kind import ActorOf, StepKind
from xdsi_sim.scenario.stage import Outcome, Stage, StepFailed, details_of
from xdsi_sim.scenario.web import asked, query_of
from xdsi_sim.topology.checked import Checked, wrong
from xdsi_sim.topology.model import Source

__all__ = ["INVOKE_DISPLAY"]

_TRANSACTION: Final = "RAD-106"


class InvokeDisplay(Checked):
    """Whose viewer is to show what."""

    source: Annotated[str | None, ActorOf(Source)] = None
    """An imaging source of a topology with a viewer."""
    url: str | None = None
    """Or any address, up to the `?`."""
    requestType: Literal["STUDY", "PATIENT"] = "STUDY"
    studyUID: Any = None
    """One, or a list."""
    accessionNumber: Any = None
    """The same."""
    patientID: str | None = None
    """`ID^^^&OID&ISO`"""
    parameters: dict[str, Any] = {}
    """All others: `lowerDateTime`, `mostRecentResults`."""
    sender: str = "image-display-invoker"
    """Who the reports say has asked."""

    @model_validator(mode="after")
    def _asks_somebody(self) -> InvokeDisplay:
        if (self.source is None) == (self.url is None):
            raise wrong("a display is either that of a `source`, or at a `url`")
        return self

    @property
    def query(self) -> str:
        """All parameters, encoded."""
        named = ("requestType", "studyUID", "accessionNumber", "patientID")
        pairs = {name: getattr(self, name) for name in named} | self.parameters
        return query_of((name, value) for name, value in pairs.items() if value is not None)


def play(step: InvokeDisplay, stage: Stage) -> Outcome:
    """Ask; gives the status, and where the answer leads."""
    address = step.url or stage.running.image_display_of(step.source or "")
    if not address:
        raise StepFailed(f"{step.source} has no viewer; a topology with `viewer` gives it one")
    answer = asked(
        stage,
        step.source or address,
        _TRANSACTION,
        f"{address}?{step.query}",
        sender=step.sender,
        headers=(("Accept", "text/html"),),
    )
    shows = answer.is_good or bool(answer.location)
    return Outcome(
        text=f"{answer.told}{f', leads to {answer.location}' if answer.location else ''}",
        value=answer,
        count=1 if shows else 0,
        answers=(answer.answered_with(good=shows),),
        details=details_of({"Asked": step.query}),
    )


INVOKE_DISPLAY: Final = StepKind(
    key="invoke-display", parameters=InvokeDisplay, play=play, counts="displays", answers=True
)
