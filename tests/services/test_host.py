from __future__ import annotations

from pathlib import Path

import pytest
from wire import message

from xdsi_sim.content import SegmentsContent, read_all
from xdsi_sim.errors import ActionNotSupported, ProtocolViolation
from xdsi_sim.messages.query import AdhocQueryRequest, AdhocQueryResponse
from xdsi_sim.messages.response import RegistryError
from xdsi_sim.services.host import PORT_TYPES, Endpoint
from xdsi_sim.soap.envelope import read_envelope
from xdsi_sim.soap.faults import is_fault
from xdsi_sim.soap.mtom import Package, PackageReader
from xdsi_sim.vocab import FAILURE, TRANSACTIONS


class Registry:
    """Answers every query with one error that says what was asked."""

    def query(self, request: AdhocQueryRequest) -> AdhocQueryResponse:
        error = RegistryError(errorCode="XDSRegistryError", codeContext=request.id)
        return AdhocQueryResponse(status=FAILURE, errors=(error,))


class Broken:
    def query(self, _request: AdhocQueryRequest) -> AdhocQueryResponse:
        raise ZeroDivisionError("a secret")


def package(transaction: str = "ITI-18") -> Package:
    content_type, body = message("http://x", transaction)
    reader = PackageReader(content_type, Path("unused"))
    reader.feed(body)
    return reader.finish()


def test_a_message_becomes_a_value_and_the_answer_bytes() -> None:
    endpoint = Endpoint("registry", Registry())
    invocation = endpoint.invocation(package())
    reply = endpoint.finish(invocation, endpoint.begin(invocation))
    envelope = read_envelope(read_all(SegmentsContent(tuple(reply.segments))))
    assert (reply.status, reply.outcome) == (200, "Failure")
    assert envelope.addressing.action == TRANSACTIONS["ITI-18"].response_action
    assert envelope.addressing.relatesTo == "urn:uuid:asked"
    assert envelope.addressing.mustUnderstand == {"Action"}
    assert b"14d4debf-8f97-4251-9a74-a90016b0af0d" in read_all(SegmentsContent(tuple(reply.segments)))


def test_what_the_endpoint_does_not_serve_is_refused() -> None:
    endpoint = Endpoint("repository", Registry())
    with pytest.raises(ActionNotSupported):
        endpoint.begin(endpoint.invocation(package()))


def test_what_the_actor_raises_is_raised_and_logged_by_nobody_yet(caplog: pytest.LogCaptureFixture) -> None:
    endpoint = Endpoint("registry", Broken())
    with pytest.raises(ZeroDivisionError, match="a secret"):
        endpoint.begin(endpoint.invocation(package()))
    assert caplog.text == ""


def test_a_fault_carries_its_http_status_and_relates_to_the_request() -> None:
    envelope = read_envelope(package().root)
    reply = Endpoint.fail(ProtocolViolation("no"), envelope)
    answer = read_envelope(b"".join(part for part in reply.segments if isinstance(part, bytes)))
    assert (reply.status, reply.outcome) == (400, "Fault Sender")
    assert is_fault(answer.body)
    assert answer.addressing.relatesTo == "urn:uuid:asked"


def test_each_port_type_publishes_its_transactions_and_no_others() -> None:
    for role, port_type in PORT_TYPES.items():
        operations = Endpoint(role, None)._server.app.interface.service_method_map
        expected = {
            f"{{{port_type.namespace}}}{TRANSACTIONS[name].operation}" for name in port_type.transactions
        }
        assert set(operations) == expected
