"""Two exchanges beside each other."""

from __future__ import annotations

from xdsi_sim.exchange import Exchange
from xdsi_sim.inspector.comparison import Pair, compared, lines_of
from xdsi_sim.inspector.pieces import SIDES, message_of, pieces_of
from xdsi_sim.inspector.web.asked import Answered, Asked, Refused
from xdsi_sim.inspector.web.inspected import Inspected

__all__ = ["compare"]


def compare(inspected: Inspected, asked: Asked, id: str) -> Answered:
    """Requests, then answers; `with` begins the id of the other exchange."""
    one = inspected.exchange(id)
    wanted = asked.query.get("with", "").strip()
    found = inspected.log.named(wanted, 2) if wanted else ()
    if len(found) != 1:
        raise Refused(
            404, "No message, or more than one, has an id that begins so.", "Copy it from its page."
        )
    other = found[0]
    sides = [(side, _pairs(one, other, side)) for side in SIDES]
    return inspected.page("compare.html.j2", one=one, other=other, sides=sides)


def _pairs(one: Exchange, other: Exchange, side: str) -> tuple[Pair, ...]:
    lines = [
        lines_of(message_of(each, side), [piece for piece in pieces_of(each) if piece.side == side])
        for each in (one, other)
    ]
    return compared(*lines)
