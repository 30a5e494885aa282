"""All hops of what one action has caused, as a sequence diagram and as a list."""

from __future__ import annotations

from typing import Final

from xdsi_sim.inspector.web.asked import Answered, Asked, Refused
from xdsi_sim.inspector.web.inspected import PATH, Inspected
from xdsi_sim.inspector.web.pages.messages import rows_of
from xdsi_sim.scenario.called import named
from xdsi_sim.scenario.reports.sequence import conversation_diagram

__all__ = ["conversation"]

_MOST: Final = 500
"""Arrows of one picture."""


def conversation(inspected: Inspected, _asked: Asked, name: str) -> Answered:
    """The first hops, as they began."""
    exchanges = named(inspected.running.topology, inspected.log.exchanges(name, limit=_MOST))
    if not exchanges:
        raise Refused(404, "No message of this conversation is in the log.")

    def at(number: int) -> str:
        """Address of the message of that number in the diagram, from 1."""
        return f"/{PATH}/messages/{exchanges[number - 1].id}"

    return inspected.page(
        "conversation.html.j2",
        name=name,
        plan=conversation_diagram(exchanges, inspected.actors),
        at=at,
        heading=lambda _band: "",
        rows=rows_of(exchanges),
        cut=_MOST if len(exchanges) == _MOST else None,
    )
