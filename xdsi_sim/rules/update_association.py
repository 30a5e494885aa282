"""Changes of status and submitted Associations (ITI MU: 3.57.4.1.3.3). The subject is the submission."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from xdsi_sim.ebrim.model import Association, SubmissionSet
from xdsi_sim.rules.metadata_update import OPERATION_ERROR, RECONCILIATION_ERROR, UPDATE_ERROR
from xdsi_sim.rules.registry import Violation, rule
from xdsi_sim.rules.subjects import Submission, id_key
from xdsi_sim.rules.updates import TRIGGERS, Updated, is_of_the_set, status_updates, submitted, updates
from xdsi_sim.rules.walks import extra_slots
from xdsi_sim.vocab import APPROVED, DEPRECATED
from xdsi_sim.vocab import Association as Type

__all__: list[str] = []

_ENDS: Final = ("sourceObject", "targetObject")
_STATUS_SLOTS: Final = {"originalStatus": "OriginalStatus", "newStatus": "NewStatus"}
_OTHER_SLOTS: Final = {
    "submissionSetStatus": "SubmissionSetStatus",
    "previousVersion": "PreviousVersion",
    "associationPropagation": "AssociationPropagation",
}


def _at(association: Association, text: str, attribute: str, code: str | None = None) -> Violation:
    """A violation by one attribute of an Association."""
    value: str | None = getattr(association, attribute)
    name = _STATUS_SLOTS.get(attribute, attribute)
    return Violation(text, location=association.entryUUID, attribute=name, value=value, code=code)


def _lid_of(submission: Submission, ref: str | None) -> str | None:
    """The logicalID of the object of the registry that has this id."""
    value = submission.known.standing.objects.get(id_key(ref or ""))
    return None if value is None else id_key(value.logicalID or value.entryUUID)


# --- Update Availability Status --------------------------------------------------------------


@rule("L14", cites="ITI MU: 3.57.4.1.3.3.2", code=OPERATION_ERROR)
def status_update_leads_from_the_set_to_an_object(submission: Submission) -> Iterator[Violation]:
    """UpdateAvailabilityStatus leads from the SubmissionSet of the request to an object that is there."""
    for association in status_updates(submission):
        if association.sourceObject and not is_of_the_set(submission, association):
            yield _at(association, "sourceObject is not the SubmissionSet of the request", "sourceObject")
        target = submission.within(association.targetObject)
        if submission.lacks(association.targetObject):
            yield _at(association, "targetObject names no object of the registry", "targetObject")
        elif isinstance(target, Association):
            yield _at(association, "targetObject is an Association of the request", "targetObject")


@rule("L15", cites="ITI MU: 3.57.4.1.3.3.2.3", code=UPDATE_ERROR, also=(OPERATION_ERROR,))
def status_update_tells_old_and_new(submission: Submission) -> Iterator[Violation]:
    """UpdateAvailabilityStatus has OriginalStatus, as it is, and NewStatus, another, and no more slots."""
    for association in status_updates(submission):
        yield from _slots(association)
        current = _status_of(submission, association.targetObject)
        original, new = association.originalStatus, association.newStatus
        if original is not None and current not in (None, original):
            yield _at(association, f"OriginalStatus is not that of the object, {current}", "originalStatus")
        if new is not None and new not in (APPROVED, DEPRECATED):
            yield _at(association, f"NewStatus is neither {APPROVED} nor {DEPRECATED}", "newStatus")
        elif new is not None and new == current:
            yield _at(association, "NewStatus is the status that the object has", "newStatus")


def _slots(association: Association) -> Iterator[Violation]:
    """Slots that are missing, and slots that have no business here."""
    malformed = {slot.name for slot in extra_slots(association)}
    for attribute, name in _STATUS_SLOTS.items():
        if getattr(association, attribute) is None and name not in malformed:  # C21 and C23 have those
            yield Violation(
                f"{name} is missing", location=association.entryUUID, attribute=name, code=OPERATION_ERROR
            )
    others = [name for attribute, name in _OTHER_SLOTS.items() if getattr(association, attribute) is not None]
    for name in (*others, *sorted(malformed - set(_STATUS_SLOTS.values()))):
        yield Violation(
            f"slot {name} has no place in UpdateAvailabilityStatus",
            location=association.entryUUID,
            attribute=name,
            code=OPERATION_ERROR,
        )


def _status_of(submission: Submission, ref: str | None) -> str | None:
    """The status before the change; that of a new version is that of the version before."""
    registered = submission.registered(ref)
    if registered is not None:
        return registered.availabilityStatus
    within = submission.within(ref)
    previous = [update.previous for update in updates(submission) if update.value is within]
    return previous[0].availabilityStatus if previous and previous[0] is not None else None


@rule("L16", cites="ITI MU: 3.57.4.1.3.3.2.3", code=UPDATE_ERROR)
def status_update_is_of_the_last_version(submission: Submission) -> Iterator[Violation]:
    """The status of the last version alone is changed."""
    for association in status_updates(submission):
        lid = _lid_of(submission, association.targetObject)
        last = submission.known.standing.latest.get(lid or "")
        if last is not None and id_key(last.entryUUID) != id_key(association.targetObject or ""):
            yield _at(association, f"targetObject is not the last version, {last.entryUUID}", "targetObject")


@rule("L17", cites="ITI MU", code=UPDATE_ERROR)
def status_update_is_not_of_a_submission(submission: Submission) -> Iterator[Violation]:
    """The status of a SubmissionSet, and of an Association that starts from one, is not changed."""
    for association in status_updates(submission):
        target = association.targetObject
        if submission.kind_of(target) is SubmissionSet:
            yield _at(association, "targetObject is a SubmissionSet", "targetObject")
        value = submission.known.standing.objects.get(id_key(target or ""))
        if isinstance(value, Association) and submission.kind_of(value.sourceObject) is SubmissionSet:
            yield _at(association, "targetObject is an Association from a SubmissionSet", "targetObject")


# --- Submit Association ----------------------------------------------------------------------


@rule("L13", cites="ITI MU: 3.57.4.1.3.1.1", code=OPERATION_ERROR)
def propagation_and_hand_do_not_mix(submission: Submission) -> Iterator[Violation]:
    """No Association is submitted at an object whose Associations are propagated in the same request."""
    propagating = [update for update in updates(submission) if update.propagates]
    lids = {id_key(each.previous.logicalID or "") for each in propagating if each.previous is not None}
    values = {id_key(each.value.entryUUID) for each in propagating}
    for association in submitted(submission):
        for end in _ENDS:
            ref = getattr(association, end)
            if id_key(ref or "") in values or _lid_of(submission, ref) in lids:
                yield _at(
                    association,
                    f"{end} is updated with AssociationPropagation, no Association is submitted with it",
                    end,
                )


@rule("L18", cites="ITI MU: 3.57.4.1.3.3", code=UPDATE_ERROR, also=(RECONCILIATION_ERROR, OPERATION_ERROR))
def submitted_association_fits(submission: Submission) -> Iterator[Violation]:
    """SubmitAssociation brings an Association of the request, as nothing else does.

    It joins objects of the registry, or new versions of them, that are Approved, of one patient, no
    SubmissionSets and not joined by an Approved Association yet.
    """
    brought = set[str]()
    for trigger in submission.relationships:
        if trigger.associationType == Type.SUBMIT_ASSOCIATION:
            yield from _trigger(submission, trigger)
            brought.add(id_key(trigger.targetObject or ""))
    joined = {_pair(link) for link in submission.known.standing.links}
    for association in submitted(submission):
        if id_key(association.entryUUID) in brought:
            yield from _ends(submission, association)
            yield from _patients(submission, association)
            if _pair(association) in joined:
                yield _at(association, "an Approved Association joins the two already", "targetObject")
            joined.add(_pair(association))
        else:
            yield _at(
                association, "the Association belongs to no operation", "associationType", OPERATION_ERROR
            )


def _pair(association: Association) -> tuple[str, str]:
    return id_key(association.sourceObject or ""), id_key(association.targetObject or "")


def _trigger(submission: Submission, trigger: Association) -> Iterator[Violation]:
    if trigger.sourceObject and not is_of_the_set(submission, trigger):
        text = "sourceObject is not the SubmissionSet of the request"
        yield _at(trigger, text, "sourceObject", OPERATION_ERROR)
    target = submission.within(trigger.targetObject)
    if not isinstance(target, Association) or target.associationType in TRIGGERS:
        yield _at(trigger, "targetObject is no Association of the request", "targetObject")


def _ends(submission: Submission, association: Association) -> Iterator[Violation]:
    superseded = {id_key(each.previous.entryUUID) for each in updates(submission) if each.previous}
    for end in _ENDS:
        ref = getattr(association, end)
        registered, within = submission.registered(ref), submission.within(ref)
        if submission.kind_of(ref) is SubmissionSet:
            yield _at(association, f"{end} is a SubmissionSet", end)
        elif submission.lacks(ref) or (within is not None and not isinstance(within, Updated)):
            yield _at(association, f"{end} names no object of the registry", end)
        elif registered is not None and registered.availabilityStatus != APPROVED:
            yield _at(association, f"{end} is not Approved", end)
        elif id_key(ref or "") in superseded:
            yield _at(association, f"{end} gets a new version in the request", end)


def _patients(submission: Submission, association: Association) -> Iterator[Violation]:
    source, target = map(submission.patient_of, (association.sourceObject, association.targetObject))
    if None not in (source, target) and source != target:
        text = f"patientId of the source is {source}, of the target {target}"
        yield Violation(text, location=association.entryUUID, code=RECONCILIATION_ERROR)
