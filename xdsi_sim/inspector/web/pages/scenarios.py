"""Scenarios that fit what runs: the list, a run as it goes on, its report."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from xdsi_sim.errors import UsageError
from xdsi_sim.inspector.web.asked import Answered, Asked, Refused, kept_file
from xdsi_sim.inspector.web.inspected import PATH, Inspected
from xdsi_sim.scenario.reports.message_files import FOLDER
from xdsi_sim.scenario.reports.templates import policy_of, style_and_script

if TYPE_CHECKING:
    from xdsi_sim.inspector.playing import Run

__all__ = ["body", "progress", "report", "run", "scenarios", "start"]

_FILE: Final = re.compile(r"[0-9]{4,}-(?:request|response)\.(?:txt|dcm|bin)")
_REPORT: Final = "report.html"


def scenarios(inspected: Inspected, _asked: Asked) -> Answered:
    """The list, and the last runs."""
    plays = inspected.plays
    known = [loaded.scenario for loaded in plays.fitting.values()]
    runs = plays.last()
    return inspected.page("scenarios.html.j2", known=known, runs=runs, busy=any(not run.over for run in runs))


def start(inspected: Inspected, _asked: Asked, name: str) -> Answered:
    """Play one."""
    try:
        begun = inspected.plays.start(name)
    except UsageError as error:
        raise Refused(409, f"{error.message} {error.hint or ''}".strip()) from None
    return Answered.elsewhere(f"/{PATH}/runs/{begun.number}")


def run(inspected: Inspected, _asked: Asked, number: str) -> Answered:
    """One run, as far as it is."""
    return inspected.page("run.html.j2", run=_run(inspected, number))


def progress(inspected: Inspected, _asked: Asked, number: str) -> Answered:
    """Its steps alone, for who has the page and wants what is new; a header tells whether it goes on."""
    found = _run(inspected, number)
    over = found.over  # before the steps are looked at: what comes in between is in the next answer
    told = inspected.page("steps.html.j2", run=found)
    return Answered(segments=told.segments, headers=(("Inspector-Over", "yes" if over else "no"),))


def report(inspected: Inspected, _asked: Asked, number: str) -> Answered:
    """The page of the report; it may do what it allows itself."""
    policy = f"{policy_of(*style_and_script())}; frame-ancestors 'none'"
    content = kept_file(_run(inspected, number).folder, _REPORT)
    return Answered(segments=[content], headers=(("Content-Security-Policy", policy),))


def body(inspected: Inspected, _asked: Asked, number: str, name: str) -> Answered:
    """A body of which the report tells."""
    if not _FILE.fullmatch(name):
        raise Refused(404, "There is no such file.")
    return Answered.download(name, [kept_file(_run(inspected, number).folder, f"{FOLDER}/{name}")])


def _run(inspected: Inspected, number: str) -> Run:
    found = inspected.plays.numbered(number)
    if found is None:
        raise Refused(404, "There is no such run.", "The last twenty since the start are kept.")
    return found
