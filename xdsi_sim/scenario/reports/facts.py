"""Exchanges as plain values, for `--json` and the index of an export. Times are UTC, durations seconds."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from xdsi_sim.exchange import Exchange, HttpMessage
from xdsi_sim.scenario.reports.wording import iso_time

__all__ = ["facts_of"]


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
