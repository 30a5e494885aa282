from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xdsi_sim.dicom.times import utc_dtm, zone_of


@pytest.mark.parametrize(
    ("date", "time", "offset", "dtm"),
    [
        ("20240630", "233000", "+0200", "20240630213000"),
        ("20240101", "003000", "+0200", "20231231223000"),
        ("20240101", "0830", "-0330", "202401011200"),
        ("20240101", "08", "+0530", "202401010230"),
        ("20240101", "081530.123456", "+0000", "20240101081530"),
        ("20240101", "081530", None, "20240101081530"),
        ("2024.01.02", "08:15:30", "+0100", "20240102071530"),
        ("20240101", "235960", "+0000", "20240101235959"),
        ("20240101", None, "+0100", "20240101"),
        ("20240101", "", "+0100", "20240101"),
        ("20240231", "0815", "+0100", None),
        ("20240101", "2515", "+0100", None),
        ("spring", "0815", "+0100", None),
        (None, "0815", "+0100", None),
    ],
)
def test_local_time_becomes_utc(
    date: str | None, time: str | None, offset: str | None, dtm: str | None
) -> None:
    assert utc_dtm(date, time, offset) == dtm


@given(
    st.datetimes(timezones=st.just(UTC)).filter(lambda moment: 1 < moment.year < 9999),
    st.integers(-12 * 60, 14 * 60),
)
def test_the_moment_stays_the_same(moment: datetime, minutes: int) -> None:
    local = moment.astimezone(timezone(timedelta(minutes=minutes)))
    day, time, offset = (local.strftime(form) for form in ("%m%d", "%H%M%S", "%z"))
    assert utc_dtm(f"{local.year:04}{day}", time, offset) == f"{moment.year:04}{moment:%m%d%H%M%S}"


@pytest.mark.parametrize("offset", [None, "", "0100", "+1", "+0160", "+2400", "CET"])
def test_what_is_no_offset_is_no_zone(offset: str | None) -> None:
    assert zone_of(offset) is None
