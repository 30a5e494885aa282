"""`wado-rs`: a consumer retrieves one resource of an imaging source by WADO-RS (RAD-107)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal
from urllib.parse import quote

from pydantic import model_validator

from xdsi_sim.scenario.kind import ConsumerId, SourceId, StepKind
from xdsi_sim.scenario.stage import Outcome, Stage, StepFailed, details_of, plural
from xdsi_sim.scenario.web import asked, query_of
from xdsi_sim.topology.checked import Checked, wrong

__all__ = ["WADO_RS"]

_TRANSACTION: Final = "WADO-RS"
_ACCEPT: Final = {
    None: 'multipart/related; type="application/dicom"; transfer-syntax=*',
    "metadata": "application/dicom+json",
    "rendered": "image/jpeg",
    "thumbnail": "image/jpeg",
    "bulkdata": 'multipart/related; type="application/octet-stream"',
    "pixeldata": 'multipart/related; type="application/octet-stream"',
}
"""What is accepted where the step does not say, by resource."""


class WadoRs(Checked):
    """Which resource, in which form."""

    consumer: ConsumerId
    source: SourceId
    study: str
    series: str | None = None
    instance: str | None = None
    frames: tuple[int | str, ...] = ()
    """Numbers of frames of an instance, from 1."""
    resource: Literal["metadata", "rendered", "thumbnail", "bulkdata", "pixeldata"] | None = None
    """What of it; absent, the DICOM files, or the frames."""
    accept: str | None = None
    """Header Accept; absent, the usual one of the resource."""
    parameters: dict[str, Any] = {}
    """Of the address: `quality`, `viewport`."""

    @model_validator(mode="after")
    def _goes_down_step_by_step(self) -> WadoRs:
        for above, below in (("series", "instance"), ("instance", "frames")):
            if getattr(self, below) and getattr(self, above) is None:
                raise wrong(f"'{below}' needs '{above}'", at=(below,))
        return self

    @property
    def path(self) -> str:
        """Below the address of DICOMweb."""
        return "".join(f"/{quote(part, safe=',')}" for part in self._parts())

    def _parts(self) -> Iterator[str]:
        levels = (("studies", self.study), ("series", self.series), ("instances", self.instance))
        for name, uid in levels:
            if uid is not None:
                yield from (name, uid)
        if self.frames:
            yield from ("frames", ",".join(map(str, self.frames)))
        if self.resource is not None:
            yield self.resource


def play(step: WadoRs, stage: Stage) -> Outcome:
    """Ask; gives status, headers, parts, and what is in them."""
    base = stage.running.dicomweb_of(step.source)
    if not base:
        raise StepFailed(f"{step.source} tells no address of DICOMweb, from which it could be had")
    query = query_of(step.parameters.items())
    octets = 'multipart/related; type="application/octet-stream"'
    usual = octets if step.frames and step.resource is None else _ACCEPT[step.resource]
    answer = asked(
        stage,
        step.source,
        _TRANSACTION,
        f"{base}{step.path}?{query}" if query else f"{base}{step.path}",
        sender=step.consumer,
        headers=(("Accept", usual if step.accept is None else step.accept),),
    )
    return Outcome(
        text=f"{plural(len(answer.parts), 'part')}, {answer.told}",
        value=answer,
        count=len(answer.parts) if answer.is_good else 0,
        answers=(answer.answered,),
        details=details_of({"Asked": step.path.lstrip("/"), "Warning": answer.warning}),
    )


WADO_RS: Final = StepKind(key="wado-rs", parameters=WadoRs, play=play, counts="parts", answers=True)
