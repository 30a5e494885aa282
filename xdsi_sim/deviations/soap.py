"""Deviations of SOAP 1.2: envelopes that are none, and faults where and how they should not be."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Final

from xdsi_sim.deviations.deviation import QUERIES, SOAP, Case, Family, Level, Message, Parameter, deviation
from xdsi_sim.deviations.octets import edited, with_body
from xdsi_sim.errors import NotUnderstood, ProtocolViolation, VersionMismatch
from xdsi_sim.soap.faults import OLD_MEDIA_TYPE, is_old, write_fault
from xdsi_sim.soap.mtom import SOAP_MEDIA_TYPE
from xdsi_sim.vocab import NS

__all__: list[str] = []

_soap = partial(deviation, family=Family.SOAP, level=Level.MESSAGE, fits=SOAP)
_PART1: Final = "SOAP 1.2 Part 1"
_OPEN: Final = rb"(<soap:Envelope )"
_REASON: Final = Parameter(name="reason", default="this fault was asked for by a test", text="what it says")


@_soap("not-well-formed", cites=f"{_PART1}: 5", finds="A03", comes="no SOAP answer")
def not_well_formed(message: Message, _case: Case) -> Message:
    """The envelope is no well-formed XML: its end tag is missing."""
    return edited(message, rb"</soap:Envelope>", b"")


@_soap("doctype", cites=f"{_PART1}: 5", finds="A03", comes="no SOAP answer")
def doctype(message: Message, _case: Case) -> Message:
    """The envelope begins with a document type declaration."""
    return edited(message, _OPEN, rb"<!DOCTYPE envelope>\1")


@_soap("blank-before-declaration", cites=f"{_PART1}: 5", finds="A03", comes="no SOAP answer")
def blank_before_declaration(message: Message, _case: Case) -> Message:
    """A blank line comes before the XML declaration."""
    return edited(message, _OPEN, rb'\n<?xml version="1.0" encoding="UTF-8"?>\1')


@_soap("envelope-1.1", cites=f"{_PART1}: 5.4.7", finds="A04", comes="no SOAP answer")
def envelope_of_soap_1_1(message: Message, _case: Case) -> Message:
    """The answer is in an envelope of SOAP 1.1."""
    changed = edited(message, rb'xmlns:soap="[^"]*"', f'xmlns:soap="{NS.SOAP11}"'.encode())
    return _labelled(changed, OLD_MEDIA_TYPE, SOAP_MEDIA_TYPE)


def _labelled(message: Message, media_type: str, instead_of: str) -> Message:
    headers = tuple((name, value.replace(instead_of, media_type)) for name, value in message.headers)
    return replace(message, headers=headers)


@_soap("body-empty", cites="ITI TF-2: V.3", finds="A05", comes="no SOAP answer")
def body_empty(message: Message, _case: Case) -> Message:
    """The Body is empty."""
    return with_body(message, b"")


@_soap("body-of-two", cites="ITI TF-2: V.3", finds="A05", comes="no SOAP answer")
def body_of_two(message: Message, _case: Case) -> Message:
    """The Body holds a second element."""
    return edited(message, rb"</soap:Body>", b'<second xmlns="urn:x-second"/></soap:Body>')


@_soap("body-of-another", comes="is no answer to")
def body_of_another(message: Message, _case: Case) -> Message:
    """The Body holds the answer to another transaction."""
    return with_body(message, f'<rs:RegistryRequest xmlns:rs="{NS.RS}"/>'.encode())


@_soap("namespace-old", fits=QUERIES, cites="ebRS 3.0", comes="is no answer to")
def namespace_old(message: Message, _case: Case) -> Message:
    """The elements of the answer are in the namespaces of ebXML 2.1."""
    changed = edited(message, NS.RS.encode(), b"urn:oasis:names:tc:ebxml-regrep:registry:xsd:2.1", 0)
    return edited(changed, NS.QUERY.encode(), b"urn:oasis:names:tc:ebxml-regrep:query:xsd:2.1", 0)


@_soap("header-unknown", cites=f"{_PART1}: 5.4.8", finds="A15", comes="the answer cannot be read")
def header_unknown(message: Message, _case: Case) -> Message:
    """The answer has a header that nobody knows and that must be understood."""
    block = b'<x:Unknown xmlns:x="urn:x-unknown" soap:mustUnderstand="true"/>'
    changed = edited(message, rb"</soap:Header>", block + b"</soap:Header>")
    if changed is not message:
        return changed
    return edited(message, rb"<soap:Body>", b"<soap:Header>" + block + b"</soap:Header><soap:Body>")


@_soap("success-500", cites="SOAP 1.2 Part 2: 7")
def success_500(message: Message, _case: Case) -> Message:
    """A sound answer comes with the status 500."""
    return replace(message, status=500)


# --- faults ----------------------------------------------------------------------------------


def _fault(problem: ProtocolViolation, case: Case, status: int | None = None) -> Message:
    pieces = write_fault(problem, relates_to=case.message_id, addressed=case.addressed)
    media_type = OLD_MEDIA_TYPE if is_old(problem) else SOAP_MEDIA_TYPE
    return Message(
        status=problem.http if status is None else status,
        headers=(("Content-Type", f"{media_type}; charset=UTF-8"),),
        segments=(b"".join(pieces),),
        outcome=f"Fault {problem.code}",
    )


class _Trouble(ProtocolViolation):
    code = "Receiver"
    http = 500


class _NotSupported(ProtocolViolation):
    subcode = "ActionNotSupported"


_faulty = partial(_soap, instead=True, parameters=(_REASON,))


@_faulty("fault-receiver", comes="SOAP fault Receiver")
def fault_receiver(_message: Message, case: Case) -> Message:
    """A fault Receiver with the status 500: the actor has a trouble of its own."""
    return _fault(_Trouble(case.parameters["reason"]), case)


@_faulty("fault-sender", comes="SOAP fault Sender")
def fault_sender(_message: Message, case: Case) -> Message:
    """A fault Sender with the status 400: the actor finds a sound request wrong."""
    return _fault(ProtocolViolation(case.parameters["reason"]), case)


@_faulty("fault-200", cites="SOAP 1.2 Part 2: 7", comes="SOAP fault Receiver")
def fault_200(_message: Message, case: Case) -> Message:
    """A fault Receiver comes with the status 200."""
    return _fault(_Trouble(case.parameters["reason"]), case, 200)


@_faulty("fault-action", cites="WS-Addressing 1.0 SOAP Binding: 6.4.1.4", comes="ActionNotSupported")
def fault_action(_message: Message, case: Case) -> Message:
    """A fault says that the wsa:Action of a sound request is not supported."""
    return _fault(_NotSupported(case.parameters["reason"], detail="urn:x-unknown"), case)


@_faulty("fault-must-understand", cites=f"{_PART1}: 5.4.8", comes="SOAP fault MustUnderstand")
def fault_must_understand(_message: Message, case: Case) -> Message:
    """A fault says that wsa:Action, which must be understood, is not."""
    return _fault(NotUnderstood(case.parameters["reason"], detail=f"{{{NS.WSA}}}Action"), case)


@_faulty("fault-version", cites=f"{_PART1}: 5.4.7", comes="SOAP fault VersionMismatch")
def fault_version(_message: Message, case: Case) -> Message:
    """A fault says that the version of SOAP is not spoken here."""
    return _fault(VersionMismatch(case.parameters["reason"]), case)


@_faulty("fault-1.1", cites=f"{_PART1}: 5.4.7", finds="A04", comes="SOAP fault")
def fault_of_soap_1_1(_message: Message, case: Case) -> Message:
    """A fault comes in an envelope of SOAP 1.1."""
    return _fault(VersionMismatch(case.parameters["reason"], detail=NS.SOAP11), case)


@_faulty("fault-unrelated", cites="WS-Addressing 1.0 Core: 3.4", finds="A19", comes="SOAP fault Receiver")
def fault_unrelated(_message: Message, case: Case) -> Message:
    """A fault relates to another request."""
    other = replace(case, message_id="urn:uuid:00000000-0000-4000-8000-000000000000")
    return _fault(_Trouble(case.parameters["reason"]), other)
