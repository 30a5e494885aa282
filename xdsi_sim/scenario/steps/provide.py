"""`provide`: documents of any kind with metadata that the scenario writes, sound or wrong on purpose."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final

from pydantic import AfterValidator, model_validator

from xdsi_sim.content import BytesContent, Content, FileContent, sha1_of
from xdsi_sim.ebrim.model import Association, DocumentEntry, Folder, RegistryObjectList, SubmissionSet
from xdsi_sim.ids import new_uuid
from xdsi_sim.messages.community import aimed_at
from xdsi_sim.messages.patient_feed import patient_id
from xdsi_sim.messages.submit import Document, ProvideAndRegisterDocumentSetRequest, SubmitObjectsRequest
from xdsi_sim.scenario import fhir
from xdsi_sim.scenario.crossing import transaction_to
from xdsi_sim.scenario.kind import ActorOf, AnyGatewayId, CommunityId, FileName, StepKind
from xdsi_sim.scenario.metadata import (
    V,
    check_attributes,
    own_codes,
    sound_entry,
    sound_folder,
    sound_set,
    with_attributes,
)
from xdsi_sim.scenario.people import read_id
from xdsi_sim.scenario.stage import Answered, Outcome, Stage, answered, details_of, listed, plural
from xdsi_sim.topology.checked import Checked, did_you_mean, wrong
from xdsi_sim.topology.model import Mhd, Recipient, Registry, Repository
from xdsi_sim.vocab import Association as Type

__all__ = ["PROVIDE"]

_RELATIONSHIPS: Final = {
    "RPLC": Type.RPLC,
    "APND": Type.APND,
    "XFRM": Type.XFRM,
    "XFRM_RPLC": Type.XFRM_RPLC,
    "signs": Type.SIGNS,
    "IsSnapshotOf": Type.IS_SNAPSHOT_OF,
}
_TYPES: Final = {**_RELATIONSHIPS, "HasMember": Type.HAS_MEMBER}
"""Short words for URNs of associationType."""
_SET: Final = "submission-set"


def _of(type_: type) -> AfterValidator:
    def checked(given: dict[str, Any]) -> dict[str, Any]:
        """The attributes as they are; raises what `check_attributes` does."""
        check_attributes(type_, given)
        return given

    return AfterValidator(checked)


EntryAttributes = Annotated[dict[str, Any], _of(DocumentEntry)]
SetAttributes = Annotated[dict[str, Any], _of(SubmissionSet)]
FolderAttributes = Annotated[dict[str, Any], _of(Folder)]
AssociationAttributes = Annotated[dict[str, Any], _of(Association)]


class Provided(Checked):
    """One document."""

    entry: EntryAttributes = {}
    """Attributes that differ from a sound report in plain text; `null` takes one away."""
    text: str = "No abnormality."
    """The document, or …"""
    file: Annotated[str | None, FileName()] = None
    """… the file that is it."""
    related: dict[str, str] = {}
    """What it does to registered entries: `RPLC: ENTRYUUID`."""
    leftOut: bool = False
    """Sends the metadata without the document."""
    withoutEntry: bool = False
    """Sends the document without its metadata."""

    @model_validator(mode="after")
    def _relates_as_documents_do(self) -> Provided:
        for name in self.related:
            if name not in _RELATIONSHIPS:
                hint = did_you_mean(name, _RELATIONSHIPS)
                raise wrong(f"no relationship '{name}'", hint=hint, at=("related", name), at_key=True)
        return self

    def content(self, stage: Stage) -> Content:
        """The octets."""
        if self.file is not None:
            return FileContent.of(stage.folder / self.file)
        return BytesContent(self.text.encode())


class Provide(Checked):
    """Who sends what to whom."""

    sender: str = "document-source"
    """Who the exchange log says that it is: no actor of the topology has to."""
    repository: Annotated[str | None, ActorOf(Repository)] = None
    recipient: Annotated[str | None, ActorOf(Recipient)] = None
    registry: Annotated[str | None, ActorOf(Registry)] = None
    """Gets the metadata alone, by ITI-42, with hash, size and repository as a repository would add them."""
    through: AnyGatewayId = None
    """The gateway that hands it on to another community, or a responding one, which gets it by ITI-80."""
    mhd: Annotated[str | None, ActorOf(Mhd)] = None
    """The FHIR face that gets it, as a bundle of ITI-65."""
    home: CommunityId | None = None
    """That community; a gateway needs it."""
    patient: str
    """Patient id: a CX, or a bare id of the community's authority."""
    documents: tuple[Provided, ...] = (Provided(),)
    submissionSet: SetAttributes = {}
    """Attributes that differ from a sound SubmissionSet."""
    folders: tuple[FolderAttributes, ...] = ()
    associations: tuple[AssociationAttributes, ...] = ()
    """More than the membership of each object in the SubmissionSet, whose id is `submission-set`."""

    @model_validator(mode="after")
    def _goes_to_one(self) -> Provide:
        receivers = (self.repository, self.recipient, self.registry, self.through, self.mhd)
        if sum(receiver is not None for receiver in receivers) != 1:
            raise wrong("it goes to one of: repository, recipient, registry, through, mhd")
        if self.home is not None and self.through is None:
            raise wrong("a community is named to a gateway, by `through`", at=("home",))
        return self

    @property
    def receiver(self) -> str:
        """Id of the actor that gets it."""
        return self.repository or self.recipient or self.registry or self.through or self.mhd or ""


