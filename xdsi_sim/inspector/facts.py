"""One exchange with its bodies as plain values, for `--json`."""

from __future__ import annotations

from typing import Any

from xdsi_sim.exchange import Exchange
from xdsi_sim.inspector.pieces import Piece, pieces_of
from xdsi_sim.scenario.reports.facts import facts_of

__all__ = ["message_facts_of"]


def message_facts_of(exchange: Exchange) -> dict[str, Any]:
    """What a list tells, and the bodies by number."""
    return {**facts_of(exchange), "parts": [_piece(piece) for piece in pieces_of(exchange)]}


def _piece(piece: Piece) -> dict[str, Any]:
    return {
        "number": piece.number,
        "side": piece.side,
        "type": piece.type,
        "size": piece.body.size,
        "headers": () if piece.whole else piece.headers,
    }
