"""The submission as a whole: how many of what, and ids that hold one object each."""

from __future__ import annotations

from collections.abc import Iterator

from xdsi_sim.ebrim.model import DocumentEntry
from xdsi_sim.rules.registry import Violation, rule
from xdsi_sim.rules.subjects import Carrier, Submission, id_key

__all__ = ["repeated_unique_ids"]


@rule("C03", cites="ITI TF-3: 4.2.1.5")
def there_is_one_object_list(submission: Submission) -> Iterator[Violation]:
    """A SubmitObjectsRequest has exactly one RegistryObjectList."""
    lists = submission.request.lists
    if lists != 1:
        yield Violation(f"{lists} RegistryObjectLists are there, one is expected")


@rule("C04", cites="ITI TF-3: 4.2.1.5")
def there_is_one_submission_set(submission: Submission) -> Iterator[Violation]:
    """A submission has exactly one SubmissionSet."""
    found = submission.objects.submissionSets
    if len(found) != 1:
        ids = ", ".join(value.entryUUID for value in found)
        yield Violation(f"{len(found)} SubmissionSets are there, one is expected", value=ids or None)


@rule("C05", cites="ITI TF-3: 4.2.1.2.1, 4.2.1.3.1")
def packages_are_labelled_once(submission: Submission) -> Iterator[Violation]:
    """A RegistryPackage is labelled as SubmissionSet or as Folder, once."""
    for id in submission.objects.unlabelled:
        yield Violation(
            "RegistryPackage is not labelled exactly once, as SubmissionSet or Folder", location=id
        )


@rule("C08", cites="ITI TF-3: 4.2.3.1.5")
def ids_are_given_and_unique(submission: Submission) -> Iterator[Violation]:
    """Every object has an id, and no two objects have the same."""
    objects = submission.objects.objects()
    if len(submission.by_id) == len(objects) and "" not in submission.by_id:
        return
    seen: set[str] = set()
    for value in objects:
        if not value.entryUUID:
            yield Violation(f"{type(value).__name__} has no id", attribute="entryUUID")
        elif (key := id_key(value.entryUUID)) in seen:
            yield Violation("id is there twice", location=value.entryUUID, attribute="entryUUID")
        else:
            seen.add(key)


def repeated_unique_ids(submission: Submission) -> Iterator[Violation]:
    """A violation for each object whose uniqueId an earlier object of the request has.

    Two entries of one document, of the same hash and size, are as good together as one after the other.
    """
    first: dict[str, Carrier] = {}
    for value in submission.carriers():
        if not value.uniqueId:
            continue
        earlier = first.setdefault(value.uniqueId, value)
        if earlier is not value and not _are_of_one_document(earlier, value):
            yield Violation.of(value, "uniqueId", f"uniqueId is that of {earlier.entryUUID} too")


def _are_of_one_document(one: Carrier, other: Carrier) -> bool:
    if not isinstance(one, DocumentEntry) or not isinstance(other, DocumentEntry):
        return False
    if one.hash is None or other.hash is None or one.size != other.size:
        return False
    return one.hash.lower() == other.hash.lower()


@rule("F01", cites="ITI TF-3: Table 4.2.4.1-2", code="XDSRegistryDuplicateUniqueIdInMessage")
def unique_ids_are_unique_in_the_message(submission: Submission) -> Iterator[Violation]:
    """No two objects of a submission have the same uniqueId, whatever their kinds."""
    return repeated_unique_ids(submission)


@rule("F12", cites="ITI TF-2: 3.42.4.1.3.3.2", code="XDSPatientIdDoesNotMatch")
def submission_is_about_one_patient(submission: Submission) -> Iterator[Violation]:
    """The SubmissionSet, the DocumentEntries and the Folders of a submission have the same patientId."""
    sets = submission.objects.submissionSets
    expected = sets[0].patientId if sets else None
    if expected is None:
        return
    for value in submission.carriers():
        if value.patientId is not None and value.patientId != expected:
            yield Violation.of(
                value, "patientId", f"patientId differs from that of the SubmissionSet, {expected}"
            )
