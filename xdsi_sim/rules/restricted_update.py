"""What a restricted update may not do (ITI RMU). The subject is the submission."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from xdsi_sim.ebrim.model import DocumentEntry
from xdsi_sim.rules.metadata_update import RECONCILIATION_ERROR
from xdsi_sim.rules.registry import Violation, rule
from xdsi_sim.rules.subjects import Submission
from xdsi_sim.rules.updates import TRIGGERS, UPDATE_ENTRY, operation_of, updates
from xdsi_sim.vocab import ONLINE

__all__: list[str] = []

_OPTIONAL: Final = {"availabilityStatus": None, "homeCommunityId": None, "documentAvailability": ONLINE}
"""Attributes that need not be given, and what their absence says; None: that they stay."""
_NO_HOME: Final = "XDSMissingHomeCommunityId"
_UNMODIFIABLE: Final = ("sourcePatientId", "repositoryUniqueId", *_OPTIONAL)


@rule("L22", cites="ITI RMU", code="UnmodifiableMetadataError", also=(RECONCILIATION_ERROR,))
def unmodifiable_attributes_stay(submission: Submission) -> Iterator[Violation]:
    """Patient, place and state of the document, and the home of its metadata, are as they were."""
    for update in updates(submission):
        value, previous = update.value, update.previous
        if not isinstance(value, DocumentEntry) or previous is None:
            continue
        if submission.surviving(value.patientId) != submission.surviving(previous.patientId):
            yield _changed(value, "patientId", previous.patientId, RECONCILIATION_ERROR)
        for name in _UNMODIFIABLE:
            before, now = (getattr(each, name) or _OPTIONAL.get(name) for each in (previous, value))
            stays = now is None and name in _OPTIONAL
            if now != before and not stays:
                yield _changed(value, name, before)


def _changed(value: DocumentEntry, attribute: str, before: str | None, code: str | None = None) -> Violation:
    return Violation.of(
        value, attribute, f"{attribute} was {before or 'absent'} and must not change", code=code
    )


@rule("L23", cites="ITI RMU", code="XDSObjectTypeError")
def entries_alone_are_updated(submission: Submission) -> Iterator[Violation]:
    """A restricted update consists of new versions of DocumentEntries."""
    for folder in submission.objects.folders:
        yield Violation("a Folder is not updated by a restricted update", location=folder.entryUUID)
    folders = {folder.entryUUID for folder in submission.objects.folders}
    for association in submission.objects.associations:
        of_a_folder = association.targetObject in folders
        known = association.associationType in TRIGGERS or of_a_folder  # E29 has the one, the loop the other
        if not known and operation_of(submission, association) is not UPDATE_ENTRY:
            yield Violation.of(
                association,
                "associationType",
                "the Association does not lead from the SubmissionSet to a DocumentEntry of the request",
            )


@rule("L24", cites="ITI RMU", code="XDSUnknownCommunity", also=(_NO_HOME,))
def home_of_the_entry_is_known(submission: Submission) -> Iterator[Violation]:
    """Where updates are forwarded, a DocumentEntry has a homeCommunityId that leads somewhere."""
    homes = submission.known.homes
    for entry in () if homes is None else submission.objects.documentEntries:
        if not entry.homeCommunityId:
            yield Violation(
                "homeCommunityId is missing",
                location=entry.entryUUID,
                attribute="homeCommunityId",
                code=_NO_HOME,
            )
        elif homes is not None and entry.homeCommunityId not in homes:
            yield Violation.of(entry, "homeCommunityId", "homeCommunityId is that of no known community")
