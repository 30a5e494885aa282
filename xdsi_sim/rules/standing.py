"""What becomes of registered entries and folders that a submission touches, as they stand in the registry.

The subject is the submission with what the registry knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from xdsi_sim.ebrim.model import Association, Folder
from xdsi_sim.rules.registry import Violation, rule
from xdsi_sim.rules.subjects import REPLACING, Submission, id_key
from xdsi_sim.vocab import APPROVED
from xdsi_sim.vocab import Association as Type

__all__: list[str] = []


@rule("E23", cites="ITI TF-3: 4.2.2.2.1", adjustable=True)
def nothing_is_appended_to_a_transformation(submission: Submission) -> Iterator[Violation]:
    """What is appended to is no transformation of another entry, unless it replaced that (XFRM_RPLC)."""
    appending = [item for item in submission.relationships if item.associationType == Type.APND]
    if not appending:
        return
    given = (item for item in submission.relationships if item.associationType == Type.XFRM)
    transformations = submission.known.transformations.union(
        id_key(item.sourceObject or "") for item in given
    )
    for association in appending:
        if id_key(association.targetObject or "") in transformations:
            yield _at(association, "targetObject is a transformation", "targetObject")


_DEPRECATED_ENTRY: Final = "XDSRegistryDeprecatedDocumentError"


@rule("F16", cites="ITI TF-2: 3.42.4.1.3.4", also=(_DEPRECATED_ENTRY,))
def folder_and_entry_are_approved(submission: Submission) -> Iterator[Violation]:
    """A Folder that gets a member is Approved, and so is the entry that it gets."""
    for association in submission.members:
        if submission.kind_of(association.sourceObject) is not Folder:
            continue
        for end, code in _CODES:
            held = submission.registered(getattr(association, end))
            if held is not None and held.availabilityStatus != APPROVED:
                yield _at(association, f"{end} is not Approved", end, code)


_CODES: Final = (("sourceObject", None), ("targetObject", _DEPRECATED_ENTRY))


@rule("F26", cites="ITI TF-2: 3.42.4.1.3.5", code="XDSPatientIdDoesNotMatch")
def replacement_fits_the_folders(submission: Submission) -> Iterator[Violation]:
    """An entry that replaces another has the patientId of each Approved Folder that it joins by that."""
    for association in submission.relationships:
        if association.associationType not in REPLACING:
            continue
        patient = submission.patient_of(association.sourceObject)
        for folder in submission.known.folders.get(id_key(association.targetObject or ""), ()):
            expected = submission.surviving(folder.patientId)
            if None not in (patient, expected) and patient != expected:
                text = f"patientId is {patient}, of the Folder {folder.entryUUID} that it joins {expected}"
                yield _at(association, text, "sourceObject")


def _at(association: Association, text: str, end: str, code: str | None = None) -> Violation:
    value: str | None = getattr(association, end)
    return Violation(text, location=association.entryUUID, attribute=end, value=value, code=code)
