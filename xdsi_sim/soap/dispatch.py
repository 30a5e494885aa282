"""Which transaction a message is, and how far its dialect may stray (ITI TF-2: V.3, V.8).

The body decides, the headers must agree: wsa:Action and the child of the Body name the same
transaction of this endpoint, or the message is refused before anything runs. An `action` parameter of
the Content-Type never decides.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from xdsi_sim.errors import (
    ActionMismatch,
    ActionMissing,
    ActionNotSupported,
    AddressingHeaderRequired,
    Finding,
    InvalidAddressingHeader,
    OnlyAnonymousAddressSupported,
    ProtocolViolation,
    Severity,
)
from xdsi_sim.rules.protocol import PROTOCOL_RULES, finding, finding_of
from xdsi_sim.soap.codecs import CODECS
from xdsi_sim.soap.envelope import Envelope
from xdsi_sim.soap.peers import PORTS, Peers
from xdsi_sim.vocab import ANONYMOUS, NO_REPLY, Transaction

__all__ = ["Dispatched", "dispatch", "refuse_errors"]

_OURS: Final = (None, "", ANONYMOUS, NO_REPLY)  # addresses that nothing has to be sent to
_IRI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatched:
    """The transaction, and what a lenient endpoint let pass."""

    transaction: Transaction
    findings: tuple[Finding, ...]


def dispatch(
    envelope: Envelope,
    served: Collection[Transaction],
    *,
    mtom: bool,
    strict: bool,
    peers: Peers | None = None,
    http_action: str | None = None,
    addresses: Collection[str] = (),
) -> Dispatched:
    """Find the transaction of a message; `peers` are those that an asynchronous endpoint may answer to.

    `http_action` is the parameter of its Content-Type, `addresses` are those at which this endpoint may be
    addressed; none of them decides. Raises the problem that the headers have, ActionNotSupported,
    ActionMissing, ActionMismatch, OnlyAnonymousAddressSupported or, for a peer that is not configured,
    InvalidAddressingHeader; where `strict`, also ProtocolViolation for what would be a finding of severity
    error otherwise.
    """
    if envelope.addressing.problem is not None:
        raise envelope.addressing.problem
    transaction = _transaction(envelope, served)
    _refuse_other_addresses(envelope, peers)
    deviations = tuple(_addressing_dialect(envelope))
    if strict:
        _refuse(deviations)
    findings = (
        *(finding_of(deviation, "soap:Header") for deviation in deviations),
        *_hints(envelope, http_action, addresses),
        *_packaging_dialect(transaction, mtom=mtom),
    )
    if strict:
        refuse_errors(findings)
    return Dispatched(transaction=transaction, findings=findings)


def _refuse_other_addresses(envelope: Envelope, peers: Peers | None) -> None:
    headers = envelope.addressing
    for name, address in (("ReplyTo", headers.replyTo), ("FaultTo", headers.faultTo)):
        if address in _OURS:
            continue
        if peers is None:
            raise OnlyAnonymousAddressSupported(
                f"wsa:{name} {address} is not anonymous and asynchronous exchange is off",
                rule="A13",
                detail=address,
            )
        if not peers.allow(address):
            raise InvalidAddressingHeader(
                f"wsa:{name} {address} is no configured peer; the setting `peers` of the topology names them",
                rule="A13",
                detail=f"wsa:{name}",
            )
        if not headers.messageID:  # nothing could relate the answer to it
            raise ProtocolViolation(f"wsa:MessageID is missing and wsa:{name} is {address}", rule="A10")


def _refuse(deviations: Iterable[ProtocolViolation]) -> None:
    for deviation in deviations:
        if PROTOCOL_RULES[deviation.rule or ""].severity is Severity.ERROR:
            raise deviation


def refuse_errors(findings: Iterable[Finding]) -> None:
    """What a strict endpoint makes of findings: raises ProtocolViolation for the first error among them."""
    for found in findings:
        if found.severity is Severity.ERROR:
            raise ProtocolViolation(found.text, rule=found.rule)


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
    transaction = next((one for one in served if one.action == action), None)
    if transaction is None:
        known = ", ".join(transaction.action for transaction in served)
        raise ActionNotSupported(
            f"wsa:Action {action!r} is not served here; served: {known}", rule="A08", detail=action
        )
    if transaction.request != body:
        raise ActionMismatch(
            f"wsa:Action {action} asks for {transaction.request} in the Body, which holds {body}", rule="A09"
        )
    return transaction


def _addressing_dialect(envelope: Envelope) -> Iterator[ProtocolViolation]:
    """What the headers lack: let pass as a finding, or raised."""
    headers = envelope.addressing
    if headers.action is None:
        yield ActionMissing("wsa:Action is missing", rule="A06", detail="wsa:Action")
        return
    if "Action" not in headers.mustUnderstand:
        yield _invalid("A07", "Action", "has no soap:mustUnderstand that is true")
    if not headers.messageID:
        yield AddressingHeaderRequired("wsa:MessageID is missing", rule="A10", detail="wsa:MessageID")
    elif not _IRI.fullmatch(headers.messageID):
        yield _invalid("A10", "MessageID", f"{headers.messageID!r} is no absolute IRI")
    if not headers.replyTo:
        yield _invalid("A12", "ReplyTo", "is missing or holds no wsa:Address")
    if headers.to is None:
        yield _invalid("A14", "To", "is missing")


def _invalid(rule: str, name: str, what: str) -> InvalidAddressingHeader:
    return InvalidAddressingHeader(f"wsa:{name} {what}", rule=rule, detail=f"wsa:{name}")


def _hints(envelope: Envelope, http_action: str | None, addresses: Collection[str]) -> Iterator[Finding]:
    """What is said twice and not alike; the headers themselves are sound."""
    headers = envelope.addressing
    if http_action is not None and headers.action is not None and http_action != headers.action:
        text = f"action={http_action!r} of the Content-Type is not wsa:Action {headers.action!r}"
        yield finding("A16", text, "Content-Type")
    if addresses and headers.to not in (None, ANONYMOUS, *addresses):
        own = {_normal(address) for address in addresses}
        if _normal(headers.to or "") not in own:
            yield finding("A14", f"wsa:To {headers.to!r} is not this endpoint, {min(own)!r}", "wsa:To")


def _normal(address: str) -> str:
    """An address without what makes no difference: case of the host, default port, closing slash."""
    try:
        split = urlsplit(address)
        port = split.port or PORTS.get(split.scheme)
    except ValueError:
        return address
    query = f"?{split.query}" if split.query else ""
    return f"{split.scheme}://{split.hostname}:{port}{split.path.rstrip('/')}{query}"


def _packaging_dialect(transaction: Transaction, *, mtom: bool) -> Iterator[Finding]:
    if transaction.mtom and not mtom:
        yield finding("B01", f"{transaction.name} must be sent as MTOM/XOP", "Content-Type")
    elif mtom and not transaction.mtom:
        yield finding("B02", f"{transaction.name} is not to be sent as MTOM/XOP", "Content-Type")
