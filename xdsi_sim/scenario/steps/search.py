"""`search`: a consumer searches an imaging source by QIDO-RS (RAD-129)."""

from __future__ import annotations

from typing import Any, Final, Literal
from urllib.parse import quote

from pydantic import Field, model_validator

from xdsi_sim.dicom.dictionary import attribute
from xdsi_sim.scenario.kind import ConsumerId, SourceId, StepKind
from xdsi_sim.scenario.stage import Outcome, Stage, StepFailed, details_of, listed, plural
from xdsi_sim.scenario.web import asked, query_of
from xdsi_sim.topology.checked import Checked, wrong

__all__ = ["SEARCH"]

_TRANSACTION: Final = "QIDO-RS"


class Search(Checked):
    """Who asks whom for what."""

    consumer: ConsumerId
    source: SourceId
    level: Literal["studies", "series", "instances"] = "studies"
    study: str | None = None
    """Study in which series or instances are looked for; absent, in all."""
    series: str | None = None
    """Series in which instances are looked for."""
    matching: dict[str, Any] = {}
    """Attributes by keyword (`PatientName`) or tag, with what they must match; a list is any of several."""
    includefield: tuple[str, ...] = ()
    """Attributes that are to come, too; `all` is all of the level."""
    limit: int | None = Field(default=None, ge=0)
    offset: int | None = Field(default=None, ge=0)
    parameters: dict[str, Any] = {}
    """Any other parameters: `fuzzymatching`, or what is no parameter at all."""
    accept: str = "application/dicom+json"

    @model_validator(mode="after")
    def _asks_for_something(self) -> Search:
        for name in self.matching:
            first = name.partition(".")[0]
            if "${" not in first and attribute(first) is None:
                raise wrong(
                    f"no attribute '{first}'.",
                    hint="What is to be sent all the same stands in `parameters`.",
                    at=("matching", name),
                    at_key=True,
                )
        if self.level == "studies" and (self.study or self.series):
            raise wrong("studies are looked for among all", at=("study" if self.study else "series",))
        if self.series is not None and (self.level != "instances" or self.study is None):
            raise wrong("a series is looked into for instances, and by its study", at=("series",))
        return self

    @property
    def path(self) -> str:
        """Below the address of DICOMweb."""
        above = (("studies", self.study), ("series", self.series))
        return "".join(f"/{name}/{quote(uid, safe='')}" for name, uid in above if uid) + f"/{self.level}"

    @property
    def query(self) -> str:
        """All parameters, encoded."""
        paged = {"limit": self.limit, "offset": self.offset}
        pairs = [
            *self.matching.items(),
            *(("includefield", name) for name in self.includefield),
            *((name, value) for name, value in paged.items() if value is not None),
            *self.parameters.items(),
        ]
        return query_of(pairs)


def play(step: Search, stage: Stage) -> Outcome:
    """Ask, and read what was found by keyword."""
    base = stage.running.dicomweb_of(step.source)
    if not base:
        raise StepFailed(f"{step.source} tells no address of DICOMweb, at which it could be searched")
    query = step.query
    answer = asked(
        stage,
        step.source,
        _TRANSACTION,
        f"{base}{step.path}?{query}" if query else f"{base}{step.path}",
        sender=step.consumer,
        headers=(("Accept", step.accept),),
    )
    results = answer.dataSets if answer.is_good and "json" in answer.contentType else ()
    return Outcome(
        text=f"{plural(len(results), 'result')}, {answer.told}",
        value={"results": results, "answer": answer, "status": answer.status},
        count=len(results),
        answers=(answer.answered,),
        details=details_of(
            {
                "Asked": f"{step.path.lstrip('/')}{f'?{query}' if query else ''}",
                "Found": listed([str(each.get("StudyInstanceUID", "")) for each in results]),
            }
        ),
    )


SEARCH: Final = StepKind(key="search", parameters=Search, play=play, counts="results", answers=True)
