"""Scenarios that fit what runs: the list, a run as it goes on, its report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from xdsi_sim.errors import UsageError
from xdsi_sim.inspector.web.asked import Answered, Asked, Refused
from xdsi_sim.inspector.web.inspected import PATH, Inspected
from xdsi_sim.inspector.web.reported import job_of, message_file, so_far, whole_page
from xdsi_sim.scenario.reports.templates import policy_of, style_and_script

if TYPE_CHECKING:
    from xdsi_sim.inspector.playing import Run

__all__ = ["body", "progress", "report", "run", "scenarios", "start"]

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
        raise Refused(409, str(error)) from None
    return Answered.elsewhere(f"/{PATH}/runs/{begun.number}")


def run(inspected: Inspected, _asked: Asked, number: str) -> Answered:
    """One run, as far as it is."""
    return inspected.page("run.html.j2", run=_run(inspected, number))


def progress(inspected: Inspected, _asked: Asked, number: str) -> Answered:
    """Its steps alone, for who has the page and wants what is new."""
    found = _run(inspected, number)
    return so_far(inspected, "steps.html.j2", found, run=found)


def report(inspected: Inspected, _asked: Asked, number: str) -> Answered:
    """The page of the report."""
    return whole_page(_run(inspected, number).folder, _REPORT, policy_of(*style_and_script()))


def body(inspected: Inspected, _asked: Asked, number: str, name: str) -> Answered:
    """A body of which the report tells."""
    return message_file(_run(inspected, number).folder, name)


def _run(inspected: Inspected, number: str) -> Run:
    return job_of(inspected.plays, number, "run")
