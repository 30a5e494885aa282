"""One HTML page for people, complete in itself: no network, no server, no script needed to read it."""

from __future__ import annotations

from markupsafe import Markup

from xdsi_sim import __version__
from xdsi_sim.scenario.record import RunRecord
from xdsi_sim.scenario.reports.page import page_of
from xdsi_sim.scenario.reports.templates import FOLDER, environment_of, hash_source

__all__ = ["render"]


def render(record: RunRecord) -> str:
    """The run as one page; links to bodies are relative to it."""
    style, script = ((FOLDER / name).read_text("utf-8") for name in ("report.css", "report.js"))
    template = environment_of(FOLDER).get_template("report.html.j2")
    return template.render(
        page=page_of(record),
        policy=_policy(style, script),
        style=Markup(style),
        script=Markup(script),
        version=__version__,
    )


def _policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; style-src {hash_source(style)}; script-src {hash_source(script)}; "
        "base-uri 'none'; form-action 'none'"
    )
