from __future__ import annotations

from pathlib import Path

from wire import message

from xdsi_sim.ebrim.model import RegistryObjectList
from xdsi_sim.messages.response import RegistryResponse
from xdsi_sim.messages.submit import ProvideAndRegisterDocumentSetRequest, SubmitObjectsRequest
from xdsi_sim.services.host import Endpoint, Reply
from xdsi_sim.soap.mtom import PackageReader

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
