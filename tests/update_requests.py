"""Sound updates of metadata, so that a test shows only what it changes."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from submissions import a_set, an_association, uuid

from xdsi_sim.ebrim.model import Association, DocumentEntry, Folder, RegistryObjectList, SubmissionSet
from xdsi_sim.messages.submit import SubmitObjectsRequest
from xdsi_sim.vocab import APPROVED, DEPRECATED
from xdsi_sim.vocab import Association as AssociationType

V = TypeVar("V", DocumentEntry, Folder)
SET = a_set(900)


def newer(value: V, number: int, **changes: object) -> V:
    """The next version of an entry or folder, under the id of this number."""
    given: dict[str, object] = {
        "entryUUID": uuid(number),
        "logicalID": value.logicalID or value.entryUUID,
        "availabilityStatus": None,
        "version": None,
    }
    return replace(value, **given | changes)  # type: ignore[arg-type]


def an_update(
    *values: DocumentEntry | Folder,
    more: tuple[Association, ...] = (),
    set_: SubmissionSet = SET,
    previous: str | None = "1",
    propagation: str | None = None,
) -> SubmitObjectsRequest:
    """New versions in one request, and other operations by their Associations."""
    members = tuple(
        an_association(
            set_.entryUUID,
            value.entryUUID,
            submissionSetStatus="Original" if isinstance(value, DocumentEntry) else None,
            previousVersion=previous,
            associationPropagation=propagation,
        )
        for value in values
    )
    return SubmitObjectsRequest(
        objects=RegistryObjectList(
            submissionSets=(set_,),
            documentEntries=tuple(value for value in values if isinstance(value, DocumentEntry)),
            folders=tuple(value for value in values if isinstance(value, Folder)),
            associations=(*members, *more),
        )
    )


def a_status(
    target: str, new: str | None = DEPRECATED, original: str | None = APPROVED, **changes: object
) -> Association:
    """The change of a status."""
    given: dict[str, object] = {"originalStatus": original, "newStatus": new}
    return an_association(
        SET.entryUUID, target, AssociationType.UPDATE_AVAILABILITY_STATUS, **given | changes
    )


def brought(association: Association, **changes: object) -> tuple[Association, Association]:
    """An Association with what submits it."""
    type_ = AssociationType.SUBMIT_ASSOCIATION
    return an_association(SET.entryUUID, association.entryUUID, type_, **changes), association
