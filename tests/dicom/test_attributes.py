from __future__ import annotations

import pytest
from pydicom.datadict import tag_for_keyword

from xdsi_sim.dicom.attributes import TAGS, DicomJson, integer, is_uid, items, person, text, texts

NEWER = {"DisplayURI"}  # than the dictionary of the library


@pytest.mark.parametrize(("keyword", "tag"), [(key, tag) for key, tag in TAGS.items() if key not in NEWER])
def test_each_tag_is_that_of_the_dictionary(keyword: str, tag: str) -> None:
    assert f"{tag_for_keyword(keyword):08X}" == tag


@pytest.mark.parametrize(
    "attribute", [{}, {"vr": "LO"}, {"vr": "LO", "Value": []}, {"vr": "LO", "Value": [None]}]
)
def test_empty_and_absent_are_no_value(attribute: DicomJson) -> None:
    header = {"00081030": attribute}
    assert (text(header, "StudyDescription"), text({}, "StudyDescription")) == (None, None)


@pytest.mark.parametrize(
    ("value", "number"), [(7, 7), ("7", 7), ("7.0", 7), (7.0, 7), ("1A", None), ("inf", None), (None, None)]
)
def test_a_number_may_be_written_in_any_way(value: object, number: int | None) -> None:
    assert integer({"00200013": {"vr": "IS", "Value": [value]}}, "InstanceNumber") == number


def test_all_values_of_an_attribute_can_be_read() -> None:
    assert texts({"00080060": {"vr": "CS", "Value": ["CT", None, "SR"]}}, "Modality") == ("CT", "SR")


@pytest.mark.parametrize(
    ("groups", "name"),
    [
        ({"Alphabetic": "Doe^Jane"}, "Doe^Jane"),
        ({"Alphabetic": "Yamada", "Phonetic": "やまだ"}, "Yamada==やまだ"),
        ({"Ideographic": "山田"}, "=山田"),
        ({}, None),
    ],
)
def test_a_person_name_is_joined_from_its_groups(groups: dict[str, str], name: str | None) -> None:
    assert person({"00100010": {"vr": "PN", "Value": [groups]}}, "PatientName") == name


def test_empty_items_of_a_sequence_are_left_out() -> None:
    item = {"00080100": {"vr": "SH", "Value": ["1"]}}
    assert items({"00081032": {"vr": "SQ", "Value": [{}, item]}}, "ProcedureCodeSequence") == (item,)


@pytest.mark.parametrize(
    ("uid", "good"),
    [
        ("1", True),
        ("1.2.840.10008", True),
        ("1.02", True),
        ("1" * 64, True),
        ("1" * 65, False),
        ("", False),
        ("1.", False),
        ("1..2", False),
        ("1.2\n", False),
        ("1.\u0662", False),
        ("../1", False),
    ],
)
def test_a_uid_is_fit_for_an_address(uid: str, good: bool) -> None:
    assert is_uid(uid) == good


def test_what_stands_in_place_of_a_sequence_or_name_is_passed_over() -> None:
    item = {"00081032": {"vr": "CS", "Value": ["CT"]}, "00100010": {"vr": "LO", "Value": ["Doe"]}}
    assert items(item, "ProcedureCodeSequence") == ()
    assert person(item, "PatientName") is None
