"""New versions of DocumentEntries and Folders (ITI MU: 3.57.4.1.3). The subject is the submission.

That the metadata of a version is complete and sound (L10) is seen to by the rules of any submission.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from xdsi_sim.ebrim.datatypes import UUID
from xdsi_sim.ebrim.model import Association, DocumentEntry
from xdsi_sim.rules.registry import Violation, rule
from xdsi_sim.rules.subjects import Submission, id_key
from xdsi_sim.rules.updates import (
    NO_PROPAGATION,
    Update,
    Updated,
    candidates,
    propagated,
    status_updates,
    updates,
)
from xdsi_sim.vocab import APPROVED

__all__ = ["OPERATION_ERROR", "RECONCILIATION_ERROR", "UPDATE_ERROR"]

UPDATE_ERROR: Final = "XDSMetadataUpdateError"
OPERATION_ERROR: Final = "XDSMetadataUpdateOperationError"
RECONCILIATION_ERROR: Final = "XDSPatientIDReconciliationError"
_VERSION_ERROR: Final = "XDSMetadataVersionError"
_VERSION: Final = re.compile(r"[1-9][0-9]{0,15}")


@rule("L01", cites="ITI MU: 3.57.4.1.3.1", code=UPDATE_ERROR)
def update_has_one_submission_set(submission: Submission) -> Iterator[Violation]:
    """An update has exactly one SubmissionSet, and an operation that it starts."""
    sets = submission.objects.submissionSets
    if len(sets) != 1:
        ids = ", ".join(value.entryUUID for value in sets)
        yield Violation(f"{len(sets)} SubmissionSets are there, one is expected", value=ids or None)
    elif not submission.objects.associations and not any(updates(submission)):  # else L05 has it
        text = "the request has no operation: no Association leads from the SubmissionSet"
        yield Violation(text, location=sets[0].entryUUID)


@rule("L02", cites="ITI MU: 3.57.4.1.3.1", code=UPDATE_ERROR)
def update_brings_no_first_version(submission: Submission) -> Iterator[Violation]:
    """A DocumentEntry or Folder of an update has a logicalID, which is not its own id."""
    for update in updates(submission):
        id, lid = update.value.entryUUID, update.value.logicalID
        if not lid and not submission.restricted:
            yield Violation("logicalID is missing: a first version", location=id, attribute="logicalID")
        elif lid and id_key(lid) == id_key(id):
            yield Violation(
                "logicalID is the id: a first version", location=id, attribute="logicalID", value=lid
            )


@rule("L03", cites="ITI MU: 3.57.4.1.3.1", code=UPDATE_ERROR)
def logical_id_is_a_uuid(submission: Submission) -> Iterator[Violation]:
    """A logicalID is a UUID and not symbolic."""
    for update in updates(submission):
        lid = update.value.logicalID
        if lid and not UUID.fullmatch(lid):
            yield _of(update, "logicalID is not urn:uuid: with a UUID", "logicalID")


def _of(update: Update, text: str, attribute: str) -> Violation:
    """A violation by one attribute of a new version."""
    return Violation.of(update.value, attribute, text)


@rule("L04", cites="ITI MU: 3.57.4.1.3.3.1.3", code=_VERSION_ERROR)
def updated_object_is_registered(submission: Submission) -> Iterator[Violation]:
    """What is updated is in the registry, as an object of the same kind."""
    for update in updates(submission):
        if not update.value.logicalID and not submission.restricted:
            continue  # L02 has it
        kind, attribute = type(update.value).__name__, "logicalID" if update.value.logicalID else "uniqueId"
        found = len(candidates(submission, update.value))
        if not found and getattr(update.value, attribute):
            yield _of(update, f"{attribute} names no {kind} of the registry", attribute)
        elif found > 1:
            yield _of(update, f"{attribute} names {found} {kind}s of the registry, logicalID one", attribute)


@rule("L05", cites="ITI MU: 3.57.4.1.3.3.1.2", code=_VERSION_ERROR)
def previous_version_is_told(submission: Submission) -> Iterator[Violation]:
    """One HasMember leads from the SubmissionSet to a new version, with the number of the version before."""
    for update in updates(submission):
        if len(update.members) != 1:
            yield Violation(
                f"{type(update.value).__name__} has {len(update.members)} HasMember from the SubmissionSet, "
                "one with PreviousVersion is expected",
                location=update.value.entryUUID,
            )
        for member in update.members:
            if member.previousVersion is None:
                yield _previous(member, f"PreviousVersion of {update.value.entryUUID} is missing")
            elif not _VERSION.fullmatch(member.previousVersion):
                yield _previous(member, f"PreviousVersion of {update.value.entryUUID} is no version number")


def _previous(member: Association, text: str) -> Violation:
    return Violation(
        text, location=member.entryUUID, attribute="PreviousVersion", value=member.previousVersion
    )


@rule("L06", cites="ITI MU: 3.57.4.1.3.3.1.3", code=_VERSION_ERROR)
def previous_version_is_the_last(submission: Submission) -> Iterator[Violation]:
    """PreviousVersion is the last version in the registry."""
    for update in updates(submission):
        for member in update.members:
            told, previous = member.previousVersion or "", update.previous
            if previous is not None and _VERSION.fullmatch(told) and told != previous.version:
                yield Violation(
                    f"PreviousVersion is not the last, {previous.version}",
                    location=update.value.entryUUID,
                    attribute="PreviousVersion",
                    value=told,
                )


@rule("L07", cites="ITI MU: 3.57.4.1.3.3.1.3", code=UPDATE_ERROR)
def updated_object_is_approved(submission: Submission) -> Iterator[Violation]:
    """The last version of what is updated is Approved."""
    for update in updates(submission):
        if update.previous is not None and update.previous.availabilityStatus != APPROVED:
            yield Violation(
                f"version {update.previous.version}, {update.previous.entryUUID}, is not Approved",
                location=update.value.entryUUID,
                attribute="availabilityStatus",
                value=update.previous.availabilityStatus,
            )


@rule("L08", cites="ITI MU: 3.57.4.1.3.3.1.3", code=UPDATE_ERROR)
def unique_id_stays(submission: Submission) -> Iterator[Violation]:
    """All versions have one uniqueId."""
    for update in updates(submission):
        if update.previous is not None and update.value.uniqueId != update.previous.uniqueId:
            yield _of(update, f"uniqueId was {update.previous.uniqueId}", "uniqueId")


@rule("L09", cites="ITI MU: 3.57.4.1.3.3.1.3", code=UPDATE_ERROR)
def object_type_stays(submission: Submission) -> Iterator[Violation]:
    """All versions of a DocumentEntry have one objectType."""
    for update in updates(submission):
        if isinstance(update.value, DocumentEntry) and isinstance(update.previous, DocumentEntry):
            now, before = update.value.objectType or "", update.previous.objectType or ""
            if id_key(now) != id_key(before):
                yield _of(update, f"objectType was {before}", "objectType")


@rule("L11", cites="ITI MU: 3.57.4.1.3.1", code=OPERATION_ERROR)
def each_object_is_updated_once(submission: Submission) -> Iterator[Violation]:
    """A request has one new version of an object, and one change of its status."""
    named = {id_key(update.value.entryUUID): _name_of(update) for update in updates(submission)}
    versions = [(update.value.entryUUID, _name_of(update)) for update in updates(submission)]
    yield from _repeated(versions, "the object has another update in the request")
    statuses = [
        (each.entryUUID, named.get(id_key(each.targetObject or "")) or _registered_name(submission, each))
        for each in status_updates(submission)
    ]
    yield from _repeated(statuses, "the status of the object has another update in the request")


def _name_of(update: Update) -> str:
    """What all versions of an object have in common, by which of their ids a request may name it."""
    known = update.previous if update.previous is not None else update.value
    return id_key(known.logicalID or known.uniqueId or "")


def _registered_name(submission: Submission, association: Association) -> str:
    target = id_key(association.targetObject or "")
    value = submission.known.standing.objects.get(target)
    return target if value is None else id_key(value.logicalID or target)


def _repeated(named: Iterable[tuple[str, str]], text: str) -> Iterator[Violation]:
    seen: set[str] = set()
    for location, name in named:
        if name and name in seen:
            yield Violation(text, location=location, value=name)
        seen.add(name)


@rule("L12", cites="ITI MU: 3.57.4.1.3.3.1.5", code=UPDATE_ERROR)
def propagation_is_yes_or_no(submission: Submission) -> Iterator[Violation]:
    """AssociationPropagation is yes or no; a restricted update always propagates."""
    allowed = ("yes",) if submission.restricted else ("yes", NO_PROPAGATION)
    for update in updates(submission):
        for member in update.members:
            if member.associationPropagation not in (None, *allowed):
                yield Violation(
                    f"AssociationPropagation is not {' or '.join(allowed)}",
                    location=update.value.entryUUID,
                    attribute="AssociationPropagation",
                    value=member.associationPropagation,
                )


@rule("L21", cites="ITI MU", code=RECONCILIATION_ERROR)
def patient_fits_what_is_linked(submission: Submission) -> Iterator[Violation]:
    """A new version has the patient of the Folders, members and related entries that it keeps."""
    for link in propagated(submission):
        ends = link.sourceObject or "", link.targetObject or ""
        for own, other in (ends, ends[::-1]):
            value, theirs = submission.within(own), submission.patient_of(other)
            if isinstance(value, Updated) and theirs not in (None, submission.patient_of(own)):
                yield Violation(
                    f"patientId is not that of {other}, {theirs}, to which {link.entryUUID} links it",
                    location=own,
                    attribute="patientId",
                    value=value.patientId,
                )
