from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xdsi_sim.ebrim import datatypes
from xdsi_sim.ebrim.datatypes import Cx, Cxi, check_dtm, pad_dtm

ARCS = st.lists(st.integers(0, 10**6).map(str), min_size=1, max_size=6)
OIDS = st.builds(lambda first, arcs: ".".join((first, *arcs)), st.sampled_from("012"), ARCS)
COMPONENTS = st.text(
    st.characters(exclude_characters="^&", exclude_categories=("Cs",)), min_size=1, max_size=9
)


# --- patterns ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("OID", "1.2.840.10008", True),
        ("OID", "2.999", True),
        ("OID", "0.4.0", True),
        ("OID", "1." + "1" * 62, True),
        ("OID", "1." + "1" * 63, False),
        ("OID", "3.1", False),
        ("OID", "1", False),
        ("OID", "1.02", False),
        ("OID", "1..2", False),
        ("OID", "1.2.", False),
        ("OID", "1.2\n", False),
        ("OID", "1.٣", False),
        ("OID", "urn:oid:1.2", False),
        ("HOME_COMMUNITY_ID", "urn:oid:1.2.3", True),
        ("HOME_COMMUNITY_ID", "1.2.3", False),
        ("HOME_COMMUNITY_ID", "urn:oid:1." + "1" * 62, True),
        ("HOME_COMMUNITY_ID", "urn:oid:1." + "1" * 63, False),
        ("UUID", "urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1", True),
        ("UUID", "urn:uuid:7EDCA82F-054D-47F2-A032-9B2A5B5186C1", True),
        ("UUID", "7edca82f-054d-47f2-a032-9b2a5b5186c1", False),
        ("UUID", "urn:uuid:7edca82f054d47f2a0329b2a5b5186c1", False),
        ("HASH", "da39a3ee5e6b4b0d3255bfef95601890afd80709", True),
        ("HASH", "DA39A3EE5E6B4B0D3255BFEF95601890AFD80709", True),
        ("HASH", "da39a3ee", False),
        ("LANGUAGE_CODE", "de-CH", True),
        ("LANGUAGE_CODE", "en", True),
        ("LANGUAGE_CODE", "de_CH", False),
        ("LANGUAGE_CODE", "", False),
        ("MIME_TYPE", "application/dicom", True),
        ("MIME_TYPE", "text/xml; charset=UTF-8", True),
        ("MIME_TYPE", "application/fhir+xml", True),
        ("MIME_TYPE", "text", False),
        ("MIME_TYPE", "text/", False),
    ],
)
def test_pattern_takes_the_whole_text_or_nothing(pattern: str, text: str, fits: bool) -> None:
    compiled: re.Pattern[str] = getattr(datatypes, pattern)
    assert (compiled.fullmatch(text) is not None) is fits


@given(OIDS)
def test_any_oid_that_is_short_enough_fits(oid: str) -> None:
    assert (datatypes.OID.fullmatch(oid) is not None) is (len(oid) <= 64)


# --- times ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["2024", "202402", "20240229", "2024022923", "202402292359", "20240229235960", "00010101"]
)
def test_time_of_any_precision_passes(text: str) -> None:
    check_dtm(text)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", "not YYYY"),
        ("24", "not YYYY"),
        ("20240", "not YYYY"),
        ("2024-01-01", "not YYYY"),
        ("20240101T1200", "not YYYY"),
        ("20240101120000.5", "not YYYY"),
        ("20240101120000+0100", "not YYYY"),
        ("2024\n", "not YYYY"),
        ("٢٠٢٤", "not YYYY"),
        ("0000", "year 0000 is out of range"),
        ("202413", "month 13 is out of range"),
        ("202400", "month 00 is out of range"),
        ("20240132", "day 32 is out of range"),
        ("20240230", "month 02 of 2024 has no day 30"),
        ("20230229", "month 02 of 2023 has no day 29"),
        ("2024010124", "hour 24 is out of range"),
        ("202401012360", "minute 60 is out of range"),
        ("20240101235961", "second 61 is out of range"),
    ],
)
def test_time_that_is_none_is_refused_by_the_part(text: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        check_dtm(text)


@given(st.datetimes(), st.sampled_from([4, 6, 8, 10, 12, 14]))
def test_every_time_passes_and_pads_to_the_start_of_its_period(time: object, precision: int) -> None:
    full = f"{time:%Y%m%d%H%M%S}".zfill(14)
    check_dtm(full[:precision])
    assert pad_dtm(full[:precision]) <= full
    check_dtm(pad_dtm(full[:precision]))
    assert len(pad_dtm(full[:precision])) == 14


@pytest.mark.parametrize(
    ("text", "padded"),
    [("2024", "20240101000000"), ("2024021510", "20240215100000"), ("20240215101112", "20240215101112")],
)
def test_padding_starts_months_and_days_at_one(text: str, padded: str) -> None:
    assert pad_dtm(text) == padded


# --- identifiers ------------------------------------------------------------------------------


@given(COMPONENTS, OIDS.filter(lambda oid: len(oid) <= 64))
def test_patient_id_reads_and_writes(given_id: str, oid: str) -> None:
    assert Cx.parse(f"{given_id}^^^&{oid}&ISO") == Cx(given_id, oid)
    assert str(Cx(given_id, oid)) == f"{given_id}^^^&{oid}&ISO"


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", "not id"),
        ("P1", "not id"),
        ("P1^^^&1.2.3&ISO^PI", "not id"),
        ("P1^^^&1.2.3&ISO^", "not id"),
        ("P1^0^^&1.2.3&ISO", "not id"),
        ("P1^^M10^&1.2.3&ISO", "not id"),
        ("^^^&1.2.3&ISO", "id is empty"),
        ("P1^^^", "not &OID&ISO"),
        ("P1^^^1.2.3", "not &OID&ISO: 1.2.3"),
        ("P1^^^HOSPITAL&1.2.3&ISO", "has a namespace: HOSPITAL"),
        ("P1^^^&1.2.3&iso", "not &OID&ISO"),
        ("P1^^^&1.2.3", "not &OID&ISO"),
        ("P1^^^&1.02.3&ISO", "not &OID&ISO"),
        ("P1^^^&1.2.3&ISO&x", "not &OID&ISO"),
    ],
)
def test_patient_id_of_another_form_is_refused_with_the_reason(text: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        Cx.parse(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.2^^^^urn:t", Cxi("1.2", "urn:t")),
        ("A7^^^&1.2.3&ISO^urn:t", Cxi("A7", "urn:t", "1.2.3")),
        ("A7^^^WARD 3^urn:t", Cxi("A7", "urn:t", "WARD 3")),
    ],
)
def test_reference_id_reads_and_writes(text: str, value: Cxi) -> None:
    assert Cxi.parse(text) == value
    assert str(value) == text


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("A7^^^&1.2.3&ISO", "not id"),
        ("A7^^^&1.2.3&ISO^urn:t^home", "not id"),
        ("A7^1^^&1.2.3&ISO^urn:t", "not id"),
        ("^^^&1.2.3&ISO^urn:t", "must not be empty"),
        ("A7^^^&1.2.3&ISO^", "must not be empty"),
        ("A7^^^1.2.3^urn:t", "not &OID&ISO: 1.2.3"),
        ("A7^^^WARD&1.2.3&ISO^urn:t", "has a namespace: WARD"),
        ("A7^^^&1.2.3&UUID^urn:t", "not &OID&ISO"),
    ],
)
def test_reference_id_of_another_form_is_refused_with_the_reason(text: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        Cxi.parse(text)
