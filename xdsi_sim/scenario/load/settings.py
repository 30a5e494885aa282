"""`--load users=50,duration=60s,p95=500ms`: how much load, how long, and what has to hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from xdsi_sim.errors import UsageError
from xdsi_sim.topology.checked import did_you_mean

__all__ = ["LIMITS", "Limit", "LoadSettings", "read_load"]

LIMITS: Final = ("p50", "p90", "p95", "p99", "max", "mean")
"""What of the times of a transaction may be limited."""
_TIME: Final = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h)?")
_UNITS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_PERCENT: Final = re.compile(r"(\d+(?:\.\d+)?)\s*%")
_MOST_USERS: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """How long something may take."""

    what: str
    """One of `LIMITS`."""
    seconds: float
    of: str | None = None
    """The transaction; None is each of them."""

    def __str__(self) -> str:
        of = f"{self.of}." if self.of else ""
        return f"{of}{self.what} <= {self.seconds * 1000:g} ms"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadSettings:
    """What was asked for."""

    users: int = 1
    duration: float = 60.0
    """Seconds."""
    spawn: float | None = None
    """Users that begin in a second; None has all begin at once."""
    rate: float | None = None
    """Rounds that all users begin in a second; None lets each begin the next when one is done."""
    failures: float = 0.0
    """Share of rounds that may fail."""
    limits: tuple[Limit, ...] = field(default=())


def read_load(text: str) -> LoadSettings:
    """From the option; raises UsageError where it cannot be."""
    settings = LoadSettings()
    for word in filter(None, (each.strip() for each in text.split(","))):
        name, equals, value = (part.strip() for part in word.partition("="))
        of, _, what = name.rpartition(".")
        if not equals or not value:
            raise UsageError(f"--load: '{word}' is not NAME=VALUE.", hint="users=50,duration=60s,p95=500ms")
        if what in LIMITS:
            limit = Limit(what=what, seconds=_seconds(name, value), of=of or None)
            settings = replace(settings, limits=(*settings.limits, limit))
        elif name in _READERS:
            settings = replace(settings, **{name: _READERS[name](name, value)})
        else:
            hint = did_you_mean(name, (*_READERS, *LIMITS))
            raise UsageError(f"--load: there is no '{name}'.", hint=hint)
    return settings


def _seconds(name: str, value: str) -> float:
    found = _TIME.fullmatch(value)
    if found is None or float(found[1]) <= 0:
        raise UsageError(f"--load: {name}={value} is no time, such as 60s, 500ms or 5m.")
    return float(found[1]) * _UNITS[found[2] or "s"]


def _users(name: str, value: str) -> int:
    if not value.isascii() or not value.isdigit() or not 0 < int(value[:9]) <= _MOST_USERS:
        raise UsageError(f"--load: {name}={value} is no number from 1 to {_MOST_USERS}.")
    return int(value)


def _number(name: str, value: str) -> float:
    found = re.fullmatch(r"\d+(\.\d+)?", value)
    if found is None or float(value) <= 0:
        raise UsageError(f"--load: {name}={value} is no number above 0; it is a second's.")
    return float(value)


def _share(name: str, value: str) -> float:
    found = _PERCENT.fullmatch(value)
    if found is None or float(found[1]) > 100:
        raise UsageError(f"--load: {name}={value} is no share, such as 0.1%.")
    return float(found[1]) / 100


_READERS: Final[Mapping[str, Callable[[str, str], Any]]] = {
    "users": _users,
    "duration": _seconds,
    "spawn": _number,
    "rate": _number,
    "failures": _share,
}
