"""DICOM dates and times in a zone, and the UTC times that metadata wants of them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

__all__ = ["utc_dtm", "zone_of"]

_OFFSET: Final = re.compile(r"([+-])([0-9]{2})([0-5][0-9])")
_DATE: Final = re.compile(r"([0-9]{4})\.?([0-9]{2})\.?([0-9]{2})")  # dots: the form before DICOM
_TIME: Final = re.compile(r"([0-9]{2})(?::?([0-9]{2}))?(?::?([0-9]{2}))?(?:\.[0-9]*)?")


def zone_of(offset: str | None) -> timezone | None:
    """The zone of an offset such as `-0330` (PS3.3: C.12.1); None where it is none."""
    match = _OFFSET.fullmatch(offset or "")
    if match is None or int(match[2]) > 23:
        return None
    size = timedelta(hours=int(match[2]), minutes=int(match[3]))
    return timezone(-size if match[1] == "-" else size)


def utc_dtm(date: str | None, time: str | None, offset: str | None) -> str | None:
    """A local DICOM date and time as UTC in the form of metadata (ITI TF-3: Table 4.2.3.1.7-2).

    As precise as what is given, down to seconds. A date alone stays as it is: it names no moment that
    could be moved. Without an offset the time counts as UTC. None where there is no readable date.
    """
    day = _DATE.match(date or "")
    if day is None:
        return None
    clock = _TIME.match(time or "")
    given = [part for part in clock.groups() if part] if clock else []
    if not given:
        return "".join(day.groups())
    hour, minute, second = (int(part) for part in (*given, "0", "0")[:3])
    year, month, dom = (int(part) for part in day.groups())
    try:  # second 60 is a leap second, which datetime does not have
        local = datetime(year, month, dom, hour, minute, min(second, 59), tzinfo=zone_of(offset) or UTC)
    except ValueError:
        return None
    # an offset of half an hour gives an hour minutes: nothing below the minute is ever made up
    utc = local.astimezone(UTC)
    return f"{utc.year:04}{utc:%m%d%H%M%S}"[: 8 + 2 * max(len(given), 2)]  # %Y pads nothing on Linux
