"""One page over all tests, complete in itself; each test leads to the page of its own, with all messages."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from markupsafe import Markup

from xdsi_sim import __version__
from xdsi_sim.scenario.reports.as_html import environment, policy_of, style_and_script
from xdsi_sim.scenario.reports.wording import duration_text, plural
from xdsi_sim.sut.results import Outcome, TestRun

__all__ = ["headline_of", "render"]

_FOLDER: Final = Path(__file__).parent
_WORDS: Final = {
    Outcome.PASS: "passed",
    Outcome.FAIL: "failed",
    Outcome.KNOWN: "failed as known",
    Outcome.ERROR: "could not be completed",
    Outcome.SKIPPED: "skipped",
    Outcome.NOT_RUN: "not run",
}
_TO_READ: Final = (Outcome.FAIL, Outcome.ERROR)


def headline_of(run: TestRun) -> str:
    """`46 tests: 44 passed, 1 failed, 1 skipped; 4.2 s`."""
    counts = ", ".join(f"{count} {_WORDS[outcome]}" for outcome, count in run.counts.items() if count)
    ended = "; interrupted" if run.interrupted else ""
    return (
        f"{plural(len(run.results), 'test')}: {counts or 'none played'}; {duration_text(run.duration)}{ended}"
    )


def render(run: TestRun) -> str:
    """The page; links lead to the folders of the tests beside it."""
    style, _ = style_and_script()
    return (
        environment(_FOLDER)
        .get_template("tests.html.j2")
        .render(
            run=run,
            headline=headline_of(run),
            problems=[result for result in run.results if result.outcome in _TO_READ],
            policy=policy_of(style, ""),
            style=Markup(style),
            version=__version__,
        )
    )
