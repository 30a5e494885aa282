"""SOAP 1.2 faults, in and out (SOAP 1.2 Part 1: 5.4, WS-Addressing 1.0 SOAP Binding: 6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from xdsi_sim.ebrim.xml import Element, escape, parse, serialise
from xdsi_sim.errors import NotUnderstood, ProtocolViolation, VersionMismatch
from xdsi_sim.ids import new_uuid
from xdsi_sim.soap.addressing import write_addressing
from xdsi_sim.soap.envelope import write_envelope
from xdsi_sim.vocab import NS, WSA_FAULT_ACTION, WSA_SOAP_FAULT_ACTION

__all__ = [
    "OLD_MEDIA_TYPE",
    "Fault",
    "InternalError",
    "is_fault",
    "is_old",
    "read_fault",
    "read_old_fault",
    "write_fault",
]

OLD_MEDIA_TYPE: Final = "text/xml"
"""In which SOAP 1.1 travels."""

_SOAP, _SOAP11 = f"{{{NS.SOAP}}}", f"{{{NS.SOAP11}}}"
_CODES_OF_SOAP11: Final = {"Client": "Sender", "Server": "Receiver"}
_DETAILS: Final = {
    "ActionNotSupported": "<wsa:ProblemAction><wsa:Action>{}</wsa:Action></wsa:ProblemAction>",
    "MessageAddressingHeaderRequired": "<wsa:ProblemHeaderQName>{}</wsa:ProblemHeaderQName>",
    "InvalidAddressingHeader": "<wsa:ProblemHeaderQName>{}</wsa:ProblemHeaderQName>",
    "OnlyAnonymousAddressSupported": "<wsa:ProblemIRI>{}</wsa:ProblemIRI>",
}


class InternalError(ProtocolViolation):
    """A defect of ours, told without its particulars: they are in the log under the same id."""

    code = "Receiver"
    http = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A fault that a peer sent (SOAP 1.2 Part 1: 5.4)."""

    code: str
    """Local name: `Sender`, `Receiver`, …"""
    subcode: str | None
    """Local name, such as `ActionNotSupported` of WS-Addressing; of several, the first."""
    reason: str
    detail: str | None = None
    """What stands inside the detail, as XML."""
    node: str | None = None
    role: str | None = None


def write_fault(
    problem: ProtocolViolation,
    *,
    relates_to: str | None = None,
    to: str | None = None,
    addressed: bool = True,
) -> list[bytes]:
    """The envelope of a fault; without headers where the request had no WS-Addressing.

    Who speaks SOAP 1.1 is told so in SOAP 1.1, or could not read it (SOAP 1.2 Part 1: 5.4.7).
    """
    if is_old(problem):
        return [_in_soap_1_1(problem).encode()]
    action = WSA_FAULT_ACTION if problem.subcode else WSA_SOAP_FAULT_ACTION
    header = ""
    if addressed:
        header = write_addressing(action=action, message_id=new_uuid(), relates_to=relates_to, to=to)
    return write_envelope(_explanation(problem) + header, (_fault(problem).encode(),))


def is_old(problem: ProtocolViolation) -> bool:
    """Whether the fault is told in the words of SOAP 1.1, as text/xml."""
    return isinstance(problem, VersionMismatch) and problem.detail == NS.SOAP11


def _in_soap_1_1(problem: ProtocolViolation) -> str:
    return (
        f'<old:Envelope xmlns:old="{NS.SOAP11}" xmlns:soap="{NS.SOAP}">'
        f"<old:Header>{_explanation(problem)}</old:Header><old:Body><old:Fault>"
        f"<faultcode>old:{problem.code}</faultcode>"
        f"<faultstring>{escape(_reason(problem))}</faultstring></old:Fault></old:Body></old:Envelope>"
    )


def _reason(problem: ProtocolViolation) -> str:
    return f"{problem.reason} [{problem.rule}]" if problem.rule else problem.reason


def _fault(problem: ProtocolViolation) -> str:
    subcode, detail = "", ""
    if problem.subcode:
        subcode = f"<soap:Subcode><soap:Value>wsa:{problem.subcode}</soap:Value></soap:Subcode>"
    if problem.subcode in _DETAILS and problem.detail is not None:
        detail = f"<soap:Detail>{_DETAILS[problem.subcode].format(escape(problem.detail))}</soap:Detail>"
    return (
        f"<soap:Fault><soap:Code><soap:Value>soap:{problem.code}</soap:Value>{subcode}</soap:Code>"
        f'<soap:Reason><soap:Text xml:lang="en">{escape(_reason(problem))}</soap:Text></soap:Reason>'
        f"{detail}</soap:Fault>"
    )


def _explanation(problem: ProtocolViolation) -> str:
    """The header block that goes with some kinds of fault (SOAP 1.2 Part 1: 5.4.7, 5.4.8)."""
    if isinstance(problem, VersionMismatch):
        return '<soap:Upgrade><soap:SupportedEnvelope qname="soap:Envelope"/></soap:Upgrade>'
    if not isinstance(problem, NotUnderstood) or problem.detail is None:
        return ""
    namespace, _, name = problem.detail.removeprefix("{").rpartition("}")
    declaration = f' xmlns:n="{escape(namespace)}"' if namespace else ""
    return f'<soap:NotUnderstood qname="{"n:" if namespace else ""}{escape(name)}"{declaration}/>'


def is_fault(body: Element) -> bool:
    """Whether the child of a Body is a SOAP 1.2 fault."""
    return bool(body.tag == f"{_SOAP}Fault")


def read_fault(body: Element) -> Fault:
    """From `soap:Fault`."""
    subcode = body.findtext(f"{_SOAP}Code/{_SOAP}Subcode/{_SOAP}Value")
    return Fault(
        code=_local(body.findtext(f"{_SOAP}Code/{_SOAP}Value") or ""),
        subcode=None if subcode is None else _local(subcode),
        reason=(body.findtext(f"{_SOAP}Reason/{_SOAP}Text") or "").strip(),
        detail=_inside(body.find(f"{_SOAP}Detail")),
        node=body.findtext(f"{_SOAP}Node"),
        role=body.findtext(f"{_SOAP}Role"),
    )


def read_old_fault(data: bytes) -> Fault | None:
    """From an envelope of SOAP 1.1, which some stacks fall back to; None where it holds no fault.

    The codes are given their names of SOAP 1.2, as far as there are any. Raises ProtocolViolation where
    `data` is no XML.
    """
    fault = parse(data).find(f"{_SOAP11}Body/{_SOAP11}Fault")
    if fault is None:
        return None
    code, _, subcode = _local(fault.findtext("faultcode") or "").partition(".")
    return Fault(
        code=_CODES_OF_SOAP11.get(code, code),
        subcode=subcode or None,
        reason=(fault.findtext("faultstring") or "").strip(),
        detail=_inside(fault.find("detail")),
        role=fault.findtext("faultactor"),
    )


def _inside(element: Element | None) -> str | None:
    if element is None:
        return None
    return (element.text or "").strip() + "".join(serialise(child).decode() for child in element)


def _local(name: str) -> str:
    return name.strip().rpartition(":")[2]
