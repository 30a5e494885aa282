from __future__ import annotations

from typing import Any

import pytest

from xdsi_sim.dicom.terms import Term, fold, fold_name, full_time, terms_of


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("Bergström^Anna^^", "BERGSTROM^ANNA"),
        ("ROE^richard=", "ROE^RICHARD"),
        ("山田^花子", "山田^花子"),
        ("やまだ^はなこ", "やまた^はなこ"),
        ("Łuk ", "ŁUK"),
        ("^^", ""),
    ],
)
def test_names_are_compared_without_case_and_accents(name: str, folded: str) -> None:
    assert fold_name(name) == folded


@pytest.mark.parametrize(
    ("text", "early", "late"),
    [
        ("08", "080000000000", "085959999999"),
        ("0815", "081500000000", "081559999999"),
        ("081503.5", "081503500000", "081503599999"),
        ("081503.123456", "081503123456", "081503123456"),
        ("8", None, None),
        ("08:15", None, None),
        ("", None, None),
    ],
)
def test_a_time_is_compared_with_all_its_digits(text: str, early: str | None, late: str | None) -> None:
    assert (full_time(text), full_time(text, "235959999999")) == (early, late)


@pytest.mark.parametrize(
    ("vr", "value", "folded"),
    [
        ("IS", 3, "3"),
        ("IS", "003 ", "3"),
        ("DS", 1.50, "1.5"),
        ("IS", "x", "x"),
        ("LO", " a ", "a"),
        ("TM", "x", "x"),
    ],
)
def test_numbers_and_texts_are_compared_by_what_they_mean(vr: str, value: Any, folded: str) -> None:
    assert fold(vr, value) == folded


def test_what_can_be_searched_for_is_every_value_in_every_item() -> None:
    attributes = {
        "00080020": {"vr": "DA", "Value": ["20240101"]},
        "00080030": {"vr": "TM", "Value": ["0815"]},
        "00100010": {"vr": "PN", "Value": [{"Alphabetic": "A^B", "Ideographic": "山"}]},
        "00100020": {"vr": "LO", "Value": ["x" * 2000]},
        "00101000": {"vr": "LO", "Value": ["a", None, "b"]},
        "00400275": {
            "vr": "SQ",
            "Value": [
                {"00401001": {"vr": "SH", "Value": ["R1"]}},
                {},
                {"00401001": {"vr": "SH", "Value": ["R3"]}},
            ],
        },
        "7FE00010": {"vr": "OW", "BulkDataURI": "x"},
    }
    assert list(terms_of(attributes)) == [
        Term("00080020", 0, "20240101"),
        Term("00080030", 0, "081500000000"),
        Term("00100010", 0, "A^B"),
        Term("00100010", 0, "山"),
        Term("00100010", 0, "A^B=山"),
        Term("00101000", 0, "a"),
        Term("00101000", 0, "b"),
        Term("00400275.00401001", 1, "R1"),
        Term("00400275.00401001", 3, "R3"),
        Term("00080020+00080030", 0, "20240101081500000000"),
    ]
