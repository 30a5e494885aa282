"""The time of day for everything that goes into messages; how long something took is measured elsewhere.

It can be frozen for a run whose messages are to be the same every time.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final

__all__ = ["NOON", "dtm_of", "frozen", "now"]

NOON: Final = datetime(2026, 1, 1, 12, tzinfo=UTC)
"""When a run happens that is the same every time."""

_stopped_at: list[datetime] = []


def now() -> datetime:
    """The time of the machine, with zone UTC, unless it is frozen."""
    return _stopped_at[-1] if _stopped_at else datetime.now(UTC)


def dtm_of(moment: datetime) -> str:
    """A moment as metadata and HL7 have it, in UTC to the second (ITI TF-3: Table 4.2.3.1.7-2)."""
    return f"{moment.astimezone(UTC):%Y%m%d%H%M%S}"


@contextmanager
def frozen(at: datetime = NOON) -> Iterator[None]:
    """It is this time in the whole process, as long as the context lasts."""
    _stopped_at.append(at)
    try:
        yield
    finally:
        _stopped_at.pop()
