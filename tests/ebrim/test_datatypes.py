from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xdsi_sim.ebrim import datatypes
from xdsi_sim.ebrim.datatypes import (
    Cx,
    Cxi,
    PidField,
    Recipient,
    Xcn,
    Xon,
    Xtn,
    check_dtm,
    pad_dtm,
    wrong_escape,
)

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
        ("URI_REFERENCE", "http://[::1]/a?b=%20#c", True),
        ("URI_REFERENCE", "report.xml", True),
        ("URI_REFERENCE", "a b", False),
        ("URI_REFERENCE", "a%2", False),
        ("URI_REFERENCE", "1|a", False),
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


# --- persons, organisations, addresses -------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("D1", Xcn("D1", "")),
        ("^Doe", Xcn("", "Doe")),
        ("D1^Doe^Jo^M^Jr^Dr^MD^^&1.2.3&ISO", Xcn("D1", "Doe", "Jo", "1.2.3")),
        ("D1^Doe^^^^^^^^^", Xcn("D1", "Doe")),
        ("North", Xon("North")),
        ("North^^^^^&1.2.3&ISO^^^^7", Xon("North", "7", "1.2.3")),
        ("North^^^^^^^^^1.2.3.7", Xon("North", "1.2.3.7")),
        ("North^^^^^^^^^^", Xon("North")),
        ("^NET^Internet^d@example.org", Xtn("Internet", "d@example.org")),
        ("^^Internet^d@example.org", Xtn("Internet", "d@example.org")),
        ("^PRS^PH^^31^^(042) 1123 4567", Xtn("PH", "(042) 1123 4567")),
        ("^WPN^CP^^^^^^^^^+41 79", Xtn("CP", "+41 79")),
        ("North", Recipient(Xon("North"))),
        ("|^Doe|", Recipient(None, Xcn("", "Doe"))),
        ("||^^Internet^d@x", Recipient(None, None, Xtn("Internet", "d@x"))),
        ("PID-3|L1~L2", PidField(3, "L1~L2")),
        ("PID-39|", PidField(39, "")),
    ],
)
def test_value_of_a_composite_type_is_read(text: str, value: object) -> None:
    assert type(value).parse(text) == value  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("type_", "text", "wrong"),
    [
        (Xcn, "^^Jo", "neither an id"),
        (Xcn, "", "neither an id"),
        (Xcn, "^Doe^^^^^^^&1.2.3&ISO", "without an id"),
        (Xcn, "D1^Doe^^^^^^^NPI&1.2.3&ISO", "has a namespace: NPI"),
        (Xcn, "D1^Doe^^^^^^^1.2.3", "not &OID&ISO: 1.2.3"),
        (Xon, "", "name .* is empty"),
        (Xon, "^^^^^^^^^1.2.3", "name .* is empty"),
        (Xon, "North^L", "other than 1, 6 and 10"),
        (Xon, "North^^^^^^^^^1.2^x", "other than 1, 6 and 10"),
        (Xon, "North^^^^^^^^^7", "no OID and has no assigning authority"),
        (Xon, "North^^^^^H&1.2.3&ISO^^^^7", "has a namespace: H"),
        (Xtn, "0421 123", "equipment .* is empty"),
        (Xtn, "^PRN^Internet^d@x", "is PRN, not NET"),
        (Xtn, "^NET^Internet", "mail address .* is empty"),
        (Xtn, "^PRN^PH^^31", "local number .* is empty"),
        (Recipient, "||", "at least one"),
        (Recipient, "a|^b||c", "not organisation"),
        (Recipient, "^x", "name .* is empty"),
        (PidField, "PID-40|x", "n from 1 to 39"),
        (PidField, "PID-03|x", "n from 1 to 39"),
    ],
)
def test_value_of_another_form_is_refused_with_the_reason(type_: type, text: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        type_.parse(text)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("plain", None),
        (r"a\S\b\T\\F\\R\\E\ ", None),
        (r"a\X0D\b", r"\X0D\\"[:-1]),
        (r"a\S\ \.br\ ", r"\.br\\"[:-1]),
        ("C:\\temp", "\\temp"),
    ],
)
def test_escapes_of_separators_alone_are_right(text: str, wrong: str | None) -> None:
    assert wrong_escape(text) == wrong
