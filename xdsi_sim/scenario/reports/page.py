"""What the HTML page shows, as values in the order of reading; the templates only place them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from xdsi_sim.errors import Finding, Severity
from xdsi_sim.exchange import Exchange, HttpMessage
from xdsi_sim.scenario.record import ActorInfo, RunRecord, StepRecord, Verdict
from xdsi_sim.scenario.reports.body_view import PARSED, BodyView, view_of
from xdsi_sim.scenario.reports.glossary import ROLES, TRANSACTION_TITLES
from xdsi_sim.scenario.reports.hops import step_numbers
from xdsi_sim.scenario.reports.message_files import file_of
from xdsi_sim.scenario.reports.sequence import Diagram, Tone, diagram_of, tone_of
from xdsi_sim.scenario.reports.wording import duration_text, plural

__all__ = ["ActorRow", "FindingRow", "MessagePanel", "Page", "Side", "StepRow", "page_of"]

_ALL_TEXT: Final = 8_000_000  # characters of bodies in one page: what browsers still open at once
_LEAST_TEXT: Final = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ActorRow:
    """One actor and what its role means."""

    actor: ActorInfo
    meaning: str | None
    messages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """One step."""

    number: int
    """Position in `all_steps`, from 1."""
    label: str
    step: StepRecord
    after: float
    """Seconds from the start of the run."""
    messages: tuple[MessagePanel, ...]
    children: tuple[StepRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """Request or response."""

    name: str
    message: HttpMessage
    body: BodyView
    file: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePanel:
    """One exchange with both of its messages."""

    number: int
    exchange: Exchange
    title: str | None
    """What the transaction is called."""
    tone: Tone
    step: int | None
    step_label: str
    after: float
    request: Side
    response: Side | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRow:
    """One finding and everywhere it was made: links with their texts."""

    finding: Finding
    places: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """All of it."""

    record: RunRecord
    headline: str
    paragraphs: tuple[str, ...]
    problems: tuple[StepRow, ...]
    actors: tuple[ActorRow, ...]
    steps: tuple[StepRow, ...]
    diagram: Diagram
    findings: tuple[FindingRow, ...]
    terms: tuple[tuple[str, str], ...]
    messages: tuple[MessagePanel, ...]


def page_of(record: RunRecord) -> Page:
    """Everything that the page shows of a run."""
    messages = _messages(record)
    rows = _rows(record, messages)
    used = dict.fromkeys(exchange.transaction for exchange in record.exchanges)
    return Page(
        record=record,
        headline=_headline(record),
        paragraphs=tuple(text for part in record.description.split("\n\n") if (text := part.strip())),
        problems=tuple(row for row in rows if row.step.to_blame),
        actors=tuple(_actor(actor, record) for actor in record.actors),
        steps=tuple(row for row in rows if "." not in row.label),
        diagram=diagram_of(record),
        findings=_findings(record),
        terms=tuple((name, TRANSACTION_TITLES[name]) for name in used if name in TRANSACTION_TITLES),
        messages=messages,
    )


def _headline(record: RunRecord) -> str:
    """`12 of 13 steps passed, 1 failed; 50 messages between 5 actors in 4.21 s`."""
    counts = record.counts
    others = (
        (counts[Verdict.FAIL], "failed"),
        (counts[Verdict.ERROR], "could not be completed"),
        (counts[Verdict.NOT_RUN], "not run"),
        (counts[Verdict.SKIPPED], "skipped"),
    )
    tail = "".join(f", {count} {word}" for count, word in others if count)
    steps = plural(len(record.steps), "step")
    done = f"{counts[Verdict.PASS]} of {steps} passed" if tail else f"All {steps} passed"
    hops = f"{plural(len(record.exchanges), 'message')} between {plural(len(record.actors), 'actor')}"
    return f"{done}{tail}; {hops} in {duration_text(record.duration)}."


def _actor(actor: ActorInfo, record: RunRecord) -> ActorRow:
    count = sum(actor.id in (exchange.sender, exchange.receiver) for exchange in record.exchanges)
    return ActorRow(actor=actor, meaning=ROLES.get(actor.role), messages=count)


def _rows(record: RunRecord, messages: tuple[MessagePanel, ...]) -> list[StepRow]:
    """A row for every step, in their order; made from the last on, as a row has those of what it holds."""
    rows: dict[str, StepRow] = {}
    numbered = list(enumerate(record.all_steps, start=1))
    for number, each in reversed(numbered):
        label, step = each.label, each.step
        rows[label] = StepRow(
            number=number,
            label=label,
            step=step,
            after=step.started - record.started,
            messages=tuple(panel for panel in messages if panel.step == number),
            children=tuple(rows[f"{label}.{child}"] for child in range(1, len(step.children) + 1)),
        )
    return [rows[each.label] for _, each in numbered]


# --- messages --------------------------------------------------------------------------------


def _messages(record: RunRecord) -> tuple[MessagePanel, ...]:
    limit = max(_LEAST_TEXT, min(PARSED, _ALL_TEXT // max(1, 2 * len(record.exchanges))))
    owned = enumerate(zip(record.exchanges, step_numbers(record), strict=True), start=1)
    return tuple(_panel(number, exchange, step, record, limit) for number, (exchange, step) in owned)


def _panel(number: int, exchange: Exchange, step: int | None, record: RunRecord, limit: int) -> MessagePanel:
    response = exchange.response
    return MessagePanel(
        number=number,
        exchange=exchange,
        title=TRANSACTION_TITLES.get(exchange.transaction),
        tone=tone_of(exchange.status),
        step=step,
        step_label="" if step is None else record.all_steps[step - 1].label,
        after=exchange.started - record.started,
        request=_side(number, "request", exchange.request, limit),
        response=None if response is None else _side(number, "response", response, limit),
    )


def _side(number: int, name: str, message: HttpMessage, limit: int) -> Side:
    body = view_of(message.headers, message.body, limit)
    return Side(name=name, message=message, body=body, file=file_of(number, name, message))


# --- findings --------------------------------------------------------------------------------


def _findings(record: RunRecord) -> tuple[FindingRow, ...]:
    """Findings of steps and messages; equal ones in one row, the gravest first."""
    places: dict[Finding, list[tuple[str, str]]] = {}
    for finding, href, label in _found(record):
        places.setdefault(finding, []).append((href, label))
    gravity = list(Severity)
    ordered = sorted(places, key=lambda finding: (gravity.index(finding.severity), finding.rule))
    return tuple(FindingRow(finding=finding, places=tuple(places[finding])) for finding in ordered)


def _found(record: RunRecord) -> Iterator[tuple[Finding, str, str]]:
    for number, each in enumerate(record.all_steps, start=1):
        yield from ((finding, f"#s{number}", f"step {each.label}") for finding in each.step.findings)
    for number, exchange in enumerate(record.exchanges, start=1):
        yield from ((finding, f"#m{number}", f"message {number}") for finding in exchange.findings)
