"""What comes of a row: a result, what was expected and what observed, and the evidence."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

__all__ = ["Evidence", "Judgement", "NotApplicable", "NotTested", "Point", "Result", "doubt", "good", "lack"]


class Result(StrEnum):
    """How a deployment stands to a recommendation."""

    PASS = "pass"
    WARN = "warn"
    """It does so in part, or does what others may not cope with."""
    FAIL = "fail"
    NOT_TESTED = "not tested"
    """Nobody could tell: there was nothing to look at, or it has to be asked."""
    NOT_APPLICABLE = "not applicable"
    """The recommendation is not for a deployment like this."""

    @property
    def is_gap(self) -> bool:
        """Whether there is something left to do or to find out."""
        return self in (Result.FAIL, Result.WARN, Result.NOT_TESTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Where it can be looked up."""

    message: str | None = None
    """Id of the exchange in the log."""
    at: str = ""
    """Path to the attribute in the document, or name of an attribute of the entry."""
    document: str = ""
    """uniqueId of the document, or UID of the study."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One thing that a check has noticed."""

    text: str
    result: Result = Result.PASS
    evidence: tuple[Evidence, ...] = ()


def _point(result: Result, text: str, *evidence: Evidence) -> Point:
    return Point(text=text, result=result, evidence=evidence)


def good(text: str, *evidence: Evidence) -> Point:
    """What is as it should be."""
    return _point(Result.PASS, text, *evidence)


def lack(text: str, *evidence: Evidence) -> Point:
    """What falls short."""
    return _point(Result.FAIL, text, *evidence)


def doubt(text: str, *evidence: Evidence) -> Point:
    """What falls short in part."""
    return _point(Result.WARN, text, *evidence)


class NotTested(Exception):
    """There was nothing to look at; the text says what would be needed."""


class NotApplicable(Exception):
    """The recommendation is not for a deployment like this; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What came of one row."""

    result: Result
    expected: str = ""
    observed: str = ""
    evidence: tuple[Evidence, ...] = ()
    cites: str | None = None
    points: tuple[Point, ...] = field(default=())
    """All that was noticed."""
