"""Deviations of WS-Addressing: headers of the answer that are missing, wrong, or there twice."""

from __future__ import annotations

from functools import partial
from typing import Final

from xdsi_sim.deviations.deviation import SOAP, Case, Family, Level, Message, deviation
from xdsi_sim.deviations.octets import edited
from xdsi_sim.vocab import NS, TRANSACTIONS

__all__: list[str] = []

_wsa = partial(deviation, family=Family.ADDRESSING, level=Level.MESSAGE, fits=SOAP, cites="ITI TF-2: V.3")
_RELATES_TO: Final = rb"<wsa:RelatesTo>[^<]*</wsa:RelatesTo>"
_ACTION: Final = rb"(<wsa:Action[^>]*>)[^<]*(</wsa:Action>)"
_STRANGER: Final = b"urn:uuid:00000000-0000-4000-8000-000000000000"


@_wsa("relates-to-missing", finds="A19")
def relates_to_missing(message: Message, _case: Case) -> Message:
    """wsa:RelatesTo is missing."""
    return edited(message, _RELATES_TO, b"")


@_wsa("relates-to-wrong", finds="A19")
def relates_to_wrong(message: Message, _case: Case) -> Message:
    """wsa:RelatesTo names another request."""
    return edited(message, _RELATES_TO, b"<wsa:RelatesTo>" + _STRANGER + b"</wsa:RelatesTo>")


@_wsa(
    "relates-to-twice", cites="WS-Addressing 1.0 Core: 3.1", finds="A19", comes="wsa:RelatesTo is there twice"
)
def relates_to_twice(message: Message, _case: Case) -> Message:
    """wsa:RelatesTo is there twice, once right and once wrong."""
    return edited(
        message, rb"(" + _RELATES_TO + rb")", rb"\1<wsa:RelatesTo>" + _STRANGER + b"</wsa:RelatesTo>"
    )


@_wsa("action-missing", finds="A18")
def action_missing(message: Message, _case: Case) -> Message:
    """wsa:Action is missing."""
    return edited(message, _ACTION, b"")


@_wsa("action-wrong", finds="A18")
def action_wrong(message: Message, _case: Case) -> Message:
    """wsa:Action is that of no transaction."""
    return edited(message, _ACTION, rb"\1urn:x-unknown:Response\2")


@_wsa("action-of-request", finds="A18")
def action_of_request(message: Message, case: Case) -> Message:
    """wsa:Action is that of the request."""
    return edited(message, _ACTION, rb"\1" + TRANSACTIONS[case.transaction].action.encode() + rb"\2")


@_wsa("action-empty", finds="A06", comes="wsa:Action is empty")
def action_empty(message: Message, _case: Case) -> Message:
    """wsa:Action is empty."""
    return edited(message, _ACTION, rb"\1\2")


@_wsa("action-twice", cites="WS-Addressing 1.0 Core: 3.1", finds="A06", comes="wsa:Action is there twice")
def action_twice(message: Message, _case: Case) -> Message:
    """wsa:Action is there twice."""
    return edited(message, rb"(<wsa:Action.*?</wsa:Action>)", rb"\1\1")


@_wsa("action-optional", finds="A18")
def action_optional(message: Message, _case: Case) -> Message:
    """wsa:Action need not be understood."""
    return edited(message, rb'<wsa:Action soap:mustUnderstand="true">', b"<wsa:Action>")


@_wsa("addressing-missing", finds="A18 A19")
def addressing_missing(message: Message, _case: Case) -> Message:
    """The answer has no WS-Addressing at all."""
    return edited(message, rb"<soap:Header>.*?</soap:Header>", b"")


@_wsa("addressing-2004", cites="ITI TF-2: V.2.4", finds="A17", comes="WS-Addressing is of 2004")
def addressing_of_2004(message: Message, _case: Case) -> Message:
    """WS-Addressing is that of 2004."""
    old = b'xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
    return edited(message, f'xmlns:wsa="{NS.WSA}"'.encode(), old)


@_wsa("message-id-missing")
def message_id_missing(message: Message, _case: Case) -> Message:
    """The answer has no wsa:MessageID."""
    return edited(message, rb"<wsa:MessageID>[^<]*</wsa:MessageID>", b"")


@_wsa("to-twice", cites="WS-Addressing 1.0 Core: 3.1", finds="A14", comes="wsa:To is there twice")
def to_twice(message: Message, _case: Case) -> Message:
    """wsa:To is there twice."""
    to = f"<wsa:To>{NS.WSA}/anonymous</wsa:To>".encode()
    return edited(message, rb"</soap:Header>", to + to + b"</soap:Header>")
