"""`reject`: a rejection note takes instances of a study out of use."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator

from xdsi_sim.content import BytesContent
from xdsi_sim.dicom.media import Arrival
from xdsi_sim.dicom.rejection import REJECTION_TITLES
from xdsi_sim.scenario.kind import SourceId, StepKind
from xdsi_sim.scenario.stage import Outcome, Stage, StepFailed, plural
from xdsi_sim.scenario.steps.publishing import study_of
from xdsi_sim.topology.checked import Checked, did_you_mean, wrong

__all__ = ["REJECT"]


def _a_title(code: str) -> str:
    if "${" not in code and code not in REJECTION_TITLES:
        raise wrong(f"'{code}' is no title of a rejection note.", hint=did_you_mean(code, REJECTION_TITLES))
    return code


class Reject(Checked):
    """What is rejected, and why."""

    source: SourceId
    study: str
    """Study Instance UID."""
    instances: str | tuple[str, ...] = ()
    """SOP Instance UIDs; without, all of the study."""
    title: Annotated[str, AfterValidator(_a_title)] = "113037"
    """113001 for quality, 113037 for patient safety, 113038 for the worklist entry, 113039 expired."""


def play(step: Reject, stage: Stage) -> Outcome:
    """Write the note and store it, as a workstation would."""
    from xdsi_sim.dicom.rejection_note import write_rejection_note  # noqa: PLC0415  brings pydicom

    study = study_of(stage, step.source, step.study)
    known = [instance.sop_instance_uid for instance in study.instances]
    asked = (step.instances,) if isinstance(step.instances, str) else step.instances
    rejected = asked or tuple(known)
    if missing := [uid for uid in rejected if uid not in known]:
        raise StepFailed(f"study {step.study} of {step.source} has no instance {', '.join(missing)}")
    note = write_rejection_note(study, rejected, title=step.title, now=stage.now(), new_uid=stage.new_uid)
    arrival = Arrival(path=Path("rejection note"), content=BytesContent(note), named=True)
    stage.running.store_of(step.source).add_all([arrival])
    return Outcome(
        text=f"{plural(len(rejected), 'instance')} rejected",
        value={"instances": rejected},
        count=len(rejected),
        details=(("Why", REJECTION_TITLES[step.title]),),
    )


REJECT: Final = StepKind(key="reject", parameters=Reject, play=play, counts="instances")
