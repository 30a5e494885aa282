from __future__ import annotations

from typing import Any

import pytest
from rule_examples import KNOWN, broken_by, in_module
from submissions import a_folder, a_set, a_submission, an_entry, uuid

from xdsi_sim.messages.submit import SubmitObjectsRequest
from xdsi_sim.rules.transactions import check_registration


@pytest.mark.parametrize("rule", in_module("submission"))
def test_what_breaks_the_rule_is_found_by_it(rule: str) -> None:
    assert rule in broken_by(rule)


def told(request: SubmitObjectsRequest) -> list[tuple[str, str]]:
    """Rule and object of all that is found."""
    verdict = check_registration(request, KNOWN)
    found = zip(verdict.findings, verdict.places, strict=True)
    return [(finding.rule, place.object or "") for finding, place in found]


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        ({}, {}, []),
        ({"hash": "ab" * 20}, {"hash": "AB" * 20}, []),
        ({}, {"hash": "0" * 40}, ["F01"]),
        ({}, {"size": "5"}, ["F01"]),
        ({}, {"hash": None}, ["F01", "D01"]),
        ({"hash": None}, {}, ["F01", "D01"]),
    ],
)
def test_two_entries_have_one_unique_id_only_where_they_are_of_one_document(
    first: dict[str, Any], second: dict[str, Any], found: list[str]
) -> None:
    entries = (an_entry(1, **first), an_entry(2, **{"uniqueId": "2.999.2.1", **second}))
    assert sorted(rule for rule, _ in told(a_submission(entries=entries))) == sorted(found)


def test_objects_of_different_kinds_have_no_unique_id_in_common() -> None:
    entry, folder = an_entry(uniqueId="2.999.4.7"), a_folder(uniqueId="2.999.4.7")
    assert told(a_submission(entries=(entry,), folders=(folder,))) == [("F01", uuid(200))]
    assert told(a_submission(entries=(entry,), set_=a_set(uniqueId="2.999.4.7"))) == [("F01", uuid(1))]


def test_an_entry_without_unique_id_has_none_in_common() -> None:
    entries = (an_entry(1, uniqueId=None), an_entry(2, uniqueId=None))
    assert told(a_submission(entries=entries)) == [("D01", uuid(1)), ("D01", uuid(2))]


def test_of_two_sets_both_are_named() -> None:
    request = a_submission(submissionSets=(a_set(100), a_set(101)))
    (finding,) = (each for each in check_registration(request).findings if each.rule == "C04")
    assert finding.text == f"2 SubmissionSets are there, one is expected: '{uuid(100)}, {uuid(101)}'"


def test_an_object_without_id_is_told_by_its_kind() -> None:
    request = a_submission(entries=(an_entry(entryUUID=""),))
    assert "DocumentEntry has no id" in {finding.text for finding in check_registration(request).findings}


def test_all_objects_are_of_the_patient_of_the_set() -> None:
    other = "P2^^^&2.999.1.1&ISO"
    request = a_submission(entries=(an_entry(patientId=other),), folders=(a_folder(patientId=other),))
    assert [found for found in told(request) if found[0] == "F12"] == [("F12", uuid(1)), ("F12", uuid(200))]
    alone = a_submission(set_=a_set(patientId=None))
    assert [rule for rule, _ in told(alone)] == ["D02"]
