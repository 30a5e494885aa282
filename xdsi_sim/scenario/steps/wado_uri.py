"""`wado-uri`: a consumer gets one object of an imaging source by WADO-URI (RAD-55)."""

from __future__ import annotations

from typing import Any, Final

from xdsi_sim.scenario.kind import ConsumerId, SourceId, StepKind
from xdsi_sim.scenario.stage import Outcome, Stage, StepFailed, details_of
from xdsi_sim.scenario.web import asked, query_of
from xdsi_sim.topology.checked import Checked

__all__ = ["WADO_URI"]

_TRANSACTION: Final = "RAD-55"


class WadoUri(Checked):
    """Which object, in which form; what is absent is not in the address."""

    consumer: ConsumerId
    source: SourceId
    requestType: str | None = "WADO"
    """`null` leaves it out."""
    studyUID: str | None = None
    seriesUID: str | None = None
    objectUID: str | None = None
    contentType: str | None = None
    """Media types in order of preference."""
    parameters: dict[str, Any] = {}
    """All others: `rows`, `frameNumber`, `transferSyntax`."""
    accept: str = "*/*"

    @property
    def query(self) -> str:
        """All parameters, encoded."""
        named = ("requestType", "studyUID", "seriesUID", "objectUID", "contentType")
        pairs = {name: getattr(self, name) for name in named} | self.parameters
        return query_of((name, value) for name, value in pairs.items() if value is not None)


def play(step: WadoUri, stage: Stage) -> Outcome:
    """Ask; gives status, media type and what came."""
    address = stage.running.wado_of(step.source)
    if not address:
        raise StepFailed(f"{step.source} tells no address of WADO-URI")
    answer = asked(
        stage,
        step.source,
        _TRANSACTION,
        f"{address}{'&' if '?' in address else '?'}{step.query}",
        sender=step.consumer,
        headers=(("Accept", step.accept),),
    )
    return Outcome(
        text=f"{answer.told}, {sum(part.size for part in answer.parts):,} octets",
        value=answer,
        count=1 if answer.is_good else 0,
        answers=(answer.answered,),
        details=details_of({"Asked": step.query}),
    )


WADO_URI: Final = StepKind(key="wado-uri", parameters=WadoUri, play=play, counts="objects", answers=True)
