from __future__ import annotations

import json

import pytest
from pydicom.datadict import dictionary_VR

from xdsi_sim.dicom.levels import (
    CALCULATED,
    DEFAULTS,
    Level,
    attributes_of,
    default_answer,
    is_searchable,
    level_of,
)

INSTANCE = {
    "00080005": {"vr": "CS", "Value": ["ISO_IR 192"]},
    "00080018": {"vr": "UI", "Value": ["1.4"]},
    "00080060": {"vr": "CS", "Value": ["CT"]},
    "00080061": {"vr": "CS", "Value": ["a lie"]},
    "00100010": {"vr": "PN", "Value": [{"Alphabetic": "A"}]},
    "00104000": {"vr": "LT"},
    "0020000D": {"vr": "UI", "Value": ["1.2"]},
    "7FE00010": {"vr": "OW", "BulkDataURI": "x"},
}


@pytest.mark.parametrize(
    ("tag", "level", "searchable"),
    [
        ("00100010", Level.STUDY, True),
        ("00104000", Level.STUDY, True),
        ("00081030", Level.STUDY, True),
        ("00080061", Level.STUDY, True),
        ("00201208", Level.STUDY, False),
        ("00400275", Level.SERIES, True),
        ("00201209", Level.SERIES, False),
        ("00200013", Level.INSTANCE, True),
        ("00280030", Level.INSTANCE, False),
        ("00080201", Level.INSTANCE, False),
    ],
)
def test_each_attribute_has_its_level(tag: str, level: Level, searchable: bool) -> None:
    assert (level_of(tag), is_searchable(tag)) == (level, searchable)


def test_attributes_are_taken_apart_by_level() -> None:
    assert attributes_of(Level.STUDY, INSTANCE).keys() == {"00080005", "00100010", "00104000", "0020000D"}
    assert attributes_of(Level.SERIES, INSTANCE).keys() == {"00080005", "00080060"}


def test_calculated_attributes_are_never_those_of_an_instance() -> None:
    answer = default_answer(Level.STUDY, INSTANCE)
    assert [answer[tag] for tag in CALCULATED if tag in answer] == [
        {"vr": DEFAULTS[Level.STUDY][tag][0]} for tag in CALCULATED if tag in answer
    ]
    assert answer["00080056"] == {"vr": "CS", "Value": ["ONLINE"]}
    assert "00100021" not in answer
    assert answer["00100030"] == {"vr": "DA"}


@pytest.mark.parametrize("level", Level)
def test_the_tables_are_in_order_and_have_the_vrs_of_the_dictionary(level: Level) -> None:
    table = DEFAULTS[level]
    assert list(table) == sorted(table)
    assert {tag: vr for tag, (vr, _) in table.items()} == {tag: dictionary_VR(int(tag, 16)) for tag in table}
    assert json.dumps(default_answer(level, {}))
