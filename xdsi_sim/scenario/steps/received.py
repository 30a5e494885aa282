"""`received`: what an actor was sent since the run began, as the exchange log has it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Final

from pydantic import AfterValidator, model_validator

from xdsi_sim.scenario.hearing import all_since
from xdsi_sim.scenario.kind import ServerId, StepKind
from xdsi_sim.scenario.matchers import Expected, described, holds, shown
from xdsi_sim.scenario.message import Message
from xdsi_sim.scenario.reports.glossary import TRANSACTION_TITLES
from xdsi_sim.scenario.stage import Outcome, Stage, details_of, listed, plural
from xdsi_sim.scenario.variables import NotThere, follow, parse_path
from xdsi_sim.topology.checked import Checked, did_you_mean, wrong

__all__ = ["RECEIVED", "Which", "misses"]


def _a_transaction(name: str | None) -> str | None:
    if name is not None and "${" not in name and name not in TRANSACTION_TITLES:
        raise wrong(f"no transaction '{name}'.", hint=did_you_mean(name, TRANSACTION_TITLES))
    return name


class Which(Checked):
    """What messages must be like."""

    transaction: Annotated[str | None, AfterValidator(_a_transaction)] = None
    """As the log names it: `ITI-18`, `RAD-68`, `WADO-RS`."""
    sender: Expected = None
    """Id of an actor, or `host:port` of anybody else."""
    where: dict[str, Expected] = {}
    """Paths into the message, and what they must lead to: `"parameters.patientId": {contains: P1}`."""

    @model_validator(mode="after")
    def _paths_are_paths(self) -> Which:
        for path in self.where:
            try:
                parse_path(path)
            except ValueError as error:
                raise wrong(str(error), at=("where", path), at_key=True) from None
        return self


class Received(Which):
    """Whose messages."""

    actor: ServerId
    """Who was sent them."""


def misses(which: Which, message: Message) -> Iterator[str]:
    """In words, in what a message is not as it must be."""
    if which.transaction is not None and not _is(which.transaction, message.transaction):
        yield f"it is {_with_article(message.transaction)}"
    if which.sender is not None and not holds(which.sender, message.sender):
        yield f"it came from {message.sender}, expected {described(which.sender)}"
    for path, expected in which.where.items():
        observed = _observed(message, path)
        if not holds(expected, observed):
            yield f"{path} is {shown(observed)}, expected {described(expected)}"


def _is(wanted: str, found: str) -> bool:
    """RAD-68 is an ITI-41, too (RAD TF: 4.68)."""
    return wanted == found or (wanted, found) == ("ITI-41", "RAD-68")


def _with_article(name: str) -> str:
    return f"{'an' if name[:1] in 'AEIOR' else 'a'} {name}"


def _observed(message: Message, path: str) -> Any:
    try:
        return follow(message, parse_path(path))
    except NotThere:
        return None


def play(step: Received, stage: Stage) -> Outcome:
    """All such messages since the run began, in the order in which they came."""
    came = [
        Message(exchange, stage.company.spool)
        for exchange in all_since(stage.running, stage.company.since)
        if exchange.receiver == step.actor
    ]
    messages = tuple(message for message in came if not any(misses(step, message)))
    exchanges = [message.exchange for message in messages]
    stage.company.heard(None, exchanges)
    return Outcome(
        text=f"{plural(len(messages), 'message')} of {len(came)}",
        value={
            "messages": messages,
            "entries": tuple(entry for message in messages for entry in message.entries),
        },
        count=len(messages),
        findings=tuple(dict.fromkeys(finding for message in messages for finding in message.found)),
        subject=exchanges[-1] if exchanges else None,
        details=details_of(
            {
                "Transactions": listed([message.transaction for message in messages]),
                "Senders": listed([message.sender for message in messages]),
            }
        ),
    )


RECEIVED: Final = StepKind(key="received", parameters=Received, play=play, counts="messages", hears=True)
