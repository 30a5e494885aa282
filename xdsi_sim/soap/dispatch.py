"""Which transaction a message is, and how far its dialect may stray (ITI TF-2: V.3, V.8).

The body decides, the headers must agree: wsa:Action and the child of the Body name the same
transaction of this endpoint, or the message is refused before anything runs. An `action` parameter of
the Content-Type never decides.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from xdsi_sim.errors import (
    ActionMismatch,
    ActionMissing,
    ActionNotSupported,
    Finding,
    OnlyAnonymousAddressSupported,
    ProtocolViolation,
    Severity,
)
from xdsi_sim.soap.codecs import CODECS
from xdsi_sim.soap.envelope import Envelope
from xdsi_sim.vocab import ACTIONS, ANONYMOUS, Transaction

__all__ = ["Dispatched", "dispatch", "refuse_errors"]

_NONE: Final = "http://www.w3.org/2005/08/addressing/none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatched:
    """The transaction, and what a lenient endpoint let pass."""

    transaction: Transaction
    findings: tuple[Finding, ...]


def dispatch(envelope: Envelope, served: Collection[Transaction], *, mtom: bool, strict: bool) -> Dispatched:
    """Find the transaction of a message.

    Raises the problem that the headers have, ActionNotSupported, ActionMissing, ActionMismatch or
    OnlyAnonymousAddressSupported; where `strict`, also ProtocolViolation for what would be a finding of
    severity error otherwise.
    """
    if envelope.addressing.problem is not None:
        raise envelope.addressing.problem
    transaction = _transaction(envelope, served)
    _refuse_other_addresses(envelope)
    findings = (*_addressing_dialect(envelope), *_packaging_dialect(transaction, mtom=mtom))
    if strict:
        refuse_errors(findings)
    return Dispatched(transaction=transaction, findings=findings)


def _refuse_other_addresses(envelope: Envelope) -> None:
    for name, address in (
        ("ReplyTo", envelope.addressing.replyTo),
        ("FaultTo", envelope.addressing.faultTo),
    ):
        if address not in (None, "", ANONYMOUS, _NONE):
            raise OnlyAnonymousAddressSupported(
                f"wsa:{name} {address} is not anonymous and asynchronous exchange is off",
                rule="A13",
                detail=address,
            )


def refuse_errors(findings: Iterable[Finding]) -> None:
    """What a strict endpoint makes of findings: raises ProtocolViolation for the first error among them."""
    for finding in findings:
        if finding.severity is Severity.ERROR:
            if finding.rule == "A06":
                raise ActionMissing(finding.text, rule=finding.rule, detail="wsa:Action")
            raise ProtocolViolation(finding.text, rule=finding.rule)


def _transaction(envelope: Envelope, served: Collection[Transaction]) -> Transaction:
    action, body = envelope.addressing.action, envelope.body.tag
    if action is None:
        fitting = [
            transaction
            for transaction in served
            if transaction.request == body and CODECS[transaction.name].claims(envelope.body)
        ]
        if len(fitting) == 1:
            return fitting[0]
        raise ActionMissing(
            f"wsa:Action is missing and {body} does not tell it here", rule="A06", detail="wsa:Action"
        )
    transaction = ACTIONS.get(action)
    if transaction is None or transaction not in served:
        known = ", ".join(transaction.action for transaction in served)
        raise ActionNotSupported(
            f"wsa:Action {action!r} is not served here; served: {known}", rule="A08", detail=action
        )
    if transaction.request != body:
        raise ActionMismatch(
            f"wsa:Action {action} asks for {transaction.request} in the Body, which holds {body}", rule="A09"
        )
    return transaction


def _addressing_dialect(envelope: Envelope) -> Iterator[Finding]:
    headers = envelope.addressing
    if headers.action is None:
        yield _finding("A06", Severity.ERROR, "wsa:Action is missing", "ITI TF-2: V.3")
        return
    if "Action" not in headers.mustUnderstand:
        yield _finding("A07", Severity.WARNING, "wsa:Action has no mustUnderstand", "ITI TF-2: V.3")
    if not headers.messageID:
        yield _finding("A10", Severity.ERROR, "wsa:MessageID is missing", "ITI TF-2: V.3")
    if headers.replyTo is None:
        yield _finding("A12", Severity.WARNING, "wsa:ReplyTo is missing", "ITI TF-2: V.3")
    if headers.to is None:
        yield _finding("A14", Severity.WARNING, "wsa:To is missing", "ITI TF-2: V.3")


def _packaging_dialect(transaction: Transaction, *, mtom: bool) -> Iterator[Finding]:
    if transaction.mtom and not mtom:
        yield _finding("B01", Severity.ERROR, f"{transaction.name} must be sent as MTOM/XOP", "ITI TF-2: V.8")
    elif mtom and not transaction.mtom:
        yield _finding(
            "B02", Severity.WARNING, f"{transaction.name} is not to be sent as MTOM/XOP", "ITI TF-2: V.8"
        )


def _finding(rule: str, severity: Severity, text: str, cites: str) -> Finding:
    return Finding(rule=rule, severity=severity, text=text, location="soap:Envelope", cites=cites)
