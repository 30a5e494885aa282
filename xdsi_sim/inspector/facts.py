"""Exchanges as plain values, for `--json` and the index of an export. Times are UTC, durations seconds."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from xdsi_sim.exchange import Exchange, HttpMessage
from xdsi_sim.inspector.pieces import Piece, pieces_of
from xdsi_sim.scenario.reports.wording import iso_time

__all__ = ["facts_of", "message_facts_of"]


def facts_of(exchange: Exchange) -> dict[str, Any]:
    """What a list tells; sizes are octets of bodies."""
    return {
        "id": exchange.id,
        "conversation": exchange.conversation,
        "sender": exchange.sender,
        "receiver": exchange.receiver,
        "transaction": exchange.transaction,
        "patients": exchange.patients,
        "started": iso_time(exchange.started),
        "duration": exchange.duration,
        "status": exchange.status,
        "request": _message(exchange.request),
        "response": exchange.response and _message(exchange.response),
        "findings": [asdict(finding) for finding in exchange.findings],
        "deviations": exchange.deviations,
        "session": exchange.session,
    }


def _message(message: HttpMessage) -> dict[str, Any]:
    return {"start_line": message.start_line, "headers": message.headers, "size": message.body.size}


def message_facts_of(exchange: Exchange) -> dict[str, Any]:
    """The same, and the bodies by number."""
    return {**facts_of(exchange), "parts": [_piece(piece) for piece in pieces_of(exchange)]}


def _piece(piece: Piece) -> dict[str, Any]:
    return {
        "number": piece.number,
        "side": piece.side,
        "type": piece.type,
        "size": piece.body.size,
        "headers": () if piece.whole else piece.headers,
    }
