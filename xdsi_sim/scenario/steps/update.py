"""`update`: a source registers a new version of an entry, also in another community (ITI RMU, ITI MU)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final, Literal

from pydantic import model_validator

from xdsi_sim.dicom.imaging_metadata import submission
from xdsi_sim.ebrim.model import DocumentEntry, InternationalString, RegistryObjectList
from xdsi_sim.ids import new_uuid
from xdsi_sim.messages.submit import SubmitObjectsRequest
from xdsi_sim.scenario.kind import ActorOf, GatewayId, SourceId, StepKind
from xdsi_sim.scenario.stage import Outcome, Stage, StepFailed, answered, details_of, listed
from xdsi_sim.scenario.steps.publishing import publisher_of, source_of
from xdsi_sim.topology.checked import Checked, did_you_mean, wrong
from xdsi_sim.topology.model import Registry

__all__ = ["UPDATE"]

_SETTABLE: Final[Mapping[str, Callable[[str], Any]]] = {
    **dict.fromkeys(("title", "comments"), InternationalString.of),
    **dict.fromkeys(("creationTime", "languageCode", "serviceStartTime", "serviceStopTime", "URI"), str),
}
"""Attributes that a step can set, and what their texts become."""
_FIRST: Final = "1"


class Update(Checked):
    """Which entry, and what changes in it."""

    source: SourceId
    """Who updates."""
    registry: Annotated[str | None, ActorOf(Registry)] = None
    through: GatewayId = None
    """The Initiating Gateway that hands it on to the community of the entry."""
    entry: Any
    """As a query has found it: `${found.entries[0]}`."""
    set: dict[str, str]
    """New values by attribute."""
    by: Literal["iti-92", "iti-57"] = "iti-92"

    @model_validator(mode="after")
    def _goes_somewhere(self) -> Update:
        if (self.registry is None) == (self.through is None):
            raise wrong("an update goes either to a registry, or through a gateway by `through`")
        if self.through is not None and self.by != "iti-92":
            raise wrong("a gateway forwards iti-92 alone", at=("by",))
        return self

    @model_validator(mode="after")
    def _sets_something_that_it_can(self) -> Update:
        if not self.set:
            raise wrong("an update sets something", at=("set",))
        for name in self.set:
            if name not in _SETTABLE:
                hint = did_you_mean(name, _SETTABLE)
                raise wrong(f"'{name}' cannot be set by a step", hint=hint, at=("set", name))
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Updated:
    """The version that was sent."""

    uniqueId: str
    entry: DocumentEntry


def play(step: Update, stage: Stage) -> Outcome:
    """Send the next version; raises StepFailed where there is no entry to begin with."""
    if not isinstance(step.entry, DocumentEntry):
        raise StepFailed("`entry` is no DocumentEntry")
    receiver, transaction = step.through or step.registry or "", step.by.upper()
    objects = _next_version(step, stage, step.entry)
    reply = stage.call(
        sender=step.source,
        receiver=receiver,
        transaction=transaction,
        message=SubmitObjectsRequest(objects=objects),
    )
    (entry,) = objects.documentEntries
    return Outcome(
        text=f"a new version of '{entry.title}'",
        value=Updated(uniqueId=entry.uniqueId or "", entry=entry),
        count=1,
        answers=(answered(reply, receiver=receiver, transaction=transaction),),
        details=details_of({"Set": listed(list(step.set))}),
    )


def _next_version(step: Update, stage: Stage, former: DocumentEntry) -> RegistryObjectList:
    """The whole entry once more, with what changes (ITI MU: 3.57.4.1.3.3.1)."""
    changed = {name: _SETTABLE[name](text) for name, text in step.set.items()}
    entry = replace(
        former,
        entryUUID=new_uuid(),
        logicalID=former.logicalID or former.entryUUID,
        availabilityStatus=None,
        version=None,
        **changed,
    )
    objects = submission(
        (entry,),
        publisher_of(*source_of(stage, step.source)),
        entryUUID="submission-set",
        uniqueId=stage.new_uid(),
        submissionTime=stage.now(),
    )
    (member,) = objects.associations
    return replace(objects, associations=(replace(member, previousVersion=former.version or _FIRST),))


UPDATE: Final = StepKind(key="update", parameters=Update, play=play, counts="entries", answers=True)
