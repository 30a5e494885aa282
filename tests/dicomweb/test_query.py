from __future__ import annotations

import re
from contextlib import suppress
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xdsi_sim.dicom.levels import Level
from xdsi_sim.dicom.search import Absent, Between, Like, OneOf
from xdsi_sim.dicomweb.messages import Refused
from xdsi_sim.dicomweb.query import Query, read_query


def read(query: str, level: Level = Level.STUDY) -> Query:
    return read_query(level, parse_qsl(query, keep_blank_values=True))


@pytest.mark.parametrize(
    ("query", "path", "test"),
    [
        ("PatientID=A%20b", "00100020", OneOf(("A b",))),
        ("00100020=A", "00100020", OneOf(("A",))),
        ("0020000d=1.2", "0020000D", OneOf(("1.2",))),
        ("StudyInstanceUID=1.2%2C1.3", "0020000D", OneOf(("1.2", "1.3"))),
        ("StudyInstanceUID=1.2%5C1.3", "0020000D", OneOf(("1.2", "1.3"))),
        ("StudyInstanceUID=1.2&StudyInstanceUID=1.3", "0020000D", OneOf(("1.2", "1.3"))),
        ("PatientName=R%C3%B6e%5ERi*", "00100010", Like(("ROE^RI*",))),
        ("PatientName=roe%5Erichard%5E%5E", "00100010", OneOf(("ROE^RICHARD",))),
        ("ModalitiesInStudy=CT,MR", "00080061", OneOf(("CT", "MR"))),
        ("StudyDate=20240101", "00080020", Between("20240101", "20240101")),
        ("StudyDate=20240101-20240201", "00080020", Between("20240101", "20240201")),
        ("StudyDate=20240101-", "00080020", Between("20240101", "~")),
        ("StudyDate=-20240101", "00080020", Between("", "20240101")),
        ("StudyTime=2300-", "00080030", Between("230000000000", "~")),
        ("StudyTime=-23", "00080030", Between("", "235959999999")),
        ("StudyTime=081503.5", "00080030", Between("081503500000", "081503599999")),
        ("RequestAttributesSequence.00401001=R", "00400275.00401001", OneOf(("R",))),
        ("emptyvaluematching=true&StudyID=%22%22", "00200010", Absent()),
        ("StudyID=%22%22", "00200010", OneOf(('""',))),
    ],
)
def test_a_key_becomes_a_condition(query: str, path: str, test: object) -> None:
    (condition,) = read(query, Level.SERIES).search.conditions
    assert (condition.path, condition.test) == (path, test)


def test_ranges_of_date_and_time_are_one_range() -> None:
    (condition,) = read("StudyDate=20240101-20240103&StudyTime=2200-06").search.conditions
    assert condition.path == "00080020+00080030"
    assert condition.test == Between("20240101220000000000", "20240103065959999999")


@pytest.mark.parametrize(
    "query", ["PatientName=", "PatientName=*", "PatientName=**", "StudyDate=", "limit=3"]
)
def test_an_empty_value_matches_everything(query: str) -> None:
    assert read(query).search.conditions == ()


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("includefield=00081030,00080060", {"00081030", "00080060"}),
        ("includefield=00081030%2CStudyID&includefield=00400275", {"00081030", "00200010", "00400275"}),
        ("PatientName=&StudyID=1", {"00100010", "00200010"}),
        ("includefield=RequestAttributesSequence.RequestedProcedureID", {"00400275"}),
        ("includefield=", set()),
    ],
)
def test_what_is_to_be_given_is_read_in_any_form(query: str, fields: set[str]) -> None:
    assert read(query).search.fields == fields


def test_all_is_all() -> None:
    assert read("includefield=all").search.everything


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("FooBar=1", "'FooBar' is no attribute"),
        ("patientname=x", "is no attribute"),
        ("PatientID.Foo=1", "is no attribute"),
        ("PatientID.StudyID=1", "no sequence"),
        ("includefield=FooBar", "is no attribute"),
        ("limit=-1", "limit='-1'"),
        ("limit=x", "limit='x'"),
        ("limit=1&limit=2", "several values"),
        ("offset=1.5", "offset='1.5'"),
        ("offset=", "offset=''"),
        ("limit=%C2%B2", "limit="),
        ("fuzzymatching=maybe", "neither true nor false"),
        ("StudyDate=2024", "neither a date"),
        ("StudyDate=20240230", "neither a date"),
        ("StudyDate=20240101-x", "neither a date"),
        ("StudyDate=-", "neither a date"),
        ("StudyDate=2024010*", "neither a date"),
        ("StudyDate=%EF%BC%92%EF%BC%90240101", "neither a date"),
        ("StudyTime=8", "neither a time"),
        ("StudyTime=99x", "neither a time"),
        ("StudyInstanceUID=1.2.*", "is not a UID"),
        ("StudyInstanceUID=..%2Fetc", "is not a UID"),
        ("PatientID=a&PatientID=b", "is there 2 times"),
        ("RequestAttributesSequence=x", "cannot be searched for"),
        ("SeriesNumber=one", "is not a number"),
        ("fuzzymatching=true&PatientName=" + "a+" * 70, "70 conditions are more than 64"),
    ],
)
def test_what_breaks_the_syntax_is_refused_in_words(query: str, words: str) -> None:
    with pytest.raises(Refused, match=re.escape(words)) as refused:
        read(query, Level.SERIES)
    assert refused.value.status == 400


@pytest.mark.parametrize(
    ("query", "level", "warned"),
    [
        ("Modality=CT", Level.STUDY, True),
        ("Modality=CT", Level.SERIES, False),
        ("Modality=", Level.STUDY, False),
        ("PixelSpacing=1", Level.INSTANCE, True),
        ("NumberOfStudyRelatedSeries=1", Level.STUDY, True),
        ("SOPClassUID=1.2", Level.INSTANCE, False),
        ("access_token=x&token=y&_=1", Level.STUDY, False),
        ("00091001=x", Level.INSTANCE, True),
    ],
)
def test_what_cannot_be_searched_for_is_ignored_with_a_warning(
    query: str, level: Level, warned: bool
) -> None:
    found = read(query, level)
    assert bool(found.warnings) is warned
    assert not (warned and found.search.conditions)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                [
                    "PatientName",
                    "StudyDate",
                    "StudyTime",
                    "SeriesNumber",
                    "limit",
                    "00100020",
                    "fuzzymatching",
                    "x",
                    "StudyInstanceUID",
                    "includefield",
                ]
            ),
            st.text(max_size=30),
        ),
        max_size=5,
    )
)
def test_anything_is_read_or_refused(pairs: list[tuple[str, str]]) -> None:
    with suppress(Refused):
        read_query(Level.SERIES, pairs)
