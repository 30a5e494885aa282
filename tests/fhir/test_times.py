from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xdsi_sim.ebrim.datatypes import pad_dtm
from xdsi_sim.fhir.times import Bounds, bounds_of, date_time, dtm, span


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024", "2024"),
        ("202402", "2024-02"),
        ("20240212", "2024-02-12"),
        ("2024021208", "2024-02-12T08:00:00Z"),
        ("20240212083015", "2024-02-12T08:30:15Z"),
        ("20241312", None),
        ("yesterday", None),
    ],
)
def test_dtm_becomes_date_time_as_exact_as_it_is(text: str, expected: str | None) -> None:
    assert date_time(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-02", "202402"),
        ("2024-02-12T09:30:00+01:00", "20240212083000"),
        ("2024-02-12T09:30:00.123Z", "20240212093000"),
        ("2024-02-12T09:30", "20240212093000"),
    ],
)
def test_date_time_becomes_dtm_in_utc(text: str, expected: str) -> None:
    assert dtm(text) == expected


@pytest.mark.parametrize(
    "text", ["", "24", "2024-13", "2024-02-30", "2024-02-12T25:00:00Z", "0001-01-01T00:00:00+10:00", "x"]
)
def test_what_is_no_date_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        dtm(text)


@given(st.datetimes(min_value=__import__("datetime").datetime(1000, 1, 1)), st.sampled_from([4, 6, 8, 14]))
def test_a_dtm_comes_back(moment: object, digits: int) -> None:
    text = f"{moment:%Y%m%d%H%M%S}"[:digits]
    assert dtm(date_time(text) or "") == text


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("2024", "20240101000000", "20250101000000"),
        ("202412", "20241201000000", "20250101000000"),
        ("20240229", "20240229000000", "20240301000000"),
        ("20240229101112", "20240229101112", "20240229101113"),
    ],
)
def test_a_time_is_a_span(text: str, low: str, high: str) -> None:
    assert span(text) == (low, high)


def test_the_last_year_has_an_end() -> None:
    assert span("9999")[1] > span("9999")[0]


@pytest.mark.parametrize(
    ("asked", "fitting"),
    [
        ("2024-02", ["20240201", "20240229"]),
        ("ge2024-02", ["20240201", "20240229", "20240301"]),
        ("gt2024-02", ["20240301"]),
        ("sa2024-02", ["20240301"]),
        ("lt2024-02", ["20240131"]),
        ("eb2024-02", ["20240131"]),
        ("le2024-02", ["20240131", "20240201", "20240229"]),
    ],
)
def test_prefix_says_on_which_side(asked: str, fitting: list[str]) -> None:
    days = ["20240131", "20240201", "20240229", "20240301"]
    assert [day for day in days if bounds_of(asked).hold(pad_dtm(day))] == fitting


def test_a_period_that_overlaps_fits() -> None:
    bounds = bounds_of("2024-02")
    assert bounds.hold("20240115000000", "20240210000000")
    assert not bounds.hold("20240115000000", "20240131235959")
    assert not bounds.hold("20240301000000", "20240302000000")
    assert Bounds(None, None).hold("20240301000000")


@pytest.mark.parametrize("text", ["ap2024", "ne2024", "ge", "soon", "2024-2"])
def test_a_date_that_nobody_can_search_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=text):
        bounds_of(text)
