"""`remove`, `remove-documents`: metadata leave a registry, documents a repository (ITI RMD: 3.62, 3.86)."""

from __future__ import annotations

from typing import Annotated, Any, Final

from xdsi_sim.ebrim.model import DocumentEntry, MetadataObject
from xdsi_sim.messages.remove import RemoveDocumentsRequest, RemoveObjectsRequest
from xdsi_sim.messages.retrieve import DocumentRequest
from xdsi_sim.scenario.kind import ActorOf, RegistryId, StepKind
from xdsi_sim.scenario.stage import Outcome, Stage, StepFailed, answered, details_of, listed, plural
from xdsi_sim.topology.checked import Checked
from xdsi_sim.topology.model import Repository

__all__ = ["REMOVE", "REMOVE_DOCUMENTS"]

_SENDER: Final = "document-administrator"


class Remove(Checked):
    """Which objects go from where."""

    sender: str = _SENDER
    registry: RegistryId
    objects: Any
    """Objects that a query has saved, or their ids; one or several: `${found.entries}`."""


class RemoveDocuments(Checked):
    """Which documents go from where."""

    sender: str = _SENDER
    repository: Annotated[str, ActorOf(Repository)]
    entries: Any
    """DocumentEntries that a query has saved, one or several: `${found.entries}`."""


def _several(given: Any) -> tuple[Any, ...]:
    """One thing, or those of a list, which may hold what several queries have saved."""
    if not isinstance(given, list | tuple):
        return (given,)
    return tuple(each for item in given for each in _several(item))


def play(step: Remove, stage: Stage) -> Outcome:
    """Take all objects out by one ITI-62."""
    ids = tuple(
        each.entryUUID if isinstance(each, MetadataObject) else str(each) for each in _several(step.objects)
    )
    return _sent(step.sender, step.registry, "ITI-62", RemoveObjectsRequest(ids=ids), ids, stage)


def play_documents(step: RemoveDocuments, stage: Stage) -> Outcome:
    """Take all documents out by one ITI-86."""
    entries = _several(step.entries)
    for entry in entries:
        if not isinstance(entry, DocumentEntry):
            raise StepFailed(f"'entries' holds a {type(entry).__name__}, not a DocumentEntry")
    requests = tuple(
        DocumentRequest(
            repositoryUniqueId=entry.repositoryUniqueId or "",
            documentUniqueId=entry.uniqueId or "",
            homeCommunityId=entry.homeCommunityId,
        )
        for entry in entries
    )
    ids = tuple(request.documentUniqueId for request in requests)
    message = RemoveDocumentsRequest(requests=requests)
    return _sent(step.sender, step.repository, "ITI-86", message, ids, stage)


def _sent(
    sender: str, receiver: str, transaction: str, message: Any, ids: tuple[str, ...], stage: Stage
) -> Outcome:
    reply = stage.call(sender=sender, receiver=receiver, transaction=transaction, message=message)
    answer = answered(reply, receiver=receiver, transaction=transaction)
    return Outcome(
        text=f"removal of {plural(len(ids), 'item')}: {answer.status}",
        value={"errors": answer.errors},
        count=len(ids),
        answers=(answer,),
        details=details_of({"To go": listed(ids)}),
    )


REMOVE: Final = StepKind(key="remove", parameters=Remove, play=play, counts="objects", answers=True)
REMOVE_DOCUMENTS: Final = StepKind(
    key="remove-documents",
    parameters=RemoveDocuments,
    play=play_documents,
    counts="documents",
    answers=True,
)
