"""How the message of an answer may stray from what the standards ask (rules A18 to A20)."""

from __future__ import annotations

from collections.abc import Iterator

from xdsi_sim.errors import Finding
from xdsi_sim.rules.protocol import finding
from xdsi_sim.soap.envelope import Envelope
from xdsi_sim.vocab import Transaction

__all__ = ["answer_dialect", "fault_dialect"]


def answer_dialect(
    transaction: Transaction, envelope: Envelope, *, mtom: bool | None, message_id: str | None, location: str
) -> tuple[Finding, ...]:
    """What an answer does not keep; `location` is where it came from.

    `mtom` and the `message_id` of the request are None where they are not known.
    """
    return tuple(_answer_dialect(transaction, envelope, mtom, message_id, location))


def _answer_dialect(
    transaction: Transaction, envelope: Envelope, mtom: bool | None, message_id: str | None, location: str
) -> Iterator[Finding]:
    headers = envelope.addressing
    packaging = None if mtom is None else _packaging(mtom)
    for rule, found, expected, what in (
        ("A18", headers.action, _expected(transaction, headers.action), "wsa:Action"),
        ("A19", headers.relatesTo, message_id or headers.relatesTo or "that of its request", "wsa:RelatesTo"),
        ("A20", packaging, packaging and _packaging(transaction.mtom), "packaging"),
    ):
        if found != expected:
            yield finding(rule, f"{what} of the answer is {found!r}, {expected!r} is expected", location)
    if headers.action is not None and "Action" not in headers.mustUnderstand:
        text = "wsa:Action of the answer has no soap:mustUnderstand that is true"
        yield finding("A18", text, location)


def _expected(transaction: Transaction, action: str | None) -> str:
    """The action of the answer; another one, where peers are known to answer with it."""
    others = transaction.other_response_actions
    return action if action is not None and action in others else transaction.response_action


def _packaging(mtom: bool) -> str:
    return "MTOM" if mtom else "plain SOAP"


def fault_dialect(envelope: Envelope, *, message_id: str | None, location: str) -> tuple[Finding, ...]:
    """The same of a fault, which may say nothing of a request that its sender could not read."""
    found = envelope.addressing.relatesTo
    if message_id is None or found in (None, message_id):
        return ()
    text = f"wsa:RelatesTo of the fault is {found!r}, {message_id!r} is expected"
    return (finding("A19", text, location),)
