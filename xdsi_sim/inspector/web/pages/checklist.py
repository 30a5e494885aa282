"""The adoption checklist: run it, see how far it is, and where the topology falls short."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast, get_args

from xdsi_sim.checklist.gaps import TRACE
from xdsi_sim.checklist.layout import DECLARED
from xdsi_sim.checklist.reports.as_html import BADGES, headline, policy
from xdsi_sim.checklist.results import Result
from xdsi_sim.checklist.rows import ROWS, SETS
from xdsi_sim.dicom.titles import ManifestProfile
from xdsi_sim.errors import UsageError
from xdsi_sim.inspector.web.asked import Answered, Asked, Refused, kept_file
from xdsi_sim.inspector.web.inspected import PATH, Inspected
from xdsi_sim.inspector.web.reported import job_of, message_file, so_far, whole_page
from xdsi_sim.scenario.reports.templates import policy_of, style_and_script
from xdsi_sim.topology.model import Source

if TYPE_CHECKING:
    from xdsi_sim.inspector.surveying import Survey

__all__ = ["begin", "body", "checklist", "file", "progress", "report", "survey", "trace"]

_FILES: Final = ("gaps.json", "gaps.csv")
_PROFILES: Final[tuple[str, ...]] = get_args(ManifestProfile)


def checklist(inspected: Inspected, _asked: Asked) -> Answered:
    """The form, and the last reports."""
    return _page(inspected)


def _page(inspected: Inspected, *, trouble: str | None = None) -> Answered:
    surveys, topology = inspected.surveys.last(), inspected.running.topology
    sources = (placed.actor for placed in topology.actors())
    return inspected.page(
        "checklist.html.j2",
        status=409 if trouble else 200,
        surveys=surveys,
        busy=any(not one.over for one in surveys),
        trouble=trouble,
        rows=len(ROWS),
        profiles=_PROFILES,
        architectures=DECLARED,
        headline=headline,
        played=sorted(peer.plays for peer in topology.peers if peer.plays),
        backed=sorted(one.id for one in sources if isinstance(one, Source) and one.backend is not None),
    )


def begin(inspected: Inspected, asked: Asked) -> Answered:
    """Run it."""
    profile = _one_of(asked, "manifest", _PROFILES)
    declared = _one_of(asked, "architecture", DECLARED)
    try:
        begun = inspected.surveys.begin(cast("ManifestProfile | None", profile), declared)
    except UsageError as error:
        return _page(inspected, trouble=str(error))
    return Answered.elsewhere(f"/{PATH}/checklists/{begun.number}")


def _one_of(asked: Asked, name: str, known: tuple[str, ...]) -> str | None:
    """What is chosen of a list; None where it is left to us."""
    value = asked.form.get(name, "")
    if value and value not in known:
        raise Refused(400, f"'{name}' is to be one of {', '.join(known)}.")
    return value or None


def survey(inspected: Inspected, _asked: Asked, number: str) -> Answered:
    """One survey, as far as it is."""
    return inspected.page("survey.html.j2", **_told(_survey(inspected, number)))


def progress(inspected: Inspected, _asked: Asked, number: str) -> Answered:
    """What has come of it alone, for who has the page."""
    found = _survey(inspected, number)
    return so_far(inspected, "phases.html.j2", found, **_told(found))


def _told(found: Survey) -> dict[str, Any]:
    return {
        "survey": found,
        "headline": headline,
        "badges": BADGES,
        "results": tuple(Result),
        "sets": SETS,
    }


def report(inspected: Inspected, _asked: Asked, number: str) -> Answered:
    """The gap report."""
    return whole_page(_survey(inspected, number).folder, "gaps.html", policy())


def trace(inspected: Inspected, _asked: Asked, number: str) -> Answered:
    """The survey as the report of a scenario, to which evidence leads."""
    folder = _survey(inspected, number).folder / TRACE
    return whole_page(folder, "report.html", policy_of(*style_and_script()))


def file(inspected: Inspected, _asked: Asked, number: str, name: str) -> Answered:
    """The report for programs, or for spreadsheets."""
    if name not in _FILES:
        raise Refused(404, "There is no such file.")
    return Answered.download(name, [kept_file(_survey(inspected, number).folder, name)])


def body(inspected: Inspected, _asked: Asked, number: str, name: str) -> Answered:
    """A body of which the report or the trace tells."""
    return message_file(_survey(inspected, number).folder / TRACE, name)


def _survey(inspected: Inspected, number: str) -> Survey:
    return job_of(inspected.surveys, number, "survey")
