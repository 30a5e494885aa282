from __future__ import annotations

from dataclasses import replace

import pytest
from answer_examples import BARE, BROKEN, ENTRY, find, findings_of, found, ref, rules_of
from submissions import an_entry, uuid

from xdsi_sim.vocab import APPROVED, DEPRECATED, ON_DEMAND

RULES = ("C25", "I23", "I24", "I25", "I26", "I27", "J10")


@pytest.mark.parametrize("rule", RULES)
def test_the_example_of_a_rule_breaks_it(rule: str) -> None:
    assert rule in rules_of(BROKEN[rule])


def test_an_object_and_each_part_that_it_lacks_are_named() -> None:
    found_ = [one for one in findings_of(("ITI-18", found(BARE), None)) if one.rule == "C25"]
    assert [(one.location, one.text.partition(":")[0]) for one in found_] == [
        (uuid(5), "its Classification has no objectType")
    ]


def test_an_identifier_names_itself_too_and_a_part_without_holder_its_object() -> None:
    bare = BARE.replace("Classification", "ExternalIdentifier").replace(
        "classificationScheme", "identificationScheme"
    )
    texts = [one.text for one in findings_of(("ITI-18", found(bare), None)) if one.rule == "C25"]
    assert texts == [
        "its ExternalIdentifier has no objectType: 'urn:uuid:41a5887f-8865-4c09-adf7-e362475b143a'"
    ]


@pytest.mark.parametrize("attribute", ["creationTime", "hash", "size"])
def test_what_a_document_on_demand_has_not_yet_is_not_asked_of_it(attribute: str) -> None:
    entry = replace(ENTRY, **{attribute: None})
    assert rules_of(("ITI-18", found(entry), None)) == {"I23"}
    assert rules_of(("ITI-18", found(replace(entry, objectType=ON_DEMAND)), None)) == set()


def test_what_is_given_beside_references_is_named() -> None:
    texts = [one.text for one in findings_of(("ITI-18", found(ENTRY), find("ObjectRef")))]
    assert texts == ["ExtrinsicObject is given, the returnType was ObjectRef"]


def test_objects_are_no_answer_where_references_were_asked_for() -> None:
    assert rules_of(("ITI-18", found(ENTRY, ref(1)), find("ObjectRef"))) == {"I25"}


def test_each_condition_that_an_object_does_not_keep_is_told() -> None:
    entry = replace(ENTRY, availabilityStatus=DEPRECATED, patientId="P9^^^&2.999.1.1&ISO")
    found_ = findings_of(("ITI-18", found(entry), find()))
    assert [one.rule for one in found_] == ["I27", "I27"]
    assert "FindDocuments asks for: patientId is to be P1^^^" in found_[0].text
    assert found_[1].text.endswith(f"availabilityStatus is to be {APPROVED}")


def test_what_is_of_another_community_has_the_patient_id_of_that_one() -> None:
    entry = replace(ENTRY, patientId="S9^^^&2.999.2.1&ISO", homeCommunityId="urn:oid:2.999.2")
    assert rules_of(("ITI-18", found(entry), find())) == set()
    assert rules_of(("ITI-38", found(entry), find())) == {"I27"}  # there it is asked for by that id


def test_an_object_of_another_kind_is_told() -> None:
    transaction, element, _ = BROKEN["I29"]
    assert transaction == "ITI-38"
    folders = find(ClassCode="('a^^b')")
    texts = [one.text for one in findings_of(("ITI-18", element, folders))]
    assert texts == ["the DocumentEntry is not what FindDocuments asks for: classCode is to be a^^b"]


def test_an_answer_to_a_wrong_query_is_not_held_against_it() -> None:
    assert (
        rules_of(("ITI-18", found(an_entry(availabilityStatus=APPROVED)), replace(find(), id="?"))) == set()
    )
