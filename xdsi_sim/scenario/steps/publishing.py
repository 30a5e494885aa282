"""What `publish` and `publish-report` share: who publishes to whom, and the submission of one document."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

from pydantic import model_validator

from xdsi_sim.actors.ports import Publication
from xdsi_sim.content import Content
from xdsi_sim.dicom.imaging_metadata import submission, withdrawal
from xdsi_sim.dicom.publisher import Publisher
from xdsi_sim.dicom.study import Study
from xdsi_sim.ebrim.limited import limited
from xdsi_sim.ebrim.model import DocumentEntry, RegistryObjectList
from xdsi_sim.messages.community import aimed_at
from xdsi_sim.messages.submit import Document, ProvideAndRegisterDocumentSetRequest, SubmitObjectsRequest
from xdsi_sim.scenario.kind import CommunityId, GatewayId, RecipientId, SourceId
from xdsi_sim.scenario.stage import Answered, Stage, StepFailed, answered
from xdsi_sim.topology.checked import Checked, wrong
from xdsi_sim.topology.model import Placed, Source

__all__ = ["Published", "Sending", "place_of", "provide", "publisher_of", "source_of", "study_of", "withdraw"]


class Sending(Checked):
    """Who sends, to whom, and as what kind of source."""

    source: SourceId
    to: RecipientId | None = None
    """The recipient that gets it; without, whom the source publishes to."""
    through: GatewayId = None
    """The Initiating Gateway that hands it on to another community."""
    home: CommunityId | None = None
    """That community."""
    intendedRecipient: tuple[str, ...] = ()
    """Whom it is for, each as `XON|XCN|XTN`."""
    limitedMetadata: bool = False
    """Says no more than a Metadata-Limited Document Source must."""

    @model_validator(mode="after")
    def _gateways_are_told_the_community(self) -> Self:
        if (self.through is None) != (self.home is None):
            raise wrong("through and home belong together: the gateway, and the community that it is for")
        if self.through is not None and self.to is not None:
            raise wrong("a document is sent to a recipient or through a gateway", at=("through",))
        return self

    def message(
        self, objects: RegistryObjectList, *documents: Document
    ) -> ProvideAndRegisterDocumentSetRequest:
        """The submission as it is sent."""
        submission = SubmitObjectsRequest(objects=self.addressed(objects))
        return ProvideAndRegisterDocumentSetRequest(
            submission=submission if self.home is None else aimed_at(submission, self.home),
            documents=documents,
        )

    def addressed(self, objects: RegistryObjectList) -> RegistryObjectList:
        """A submission as this kind of source sends it."""
        sent = limited(objects) if self.limitedMetadata else objects
        sets = (replace(set_, intendedRecipient=self.intendedRecipient) for set_ in sent.submissionSets)
        return replace(sent, submissionSets=tuple(sets))


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A document that was sent to a repository or a recipient."""

    uniqueId: str
    studyInstanceUID: str
    patientId: str
    entry: DocumentEntry


def source_of(stage: Stage, source_id: str) -> tuple[Placed, Source]:
    """An imaging source and its place in the topology."""
    placed = stage.running.topology.find(source_id)
    if not isinstance(placed.actor, Source):
        raise StepFailed(f"'{source_id}' is a {placed.actor.role}, not an imaging source")
    return placed, placed.actor


def publisher_of(placed: Placed, source: Source) -> Publisher:
    """What the source adds of its own to what its studies say."""
    return Publisher(
        sourceId=source.oid,
        patient_authority=placed.community.patientAuthority,
        institution=source.institution,
        accession_authority=source.accessionAuthority,
        order_authority=source.orderAuthority,
    )


def study_of(stage: Stage, source_id: str, uid: str) -> Study:
    """A study that the source has; raises StepFailed where it has not."""
    study = stage.running.store_of(source_id).study(uid)
    if study is None:
        raise StepFailed(f"{source_id} has no study {uid}")
    return study


def place_of(stage: Stage, sending: Sending, what: str) -> tuple[str, str]:
    """Who gets it, and what it is called in the store, where each receiver has its own."""
    _, source = source_of(stage, sending.source)
    receiver = sending.to or sending.through or source.publishesTo
    return receiver, what if receiver == source.publishesTo else f"{what} for {sending.home or receiver}"


def provide(
    stage: Stage,
    sending: Sending,
    entry: DocumentEntry,
    content: Content,
    *,
    study: str,
    what: str,
    transaction: str = "ITI-41",
    fingerprint: str | None = None,
) -> Answered:
    """Send one document about a study, where `sending` says, or where the source publishes.

    It replaces what the source published there as the same `what` before (ITI TF-3: 4.2.2.2.3).
    """
    placed, source = source_of(stage, sending.source)
    store = stage.running.store_of(source.id)
    receiver, document = place_of(stage, sending, what)
    former = store.published(study, document)
    objects = submission(
        (entry,),
        publisher_of(placed, source),
        entryUUID="submission-set",
        uniqueId=stage.new_uid(),
        submissionTime=stage.now(),
        replaces={} if former is None else {entry.entryUUID: former.entry.entryUUID},
    )
    message = sending.message(objects, Document(id=entry.entryUUID, content=content))
    reply = stage.call(sender=source.id, receiver=receiver, transaction="ITI-41", message=message)
    answer = answered(reply, receiver=receiver, transaction=transaction)
    if answer.status == "Success":
        store.note_published(study, document, Publication(entry=entry, fingerprint=fingerprint))
    return answer


def withdraw(stage: Stage, sending: Sending, study: str, what: str) -> Answered:
    """Deprecate what was published of a study, by ITI-57 at the registry (RAD TF: 4.68).

    Raises StepFailed where nothing was, or where it went to a recipient, from which nothing comes back.
    """
    placed, source = source_of(stage, sending.source)
    store, registry = stage.running.store_of(source.id), placed.community.registry
    receiver, document = place_of(stage, sending, what)
    former = store.published(study, document)
    if former is None:
        raise StepFailed(f"{source.id} has no study {study}")
    if registry is None or receiver not in {repository.id for repository in placed.community.repositories}:
        raise StepFailed(
            f"study {study} has no instance left, but its {what} cannot be withdrawn from {receiver}: "
            "that takes a repository and a registry"
        )
    objects = withdrawal(
        former.entry,
        publisher_of(placed, source),
        entryUUID="submission-set",
        uniqueId=stage.new_uid(),
        submissionTime=stage.now(),
    )
    message = SubmitObjectsRequest(objects=objects)
    reply = stage.call(sender=source.id, receiver=registry.id, transaction="ITI-57", message=message)
    answer = answered(reply, receiver=registry.id, transaction="ITI-57")
    if answer.status == "Success":
        store.note_withdrawn(study, document)
    return answer
