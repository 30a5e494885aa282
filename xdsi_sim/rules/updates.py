"""An update read as its operations (ITI MU: 3.57.4.1.3.3): what rules judge, and what a registry does.

An operation is recognised by the Association from the SubmissionSet that triggers it. A request holds any
number of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from xdsi_sim.ebrim.model import Association, DocumentEntry, Folder, MetadataObject, SubmissionSet
from xdsi_sim.rules.subjects import Submission, id_key
from xdsi_sim.vocab import APPROVED
from xdsi_sim.vocab import Association as Type

__all__ = [
    "NO_PROPAGATION",
    "OPERATIONS",
    "TRIGGERS",
    "UPDATE_ENTRY",
    "Operation",
    "Update",
    "Updated",
    "candidates",
    "is_of_the_set",
    "operation_of",
    "propagated",
    "status_updates",
    "submitted",
    "updates",
]

Updated = DocumentEntry | Folder
"""What has versions with metadata of their own."""

NO_PROPAGATION: Final = "no"
"""Value of AssociationPropagation; absent it says yes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One kind of change."""

    name: str
    trigger: str
    """associationType of what triggers it."""
    targets: tuple[type[MetadataObject], ...]
    """Kinds of object that the trigger leads to."""
    in_request: bool
    """Whether the target is an object of the request; else it may be one of the registry."""


UPDATE_ENTRY: Final = Operation(
    name="Update DocumentEntry Metadata",
    trigger=Type.HAS_MEMBER,
    targets=(DocumentEntry,),
    in_request=True,
)
OPERATIONS: Final = (
    UPDATE_ENTRY,
    Operation(
        name="Update Folder Metadata",
        trigger=Type.HAS_MEMBER,
        targets=(Folder,),
        in_request=True,
    ),
    Operation(
        name="Update Availability Status",
        trigger=Type.UPDATE_AVAILABILITY_STATUS,
        targets=(DocumentEntry, Folder, Association),
        in_request=False,
    ),
    Operation(
        name="Submit Association",
        trigger=Type.SUBMIT_ASSOCIATION,
        targets=(Association,),
        in_request=True,
    ),
)
TRIGGERS: Final = frozenset((Type.UPDATE_AVAILABILITY_STATUS, Type.SUBMIT_ASSOCIATION))
"""The association types that are nothing but triggers."""


def operation_of(submission: Submission, association: Association) -> Operation | None:
    """The operation that an Association of the request triggers, if any."""
    target = association.targetObject
    kind = submission.kind_of(target)
    if kind is None or not is_of_the_set(submission, association):
        return None
    for operation in OPERATIONS:
        placed = not operation.in_request or submission.within(target) is not None
        if operation.trigger == association.associationType and kind in operation.targets and placed:
            return operation
    return None


def is_of_the_set(submission: Submission, association: Association) -> bool:
    """Whether it starts from the SubmissionSet of the request."""
    return isinstance(submission.within(association.sourceObject), SubmissionSet)


def status_updates(submission: Submission) -> Iterator[Association]:
    """The triggers of Update Availability Status."""
    for association in submission.relationships:
        if association.associationType == Type.UPDATE_AVAILABILITY_STATUS:
            yield association


def submitted(submission: Submission) -> Iterator[Association]:
    """The Associations that are submitted, and are no triggers."""
    for association in submission.objects.associations:
        is_trigger = association.associationType in TRIGGERS or operation_of(submission, association)
        if not is_trigger:
            yield association


# --- new versions ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """A DocumentEntry or Folder that is to be the next version of a registered one."""

    value: Updated
    members: tuple[Association, ...]
    """The HasMember that lead to it from the SubmissionSet; one is right."""
    previous: Updated | None
    """The last version in the registry, where the request names one."""

    @property
    def propagates(self) -> bool:
        """Whether the Associations of the previous version are copied to the new one."""
        return all(member.associationPropagation != NO_PROPAGATION for member in self.members)


def updates(submission: Submission) -> list[Update]:
    """The new versions of the request, in its order."""
    members: dict[str, tuple[Association, ...]] = {}
    for member in submission.members:
        if is_of_the_set(submission, member):
            key = id_key(member.targetObject or "")
            members[key] = (*members.get(key, ()), member)
    changed: tuple[Updated, ...] = (*submission.objects.documentEntries, *submission.objects.folders)
    return [
        Update(
            value=value,
            members=members.get(id_key(value.entryUUID), ()),
            previous=found[0] if len(found := candidates(submission, value)) == 1 else None,
        )
        for value in changed
    ]


def candidates(submission: Submission, value: Updated) -> list[Updated]:
    """The last versions of what the logicalID names; in ITI-92 without one, of what the uniqueId names."""
    latest = submission.known.standing.latest
    if value.logicalID or not submission.restricted:
        named = [latest.get(id_key(value.logicalID or ""))]
    else:
        named = [each for each in latest.values() if getattr(each, "uniqueId", None) == value.uniqueId]
    return [each for each in named if isinstance(each, Updated) and type(each) is type(value)]


def propagated(submission: Submission) -> Iterator[Association]:
    """What is copied from the previous versions, with the new ones at its ends (ITI MU: 3.57.4.1.3.3.1.5).

    That is each Approved relationship, and each membership of an entry in a Folder while both are Approved,
    but nothing that has the SubmissionSet of a previous version as source.
    """
    versions = {id_key(each.previous.entryUUID): each for each in updates(submission) if each.previous}
    for link in submission.known.standing.links:
        ends = [id_key(end or "") for end in (link.sourceObject, link.targetObject)]
        moved = [versions.get(end) for end in ends]
        if any(moved) and all(
            _stays(submission, link, end) if update is None else update.propagates
            for end, update in zip(ends, moved, strict=True)
        ):
            source, target = (
                end if update is None else update.value.entryUUID
                for end, update in zip(ends, moved, strict=True)
            )
            yield replace(link, sourceObject=source, targetObject=target)


def _stays(submission: Submission, link: Association, end: str) -> bool:
    """Whether an object that is not updated keeps such a link to what is."""
    registered = submission.known.objects.get(end)
    if registered is None or registered.kind is SubmissionSet:
        return False
    return link.associationType != Type.HAS_MEMBER or registered.availabilityStatus == APPROVED
