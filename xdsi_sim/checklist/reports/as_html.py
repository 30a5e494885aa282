"""The gap report as one page, complete in itself; messages are in the trace beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from markupsafe import Markup

from xdsi_sim import __version__
from xdsi_sim.checklist.gaps import GapReport
from xdsi_sim.checklist.results import Result
from xdsi_sim.checklist.rows import SETS
from xdsi_sim.scenario.reports.templates import FOLDER, environment_of, policy_of, style_and_script

__all__ = ["BADGES", "headline", "policy", "render"]

_FOLDER: Final = Path(__file__).parent
BADGES: Final = {
    Result.PASS: "pass",
    Result.WARN: "error",
    Result.FAIL: "fail",
    Result.NOT_TESTED: "skipped",
    Result.NOT_APPLICABLE: "skipped",
}
"""Classes of the style by result; amber is that of an error there."""


def render(report: GapReport) -> str:
    """The page."""
    style = _style()
    return (
        environment_of(FOLDER, _FOLDER)
        .get_template("gaps.html.j2")
        .render(
            report=report,
            sets={letter: title for letter, title in SETS.items() if letter in report.totals},
            results=tuple(Result),
            badges=BADGES,
            headline=headline(report),
            policy=policy(),
            style=Markup(style),  # noqa: S704  our own files
            version=__version__,
        )
    )


def policy() -> str:
    """What a browser may do with the page: show it in its own style."""
    return policy_of(_style(), "")


def _style() -> str:
    return style_and_script()[0] + (_FOLDER / "gaps.css").read_text("utf-8")


def headline(report: GapReport) -> str:
    """`81 rows: 52 pass, 3 warn, 12 fail, 10 not tested, 4 not applicable`."""
    counts = report.totals["all"]
    told = ", ".join(f"{count} {result.value}" for result, count in counts.items() if count)
    return f"{len(report.lines)} rows: {told}"
