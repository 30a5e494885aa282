"""What only a registry can judge: references, statuses, uniqueIds and patients that it holds.

The subject is the submission with what the registry knows. A reference is judged by one rule: E11 a
member by Reference, E20 and E21 the target of a relationship, E04 every other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from xdsi_sim.ebrim.datatypes import Cx
from xdsi_sim.ebrim.model import Association, DocumentEntry, Folder, SubmissionSet
from xdsi_sim.errors import Severity
from xdsi_sim.rules.association import RELATIONSHIPS
from xdsi_sim.rules.membership import REFERENCE
from xdsi_sim.rules.registry import Violation, rule
from xdsi_sim.rules.subjects import Registered, Submission, id_key
from xdsi_sim.vocab import APPROVED, ON_DEMAND
from xdsi_sim.vocab import Association as Type

__all__: list[str] = []

_UNRESOLVED: Final = "UnresolvedReferenceException"
_DEPRECATED: Final = "XDSRegistryDeprecatedDocumentError"
_REPLACING: Final = frozenset((Type.RPLC, Type.XFRM_RPLC, Type.IS_SNAPSHOT_OF))
"""Types whose target must be in the registry already."""
_ADDING: Final = RELATIONSHIPS - _REPLACING


@rule("C10", cites="ITI TF-3: 4.2.3.1.5")
def id_is_not_taken(submission: Submission) -> Iterator[Violation]:
    """No object of the registry has the id of a new object."""
    taken = submission.known.objects
    for value in submission.objects.objects() if taken else ():
        if id_key(value.entryUUID) in taken:
            yield Violation(
                "id is that of a registered object", location=value.entryUUID, attribute="entryUUID"
            )


@rule("F34", severity=Severity.WARNING, ground="choice")
def object_begins_its_own_line(submission: Submission) -> Iterator[Violation]:
    """What ITI-42 or ITI-61 registers is a first version: its logicalID is its own id, if it says one.

    Whoever says another one has an update in mind, which is ITI-57.
    """
    for value in submission.objects.objects():
        if value.logicalID and id_key(value.logicalID) != id_key(value.entryUUID):
            yield Violation(
                "logicalID is not the id and is passed over: a new version is for ITI-57",
                location=value.entryUUID,
                attribute="logicalID",
                value=value.logicalID,
            )


# --- references ------------------------------------------------------------------------------


def _by_reference(submission: Submission) -> Iterator[Association]:
    for association in submission.entries_of_the_set:
        if association.submissionSetStatus == REFERENCE:
            yield association


def _unresolved(association: Association, end: str, expected: str) -> Violation:
    return Violation.of(association, end, f"{end} is not {expected}")


@rule("E04", cites="ITI TF-3: Table 4.2.4.1-2", code=_UNRESOLVED)
def reference_is_resolved(submission: Submission) -> Iterator[Violation]:
    """A UUID in an Association names an object of the request or of the registry."""
    by_reference = {id_key(association.entryUUID) for association in _by_reference(submission)}
    for association in submission.objects.associations:
        if association.associationType in RELATIONSHIPS:
            continue
        if submission.lacks(association.sourceObject):
            yield _unresolved(association, "sourceObject", "in the request or the registry")
        named_otherwise = id_key(association.entryUUID) not in by_reference
        if named_otherwise and submission.lacks(association.targetObject):
            yield _unresolved(association, "targetObject", "in the request or the registry")


@rule("E11", cites="ITI TF-3: 4.2.2.1.1", also=(_UNRESOLVED,))
def reference_is_to_a_registered_entry(submission: Submission) -> Iterator[Violation]:
    """With SubmissionSetStatus Reference, the DocumentEntry is not in the request, but in the registry."""
    for association in _by_reference(submission):
        if submission.within(association.targetObject) is not None:
            yield Violation(
                f"SubmissionSetStatus is {REFERENCE}, but {association.targetObject} is in the request",
                location=association.entryUUID,
                attribute="SubmissionSetStatus",
                value=REFERENCE,
            )
        elif submission.lacks(association.targetObject):
            yield Violation.of(
                association, "targetObject", "targetObject is not in the registry", code=_UNRESOLVED
            )


@rule("E20", cites="ITI TF-2: 3.42.4.1.3.5", code=_UNRESOLVED)
def replaced_entry_is_registered(submission: Submission) -> Iterator[Violation]:
    """What is replaced, or taken a snapshot of, is in the registry and not in the request."""
    for association in submission.relationships:
        if association.associationType in _REPLACING and association.targetObject:
            target = association.targetObject
            if submission.within(target) is not None or submission.lacks(target):
                yield _unresolved(association, "targetObject", "an object of the registry")


@rule("E21", cites="ITI TF-2: 3.42.4.1.3.5", code=_UNRESOLVED)
def related_entry_is_there(submission: Submission) -> Iterator[Violation]:
    """What is appended to, transformed or signed is in the request or in the registry."""
    for association in submission.relationships:
        if association.associationType in _ADDING and submission.lacks(association.targetObject):
            yield _unresolved(association, "targetObject", "in the request or the registry")


@rule("E12", cites="ITI TF-3: 4.2.2", code=_DEPRECATED, adjustable=True)
def referenced_entry_is_approved(submission: Submission) -> Iterator[Violation]:
    """A DocumentEntry that becomes a member by Reference is Approved."""
    return _deprecated_targets(submission, _by_reference(submission))


@rule("E22", cites="ITI TF-2: 3.42.4.1.3.5", code=_DEPRECATED)
def related_entry_is_approved(submission: Submission) -> Iterator[Violation]:
    """A registered DocumentEntry that a relationship leads to is Approved."""
    return _deprecated_targets(submission, _relationships(submission))


def _relationships(submission: Submission) -> Iterator[Association]:
    return (each for each in submission.relationships if each.associationType in RELATIONSHIPS)


def _deprecated_targets(submission: Submission, associations: Iterable[Association]) -> Iterator[Violation]:
    for association in associations:
        target = submission.registered(association.targetObject)
        if target is not None and target.availabilityStatus != APPROVED:
            yield Violation.of(association, "targetObject", "targetObject is not Approved")


# --- uniqueIds -------------------------------------------------------------------------------


@rule("F02", cites="ITI TF-2: 3.42.4.1.3.3.7", code="XDSDuplicateUniqueIdInRegistry")
def submission_set_is_new(submission: Submission) -> Iterator[Violation]:
    """No object of the registry has the uniqueId of the SubmissionSet."""
    return _taken(submission, submission.objects.submissionSets)


@rule("F03", cites="ITI TF-3: Table 4.2.4.1-2", code="XDSDuplicateUniqueIdInRegistry")
def folder_is_new(submission: Submission) -> Iterator[Violation]:
    """No object of the registry has the uniqueId of a new Folder."""
    return _taken(submission, submission.objects.folders)


def _taken(
    submission: Submission, values: tuple[SubmissionSet, ...] | tuple[Folder, ...]
) -> Iterator[Violation]:
    for value in values:
        for holder in submission.known.uniqueIds.get(value.uniqueId or "", ())[:1]:
            yield Violation.of(
                value,
                "uniqueId",
                f"uniqueId of this {type(value).__name__} is that of the registered {holder.kind.__name__} "
                f"{holder.entryUUID}",
            )


@rule("F04", cites="ITI TF-2: 3.42.4.1.3.3.1", code="XDSNonIdenticalHash")
def known_document_has_the_known_hash(submission: Submission) -> Iterator[Violation]:
    """A DocumentEntry with the uniqueId of a registered one has the same hash."""
    for entry, registered in _known_documents(submission):
        if entry.hash and registered.hash and entry.hash.lower() != registered.hash.lower():
            yield _not_identical(entry, registered, "hash")


@rule("F05", cites="ITI TF-2: 3.42.4.1.3.3.1", code="XDSNonIdenticalSize")
def known_document_has_the_known_size(submission: Submission) -> Iterator[Violation]:
    """A DocumentEntry with the uniqueId of a registered one has the same size."""
    for entry, registered in _known_documents(submission):
        if entry.size and registered.size and entry.size.lstrip("0") != registered.size.lstrip("0"):
            yield _not_identical(entry, registered, "size")


def _known_documents(submission: Submission) -> Iterator[tuple[DocumentEntry, Registered]]:
    """Each new entry with a registered one of its uniqueId: these agree with each other.

    An On-Demand entry of that uniqueId says nothing of a document.
    """
    for entry in submission.objects.documentEntries if submission.known.uniqueIds else ():
        holders = submission.known.uniqueIds.get(entry.uniqueId or "", ())
        known = [
            registered
            for registered in holders
            if registered.kind is DocumentEntry and registered.objectType != ON_DEMAND
        ]
        if known:  # of several versions the one that holds: an update may have changed hash and size
            yield entry, min(known, key=lambda registered: registered.availabilityStatus != APPROVED)


def _not_identical(entry: DocumentEntry, registered: Registered, attribute: str) -> Violation:
    return Violation.of(
        entry,
        attribute,
        f"{attribute} of document {entry.uniqueId} is {getattr(registered, attribute)} in the registry",
    )


# --- patients --------------------------------------------------------------------------------


@rule("F09", cites="ITI TF-2: 3.42.4.1.3.3.2", code="XDSUnknownPatientId")
def patient_is_known(submission: Submission) -> Iterator[Violation]:
    """Every patientId is one that the patient feed brought."""
    known = submission.known
    for location, id in () if known.any_patient else _patients(submission):
        if id not in known.patients and _is_of_the_domain(_authority(id), known.authority):
            yield _patient(location, id, "patientId is not known")


@rule("F10", cites="ITI TF-2: 3.42.4.1.3.3.2", code="XDSUnknownPatientId")
def patient_is_of_the_affinity_domain(submission: Submission) -> Iterator[Violation]:
    """Every patientId has the assigning authority of the affinity domain."""
    expected = submission.known.authority
    for location, id in () if expected is None else _patients(submission):
        authority = _authority(id)
        if authority not in (None, expected):
            yield _patient(location, id, f"patientId is not of the affinity domain {expected}")


@rule("F11", cites="ITI TF-2: 3.8.4.2.4", code="XDSUnknownPatientId")
def patient_was_not_merged_away(submission: Submission) -> Iterator[Violation]:
    """No patientId was subsumed by another in a merge."""
    for location, id in _patients(submission):
        surviving = submission.surviving(id)
        if surviving != id:
            yield _patient(location, id, f"patientId was merged into {surviving}")


def _patients(submission: Submission) -> Iterator[tuple[str, str]]:
    """Each patientId once, with the id of the first object that has it."""
    first: dict[str, str] = {}
    for value in submission.carriers():
        if value.patientId:
            first.setdefault(value.patientId, value.entryUUID)
    return ((location, id) for id, location in first.items())


def _authority(id: str) -> str | None:
    """The assigning authority; None where D15 has the patientId already."""
    try:
        return Cx.parse(id).authority
    except ValueError:
        return None


def _is_of_the_domain(authority: str | None, expected: str | None) -> bool:
    return authority is not None and expected in (None, authority)


def _patient(location: str, id: str, text: str) -> Violation:
    return Violation(text, location=location, attribute="patientId", value=id)


@rule("F14", cites="ITI TF-2: 3.42.4.1.3.3.2", code="XDSPatientIdDoesNotMatch")
def folder_and_entry_have_one_patient(submission: Submission) -> Iterator[Violation]:
    """A Folder and the DocumentEntries in it have the same patientId, seen through merges."""
    in_folders = (each for each in submission.members if submission.kind_of(each.sourceObject) is Folder)
    return _two_patients(submission, in_folders)


@rule("F15", cites="ITI TF-2: 3.42.4.1.3.5", code="XDSPatientIdDoesNotMatch")
def related_entries_have_one_patient(submission: Submission) -> Iterator[Violation]:
    """Both ends of a relationship have the same patientId, seen through merges."""
    return _two_patients(submission, _relationships(submission))


def _two_patients(submission: Submission, associations: Iterable[Association]) -> Iterator[Violation]:
    for association in associations:
        ends = association.sourceObject, association.targetObject
        if all(submission.within(end) is not None for end in ends):
            continue  # F12 compares the objects of the request
        source, target = map(submission.patient_of, ends)
        if source is not None and target is not None and source != target:
            yield Violation(
                f"patientId of the source is {source}, of the target {target}", location=association.entryUUID
            )
