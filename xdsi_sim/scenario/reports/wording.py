"""How sizes, times and long texts are put for people."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from xdsi_sim.visible import visible

__all__ = [
    "duration_text",
    "iso_time",
    "moment_text",
    "one_line",
    "plural",
    "shorten",
    "size_text",
]

_SIZES: Final = ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"))


def one_line(text: str) -> str:
    """The text made visible and without breaks, to stand within a line."""
    return visible(text.replace("\n", "⏎").replace("\t", " "))


def shorten(text: str, length: int) -> str:
    """At most `length` characters, the last one an ellipsis where some are missing."""
    return text if len(text) <= length else text[: length - 1] + "…"


def plural(count: int, noun: str, more: str | None = None) -> str:
    """`1 step`, `2 steps`; `more` is the plural where it is not the noun with an s."""
    return f"{count:,} {noun if count == 1 else more or noun + 's'}"


def size_text(octets: int) -> str:
    """Octets in three figures or so: `812 B`, `4.2 kB`, `31 MB`; 1 kB is 1,000 octets."""
    for unit, name in _SIZES:
        if octets >= unit:
            value = octets / unit
            return f"{value:.1f} {name}" if value < 10 else f"{value:.0f} {name}"
    return f"{octets} B"


def duration_text(seconds: float) -> str:
    """Seconds in a unit that reads well: `0.4 ms`, `38 ms`, `1.24 s`, `2 min 5 s`."""
    if seconds < 0.01:
        return f"{seconds * 1e3:.1f} ms"
    if seconds < 0.9995:
        return f"{seconds * 1e3:.0f} ms"
    if seconds < 60:
        return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"


def moment_text(epoch: float) -> str:
    """Seconds since the epoch as date and time of day in UTC, to the second."""
    return f"{datetime.fromtimestamp(epoch, UTC):%Y-%m-%d %H:%M:%S} UTC"


def iso_time(epoch: float) -> str:
    """Seconds since the epoch in RFC 3339 form, UTC, to the millisecond."""
    return datetime.fromtimestamp(epoch, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
