"""`publish`: an imaging source makes a manifest of each study and publishes it by RAD-68."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final

from pydantic import AfterValidator

from xdsi_sim.content import BytesContent
from xdsi_sim.dicom.imaging_metadata import manifest_entry
from xdsi_sim.dicom.manifest import RetrieveLocation, compose_manifest
from xdsi_sim.dicom.manifest_header import Custodian
from xdsi_sim.ids import new_uuid
from xdsi_sim.scenario.kind import StepKind
from xdsi_sim.scenario.stage import Answered, Outcome, Stage, details_of, listed, plural
from xdsi_sim.scenario.steps.publishing import Published, Sending, provide, publisher_of, source_of, study_of
from xdsi_sim.scenario.variables import references
from xdsi_sim.topology.checked import wrong

__all__ = ["PUBLISH"]


def _some_or_all(value: Any) -> Any:
    if isinstance(value, str) and value != "all" and not any(references(value)):
        raise wrong(f"expected 'all' or a list of Study Instance UIDs, found '{value}'")
    if not isinstance(value, str | list | tuple):
        raise wrong("expected 'all' or a list of Study Instance UIDs")
    return value


class Publish(Sending):
    """Whose studies to publish."""

    studies: Annotated[Any, AfterValidator(_some_or_all)] = "all"
    """`all`, or Study Instance UIDs: a list, or a reference to one or several."""


def play(publish: Publish, stage: Stage) -> Outcome:
    """Publish one manifest a study, made from what is stored; it replaces the former one of the study."""
    outcomes = [_publish(stage, publish, uid) for uid in _uids(publish, stage)]
    manifests = tuple(published for published, _ in outcomes)
    return Outcome(
        text=plural(len(manifests), "manifest"),
        value={"manifests": manifests},
        count=len(manifests),
        answers=tuple(answer for _, answer in outcomes),
        details=details_of({"Manifests": listed([f"{item.entry.title}" for item in manifests])}),
    )


def _uids(publish: Publish, stage: Stage) -> Sequence[str]:
    if publish.studies == "all":
        return stage.running.store_of(publish.source).studies()
    return (publish.studies,) if isinstance(publish.studies, str) else tuple(publish.studies)


def _publish(stage: Stage, publish: Publish, uid: str) -> tuple[Published, Answered]:
    from xdsi_sim.dicom.kos import write_manifest  # noqa: PLC0415  brings pydicom

    placed, source = source_of(stage, publish.source)
    study = study_of(stage, publish.source, uid)
    location = RetrieveLocation(
        oid=source.oid, ae_title=source.aeTitle, retrieve_url=stage.running.dicomweb_of(publish.source)
    )
    publisher = publisher_of(placed, source)
    manifest = compose_manifest(
        study,
        location,
        now=stage.now(),
        new_uid=stage.new_uid,
        profile=source.manifest,
        custodian=Custodian(
            institution=publisher.institution,
            patients=publisher.patient_authority,
            accessions=publisher.accession_authority,
            orders=publisher.order_authority,
        ),
    )
    entry = manifest_entry(study, manifest, publisher, entryUUID=new_uuid())
    content = BytesContent(write_manifest(manifest))
    answer = provide(stage, publish, entry, content, study=uid, what="manifest", transaction="RAD-68")
    published = Published(
        uniqueId=manifest.sop_instance_uid,
        studyInstanceUID=uid,
        patientId=entry.patientId or "",
        entry=entry,
    )
    return published, answer


PUBLISH: Final = StepKind(key="publish", parameters=Publish, play=play, counts="manifests", answers=True)
