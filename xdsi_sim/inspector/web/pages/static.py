"""Our own style and scripts."""

from __future__ import annotations

from typing import Final

from xdsi_sim.content import FileContent
from xdsi_sim.inspector.web.asked import Answered, Asked, Refused
from xdsi_sim.inspector.web.inspected import HERE, Inspected
from xdsi_sim.scenario.reports.templates import FOLDER as REPORTS

__all__ = ["file"]

_FILES: Final = {
    "report.css": (REPORTS, "text/css; charset=UTF-8"),
    "inspector.css": (HERE, "text/css; charset=UTF-8"),
    "icon.svg": (HERE, "image/svg+xml"),
    "live.js": (HERE, "text/javascript; charset=UTF-8"),
    "page.js": (HERE, "text/javascript; charset=UTF-8"),
    "overview.js": (HERE, "text/javascript; charset=UTF-8"),
    "run.js": (HERE, "text/javascript; charset=UTF-8"),
    "messages.js": (HERE, "text/javascript; charset=UTF-8"),
}


def file(_inspected: Inspected, _asked: Asked, name: str) -> Answered:
    """One of them; raises Refused."""
    if name not in _FILES:
        raise Refused(404, "There is no such file.")
    folder, media_type = _FILES[name]
    return Answered(segments=[FileContent.of(folder / name)], media_type=media_type)
