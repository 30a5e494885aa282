"""`update`: registered metadata get a next version or another status (ITI MU: 3.57; ITI RMU: 3.92)."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Final, Literal

from pydantic import model_validator

from xdsi_sim.ebrim.model import Association, DocumentEntry, Folder, RegistryObjectList
from xdsi_sim.ids import new_uuid
from xdsi_sim.messages.submit import SubmitObjectsRequest
from xdsi_sim.scenario.kind import ActorOf, AnyGatewayId, StepKind
from xdsi_sim.scenario.metadata import own_codes, sound_set, with_attributes
from xdsi_sim.scenario.stage import Outcome, Stage, StepFailed, answered, details_of
from xdsi_sim.topology.checked import Checked, wrong
from xdsi_sim.topology.model import Registry
from xdsi_sim.vocab import APPROVED, DEPRECATED
from xdsi_sim.vocab import Association as Type

__all__ = ["UPDATE"]

_SET: Final = "submission-set"
_STATUSES: Final = {"Approved": APPROVED, "Deprecated": DEPRECATED}


class Update(Checked):
    """What is to become of one DocumentEntry or Folder."""

    sender: str = "document-administrator"
    """Who the exchange log says that it is: no actor of the topology has to."""
    registry: Annotated[str | None, ActorOf(Registry)] = None
    through: AnyGatewayId = None
    """The Initiating Gateway that hands it on, by `iti-92`, to the community that the object is of."""
    object: Any
    """The DocumentEntry or Folder that a query has saved: `${found.entries[0]}`."""
    set: dict[str, Any] = {}
    """Attributes of the next version that differ from those of the last."""
    status: str | None = None
    """availabilityStatus that it gets: `Approved`, `Deprecated` or a URN."""
    originalStatus: str | None = None
    """The status before; that of the object where it is not given."""
    previousVersion: str | None = None
    """The version before; that of the object where it is not given."""
    propagation: Literal["yes", "no"] | None = None
    """AssociationPropagation: whether the next version takes the Associations of the last."""
    by: Literal["iti-57", "iti-92"] = "iti-57"

    @model_validator(mode="after")
    def _goes_to_one(self) -> Update:
        if (self.registry is None) == (self.through is None):
            raise wrong("an update goes either to a registry, or through a gateway by `through`")
        if self.through is not None and self.by != "iti-92":
            raise wrong("a gateway forwards iti-92 alone", at=("by",))
        return self

    @property
    def receiver(self) -> str:
        """Id of the actor that gets it."""
        return self.through or self.registry or ""

    @model_validator(mode="after")
    def _changes_something(self) -> Update:
        if not self.set and self.status is None:
            raise wrong("an update sets attributes or a status.", hint="It takes one of: set, status.")
        return self


def play(step: Update, stage: Stage) -> Outcome:
    """Send one update."""
    former = step.object
    if not isinstance(former, DocumentEntry | Folder):
        raise StepFailed(f"'object' is a {type(former).__name__}, not a DocumentEntry or Folder")
    objects = _objects(step, former, stage)
    transaction = step.by.upper()
    reply = stage.call(
        sender=step.sender,
        receiver=step.receiver,
        transaction=transaction,
        message=SubmitObjectsRequest(objects=objects),
    )
    answer = answered(reply, receiver=step.receiver, transaction=transaction)
    newer = (*objects.documentEntries, *objects.folders)
    return Outcome(
        text=f"{'next version' if newer else f'status {step.status}'}: {answer.status}",
        value={"object": newer[0] if newer else former, "errors": answer.errors},
        count=1,
        answers=(answer,),
        details=details_of({"Set": ", ".join(step.set), "Status": step.status or ""}),
    )


def _objects(step: Update, former: DocumentEntry | Folder, stage: Stage) -> RegistryObjectList:
    patient, topology = former.patientId or "", stage.running.topology
    made = sound_set(entryUUID=_SET, uniqueId=stage.new_uid(), patientId=patient, now=stage.now())
    set_ = own_codes(made, topology)
    newer = _next_version(former, step) if step.set else None
    triggers = []
    if newer is not None:
        triggers.append(
            Association(
                entryUUID=new_uuid(),
                associationType=Type.HAS_MEMBER,
                sourceObject=_SET,
                targetObject=newer.entryUUID,
                submissionSetStatus="Original" if isinstance(newer, DocumentEntry) else None,
                previousVersion=step.previousVersion or former.version,
                associationPropagation=step.propagation,
            )
        )
    if step.status is not None:
        triggers.append(
            Association(
                entryUUID=new_uuid(),
                associationType=Type.UPDATE_AVAILABILITY_STATUS,
                sourceObject=_SET,
                targetObject=former.entryUUID,
                originalStatus=_urn(step.originalStatus) or former.availabilityStatus,
                newStatus=_urn(step.status),
            )
        )
    return RegistryObjectList(
        submissionSets=(set_,),
        documentEntries=(newer,) if isinstance(newer, DocumentEntry) else (),
        folders=(newer,) if isinstance(newer, Folder) else (),
        associations=tuple(triggers),
    )


def _next_version(former: DocumentEntry | Folder, step: Update) -> DocumentEntry | Folder:
    plain: DocumentEntry | Folder = replace(
        former,
        entryUUID=new_uuid(),
        logicalID=former.logicalID or former.entryUUID,
        availabilityStatus=None,
        version=None,
    )
    return with_attributes(plain, step.set)


def _urn(status: str | None) -> str | None:
    return None if status is None else _STATUSES.get(status, status)


UPDATE: Final = StepKind(key="update", parameters=Update, play=play, counts="objects", answers=True)
