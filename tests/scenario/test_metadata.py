from __future__ import annotations

from datetime import UTC, datetime

import pytest

from xdsi_sim.ebrim.model import (
    Association,
    Author,
    Code,
    DocumentEntry,
    Folder,
    InternationalString,
    RegistryObjectList,
    Slot,
    SubmissionSet,
)
from xdsi_sim.errors import UsageError
from xdsi_sim.messages.submit import SubmitObjectsRequest
from xdsi_sim.rules.transactions import check_registration
from xdsi_sim.scenario.metadata import check_attributes, sound_entry, sound_set, with_attributes
from xdsi_sim.vocab import Association as Type

NOW = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
ENTRY = sound_entry(entryUUID="e", uniqueId="2.999.1", patientId="P1^^^&2.999.1.1&ISO", now=NOW)


def test_each_form_of_attribute_is_read() -> None:
    made = with_attributes(
        ENTRY,
        {
            "title": "Wrist",
            "typeCode": "T^Type^2.999.7",
            "eventCodeList": ["CT^Computed Tomography^1.2.3", "MR^^1.2.3"],
            "confidentialityCode": "R^Restricted^2.16",
            "author": {"authorPerson": "^A^B", "authorRole": "Radiologist"},
            "referenceIdList": ["1^^^^urn:x"],
            "size": 12,
            "homeCommunityId": "urn:oid:2.999.1",
            "limitedMetadata": True,
            "uniqueId": "2.999.2",
            "slots": {"urn:x": ["a", 1], "urn:y": "b"},
        },
    )
    assert made.title == InternationalString.of("Wrist")
    assert made.typeCode == Code.of("T", "2.999.7", "Type")
    assert made.eventCodeList == (Code.of("CT", "1.2.3", "Computed Tomography"), Code("MR", "1.2.3"))
    assert made.confidentialityCode == (Code.of("R", "2.16", "Restricted"),)
    assert made.author == (Author(authorPerson="^A^B", authorRole=("Radiologist",)),)
    assert (made.referenceIdList, made.size, made.limitedMetadata) == (("1^^^^urn:x",), "12", True)
    assert made.extra == (Slot("urn:x", ("a", "1")), Slot("urn:y", ("b",)))


def test_null_takes_an_attribute_away() -> None:
    made = with_attributes(
        ENTRY, {"title": None, "confidentialityCode": None, "author": None, "typeCode": None}
    )
    assert (made.title, made.confidentialityCode, made.author, made.typeCode) == (None, (), (), None)


def test_what_a_query_has_saved_can_be_given_again() -> None:
    given = {"typeCode": ENTRY.classCode, "title": ENTRY.title, "author": [Author(authorPerson="^A")]}
    made = with_attributes(ENTRY, given)
    assert (made.typeCode, made.title, made.author) == (
        ENTRY.classCode,
        ENTRY.title,
        (Author(authorPerson="^A"),),
    )


@pytest.mark.parametrize(
    ("type_", "given", "said"),
    [
        (DocumentEntry, {"titel": "x"}, "DocumentEntry has no attribute 'titel'"),
        (Folder, {"mimeType": "x"}, "Folder has no attribute 'mimeType'"),
        (Association, {"slots": {}, "patientId": "x"}, "Association has no attribute 'patientId'"),
        (DocumentEntry, {"typeCode": "T"}, "'T' is no code"),
        (DocumentEntry, {"author": ["^A^B"]}, r"'\^A\^B' is nothing of an author"),
        (DocumentEntry, {"author": {"name": "A"}}, "'name' is nothing of an author"),
    ],
)
def test_what_cannot_be_read_is_told(type_: type, given: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        check_attributes(type_, given)


def test_a_value_that_is_known_later_is_left_until_then() -> None:
    check_attributes(DocumentEntry, {"typeCode": "${found.entries[0].typeCode}"})
    with pytest.raises(UsageError, match="'T' is no code"):
        with_attributes(ENTRY, {"typeCode": "T"})


def test_a_sound_object_breaks_no_rule() -> None:
    set_ = sound_set(entryUUID="s", uniqueId="2.999.3", patientId="P1^^^&2.999.1.1&ISO", now=NOW)
    assert set_.submissionTime == "20260203040506"
    request = SubmitObjectsRequest(objects=_submission(set_))
    assert check_registration(request, transaction="ITI-41").findings == ()


def _submission(set_: SubmissionSet) -> RegistryObjectList:

    member = Association(
        entryUUID="m",
        associationType=Type.HAS_MEMBER,
        sourceObject="s",
        targetObject="e",
        submissionSetStatus="Original",
    )
    return RegistryObjectList(submissionSets=(set_,), documentEntries=(ENTRY,), associations=(member,))
