"""`mhd-find`: a consumer searches document references, or lists, at a FHIR face (ITI MHD: 3.67, 3.66)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal

from xdsi_sim.ebrim.model import DocumentEntry, Folder, SubmissionSet
from xdsi_sim.scenario.fhir import community_of, found_in, object_of, patient_token, search
from xdsi_sim.scenario.kind import ConsumerId, MhdId, StepKind
from xdsi_sim.scenario.stage import Outcome, Stage, details_of, listed, plural
from xdsi_sim.scenario.variables import as_text
from xdsi_sim.topology.checked import Checked

__all__ = ["MHD_FIND"]


class MhdFind(Checked):
    """Who asks whom for what."""

    consumer: ConsumerId
    mhd: MhdId
    """The FHIR face that is asked."""
    patient: str | None = None
    """Patient id: a CX, or a bare id of the community's authority."""
    parameters: dict[str, Any] = {}
    """Search parameters; each of a list has to fit, and one of `a,b`; without `status` it is `current`."""
    resource: Literal["DocumentReference", "List"] = "DocumentReference"
    post: bool = False
    """Searches by POST."""
    form: Literal["json", "xml"] = "json"
    """In which the answer is to come."""


def play(step: MhdFind, stage: Stage) -> Outcome:
    """Search, and follow all pages."""
    community = community_of(stage, step.mhd)
    parameters = tuple(_parameters(step, stage))
    bundles, answers = search(
        stage,
        sender=step.consumer,
        mhd=step.mhd,
        kind=step.resource,
        parameters=parameters,
        form=step.form,
        post=step.post,
    )
    resources = found_in(bundles)
    objects = [object_of(resource, community) for resource in resources]
    entries = tuple(each for each in objects if isinstance(each, DocumentEntry))
    return Outcome(
        text=f"{plural(len(resources), step.resource)} found",
        value={
            "entries": entries,
            "submissionSets": tuple(each for each in objects if isinstance(each, SubmissionSet)),
            "folders": tuple(each for each in objects if isinstance(each, Folder)),
            "resources": tuple(resources),
            "total": bundles[0].get("total") if bundles else None,
            "errors": tuple(error for answer in answers for error in answer.errors),
        },
        count=len(resources),
        answers=tuple(answers),
        details=details_of(
            {
                "Asked": "; ".join(f"{name} = {value}" for name, value in parameters),
                "Found": listed([str(each.title or each.entryUUID) for each in objects]),
            }
        ),
    )


def _parameters(step: MhdFind, stage: Stage) -> Iterator[tuple[str, str]]:
    if step.patient is not None:
        yield "patient.identifier", patient_token(step.patient, community_of(stage, step.mhd))
    if "status" not in step.parameters:
        yield "status", "current"
    if step.resource == "List" and "code" not in step.parameters:
        yield "code", "submissionset"
    for name, value in step.parameters.items():
        for each in value if isinstance(value, list | tuple) else (value,):
            yield name, as_text(each)


MHD_FIND: Final = StepKind(key="mhd-find", parameters=MhdFind, play=play, counts="resources", answers=True)
