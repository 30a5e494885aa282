"""`publish`: an imaging source makes a manifest of each study and publishes it by RAD-68."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from pydantic import AfterValidator

from xdsi_sim.content import BytesContent
from xdsi_sim.dicom.errors import NoPatientId
from xdsi_sim.dicom.imaging_metadata import manifest_entry
from xdsi_sim.dicom.manifest import Manifest, RetrieveLocation, compose_manifest
from xdsi_sim.dicom.manifest_header import Custodian
from xdsi_sim.dicom.study import Study, once
from xdsi_sim.ebrim.model import DocumentEntry
from xdsi_sim.ids import new_uuid
from xdsi_sim.scenario.kind import StepKind
from xdsi_sim.scenario.stage import Answered, Outcome, Stage, StepFailed, details_of, listed, plural
from xdsi_sim.scenario.steps.publishing import (
    Published,
    Sending,
    place_of,
    provide,
    publisher_of,
    source_of,
    withdraw,
)
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
    anew: bool = False
    """Whether a study that has not changed is published again."""
    retrieveLocationUID: str | None = None
    """Where the images are, if not where the topology says: the OID of another archive."""
    retrieveURL: str | None = None
    """Base of WADO-RS there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Done:
    """What became of one study."""

    how: str
    manifest: Published | None = None
    """The one that stands."""
    answer: Answered | None = None


def play(publish: Publish, stage: Stage) -> Outcome:
    """Bring what is published in line with what is stored.

    A study that has changed gets a new manifest in place of the former one; one that has not keeps its
    manifest; where no instance is left, the manifest is withdrawn (RAD TF: 4.68).
    """
    done = [_settle(stage, publish, uid) for uid in _uids(publish, stage)]
    manifests = tuple(one.manifest for one in done if one.manifest is not None)
    counts = Counter(one.how for one in done)
    others = [f"{counts[how]} {how}" for how in (_UNCHANGED, _WITHDRAWN) if counts[how]]
    return Outcome(
        text=", ".join((plural(len(manifests), "manifest"), *others)),
        value={"manifests": manifests},
        count=len(manifests),
        answers=tuple(one.answer for one in done if one.answer is not None),
        details=details_of({"Manifests": listed([f"{item.entry.title}" for item in manifests])}),
    )


_PUBLISHED: Final = "published"
_UNCHANGED: Final = "unchanged"
_WITHDRAWN: Final = "withdrawn"
_MANIFEST: Final = "manifest"
"""What it is called in the store."""


def _uids(publish: Publish, stage: Stage) -> Sequence[str]:
    if publish.studies == "all":
        store = stage.running.store_of(publish.source)
        _, document = place_of(stage, publish, _MANIFEST)
        return once((*store.studies(), *store.studies_with(document)))
    return (publish.studies,) if isinstance(publish.studies, str) else tuple(publish.studies)


def _settle(stage: Stage, publish: Publish, uid: str) -> _Done:
    store = stage.running.store_of(publish.source)
    study = store.study(uid)
    if study is None:
        return _Done(how=_WITHDRAWN, answer=withdraw(stage, publish, uid, _MANIFEST))
    _, document = place_of(stage, publish, _MANIFEST)
    former, fingerprint = store.published(uid, document), _fingerprint(stage, publish, study)
    if former is not None and former.fingerprint == fingerprint and not publish.anew:
        return _Done(how=_UNCHANGED, manifest=_published(uid, former.entry))
    return _publish(stage, publish, study, fingerprint)


def _publish(stage: Stage, publish: Publish, study: Study, fingerprint: str) -> _Done:
    from xdsi_sim.dicom.kos import write_manifest  # noqa: PLC0415  brings pydicom

    manifest, entry = _composed(stage, publish, study, stage.now(), stage.new_uid)
    uid, content = study.header.study_instance_uid, BytesContent(write_manifest(manifest))
    answer = provide(
        *(stage, publish, entry, content),
        study=uid,
        what=_MANIFEST,
        transaction="RAD-68",
        fingerprint=fingerprint,
    )
    return _Done(how=_PUBLISHED, manifest=_published(uid, entry), answer=answer)


def _published(uid: str, entry: DocumentEntry) -> Published:
    return Published(
        uniqueId=entry.uniqueId or "", studyInstanceUID=uid, patientId=entry.patientId or "", entry=entry
    )


def _composed(
    stage: Stage, publish: Publish, study: Study, now: datetime, new_uid: Callable[[], str]
) -> tuple[Manifest, DocumentEntry]:
    placed, source = source_of(stage, publish.source)
    _, archive = source_of(stage, source.imagesAt or source.id)
    location = RetrieveLocation(
        oid=publish.retrieveLocationUID or archive.oid,
        ae_title=archive.aeTitle,
        retrieve_url=publish.retrieveURL or stage.running.dicomweb_of(archive.id),
        display_uri=stage.running.viewer_of(archive.id, study.header.study_instance_uid),
    )
    publisher = publisher_of(placed, source)
    custodian = Custodian(
        institution=publisher.institution,
        patients=publisher.patient_authority,
        accessions=publisher.accession_authority,
        orders=publisher.order_authority,
    )
    manifest = compose_manifest(
        study, location, now=now, new_uid=new_uid, profile=source.manifest, custodian=custodian
    )
    try:
        entry = manifest_entry(study, manifest, publisher, entryUUID=new_uuid())
    except NoPatientId as error:
        raise StepFailed(f"study {study.header.study_instance_uid} cannot be published: {error}") from None
    return manifest, entry


_ANY_TIME: Final = datetime(2000, 1, 1, tzinfo=UTC)


def _fingerprint(stage: Stage, publish: Publish, study: Study) -> str:
    """Of all that the manifest of the study and its entry say, but for their own times and ids."""
    manifest, entry = _composed(stage, publish, study, _ANY_TIME, lambda: "2.999")
    told = repr((manifest, replace(entry, entryUUID=""), publish.limitedMetadata, publish.intendedRecipient))
    return hashlib.sha256(told.encode()).hexdigest()


PUBLISH: Final = StepKind(key="publish", parameters=Publish, play=play, counts="manifests", answers=True)
