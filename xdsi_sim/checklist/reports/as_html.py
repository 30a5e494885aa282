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

__all__ = ["render"]

_FOLDER: Final = Path(__file__).parent
_BADGES: Final = {
    Result.PASS: "pass",
    Result.WARN: "error",
    Result.FAIL: "fail",
    Result.NOT_TESTED: "skipped",
    Result.NOT_APPLICABLE: "skipped",
}
"""Classes of the style by result; amber is that of an error there."""


def render(report: GapReport) -> str:
    """The page."""
    style, _ = style_and_script()
    more = (_FOLDER / "gaps.css").read_text("utf-8")
    return (
        environment_of(FOLDER, _FOLDER)
        .get_template("gaps.html.j2")
        .render(
            report=report,
            sets={letter: title for letter, title in SETS.items() if letter in report.totals},
            results=tuple(Result),
            badges=_BADGES,
            headline=_headline(report),
            policy=policy_of(style + more, ""),
            style=Markup(style + more),  # noqa: S704  our own files
            version=__version__,
        )
    )


def _headline(report: GapReport) -> str:
    """`81 rows: 52 pass, 3 warn, 12 fail, 10 not tested, 4 not applicable`."""
    counts = report.totals["all"]
    told = ", ".join(f"{count} {result.value}" for result, count in counts.items() if count)
    return f"{len(report.lines)} rows: {told}"
