"""JSON for programs: all of the record, text exactly as received, bodies as files beside it.

The classes here are the form, and `xdsi-sim schema report` prints it as a JSON Schema. `format` is raised
when a key changes its meaning or goes. Times are RFC 3339 in UTC, durations seconds, sizes octets, absent
values null.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from itertools import count
from typing import Final

from xdsi_sim import __version__
from xdsi_sim.errors import Finding
from xdsi_sim.exchange import Exchange, HttpMessage
from xdsi_sim.scenario.record import ActorInfo, Check, RunRecord, StepRecord, Verdict
from xdsi_sim.scenario.reports.hops import step_numbers
from xdsi_sim.scenario.reports.message_files import file_of
from xdsi_sim.scenario.reports.wording import iso_time
from xdsi_sim.scenario.tables import ShownTable

__all__ = ["FORMAT", "Report", "render"]

FORMAT: Final = 1


@dataclass(frozen=True, kw_only=True)
class Generator:
    """What has written the report."""

    name: str
    version: str


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step."""

    number: int
    """Position among all steps, each before those that it holds, from 1."""
    label: str
    """As people call it: `3`, and `3.1.2` for one that is held by others."""
    name: str
    kind: str
    block: str
    """`setup` or `teardown`; empty for the steps of the test itself."""
    verdict: Verdict
    started: str
    duration: float
    text: str
    details: tuple[tuple[str, str], ...]
    """Label and value."""
    checks: tuple[Check, ...]
    table: ShownTable | None
    exchanges: tuple[int, ...]
    """Numbers of those that it caused, or waited for."""
    findings: tuple[Finding, ...]
    steps: tuple[Step, ...]
    """Those that it holds, by branch or round where it has those."""


@dataclass(frozen=True, kw_only=True)
class Message:
    """A request or an answer."""

    start_line: str
    headers: tuple[tuple[str, str], ...]
    """Name and value."""
    size: int
    file: str | None
    """Path from the report to the body, null where it is empty."""


@dataclass(frozen=True, kw_only=True)
class Hop:
    """One exchange."""

    number: int
    """Position among all exchanges, from 1."""
    id: str
    conversation: str
    step: int | None
    """Number of the step that caused it."""
    sender: str
    receiver: str
    transaction: str
    started: str
    duration: float
    status: str
    request: Message
    response: Message | None
    """Null where no answer came."""
    findings: tuple[Finding, ...]
    deviations: tuple[str, ...]
    """What was wrong on purpose."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """One run of one scenario."""

    format: int
    generator: Generator
    scenario: str
    title: str
    description: str
    cites: str | None
    verdict: Verdict
    started: str
    duration: float
    counts: dict[Verdict, int]
    """Number of steps of each verdict; those that others hold are not counted."""
    actors: tuple[ActorInfo, ...]
    steps: tuple[Step, ...]
    exchanges: tuple[Hop, ...]


def render(record: RunRecord) -> str:
    """The run as one JSON object; ASCII only, so that no terminal or editor acts on what it holds."""
    return json.dumps(asdict(_report(record)), indent=2) + "\n"


def _report(record: RunRecord) -> Report:
    owners = step_numbers(record)
    owned = enumerate(zip(record.exchanges, owners, strict=True), start=1)
    return Report(
        format=FORMAT,
        generator=Generator(name="xdsi-sim", version=__version__),
        scenario=record.scenario,
        title=record.title,
        description=record.description,
        cites=record.cites,
        verdict=record.verdict,
        started=iso_time(record.started),
        duration=record.duration,
        counts=dict(record.counts),
        actors=record.actors,
        steps=_steps(record.steps, "", count(1), owners),
        exchanges=tuple(_hop(number, exchange, step) for number, (exchange, step) in owned),
    )


def _steps(
    steps: tuple[StepRecord, ...], prefix: str, numbers: count[int], owners: tuple[int | None, ...]
) -> tuple[Step, ...]:
    """Numbered as `RunRecord.all_steps` has them: each before those that it holds."""
    return tuple(
        _step(next(numbers), f"{prefix}{place}", step, numbers, owners)
        for place, step in enumerate(steps, start=1)
    )


def _step(
    number: int, label: str, step: StepRecord, numbers: count[int], owners: tuple[int | None, ...]
) -> Step:
    return Step(
        number=number,
        label=label,
        name=step.name,
        kind=step.kind,
        block=step.block,
        verdict=step.verdict,
        started=iso_time(step.started),
        duration=step.duration,
        text=step.text,
        details=step.details,
        checks=step.checks,
        table=None if step.table is None else ShownTable.of(step.table),
        exchanges=tuple(exchange for exchange, owner in enumerate(owners, start=1) if owner == number),
        findings=step.findings,
        steps=_steps(step.children, f"{label}.", numbers, owners),
    )


def _hop(number: int, exchange: Exchange, step: int | None) -> Hop:
    return Hop(
        number=number,
        id=exchange.id,
        conversation=exchange.conversation,
        step=step,
        sender=exchange.sender,
        receiver=exchange.receiver,
        transaction=exchange.transaction,
        started=iso_time(exchange.started),
        duration=exchange.duration,
        status=exchange.status,
        request=_message(number, "request", exchange.request),
        response=None if exchange.response is None else _message(number, "response", exchange.response),
        findings=exchange.findings,
        deviations=exchange.deviations,
    )


def _message(number: int, side: str, message: HttpMessage) -> Message:
    return Message(
        start_line=message.start_line,
        headers=message.headers,
        size=message.body.size,
        file=file_of(number, side, message),
    )
