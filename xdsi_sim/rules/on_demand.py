"""On-Demand entries, for which there is no document yet, and snapshots of them (ITI TF-2: 3.61, 3.42).

A uniqueId that is that of another On-Demand entry is no violation: F08 of the catalogue takes it.
"""

from __future__ import annotations

from collections.abc import Iterator

from xdsi_sim.ebrim.model import DocumentEntry
from xdsi_sim.rules.presence import KNOWN_OF_A_DOCUMENT
from xdsi_sim.rules.registry import REGISTRY_METADATA_ERROR, Violation, rule
from xdsi_sim.rules.subjects import Submission
from xdsi_sim.vocab import ON_DEMAND, STABLE, Association

__all__: list[str] = []


@rule("E31", cites="ITI TF-2: 3.61.4.1.2")
def submission_holds_on_demand_entries(submission: Submission) -> Iterator[Violation]:
    """ITI-61 registers one DocumentEntry or more, each of them On-Demand."""
    if not submission.objects.documentEntries:
        yield Violation("there is no DocumentEntry, an On-Demand one is expected")
    for entry in submission.objects.documentEntries:
        if entry.objectType not in (None, ON_DEMAND):  # D01 has those without
            yield Violation.of(entry, "objectType", f"objectType is not on-demand ({ON_DEMAND})")


@rule("E32", cites="ITI TF-2: 3.61.4.2.2", code=REGISTRY_METADATA_ERROR)
def nothing_is_said_of_a_document(entry: DocumentEntry) -> Iterator[Violation]:
    """An On-Demand entry has no creationTime, hash or size: its document is yet to be made."""
    if entry.objectType != ON_DEMAND:
        return
    for name in KNOWN_OF_A_DOCUMENT:
        value: str | None = getattr(entry, name)
        if value is not None:
            yield Violation(f"{name} is given in an On-Demand entry", attribute=name, value=value)


@rule("E24", cites="ITI TF-2: 3.42.4.1.3.5")
def snapshot_is_stable_and_of_an_on_demand_entry(submission: Submission) -> Iterator[Violation]:
    """IsSnapshotOf leads from a Stable entry to an On-Demand one."""
    for association in submission.relationships:
        if association.associationType != Association.IS_SNAPSHOT_OF:
            continue
        for end, name, expected in (
            ("sourceObject", "Stable", STABLE),
            ("targetObject", "On-Demand", ON_DEMAND),
        ):
            ref: str | None = getattr(association, end)
            if _object_type(submission, ref) not in (None, expected):
                yield Violation(
                    f"{end} of IsSnapshotOf is not {name}",
                    location=association.entryUUID,
                    attribute=end,
                    value=ref,
                )


def _object_type(submission: Submission, ref: str | None) -> str | None:
    """Of the DocumentEntry that `ref` names; None where it is unknown, or no entry."""
    within = submission.within(ref)
    if isinstance(within, DocumentEntry):
        return within.objectType
    registered = submission.registered(ref)
    return None if registered is None else registered.objectType


@rule("F07", cites="ITI TF-2: 3.61.4.1.3")
def unique_id_is_not_of_a_stable_entry(submission: Submission) -> Iterator[Violation]:
    """No Stable entry of the registry has the uniqueId of a new On-Demand entry."""
    for entry in submission.objects.documentEntries:
        for holder in submission.known.uniqueIds.get(entry.uniqueId or "", ()):
            if holder.kind is DocumentEntry and holder.objectType != ON_DEMAND:
                yield Violation.of(
                    entry, "uniqueId", f"uniqueId is that of the registered Stable entry {holder.entryUUID}"
                )
                break
