"""One HTML page for people, complete in itself: no network, no server, no script needed to read it.

Everything foreign passes `visible` and then the escaping of the template engine. A content policy in
the page allows its own style and script by their hashes and nothing else, should escaping ever fail.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from xdsi_sim import __version__
from xdsi_sim.scenario.record import RunRecord
from xdsi_sim.scenario.reports.page import page_of
from xdsi_sim.scenario.reports.sequence import HALF_BAR, LOOP
from xdsi_sim.scenario.reports.wording import duration_text, iso_time, moment_text, plural, shorten, size_text
from xdsi_sim.visible import visible

__all__ = ["environment", "policy_of", "render", "style_and_script"]

_FOLDER: Final = Path(__file__).parent
_FILTERS: Final = {
    "duration": duration_text,
    "iso": iso_time,
    "moment": moment_text,
    "shorten": shorten,
    "size": size_text,
}


def render(record: RunRecord) -> str:
    """The run as one page; links to bodies are relative to it."""
    style, script = style_and_script()
    template = environment().get_template("report.html.j2")
    return template.render(
        page=page_of(record),
        policy=policy_of(style, script),
        style=Markup(style),
        script=Markup(script),
        version=__version__,
    )


def style_and_script() -> tuple[str, str]:
    """What pages carry in them."""
    style, script = ((_FOLDER / name).read_text("utf-8") for name in ("report.css", "report.js"))
    return style, script


def environment(*folders: Path) -> Environment:
    """What makes pages of the templates here and in other folders.

    Nothing that it puts out is taken as markup but what we have made so.
    """
    made = Environment(
        loader=FileSystemLoader([_FOLDER, *folders]),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_harmless,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= _FILTERS
    made.globals |= {"plural": plural, "HALF_BAR": HALF_BAR, "LOOP": LOOP}
    return made


def _harmless(value: object) -> object:
    """Every text that a template puts out; only markup of our own making is left as it is."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def policy_of(style: str, script: str) -> str:
    """A content policy that allows this style and script, and nothing else."""
    return (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest())
    return f"'sha256-{digest.decode('ascii')}'"
