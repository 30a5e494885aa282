"""What came of a load: figures by step and by transaction, and whether the limits hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from xdsi_sim.scenario.load.settings import Limit, LoadSettings

__all__ = ["KINDS", "Failure", "LoadCheck", "LoadReport", "Row", "report_of"]

KINDS: Final = ("round", "step", "transaction")
"""Of rows, in the order in which they are told."""
_ROUND: Final = "round"
_TRANSACTION: Final = "transaction"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One thing that was done many times; all times in seconds."""

    kind: str
    """`round`, `step` or `transaction`."""
    name: str
    """`3. The manifest is found`, `ITI-18 to registry`."""
    times: int
    failed: int
    perSecond: float
    min: float
    mean: float
    p50: float
    """Half of them took no longer; what is above 10 ms is counted in whole ms."""
    p75: float
    p90: float
    p95: float
    p99: float
    max: float
    octets: int
    """Of all answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why something has failed, and how often."""

    kind: str
    name: str
    text: str
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadCheck:
    """A limit, and what was found."""

    text: str
    """`ITI-18 to registry: p95 <= 500 ms`."""
    ok: bool
    observed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadReport:
    """A load, as `load.json` has it."""

    scenario: str
    title: str
    verdict: str
    """`pass` where all limits hold, else `fail`."""
    started: str
    users: int
    duration: float
    """Seconds, as asked for."""
    seconds: float
    """From the first to the last."""
    rows: tuple[Row, ...]
    checks: tuple[LoadCheck, ...]
    failures: tuple[Failure, ...]

    def of(self, kind: str) -> Sequence[Row]:
        """The rows of a kind."""
        return [row for row in self.rows if row.kind == kind]


def report_of(
    figures: Mapping[str, Any], settings: LoadSettings, *, scenario: str, title: str, started: str
) -> LoadReport:
    """From what the swarm has counted."""
    rows = sorted((Row(**row) for row in figures["rows"]), key=_place)
    checks = tuple(_checks(rows, settings))
    return LoadReport(
        scenario=scenario,
        title=title,
        verdict="pass" if all(check.ok for check in checks) else "fail",
        started=started,
        users=settings.users,
        duration=settings.duration,
        seconds=round(figures["seconds"], 3),
        rows=tuple(rows),
        checks=checks,
        failures=tuple(Failure(**failure) for failure in figures["failures"]),
    )


def _place(row: Row) -> tuple[int, int, str]:
    number = row.name.partition(".")[0]
    return KINDS.index(row.kind), int(number) if number.isdigit() else 0, row.name


def _checks(rows: Sequence[Row], settings: LoadSettings) -> Iterator[LoadCheck]:
    rounds = next((row for row in rows if row.kind == _ROUND), None)
    done, failed = (rounds.times, rounds.failed) if rounds is not None else (0, 0)
    yield LoadCheck(text="there are rounds", ok=done > 0, observed=str(done))
    share = failed / done if done else 0.0
    text = f"failed rounds <= {settings.failures * 100:g}%"
    observed = f"{share * 100:.3g}%, {failed} of {done}"
    yield LoadCheck(text=text, ok=share <= settings.failures, observed=observed)
    for limit in settings.limits:
        yield from _limited(rows, limit)


def _limited(rows: Sequence[Row], limit: Limit) -> Iterator[LoadCheck]:
    fitting = [row for row in rows if row.kind == _TRANSACTION and _is_of(row, limit.of)]
    if not fitting:
        yield LoadCheck(text=str(limit), ok=False, observed="no such transaction")
    for row in fitting:
        found = getattr(row, limit.what)
        yield LoadCheck(
            text=f"{row.name}: {limit.what} <= {limit.seconds * 1000:g} ms",
            ok=found <= limit.seconds,
            observed=f"{found * 1000:.3g} ms",
        )


def _is_of(row: Row, transaction: str | None) -> bool:
    return transaction is None or row.name.lower().startswith(f"{transaction.lower()} to ")
