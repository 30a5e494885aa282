"""`wait`: somebody else has the turn - the system under test, or a branch that is played beside."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Annotated, Final

from pydantic import Field

from xdsi_sim.exchange import Exchange
from xdsi_sim.messages.response import RegistryError
from xdsi_sim.scenario.kind import ServerId, StepKind
from xdsi_sim.scenario.matchers import described
from xdsi_sim.scenario.message import Message
from xdsi_sim.scenario.record import Check
from xdsi_sim.scenario.stage import Answered, Outcome, Stage, StepFailed, details_of
from xdsi_sim.scenario.steps.received import Which, misses
from xdsi_sim.soap.known import named
from xdsi_sim.soap.mtom import SOAP_MEDIA_TYPE
from xdsi_sim.topology.model import Source

__all__ = ["WAIT", "instructions"]

_POLL: Final = 0.1
_MOST_MISSES: Final = 5
_SUCCESS: Final = "Success"


class Wait(Which):
    """For what, and how long."""

    to: ServerId
    """The actor that is to get the message."""
    seconds: Annotated[float, Field(gt=0)] = 120.0
    """How long it is waited for."""
    say: str = ""
    """What somebody has to do for it to come: `Search for Anna in the worklist`."""
    fresh: bool = False
    """Whether only what comes from now on counts, else all that came since the last `wait` was over."""


def play(step: Wait, stage: Stage) -> Outcome:
    """Listen to the log until such a message is in it, answered."""
    company, until = stage.company, time.monotonic() + step.seconds
    since = company.listening(anew=step.fresh)
    lines, mark, near = instructions(step, stage), since.mark, list[tuple[Message, list[str]]]()
    while True:
        for mark, exchange in stage.running.heard(mark):  # noqa: B020  on from the last one
            if exchange.conversation in since.played:
                continue
            message = Message(exchange, company.spool)
            wrong = list(_misses(step, message))
            if not wrong:
                company.heard(mark, [exchange])
                return _came(message)
            near.append((message, wrong))
        left = until - time.monotonic()
        if left <= 0:
            raise _nothing_came(step, stage, near)
        company.ask(lines, left)
        company.pause(min(_POLL, left))


def _misses(step: Wait, message: Message) -> Iterator[str]:
    if message.receiver != step.to:
        yield f"it went to {message.receiver}"
    yield from misses(step, message)


def _came(message: Message) -> Outcome:
    exchange = message.exchange
    return Outcome(
        text=f"{message.transaction} from {message.sender}",
        value=message,
        count=1,
        answers=(_answered(message),),
        findings=message.found,
        subject=exchange,
        details=details_of({"From": message.sender, "Asked": exchange.request.start_line}),
    )


def _answered(message: Message) -> Answered:
    """What we answered; of DICOMweb, any good status is success."""
    errors: tuple[RegistryError, ...] = message.errors
    status = _SUCCESS if message.status.startswith("HTTP 2") else message.status
    return Answered(receiver=message.receiver, transaction=message.transaction, status=status, errors=errors)


# --- what somebody has to do -----------------------------------------------------------------


def instructions(step: Wait, stage: Stage) -> Sequence[str]:
    """Exactly what is to be sent, and where to."""
    return tuple(line for line in (step.say, *_address(step, stage), *_conditions(step)) if line)


def _address(step: Wait, stage: Stage) -> Iterator[str]:
    url, transaction = stage.running.url_of(step.to), step.transaction
    if transaction is None:
        yield f"Send any message to {step.to}: {url}"
        return
    soap = named(transaction)
    mllp = stage.running.mllp_of(step.to) if transaction == "ITI-8" else None
    if mllp is not None:
        yield f"Send {transaction} to {step.to}: HL7 v2 by MLLP to {mllp}"
    elif soap is not None:
        yield f"Send {transaction} to {step.to}: POST {url}"
        media = 'multipart/related; type="application/xop+xml"' if soap.mtom else SOAP_MEDIA_TYPE
        yield f"  Content-Type: {media}, wsa:Action: {soap.action}"
        yield f"  body: {soap.request}"
    elif isinstance(stage.running.topology.find(step.to).actor, Source):
        face, wado = stage.running.dicomweb_of(step.to), stage.running.wado_of(step.to)
        yield f"Send {transaction} to {step.to}: DICOMweb at {face}, WADO-URI at {wado}"
    else:
        yield f"Send {transaction} to {step.to}: {url}"


def _conditions(step: Wait) -> Iterator[str]:
    if step.sender is not None:
        yield f"  from {described(step.sender)}"
    for path, expected in step.where.items():
        yield f"  {path}: {described(expected)}"


# --- what came in its place ------------------------------------------------------------------


def _nothing_came(step: Wait, stage: Stage, near: list[tuple[Message, list[str]]]) -> StepFailed:
    wanted = f"{step.transaction or 'a message'} to {step.to}"
    near.sort(key=lambda item: len(item[1]))  # the nearest first; of equals, in their order
    shown = near[:_MOST_MISSES]
    exchanges: list[Exchange] = [message.exchange for message, _ in shown]
    stage.company.heard(None, exchanges)
    told = [
        f"{message.transaction} came from {message.sender}, but {' and '.join(wrong)}"
        for message, wrong in shown
    ]
    observed = "; ".join(told) or f"nothing came to {stage.running.url_of(step.to)}"
    check = Check(
        text=f"{wanted} comes within {step.seconds:g} s",
        ok=False,
        expected="; ".join(line.strip() for line in instructions(step, stage)),
        observed=observed,
    )
    return StepFailed(f"no {wanted} within {step.seconds:g} s: {observed}", (check,))


WAIT: Final = StepKind(key="wait", parameters=Wait, play=play, counts="messages", answers=True, hears=True)
