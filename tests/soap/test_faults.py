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
from xdsi_sim.soap.envelope import read_envelope, write_envelope
from xdsi_sim.soap.faults import (
    Fault,
    InternalError,
    is_fault,
    is_old,
    read_fault,
    read_old_fault,
    write_fault,
)
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
    found = read_fault(envelope.body)
    assert (found.code, found.subcode, found.reason) == fault
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


def test_all_that_a_fault_may_hold_is_read() -> None:
    body = (
        "<soap:Fault><soap:Code><soap:Value>soap:Receiver</soap:Value><soap:Subcode><soap:Value>wsa:"
        "EndpointUnavailable</soap:Value><soap:Subcode><soap:Value>x:Deeper</soap:Value></soap:Subcode>"
        '</soap:Subcode></soap:Code><soap:Reason><soap:Text xml:lang="en"> later </soap:Text></soap:Reason>'
        "<soap:Node>http://gateway</soap:Node><soap:Role>urn:role</soap:Role>"
        '<soap:Detail><wsa:RetryAfter>5</wsa:RetryAfter><a xmlns="urn:a">b</a></soap:Detail></soap:Fault>'
    )
    found = read_fault(read_envelope(b"".join(write_envelope("", (body.encode(),)))).body)
    detail = found.detail or ""
    assert (found.code, found.subcode, found.reason) == ("Receiver", "EndpointUnavailable", "later")
    assert (found.node, found.role) == ("http://gateway", "urn:role")
    assert "RetryAfter" in detail
    assert detail.endswith("b</a>")


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("s:Client", ("Sender", None)),
        ("s:Server.Database", ("Receiver", "Database")),
        ("VersionMismatch", ("VersionMismatch", None)),
        ("x:Own", ("Own", None)),
    ],
)
def test_a_fault_of_soap_1_1_is_read_under_the_names_of_1_2(
    code: str, expected: tuple[str, str | None]
) -> None:
    fault = (
        f"<s:Fault><faultcode>{code}</faultcode><faultstring> no </faultstring>"
        "<faultactor>urn:actor</faultactor><detail>why</detail></s:Fault>"
    )
    found = read_old_fault(
        f'<s:Envelope xmlns:s="{NS.SOAP11}"><s:Body>{fault}</s:Body></s:Envelope>'.encode()
    )
    assert found == Fault(code=expected[0], subcode=expected[1], reason="no", detail="why", role="urn:actor")


def test_what_is_no_fault_of_soap_1_1_is_none() -> None:
    assert read_old_fault(f'<s:Envelope xmlns:s="{NS.SOAP11}"><s:Body/></s:Envelope>'.encode()) is None


def test_a_fault_that_travels_on_its_own_says_to_whom() -> None:
    pieces = write_fault(ProtocolViolation("no"), relates_to="urn:uuid:1", to="http://peer/faults")
    addressing = read_envelope(b"".join(pieces)).addressing
    assert (addressing.to, addressing.relatesTo, addressing.replyTo) == (
        "http://peer/faults",
        "urn:uuid:1",
        None,
    )


def test_who_speaks_soap_1_1_is_told_in_soap_1_1() -> None:
    root = parse(b"".join(write_fault(VersionMismatch("old & gone", rule="A04", detail=NS.SOAP11))))
    fault = root.find(f"{{{NS.SOAP11}}}Body/{{{NS.SOAP11}}}Fault")
    prefix, _, name = fault.findtext("faultcode").partition(":")
    assert root.tag == f"{{{NS.SOAP11}}}Envelope"
    assert (fault.nsmap[prefix], name) == (NS.SOAP11, "VersionMismatch")
    assert fault.findtext("faultstring") == "old & gone [A04]"
