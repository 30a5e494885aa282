from __future__ import annotations

import pytest
from a_faulty_domain import FaultyDomain, a_query
from wire import message, post, send
from zeep.exceptions import Fault

from xdsi_sim.client.zeep_mtom import connect
from xdsi_sim.messages.stored_queries import FIND_DOCUMENTS
from xdsi_sim.vocab import NS, TRANSACTIONS


def body(faulty: FaultyDomain, deviation: str) -> bytes:
    url = faulty.running.url_of("north-registry")
    with faulty.deviating("north-registry", deviation):
        return send(url, post(url, *message(url, "ITI-18", a_query()))).body


@pytest.mark.parametrize(
    ("deviation", "text"),
    [
        ("doctype", b"<!DOCTYPE"),
        ("envelope-1.1", NS.SOAP11.encode()),
        ("body-empty", b"<soap:Body></soap:Body>"),
        ("body-of-two", b'<second xmlns="urn:x-second"/></soap:Body>'),
        ("body-of-another", b"<rs:RegistryRequest"),
        ("header-unknown", b"<x:Unknown"),
        ("fault-must-understand", b"NotUnderstood"),
        ("fault-1.1", b"<faultcode>"),
        ("namespace-old", b"regrep:query:xsd:2.1"),
    ],
)
def test_the_octets_are_those_of_the_catalogue(faulty: FaultyDomain, deviation: str, text: bytes) -> None:
    assert text not in body(faulty, "message-id-missing")
    assert text in body(faulty, deviation)


def test_a_foreign_stack_gets_the_fault_that_was_asked_for(faulty: FaultyDomain) -> None:
    client = connect(faulty.running.url_of("north-registry"))
    reason = {"reason": "come back tomorrow"}
    ask = client.service[TRANSACTIONS["ITI-18"].operation]
    with (
        faulty.deviating("north-registry", "fault-receiver", parameters=reason),
        pytest.raises(Fault, match="come back tomorrow"),
    ):
        ask(
            ResponseOption={"returnComposedObjects": True, "returnType": "LeafClass"},
            AdhocQuery={"id": FIND_DOCUMENTS.id},
        )


def test_what_a_fault_says_is_escaped(faulty: FaultyDomain) -> None:
    with faulty.deviating("north-registry", "fault-sender", parameters={"reason": "<a> & b"}):
        assert "<a> & b" in faulty.ask("ITI-18").outcome
