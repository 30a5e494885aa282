"""What runs here: who is there and calls whom, where each answers, how much there was, which studies."""

from __future__ import annotations

from xdsi_sim.inspector.web.asked import Answered, Asked
from xdsi_sim.inspector.web.inspected import Inspected

__all__ = ["overview", "picture"]


def overview(inspected: Inspected, _asked: Asked) -> Answered:
    """The first page."""
    return inspected.page("overview.html.j2")


def picture(inspected: Inspected, _asked: Asked) -> Answered:
    """The drawing."""
    return inspected.page("overview.html.j2")
