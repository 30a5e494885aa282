"""How a row is judged: its check looks at what was observed, subject by subject, and notes points.

A check is one function, registered under the id of its row. It never asks anybody and never raises for what a
deployment does; NotTested and NotApplicable say that there is nothing to judge.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from xdsi_sim.checklist.observed import Observed, SeenManifest, SeenReport
from xdsi_sim.checklist.results import Evidence, Judgement, NotApplicable, NotTested, Point, Result
from xdsi_sim.checklist.rows import ROWS, Row
from xdsi_sim.scenario.stage import plural

__all__ = ["CHECKS", "Check", "Subjects", "check", "judge", "manifests", "reports", "whole"]

Function = Callable[[Any, Observed], Iterator[Point]]
F = TypeVar("F", bound=Function)

_SHOWN: Final = 3
"""Points that are told in one line."""
_WORST_FIRST: Final = (Result.FAIL, Result.WARN, Result.PASS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subjects:
    """What a check looks at one after the other."""

    name: str
    select: Callable[[Observed], Iterable[Any]]
    nothing: str
    """What is said where there is none."""
    more: str | None = None
    """Plural of the name, where it is not that with an s."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """The check of one row."""

    row: str
    expects: str
    """In short words, for the report."""
    of: Subjects
    function: Function
    cites: str | None = None


CHECKS: Final[dict[str, Check]] = {}
"""By the id of the row; filled by the modules of checks when they are imported."""


def _all(seen: Observed) -> tuple[Observed]:
    return (seen,)


def _manifests(seen: Observed) -> tuple[SeenManifest, ...]:
    return seen.manifests


def _reports(seen: Observed) -> tuple[SeenReport, ...]:
    return seen.reports


whole: Final = Subjects(name="deployment", select=_all, nothing="")
manifests: Final = Subjects(name="manifest", select=_manifests, nothing="no manifest could be retrieved")
reports: Final = Subjects(name="report", select=_reports, nothing="no report is registered")


def check(row: str, expects: str, *, of: Subjects = whole, cites: str | None = None) -> Callable[[F], F]:
    """Registers the function as the check of a row; raises ValueError for an unknown row and for a second."""
    if row not in ROWS or row in CHECKS:
        raise ValueError(f"there is no row {row}, or it has its check already")

    def register(function: F) -> F:
        """Enter the function in the table, and give it back."""
        CHECKS[row] = Check(row=row, expects=expects, of=of, function=function, cites=cites)
        return function

    return register


def judge(row: Row, seen: Observed) -> Judgement:
    """What comes of a row in a deployment."""
    letters = "ABC" if seen.architecture == "mixed" else seen.architecture
    if row.architectures and not set(row.architectures) & set(letters):
        wanted = " and ".join(row.architectures)
        return Judgement(
            result=Result.NOT_APPLICABLE, observed=f"for architecture {wanted}; this is {seen.architecture}"
        )
    if row.stack and row.stack not in seen.stacks:
        return Judgement(result=Result.NOT_TESTED, observed=f"no {row.stack.upper()} in this deployment")
    if row.id not in CHECKS:
        return Judgement(result=Result.NOT_TESTED, observed="has to be asked")
    return _judged(CHECKS[row.id], seen)


def _judged(one: Check, seen: Observed) -> Judgement:
    try:
        subjects = list(one.of.select(seen))
        if not subjects:
            raise NotTested(one.of.nothing)
        points = tuple(point for subject in subjects for point in one.function(subject, seen))
    except NotTested as reason:
        return _without(Result.NOT_TESTED, one, str(reason))
    except NotApplicable as reason:
        return _without(Result.NOT_APPLICABLE, one, str(reason))
    result = next(
        (each for each in _WORST_FIRST if any(point.result is each for point in points)), Result.PASS
    )
    telling = [point for point in points if point.result is result]
    held = f"holds for {plural(len(subjects), one.of.name, one.of.more)}"
    return Judgement(
        result=result,
        expected=one.expects,
        observed=_line([point.text for point in telling]) or held,
        evidence=tuple(_evidence(telling) or _own(subjects)),
        cites=one.cites,
        points=points,
    )


def _without(result: Result, one: Check, reason: str) -> Judgement:
    return Judgement(result=result, expected=one.expects, observed=reason, cites=one.cites)


def _line(texts: list[str]) -> str:
    """The first of them, each once, and how many more there are."""
    unique = list(dict.fromkeys(texts))
    more = len(unique) - _SHOWN
    return "; ".join(unique[:_SHOWN]) + (f"; and {more} more" if more > 0 else "")


def _evidence(points: list[Point]) -> list[Evidence]:
    return [each for point in points for each in point.evidence][:_SHOWN]


def _own(subjects: list[Any]) -> list[Evidence]:
    """Of the subjects themselves, where they have any."""
    return [each for subject in subjects if (each := getattr(subject, "evidence", None))][:_SHOWN]
