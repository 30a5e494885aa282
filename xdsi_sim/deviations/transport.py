"""Deviations of the way in which a right answer is sent: late, slowly, in part, or not at all."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Final

from xdsi_sim.content import SegmentsContent, SliceContent, body_size
from xdsi_sim.deviations.deviation import Case, End, Family, Level, Message, Parameter, Sending, deviation

__all__: list[str] = []

_sent = partial(deviation, family=Family.TRANSPORT, level=Level.SENDING)
_LENGTH: Final = "RFC 9110: 8.6"
_OCTETS: Final = Parameter(
    name="octets", default=-1, text="octets of the body that are sent before; -1 is half of it", least=-1
)


def _upto(sending: Sending, case: Case, end: End) -> Sending:
    octets = case.parameters["octets"]
    return replace(sending, octets=None if octets < 0 else octets, share=0.5, end=end)


@_sent("delay", parameters=(Parameter(name="seconds", default=1.0, text="before anything is sent", least=0),))
def delay(sending: Sending, case: Case) -> Sending:
    """The answer comes late."""
    return replace(sending, delay=sending.delay + case.parameters["seconds"])


@_sent(
    "delay-random",
    parameters=(
        Parameter(name="least", default=0.0, text="seconds", least=0),
        Parameter(name="most", default=2.0, text="seconds", least=0),
    ),
)
def delay_random(sending: Sending, case: Case) -> Sending:
    """The answer comes after a time that nobody can foretell."""
    least, most = case.parameters["least"], case.parameters["most"]
    return replace(sending, delay=sending.delay + least + case.chance() * (most - least))


@_sent(
    "dribble",
    parameters=(
        Parameter(name="octets", default=256, text="in one piece", least=1),
        Parameter(name="pause", default=0.05, text="seconds between two pieces", least=0),
    ),
)
def dribble(sending: Sending, case: Case) -> Sending:
    """The answer comes in small pieces with a pause between them."""
    return replace(sending, piece=case.parameters["octets"], pause=case.parameters["pause"])


@_sent("no-answer", comes="no answer within")
def no_answer(sending: Sending, _case: Case) -> Sending:
    """The request is taken and never answered; the connection stays open."""
    return replace(sending, head=False, octets=0, end=End.STALL)


@_sent("closed-unanswered", comes="the connection broke")
def closed_unanswered(sending: Sending, _case: Case) -> Sending:
    """The request is taken, and the connection closed without an answer."""
    return replace(sending, head=False, octets=0, end=End.CLOSE)


@_sent("reset-unanswered", comes="the connection broke")
def reset_unanswered(sending: Sending, _case: Case) -> Sending:
    """The request is taken, and the connection reset without an answer."""
    return replace(sending, head=False, octets=0, end=End.RESET)


@_sent("stall", parameters=(_OCTETS,), comes="not all of it within")
def stall(sending: Sending, case: Case) -> Sending:
    """The answer stops in the middle, and the connection stays open."""
    return _upto(sending, case, End.STALL)


@_sent("reset", parameters=(_OCTETS,), comes="the connection broke")
def reset(sending: Sending, case: Case) -> Sending:
    """The connection is reset in the middle of the answer."""
    return _upto(sending, case, End.RESET)


@_sent("closed-early", cites=_LENGTH, parameters=(_OCTETS,), comes="the connection broke")
def closed_early(sending: Sending, case: Case) -> Sending:
    """The connection is closed before all octets that Content-Length has promised are sent."""
    return _upto(sending, case, End.CLOSE)


@_sent(
    "content-length-long",
    cites=_LENGTH,
    parameters=(Parameter(name="by", default=10, text="octets", least=1),),
    comes="the connection broke",
)
def content_length_long(sending: Sending, case: Case) -> Sending:
    """Content-Length promises more octets than there are; then the connection is closed."""
    return replace(sending, claims=case.parameters["by"], end=End.CLOSE)


@_sent(
    "content-length-short",
    cites=_LENGTH,
    parameters=(Parameter(name="by", default=10, text="octets", least=1),),
    finds="A03",
    comes="no SOAP answer",
)
def content_length_short(sending: Sending, case: Case) -> Sending:
    """Content-Length promises fewer octets than there are; the rest follows all the same."""
    return replace(sending, claims=-case.parameters["by"], end=End.CLOSE)


@deviation("cut-unnoticed", Family.TRANSPORT, Level.MESSAGE, finds="A03", comes="no SOAP answer")
def cut_unnoticed(message: Message, _case: Case) -> Message:
    """Half of the body is missing, and Content-Length agrees with what is left."""
    whole = SegmentsContent(message.segments)
    return replace(message, segments=(SliceContent(whole, 0, body_size(message.segments) // 2),))
