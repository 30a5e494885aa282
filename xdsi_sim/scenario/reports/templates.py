"""How templates of pages are read, and what keeps all that they show harmless.

Everything foreign passes `visible` and then the escaping of the template engine; a content policy allows a
page its own style and script and nothing else, should escaping ever fail.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from xdsi_sim.scenario.reports.sequence import HALF_BAR, LOOP
from xdsi_sim.scenario.reports.wording import duration_text, iso_time, moment_text, plural, shorten, size_text
from xdsi_sim.visible import visible

__all__ = ["FOLDER", "environment_of", "hash_source", "policy_of", "style_and_script"]

FOLDER: Final = Path(__file__).parent
"""Where the templates of the report are, and its style."""
_FILTERS: Final = {
    "duration": duration_text,
    "iso": iso_time,
    "moment": moment_text,
    "shorten": shorten,
    "size": size_text,
}


@cache
def environment_of(*folders: Path) -> Environment:
    """The templates of these folders, those of the first before those of the others; each compiled once."""
    environment = Environment(
        loader=FileSystemLoader(folders),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_harmless,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= _FILTERS
    environment.globals |= {"plural": plural, "HALF_BAR": HALF_BAR, "LOOP": LOOP}
    return environment


def _harmless(value: object) -> object:
    """Every text that a template puts out; only markup of our own making is left as it is."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def style_and_script() -> tuple[str, str]:
    """What the pages of reports carry in them."""
    style, script = ((FOLDER / name).read_text("utf-8") for name in ("report.css", "report.js"))
    return style, script


def policy_of(style: str, script: str) -> str:
    """A content policy that allows this style and script, and nothing else."""
    return (
        f"default-src 'none'; style-src {hash_source(style)}; script-src {hash_source(script)}; "
        "base-uri 'none'; form-action 'none'"
    )


def hash_source(text: str) -> str:
    """A style or script as a content policy names it, by its hash."""
    digest = base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest())
    return f"'sha256-{digest.decode('ascii')}'"
