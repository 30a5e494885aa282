"""What is a member of the SubmissionSet, and how (ITI TF-3: 4.2.2.1). The subject is the submission.

Without a SubmissionSet nothing is said here: C04 says enough; nor of what has no id, as C08 does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from xdsi_sim.ebrim.model import Association, Folder, MetadataObject, Slot
from xdsi_sim.errors import Severity
from xdsi_sim.rules.registry import Violation, rule
from xdsi_sim.rules.subjects import Submission, id_key

__all__ = ["ORIGINAL", "REFERENCE"]

ORIGINAL = "Original"
REFERENCE = "Reference"


@rule("E06", cites="ITI TF-3: 4.2.2.1.1")
def each_entry_is_a_member_once(submission: Submission) -> Iterator[Violation]:
    """Each DocumentEntry of the request is a member of the SubmissionSet by exactly one HasMember."""
    return _not_once(submission, submission.objects.documentEntries)


@rule("E07", cites="ITI TF-3: 4.2.2.1.2")
def each_folder_is_a_member_once(submission: Submission) -> Iterator[Violation]:
    """Each Folder of the request is a member of the SubmissionSet by exactly one HasMember."""
    return _not_once(submission, submission.objects.folders)


def _not_once(submission: Submission, values: Iterable[MetadataObject]) -> Iterator[Violation]:
    if not values or not submission.objects.submissionSets:
        return
    times = Counter(id_key(member.targetObject or "") for member in submission.members_of_the_set)
    for value in values:
        count = times[id_key(value.entryUUID)]
        if value.entryUUID and count != 1:
            yield Violation(
                f"{type(value).__name__} has {count} HasMember from the SubmissionSet, one is expected",
                location=value.entryUUID,
            )


@rule("E08", cites="ITI TF-3: 4.2.2.1.1")
def membership_has_a_status(submission: Submission) -> Iterator[Violation]:
    """HasMember from the SubmissionSet to a DocumentEntry has one SubmissionSetStatus; no other has any."""
    for association in submission.entries_of_the_set:
        if association.submissionSetStatus is None and not _has_slot(association, "SubmissionSetStatus"):
            yield Violation(
                "SubmissionSetStatus is missing",
                location=association.entryUUID,
                attribute="SubmissionSetStatus",
            )
    for association in submission.members:
        leads_elsewhere = submission.kind_of(association.targetObject) in (Folder, Association)
        starts_elsewhere = submission.kind_of(association.sourceObject) is Folder
        if association.submissionSetStatus is not None and (leads_elsewhere or starts_elsewhere):
            text = "SubmissionSetStatus is for the members of a SubmissionSet that are DocumentEntries"
            yield replace(_status(association, text), severity=Severity.WARNING)


def _has_slot(association: Association, name: str) -> bool:
    """Whether the slot is there in a form that C21 or C23 reports."""
    return any(isinstance(extra, Slot) and extra.name == name for extra in association.extra)


@rule("E09", cites="ITI TF-3: 4.2.2.1.1")
def membership_status_is_known(submission: Submission) -> Iterator[Violation]:
    """SubmissionSetStatus is Original or Reference."""
    for association in submission.entries_of_the_set:
        if association.submissionSetStatus and association.submissionSetStatus not in (ORIGINAL, REFERENCE):
            yield _status(association, f"SubmissionSetStatus is neither {ORIGINAL} nor {REFERENCE}")


@rule("E10", cites="ITI TF-3: 4.2.2.1.1")
def original_is_of_the_request(submission: Submission) -> Iterator[Violation]:
    """With SubmissionSetStatus Original, the DocumentEntry is in the same request."""
    for association in submission.entries_of_the_set:
        target = association.targetObject
        if association.submissionSetStatus == ORIGINAL and submission.within(target) is None:
            yield _status(
                association, f"SubmissionSetStatus is {ORIGINAL}, but {target} is not in the request"
            )


def _status(association: Association, text: str) -> Violation:
    return Violation(
        text,
        location=association.entryUUID,
        attribute="SubmissionSetStatus",
        value=association.submissionSetStatus,
    )


@rule("E13", cites="ITI TF-3: 4.2.2.1.3")
def membership_of_a_folder_is_a_member_itself(submission: Submission) -> Iterator[Violation]:
    """HasMember from a Folder is itself a member of the SubmissionSet."""
    if not submission.objects.submissionSets:
        return
    targets = {id_key(member.targetObject or "") for member in submission.members_of_the_set}
    for association in submission.members:
        starts_from_folder = submission.kind_of(association.sourceObject) is Folder
        if starts_from_folder and id_key(association.entryUUID) not in targets:
            yield Violation(
                "HasMember from a Folder has no HasMember from the SubmissionSet",
                location=association.entryUUID,
            )


@rule("E26", cites="ITI TF-3: 4.1.1.1")
def submission_is_not_empty(submission: Submission) -> Iterator[Violation]:
    """A SubmissionSet has at least one member."""
    sources = {id_key(association.sourceObject or "") for association in submission.members}
    for value in submission.objects.submissionSets:
        if value.entryUUID and id_key(value.entryUUID) not in sources:
            yield Violation("SubmissionSet has no member", location=value.entryUUID)
