"""Saved messages judged by all rules: results as values, as lines for people and as JSON for programs."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from xdsi_sim.errors import Finding, Severity
from xdsi_sim.inspector.places import Locator
from xdsi_sim.inspector.positions import Position
from xdsi_sim.judging.judged import Asked, Judged, judge_message
from xdsi_sim.judging.resources import SavedResource, judge_resource, resource_in
from xdsi_sim.scenario.printing import plain_line
from xdsi_sim.scenario.reports.wording import plural
from xdsi_sim.soap.faults import Fault
from xdsi_sim.soap.saved import read_saved
from xdsi_sim.vocab import Transaction

__all__ = [
    "LEVELS",
    "Result",
    "Validated",
    "facts_of",
    "print_unread",
    "print_validated",
    "request_of",
    "summary_text",
    "validate",
]

_LEVELS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_LINE: Final = re.compile(r"^line \d+, ")  # of the XML alone, which may begin further down in the file
LEVELS: Final = tuple(_LEVELS.values())
"""How heavy a result may be, the heaviest first."""
_COLOURS: Final = {"error": "red", "warning": "yellow", "note": "dim"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One finding in one file."""

    finding: Finding
    position: Position | None
    """None where the file does not show the place: it is coded, or of another encoding."""
    object: str | None = None
    attribute: str | None = None

    @property
    def level(self) -> str:
        """`error`, `warning` or `note`."""
        return _LEVELS[self.finding.severity]


@dataclass(frozen=True, slots=True, kw_only=True)
class Validated:
    """One file and what is wrong with it."""

    file: str
    form: str
    """What the file is: `HTTP request`, `XML`, `HL7 v2`, …"""
    transaction: str | None
    side: str
    """`request`, `answer`, `fault`, or `message` where nobody can tell."""
    assumed: bool
    """Whether it does not say of which transaction it is, and several have such messages."""
    fault: str | None
    """Of a fault, its code and its reason."""
    results: tuple[Result, ...]

    def count(self, level: str) -> int:
        """How many results have this level."""
        return sum(1 for result in self.results if result.level == level)

    @property
    def what(self) -> str:
        """`ITI-42 request`, for people."""
        name = f"{self.transaction or self.form} {self.side}"
        if self.fault is not None:
            return f"{name} ({self.fault})"
        return f"{name}, by its looks" if self.assumed else name


def request_of(data: bytes, transaction: Transaction | None = None) -> Asked | None:
    """The request of an answer, from what was saved of it; None where it is none.

    Raises Unrecognised where it is no message at all.
    """
    with tempfile.TemporaryDirectory(prefix="xdsi-sim-") as folder:
        return judge_message(read_saved(data), Path(folder), transaction=transaction).asked


def validate(
    file: str,
    data: bytes,
    *,
    transaction: Transaction | None = None,
    asked: Asked | None = None,
    strict: bool = False,
) -> Validated:
    """Judge what a file holds; raises Unrecognised where that is no message."""
    resource = resource_in(data)
    if resource is not None:
        return _of_fhir(file, resource, strict=strict)
    saved = read_saved(data)
    with tempfile.TemporaryDirectory(prefix="xdsi-sim-") as folder:
        judged = judge_message(saved, Path(folder), transaction=transaction, asked=asked, strict=strict)
        fault = judged.value if isinstance(judged.value, Fault) else None
        return Validated(
            file=file,
            form=saved.form.value,
            transaction=judged.name,
            side=judged.side,
            assumed=judged.assumed,
            fault=None if fault is None else f"{fault.code}: {fault.reason}",
            results=tuple(sorted(_results(data, judged), key=_place)),
        )


def _of_fhir(file: str, saved: SavedResource, *, strict: bool) -> Validated:
    judged = judge_resource(saved, strict=strict)
    results = (
        Result(
            finding=finding,
            position=None,
            object=None if place is None else place.object,
            attribute=None if place is None else place.attribute,
        )
        for finding, place in judged.found
    )
    return Validated(
        file=file,
        form=f"FHIR {saved.form.upper()}",
        transaction=judged.transaction,
        side=judged.side,
        assumed=False,
        fault=None,
        results=tuple(results),
    )


def _place(result: Result) -> tuple[int, int]:
    """In the order of the file; first what is nowhere in it."""
    at = result.position
    return (0, 0) if at is None else (at.line, at.column)


def _results(data: bytes, judged: Judged) -> Iterator[Result]:
    locator = Locator(data, judged)
    for found in judged.found:
        finding, place = found
        yield Result(
            finding=finding,
            position=locator.position(found),
            object=_LINE.sub("", finding.location or "") or None if place is None else place.object,
            attribute=None if place is None else place.attribute,
        )


# --- for people ------------------------------------------------------------------------------


def print_validated(output: Console, validated: Validated) -> None:
    """One line for what the file is, and one for each finding."""
    output.print(f"[bold]{plain_line(validated.file)}[/bold]: {plain_line(validated.what)}")
    for result in validated.results:
        output.print(_line(validated.file, result))


def _line(file: str, result: Result) -> str:
    finding, at = result.finding, result.position
    place = f"{file}:{at.line}:{at.column}" if at is not None else file
    place_within = result.object or result.attribute
    about = f" at {place_within}" if place_within else ""
    cites = f" ({finding.cites})" if finding.cites else ""
    colour = _COLOURS[result.level]
    return (
        f"{plain_line(place)}: [{colour}]{result.level} {finding.rule}[/{colour}]{plain_line(about)}: "
        f"{plain_line(finding.text)}{plain_line(cites)}"
    )


def print_unread(output: Console, file: str, why: str) -> None:
    """One line for a file that is no message."""
    output.print(f"[bold]{plain_line(file)}[/bold]: [magenta]could not be read[/magenta]: {plain_line(why)}")


def summary_text(counts: Mapping[str, int], messages: int, unread: int) -> str:
    """How many of what, over all files."""
    told = ", ".join(plural(counts.get(level, 0), level) for level in LEVELS)
    missing = f"; {plural(unread, 'file')} could not be read" if unread else ""
    return f"{plural(messages, 'message')}: {told}{missing}"


# --- for programs ----------------------------------------------------------------------------


def facts_of(validated: Validated) -> dict[str, Any]:
    """One file with its results, in the words of SARIF where it has any."""
    return {
        "file": validated.file,
        "form": validated.form,
        "transaction": validated.transaction,
        "side": validated.side,
        "assumed": validated.assumed,
        "fault": validated.fault,
        "results": [_fact(validated.file, result) for result in validated.results],
    }


def _fact(file: str, result: Result) -> dict[str, Any]:
    at, finding = result.position, result.finding
    region = {} if at is None else {"region": {"startLine": at.line, "startColumn": at.column}}
    return {
        "ruleId": finding.rule,
        "level": result.level,
        "message": finding.text,
        "cites": finding.cites,
        "locations": [{"file": file, **region, "object": result.object, "attribute": result.attribute}],
    }
