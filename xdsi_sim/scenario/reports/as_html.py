"""One HTML page for people, complete in itself: no network, no server, no script needed to read it."""

from __future__ import annotations

from markupsafe import Markup

from xdsi_sim import __version__
from xdsi_sim.scenario.record import RunRecord
from xdsi_sim.scenario.reports.page import page_of
from xdsi_sim.scenario.reports.templates import FOLDER, environment_of, policy_of, style_and_script

__all__ = ["render"]


def render(record: RunRecord) -> str:
    """The run as one page; links to bodies are relative to it."""
    style, script = style_and_script()
    template = environment_of(FOLDER).get_template("report.html.j2")
    return template.render(
        page=page_of(record),
        policy=policy_of(style, script),
        style=Markup(style),
        script=Markup(script),
        version=__version__,
    )
