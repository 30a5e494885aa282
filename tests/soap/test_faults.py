from __future__ import annotations

import pytest

from xdsi_sim.ebrim.xml import parse
from xdsi_sim.errors import (
    ActionMissing,
    ActionNotSupported,
    NotUnderstood,
    ProtocolViolation,
    VersionMismatch,
)
from xdsi_sim.soap.envelope import read_envelope
from xdsi_sim.soap.faults import Fault, InternalError, is_fault, is_old, read_fault, write_fault
from xdsi_sim.vocab import NS, WSA_FAULT_ACTION, WSA_SOAP_FAULT_ACTION

SOAP, WSA = f"{{{NS.SOAP}}}", f"{{{NS.WSA}}}"


@pytest.mark.parametrize(
    ("problem", "fault", "action"),
    [
        (ProtocolViolation("a < b", rule="A09"), ("Sender", None, "a < b [A09]"), WSA_SOAP_FAULT_ACTION),
        (VersionMismatch("old", detail="urn:x"), ("VersionMismatch", None, "old"), WSA_SOAP_FAULT_ACTION),
        (InternalError("oops"), ("Receiver", None, "oops"), WSA_SOAP_FAULT_ACTION),
        (ActionNotSupported("no", detail="urn:a"), ("Sender", "ActionNotSupported", "no"), WSA_FAULT_ACTION),
    ],
)
def test_a_fault_is_read_back_as_it_was_meant(
    problem: ProtocolViolation, fault: tuple[str, str | None, str], action: str
) -> None:
    envelope = read_envelope(b"".join(write_fault(problem, relates_to="urn:uuid:1")))
    assert is_fault(envelope.body)
    assert read_fault(envelope.body) == Fault(code=fault[0], subcode=fault[1], reason=fault[2])
    assert (envelope.addressing.action, envelope.addressing.relatesTo) == (action, "urn:uuid:1")


@pytest.mark.parametrize(
    ("problem", "path", "text"),
    [
        (ActionNotSupported("no", detail="urn:a&b"), f"{WSA}ProblemAction/{WSA}Action", "urn:a&b"),
        (ActionMissing("no", detail="wsa:Action"), f"{WSA}ProblemHeaderQName", "wsa:Action"),
    ],
)
def test_the_detail_names_what_is_wrong(problem: ProtocolViolation, path: str, text: str) -> None:
    root = parse(b"".join(write_fault(problem)))
    assert root.findtext(f"{SOAP}Body/{SOAP}Fault/{SOAP}Detail/{path}") == text


def test_what_is_not_understood_is_named_in_a_header() -> None:
    root = parse(b"".join(write_fault(NotUnderstood("no", detail="{urn:x}Token"))))
    block = root.find(f"{SOAP}Header/{SOAP}NotUnderstood")
    prefix, _, name = block.get("qname").partition(":")
    assert (block.nsmap[prefix], name) == ("urn:x", "Token")


def test_who_sent_no_addressing_gets_none() -> None:
    assert b"Header" not in b"".join(write_fault(ProtocolViolation("no"), addressed=False))


@pytest.mark.parametrize("namespace", [NS.SOAP11, "urn:other"])
def test_who_speaks_another_version_is_told_which_one_is_spoken_here(namespace: str) -> None:
    problem = VersionMismatch("the envelope is <old>", rule="A04", detail=namespace)
    root = parse(b"".join(write_fault(problem)))
    told = f"{{{namespace}}}" if is_old(problem) else SOAP
    supported = root.find(f"{told}Header/{SOAP}Upgrade/{SOAP}SupportedEnvelope")
    prefix, _, name = supported.get("qname").partition(":")
    assert (supported.nsmap[prefix], name) == (NS.SOAP, "Envelope")


def test_who_speaks_soap_1_1_is_told_in_soap_1_1() -> None:
    root = parse(b"".join(write_fault(VersionMismatch("old & gone", rule="A04", detail=NS.SOAP11))))
    fault = root.find(f"{{{NS.SOAP11}}}Body/{{{NS.SOAP11}}}Fault")
    prefix, _, name = fault.findtext("faultcode").partition(":")
    assert root.tag == f"{{{NS.SOAP11}}}Envelope"
    assert (fault.nsmap[prefix], name) == (NS.SOAP11, "VersionMismatch")
    assert fault.findtext("faultstring") == "old & gone [A04]"
