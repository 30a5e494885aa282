from __future__ import annotations

from pathlib import Path

import pytest
from wire import message

from xdsi_sim.ebrim.model import RegistryObjectList
from xdsi_sim.errors import ProtocolViolation
from xdsi_sim.messages.imaging import ImagingDocumentRequest, RetrieveImagingDocumentSetRequest
from xdsi_sim.messages.response import RegistryResponse
from xdsi_sim.messages.retrieve import DocumentRequest, RetrieveDocumentSetResponse
from xdsi_sim.messages.submit import ProvideAndRegisterDocumentSetRequest, SubmitObjectsRequest
from xdsi_sim.services.host import Endpoint, Reply
from xdsi_sim.soap.mtom import Package, PackageReader
from xdsi_sim.vocab import NS

SUBMISSION = ProvideAndRegisterDocumentSetRequest(
    submission=SubmitObjectsRequest(objects=RegistryObjectList())
)


class Repository:
    def provide_and_register(self, _request: object) -> RegistryResponse:
        return RegistryResponse()


def served(content_type: str, body: bytes) -> Reply:
    reader = PackageReader(content_type, Path("unused"))
    reader.feed(body)
    endpoint = Endpoint("repository", Repository())
    invocation = endpoint.invocation(reader.finish())
    return endpoint.finish(invocation, endpoint.begin(invocation))


def test_an_answer_is_packed_as_its_request_was() -> None:
    content_type, body = message("http://x", "ITI-41", SUBMISSION)
    assert served(content_type, body).content_type.startswith("multipart/related")
    root = body[body.index(b"<soap:Envelope") : body.index(b"</soap:Envelope>") + 16]
    assert served("application/soap+xml", root).content_type.startswith("application/soap+xml")


def test_who_sent_no_addressing_is_answered_without() -> None:
    _, body = message("http://x", "ITI-41", SUBMISSION)
    root = body[body.index(b"<soap:Envelope") : body.index(b"</soap:Envelope>") + 16]
    start, end = root.index(b"<soap:Header>"), root.index(b"</soap:Header>") + 14
    reply = served("application/soap+xml", root[:start] + root[end:])
    assert b"wsa:Action" not in b"".join(part for part in reply.segments if isinstance(part, bytes))


class Source:
    def retrieve(self, _request: object) -> RetrieveDocumentSetResponse:
        return RetrieveDocumentSetResponse()


def imaging_message(namespace: str) -> Package:
    asked = DocumentRequest(repositoryUniqueId="1.2", documentUniqueId="3")
    request = RetrieveImagingDocumentSetRequest(
        requests=(ImagingDocumentRequest(studyInstanceUID="1", seriesInstanceUID="2", document=asked),),
        transferSyntaxUIDs=("1.2.840.10008.1.2.1",),
        namespace=namespace,
    )
    content_type, body = message("http://x", "RAD-69", request)
    reader = PackageReader(content_type, Path("unused"))
    reader.feed(body)
    return reader.finish()


@pytest.mark.parametrize(("namespace", "rules"), [(NS.XDS, []), (NS.XDSI, ["H05"])])
def test_a_dialect_of_the_body_is_a_finding(namespace: str, rules: list[str]) -> None:
    endpoint = Endpoint("source", Source())
    invocation = endpoint.invocation(imaging_message(namespace))
    assert endpoint.begin(invocation) == RetrieveDocumentSetResponse()
    assert [finding.rule for finding in invocation.findings] == rules


def test_a_dialect_of_the_body_is_refused_when_strict() -> None:
    endpoint = Endpoint("source", Source(), strict=True)
    endpoint.begin(endpoint.invocation(imaging_message(NS.XDS)))
    with pytest.raises(ProtocolViolation) as refused:
        endpoint.begin(endpoint.invocation(imaging_message(NS.XDSI)))
    assert (refused.value.rule, refused.value.code) == ("H05", "Sender")
