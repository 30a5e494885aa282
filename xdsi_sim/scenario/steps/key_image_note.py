"""`key-image-note`: a key image note joins the instances of a study; the next manifest lists it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import AfterValidator, model_validator

from xdsi_sim.content import BytesContent
from xdsi_sim.dicom.errors import DicomError
from xdsi_sim.dicom.manifest import Manifest, compose_note
from xdsi_sim.dicom.titles import NOTE_TITLES, TITLE_MODIFIERS
from xdsi_sim.scenario.kind import SourceId, StepKind
from xdsi_sim.scenario.stage import Outcome, Stage, StepFailed, details_of, plural
from xdsi_sim.scenario.steps.publishing import study_of
from xdsi_sim.topology.checked import Checked, did_you_mean, wrong

__all__ = ["KEY_IMAGE_NOTE"]


def _a_title(code: str) -> str:
    if code not in NOTE_TITLES:
        raise wrong(f"'{code}' is no title of a key image note.", hint=did_you_mean(code, NOTE_TITLES))
    return code


class KeyImageNote(Checked):
    """Which images of which study, and why."""

    source: SourceId
    study: str
    """Study Instance UID."""
    instances: Any
    """SOP Instance UIDs: a list, or a reference to one or several."""
    title: Annotated[str, AfterValidator(_a_title)] = "113000"
    """Code of CID 7010."""
    modifier: str | None = None
    """Of the title: why images are rejected, for example."""
    description: str | None = None

    @model_validator(mode="after")
    def _has_its_modifier(self) -> KeyImageNote:
        allowed = TITLE_MODIFIERS.get(self.title, {})
        if (self.modifier is not None or allowed) and self.modifier not in allowed:
            known = ", ".join(f"{code} {entry.meaning}" for code, entry in allowed.items())
            hint = f"Known are {known}." if known else "It takes none."
            raise wrong(f"title {self.title} has no modifier '{self.modifier or ''}'.", hint=hint)
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredNote:
    """A note among the instances of its study."""

    sopInstanceUID: str
    seriesInstanceUID: str
    studyInstanceUID: str


def play(step: KeyImageNote, stage: Stage) -> Outcome:
    """Store the note with its study; raises StepFailed where the study has not all of the instances."""
    from xdsi_sim.dicom.kos import write_manifest  # noqa: PLC0415  brings pydicom

    note = _compose(step, stage)
    stage.running.store_of(step.source).add(BytesContent(write_manifest(note)))
    stored = StoredNote(
        sopInstanceUID=note.sop_instance_uid,
        seriesInstanceUID=note.series_instance_uid,
        studyInstanceUID=step.study,
    )
    return Outcome(
        text=f"'{note.title.meaning}' on {plural(len(note.references), 'instance')}",
        value={"note": stored},
        count=len(note.references),
        details=details_of({"Note": note.description or ""}),
    )


def _compose(step: KeyImageNote, stage: Stage) -> Manifest:
    uids = (step.instances,) if isinstance(step.instances, str) else tuple(step.instances)
    try:
        return compose_note(
            study_of(stage, step.source, step.study),
            uids,
            title=NOTE_TITLES[step.title],
            modifiers=(TITLE_MODIFIERS[step.title][step.modifier],) if step.modifier else (),
            description=step.description,
            now=stage.now(),
            new_uid=stage.new_uid,
        )
    except DicomError as error:
        raise StepFailed(str(error)) from error


KEY_IMAGE_NOTE: Final = StepKind(key="key-image-note", parameters=KeyImageNote, play=play, counts="instances")
