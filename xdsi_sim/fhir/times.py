"""Times: DTM of metadata, dateTime of FHIR, and dates of searches (ITI TF-3: Table 4.2.3.1.7-2)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from xdsi_sim.clock import dtm_of
from xdsi_sim.ebrim.datatypes import check_dtm, pad_dtm

__all__ = ["PREFIXES", "Bounds", "bounds_of", "date_time", "dtm", "span"]

_DATE_TIME: Final = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?)?)?"
)
_SEARCHED: Final = re.compile(r"(eq|ne|gt|lt|ge|le|sa|eb|ap)?(\d.*)")
_LEAST_OF_A_DAY: Final = 8  # digits
_WHOLE: Final = 14


def date_time(text: str) -> str | None:
    """A DTM as dateTime, as exact as it is; None where it is no DTM.

    FHIR has no hours without minutes: those that are not said are 00.
    """
    try:
        check_dtm(text)
    except ValueError:
        return None
    day = "-".join(part for part in (text[:4], text[4:6], text[6:8]) if part)
    if len(text) <= _LEAST_OF_A_DAY:
        return day
    whole = pad_dtm(text)
    return f"{day}T{whole[8:10]}:{whole[10:12]}:{whole[12:14]}Z"


def dtm(text: str) -> str:
    """A dateTime, date or instant as DTM in UTC, fractions of seconds left out; raises ValueError."""
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        raise ValueError(f"'{text}' is not a dateTime, such as 2024-05-17T09:30:00Z")
    if match[4] is None:
        found = "".join(part for part in match.groups()[:3] if part)
        check_dtm(found)
        return found
    zone = "+00:00" if match[7] in (None, "Z") else match[7]
    moment = f"{match[1]}-{match[2]}-{match[3]}T{match[4]}:{match[5]}:{match[6] or '00'}{zone}"
    try:
        return dtm_of(datetime.fromisoformat(moment))
    except (ValueError, OverflowError) as error:
        raise ValueError(f"'{text}' is not a dateTime: {error}") from None


def span(text: str) -> tuple[str, str]:
    """A DTM as the time that it may mean: from, and up to but without; 14 digits each."""
    low = datetime.strptime(pad_dtm(text)[:12], "%Y%m%d%H%M").replace(tzinfo=UTC)
    low += timedelta(seconds=min(int(pad_dtm(text)[12:14]), 59))
    length = len(text)
    if length == _YEAR:
        high = low.replace(year=low.year + 1) if low.year < _LAST_YEAR else low.replace(month=12, day=31)
    elif length == _MONTH:
        high = (low + timedelta(days=31)).replace(day=1)
    else:
        high = low + _STEPS.get(length, timedelta(seconds=1))
    return f"{low:%Y%m%d%H%M%S}".rjust(_WHOLE, "0"), f"{high:%Y%m%d%H%M%S}".rjust(_WHOLE, "0")


_YEAR: Final = 4
_LAST_YEAR: Final = 9999
_MONTH: Final = 6
_STEPS: Final = {8: timedelta(days=1), 10: timedelta(hours=1), 12: timedelta(minutes=1)}


# --- dates of searches -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bounds:
    """From, and up to but without; None is open. 14 digits each."""

    low: str | None
    high: str | None

    def hold(self, start: str, end: str | None = None) -> bool:
        """Whether a moment lies within, or a time of which this is start and end overlaps."""
        return (self.high is None or start < self.high) and (self.low is None or (end or start) >= self.low)


PREFIXES: Final[dict[str, Callable[[str, str], Bounds]]] = {
    "eq": Bounds,
    "ge": lambda low, _high: Bounds(low, None),
    "gt": lambda _low, high: Bounds(high, None),
    "sa": lambda _low, high: Bounds(high, None),
    "lt": lambda low, _high: Bounds(None, low),
    "eb": lambda low, _high: Bounds(None, low),
    "le": lambda _low, high: Bounds(None, high),
}
"""What a prefix makes of a date that is a span of time itself."""


def bounds_of(text: str) -> Bounds:
    """A date as a search has it: `ge2024`, `2024-05-17`; raises ValueError, also for `ne` and `ap`."""
    match = _SEARCHED.fullmatch(text)
    if match is None:
        raise ValueError(f"'{text}' is not a date, such as ge2024-05-17")
    prefix = match[1] or "eq"
    if prefix not in PREFIXES:
        raise ValueError(f"the prefix '{prefix}' of '{text}' is not supported; {', '.join(PREFIXES)} are")
    return PREFIXES[prefix](*span(dtm(match[2])))
