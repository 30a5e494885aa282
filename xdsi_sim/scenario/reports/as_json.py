"""JSON for programs: all of the record, text exactly as received, bodies as files beside it.

Keys are stable; `format` is raised when one changes its meaning or goes. Times are RFC 3339 in UTC,
durations seconds, sizes octets, absent values null. Top level:

    format, generator {name, version}, scenario, title, description, cites, verdict, started, duration,
    counts {pass, fail, error, not-run}, actors [], steps [], exchanges []

actor: id, role, url, oid, home, community
step: number, name, kind, verdict, started, duration, text, details [[label, value]], checks [],
    exchanges [number], findings []
check: text, ok, expected, observed, cites
finding: rule, severity, text, location, cites
exchange: number, id, conversation, step (number or null), sender, receiver, transaction, started,
    duration, status, request, response (or null), findings [], deviations [what was wrong on purpose]
message: start_line, headers [[name, value]], size, file (path from the report, null where empty)
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Final

from xdsi_sim import __version__
from xdsi_sim.exchange import Exchange, HttpMessage
from xdsi_sim.scenario.record import RunRecord, StepRecord
from xdsi_sim.scenario.reports.hops import step_numbers
from xdsi_sim.scenario.reports.message_files import file_of
from xdsi_sim.scenario.reports.wording import iso_time

__all__ = ["FORMAT", "render"]

FORMAT: Final = 1

_Object = dict[str, object]


def render(record: RunRecord) -> str:
    """The run as one JSON object; ASCII only, so that no terminal or editor acts on what it holds."""
    return json.dumps(_run(record), indent=2) + "\n"


def _run(record: RunRecord) -> _Object:
    owners = step_numbers(record)
    owned = enumerate(zip(record.exchanges, owners, strict=True), start=1)
    return {
        "format": FORMAT,
        "generator": {"name": "xdsi-sim", "version": __version__},
        "scenario": record.scenario,
        "title": record.title,
        "description": record.description,
        "cites": record.cites,
        "verdict": record.verdict,
        "started": iso_time(record.started),
        "duration": record.duration,
        "counts": {str(verdict): count for verdict, count in record.counts.items()},
        "actors": [asdict(actor) for actor in record.actors],
        "steps": [_step(number, step, owners) for number, step in enumerate(record.steps, start=1)],
        "exchanges": [_exchange(number, exchange, step) for number, (exchange, step) in owned],
    }


def _step(number: int, step: StepRecord, owners: tuple[int | None, ...]) -> _Object:
    return {
        "number": number,
        "name": step.name,
        "kind": step.kind,
        "verdict": step.verdict,
        "started": iso_time(step.started),
        "duration": step.duration,
        "text": step.text,
        "details": step.details,
        "checks": [asdict(check) for check in step.checks],
        "exchanges": [exchange for exchange, owner in enumerate(owners, start=1) if owner == number],
        "findings": [asdict(finding) for finding in step.findings],
    }


def _exchange(number: int, exchange: Exchange, step: int | None) -> _Object:
    return {
        "number": number,
        "id": exchange.id,
        "conversation": exchange.conversation,
        "step": step,
        "sender": exchange.sender,
        "receiver": exchange.receiver,
        "transaction": exchange.transaction,
        "started": iso_time(exchange.started),
        "duration": exchange.duration,
        "status": exchange.status,
        "request": _message(number, "request", exchange.request),
        "response": exchange.response and _message(number, "response", exchange.response),
        "findings": [asdict(finding) for finding in exchange.findings],
        "deviations": exchange.deviations,
    }


def _message(number: int, side: str, message: HttpMessage) -> _Object:
    return {
        "start_line": message.start_line,
        "headers": message.headers,
        "size": message.body.size,
        "file": file_of(number, side, message),
    }
