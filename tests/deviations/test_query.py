from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from a_faulty_domain import FaultyDomain

from xdsi_sim.ebrim.model import DocumentEntry
from xdsi_sim.vocab import DEPRECATED


def entries(faulty: FaultyDomain, deviation: str | None = None, **more: Any) -> tuple[DocumentEntry, ...]:
    if deviation is None:
        found: tuple[DocumentEntry, ...] = faulty.ask("ITI-18").answer.objects.documentEntries
        return found
    with faulty.deviating("north-registry", deviation, **more):
        return entries(faulty)


@pytest.mark.parametrize(
    ("deviation", "attribute", "value"),
    [
        ("entry-deprecated", "availabilityStatus", DEPRECATED),
        ("status-of-entry-missing", "availabilityStatus", None),
        ("hash-of-another", "hash", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
        ("media-type-of-another", "mimeType", "application/x-unknown"),
        ("unique-id-of-another", "uniqueId", "2.999.9.9.1"),
        ("repository-unknown", "repositoryUniqueId", "2.999.9.9.2"),
        ("attribute-missing", "typeCode", None),
        ("home-of-another", "homeCommunityId", "urn:oid:2.999.9.9"),
    ],
)
def test_one_attribute_is_wrong_and_all_others_are_right(
    faulty: FaultyDomain, deviation: str, attribute: str, value: str | None
) -> None:
    right, wrong = entries(faulty)[0], entries(faulty, deviation)[0]
    assert getattr(right, attribute) != value
    assert wrong == replace(right, **{attribute: value})


def test_an_attribute_may_be_named(faulty: FaultyDomain) -> None:
    more = {"parameters": {"attribute": "confidentialityCode"}}
    assert entries(faulty, "attribute-missing", **more)[0].confidentialityCode == ()


def test_objects_are_too_many_or_too_few(faulty: FaultyDomain) -> None:
    right = entries(faulty)
    assert entries(faulty, "objects-none") == ()
    assert entries(faulty, "object-left-out") == right[:-1]
    assert entries(faulty, "object-twice") == (right[0], *right)


def test_an_entry_uuid_is_another_one_each_time(faulty: FaultyDomain) -> None:
    found = {entries(faulty, "entry-uuid-changing")[0].entryUUID for _ in range(3)}
    assert len(found) == 3


def test_an_entry_is_that_of_another_patient(faulty: FaultyDomain) -> None:
    given = {"parameters": {"patientId": "X^^^&2.999.5&ISO"}}
    assert entries(faulty, "entry-of-another-patient", **given)[0].patientId == "X^^^&2.999.5&ISO"


def test_references_stand_for_objects(faulty: FaultyDomain) -> None:
    with faulty.deviating("north-registry", "references-for-objects"):
        objects = faulty.ask("ITI-18").answer.objects
    assert objects.documentEntries == ()
    assert faulty.entry.entryUUID in objects.objectRefs


def test_what_a_gateway_streams_is_changed_as_well(faulty: FaultyDomain) -> None:
    with faulty.deviating("north-rg", "object-twice"):
        found = faulty.ask("ITI-38").answer.objects.documentEntries
    assert found[0] == found[1]