@dataclass(frozen=True, slots=True)
class _Submission:
    objects: RegistryObjectList
    documents: tuple[Document, ...]


def play(step: Provide, stage: Stage) -> Outcome:
    """Send one submission, by ITI-41, ITI-42 or ITI-65."""
    made = _submission(step, stage)
    answer = _sent(step, stage, made)
    entries = made.objects.documentEntries
    return Outcome(
        text=f"{plural(len(entries), 'document')}: {answer.status}",
        value={
            "entries": entries,
            "submissionSet": made.objects.submissionSets[0],
            "folders": made.objects.folders,
            "errors": answer.errors,
        },
        count=len(entries),
        answers=(answer,),
        details=details_of({"Documents": listed([entry.uniqueId or "" for entry in entries])}),
    )


def _sent(step: Provide, stage: Stage, made: _Submission) -> Answered:
    if step.mhd is not None:
        return fhir.provide(
            stage, sender=step.sender, mhd=step.mhd, objects=made.objects, documents=made.documents
        )
    submission = SubmitObjectsRequest(objects=made.objects)
    if step.home is not None:
        submission = aimed_at(submission, step.home)
    provided = "ITI-41" if step.registry is None else "ITI-42"
    transaction = transaction_to(stage.running, step.receiver, provided)
    message: Any = submission
    if step.registry is None:
        message = ProvideAndRegisterDocumentSetRequest(submission=submission, documents=made.documents)
    reply = stage.call(sender=step.sender, receiver=step.receiver, transaction=transaction, message=message)
    return answered(reply, receiver=step.receiver, transaction=transaction)


def _submission(step: Provide, stage: Stage) -> _Submission:
    patientId = _patient(step, stage)
    sound: dict[str, Any] = {"patientId": patientId, "now": stage.now()}
    set_ = _own(sound_set(entryUUID=_SET, uniqueId=stage.new_uid(), **sound), stage, step.submissionSet)
    entries = tuple(
        _own(
            _stored(sound_entry(entryUUID=new_uuid(), uniqueId=stage.new_uid(), **sound), each, step, stage),
            stage,
            each.entry,
        )
        for each in step.documents
    )
    folders = tuple(
        _own(sound_folder(entryUUID=new_uuid(), uniqueId=stage.new_uid(), patientId=patientId), stage, each)
        for each in step.folders
    )
    pairs = list(zip(step.documents, entries, strict=True))
    told = tuple(entry for each, entry in pairs if not each.withoutEntry)
    associations = (
        *(_member(set_.entryUUID, each.entryUUID, "Original") for each in told),
        *(_member(set_.entryUUID, each.entryUUID, None) for each in folders),
        *(each for provided, entry in pairs for each in _related(provided, entry.entryUUID)),
        *map(_association, step.associations),
    )
    return _Submission(
        RegistryObjectList(
            submissionSets=(set_,), documentEntries=told, folders=folders, associations=associations
        ),
        tuple(
            Document(id=entry.entryUUID, content=provided.content(stage))
            for provided, entry in pairs
            if not provided.leftOut
        ),
    )


def _own(value: V, stage: Stage, given: dict[str, Any]) -> V:
    """With codes that the receiver takes, and all that the scenario says."""
    return with_attributes(own_codes(value, stage.running.topology), given)


def _stored(entry: DocumentEntry, provided: Provided, step: Provide, stage: Stage) -> DocumentEntry:
    """With what a repository adds before it registers, where a registry gets the metadata at once.

    The repository is the first of its community (ITI TF-2: 3.41.4.1.3).
    """
    if step.registry is None:
        return entry
    repositories = stage.running.topology.find(step.registry).community.repositories
    content = provided.content(stage)
    return replace(
        entry,
        hash=sha1_of(content),
        size=str(content.size),
        repositoryUniqueId=next((each.repositoryUniqueId for each in repositories), None),
    )


def _patient(step: Provide, stage: Stage) -> str:
    topology = stage.running.topology
    own = topology.find(step.receiver).community
    community = next((each for each in topology.communities if each.homeCommunityId == step.home), own)
    id = read_id(step.patient, community.patientAuthority)
    return patient_id(id, id.root)


def _member(source: str, target: str, status: str | None) -> Association:
    return Association(
        entryUUID=new_uuid(),
        associationType=Type.HAS_MEMBER,
        sourceObject=source,
        targetObject=target,
        submissionSetStatus=status,
    )


def _related(provided: Provided, entryUUID: str) -> Iterator[Association]:
    for name, target in provided.related.items():
        yield Association(
            entryUUID=new_uuid(),
            associationType=_RELATIONSHIPS[name],
            sourceObject=entryUUID,
            targetObject=target,
        )


def _association(given: dict[str, Any]) -> Association:
    type_ = given.get("associationType")
    attributes = given | {"associationType": _TYPES.get(str(type_), type_)}
    return with_attributes(Association(entryUUID=new_uuid()), attributes)


PROVIDE: Final = StepKind(key="provide", parameters=Provide, play=play, counts="documents", answers=True)
