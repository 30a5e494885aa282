from __future__ import annotations

import pytest
from rule_examples import broken_by, classified, entry, in_module
from submissions import a_folder, a_set, a_submission, an_entry, an_on_demand_entry, uuid

from xdsi_sim.ebrim.model import DocumentEntry, Folder, InternationalString, Slot, SubmissionSet
from xdsi_sim.messages.submit import SubmitObjectsRequest
from xdsi_sim.rules.presence import missing
from xdsi_sim.rules.transactions import check_registration


@pytest.mark.parametrize("rule", in_module("presence"))
def test_what_breaks_the_rule_is_found_by_it(rule: str) -> None:
    assert rule in broken_by(rule)


OF_AN_ENTRY = (
    *("classCode", "confidentialityCode", "creationTime", "formatCode", "hash", "healthcareFacilityTypeCode"),
    *("languageCode", "mimeType", "objectType", "patientId", "practiceSettingCode", "repositoryUniqueId"),
    *("size", "sourcePatientId", "typeCode", "uniqueId"),
)
OF_A_SET = ("contentTypeCode", "patientId", "sourceId", "submissionTime", "uniqueId")
OF_A_FOLDER = ("codeList", "patientId", "title", "uniqueId")


def told(request: SubmitObjectsRequest, transaction: str = "ITI-42") -> list[tuple[str, str]]:
    """Rule and text of all that is found."""
    found = check_registration(request, transaction=transaction).findings
    return [(finding.rule, finding.text) for finding in found]


def without(value: DocumentEntry | SubmissionSet | Folder, name: str) -> dict[str, object]:
    return {name: () if isinstance(getattr(value, name), tuple) else None}


@pytest.mark.parametrize("name", OF_AN_ENTRY)
def test_what_a_registry_needs_of_an_entry_is_missed(name: str) -> None:
    assert ("D01", f"{name} is missing") in told(entry(**without(an_entry(), name)))


@pytest.mark.parametrize("name", OF_A_SET)
def test_what_a_registry_needs_of_a_set_is_missed(name: str) -> None:
    assert ("D02", f"{name} is missing") in told(a_submission(set_=a_set(**without(a_set(), name))))


@pytest.mark.parametrize("name", OF_A_FOLDER)
def test_what_a_registry_needs_of_a_folder_is_missed(name: str) -> None:
    folder = a_folder(**without(a_folder(), name))
    assert told(a_submission(folders=(folder,))) == [("D03", f"{name} is missing")]


@pytest.mark.parametrize("kind", [DocumentEntry, SubmissionSet, Folder])
def test_nothing_else_is_missed(kind: type) -> None:
    needed = {DocumentEntry: OF_AN_ENTRY, SubmissionSet: OF_A_SET, Folder: OF_A_FOLDER}[kind]
    bare = kind(entryUUID=uuid(1))
    assert sorted(violation.attribute or "" for violation in missing((bare,), 1)) == sorted(needed)


def test_a_folder_has_a_title_with_text() -> None:
    empty = a_folder(title=InternationalString.of(""))
    assert told(a_submission(folders=(empty,))) == [("D03", "title is empty")]


def test_an_attribute_that_is_there_but_broken_is_not_missing() -> None:
    twice = Slot("creationTime", ("2024", "2025"))
    assert [rule for rule, _ in told(entry(creationTime=None, extra=(twice,)))] == ["C23"]
    other = Slot("urn:x", ("2024", "2025"))
    assert told(entry(creationTime=None, extra=(other,))) == [("D01", "creationTime is missing")]


def test_an_on_demand_entry_need_not_have_what_is_known_of_a_document() -> None:
    assert told(a_submission(entries=(an_on_demand_entry(),)), "ITI-61") == []
    assert told(a_submission(entries=(an_on_demand_entry(languageCode=None),)), "ITI-61") == [
        ("D01", "languageCode is missing")
    ]


def test_a_code_is_given_once_whether_it_is_sound_or_not() -> None:
    broken = classified().objects.documentEntries[0].extra
    assert [rule for rule, _ in told(entry(classCode=None, extra=(*broken, *broken)))] == ["D06"]
    assert told(entry(classCode=None, extra=broken)) == []
