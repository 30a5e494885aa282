from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from manifest_messages import changed, provided, unplaced, without_hash
from submissions import a_provision

from xdsi_sim.content import BytesContent, SegmentsContent
from xdsi_sim.errors import Finding, Severity
from xdsi_sim.exchange import Exchange, HttpMessage
from xdsi_sim.messages.query import AdhocQueryRequest, AdhocQueryResponse
from xdsi_sim.messages.response import RegistryError, RegistryResponse
from xdsi_sim.messages.stored_queries import FIND_DOCUMENTS, encode
from xdsi_sim.scenario.message import Message
from xdsi_sim.soap.addressing import write_addressing
from xdsi_sim.soap.codecs import CODECS
from xdsi_sim.soap.envelope import write_envelope
from xdsi_sim.soap.mtom import Attachments
from xdsi_sim.vocab import FAILURE, TRANSACTIONS


def sent(line: str, name: str, value: object, *, asked: bool) -> HttpMessage:
    transaction, codec = TRANSACTIONS[name], CODECS[name]
    attachments = Attachments(mtom=transaction.mtom)
    write = codec.write_request if asked else codec.write_response
    header = write_addressing(action=transaction.action, message_id="urn:uuid:1", to="http://a/b")
    body = attachments.body(write_envelope(header, write(value, attachments.attach)))
    headers = (("Content-Type", attachments.content_type), ("Xdsi-Trace", "a;b"))
    return HttpMessage(start_line=line, headers=headers, body=SegmentsContent(tuple(body)))


def an_exchange(transaction: str, request: HttpMessage, response: HttpMessage | None = None) -> Exchange:
    return Exchange(
        id="e1",
        conversation="c1",
        sender="127.0.0.1:7",
        receiver="registry",
        transaction=transaction,
        started=0.0,
        duration=0.1,
        request=request,
        response=response,
        status="Success",
    )


def test_a_query_is_read_by_the_words_of_the_profile(tmp_path: Path) -> None:
    known = FIND_DOCUMENTS.by_name
    value = AdhocQueryRequest(
        id=FIND_DOCUMENTS.id,
        parameters=(
            encode(known["$XDSDocumentEntryPatientId"], "P1^^^&2.999.1&ISO"),
            encode(known["$XDSDocumentEntryStatus"], "a", "b"),
        ),
    )
    error = RegistryError(errorCode="XDSRegistryError", codeContext="no")
    exchange = an_exchange(
        "ITI-18",
        sent("POST /c/registry?a=1&a=2&b=%20 HTTP/1.1", "ITI-18", value, asked=True),
        sent("HTTP/1.1 200 OK", "ITI-18", AdhocQueryResponse(status=FAILURE, errors=(error,)), asked=False),
    )
    message = Message(exchange, tmp_path)
    assert (message.storedQuery, message.returnType) == ("FindDocuments", "LeafClass")
    assert message.parameters["patientId"] == "P1^^^&2.999.1&ISO"
    assert message.parameters["$XDSDocumentEntryStatus"] == message.parameters["status"] == ("a", "b")
    assert "classCode" not in message.parameters
    assert (message.method, message.path) == ("POST", "/c/registry")
    assert message.query == {"a": ("1", "2"), "b": " "}
    assert "xdsi-trace" not in message.headers
    assert [each.errorCode for each in message.errors] == ["XDSRegistryError"]
    assert (message.entries, message.documents, message.patientIds) == ((), (), ())


def test_a_submission_has_its_metadata_and_documents(tmp_path: Path) -> None:
    value = a_provision()
    request = sent("POST / HTTP/1.1", "ITI-41", value, asked=True)
    response = sent("HTTP/1.1 200 OK", "ITI-41", RegistryResponse(), asked=False)
    message = Message(an_exchange("RAD-68", request, response), tmp_path)
    objects = value.submission.objects
    assert [one.uniqueId for one in message.entries] == [one.uniqueId for one in objects.documentEntries]
    assert [one.uniqueId for one in message.submissionSets] == [
        one.uniqueId for one in objects.submissionSets
    ]
    assert len(message.associations) == len(objects.associations) > 0
    assert len(message.folders) == len(objects.folders)
    assert len(message.documents) == len(value.documents)
    assert (message.fault, message.storedQuery, message.parameters) == (None, None, {})


def test_what_cannot_be_read_has_no_values(tmp_path: Path) -> None:
    broken = HttpMessage(start_line="GET", headers=(), body=BytesContent(b"<a"))
    message = Message(an_exchange("ITI-18", broken), tmp_path)
    assert (message.request, message.answer, message.entries, message.errors) == (None, None, (), ())
    assert (message.method, message.path, message.returnType) == ("GET", "", None)


def test_what_is_wrong_with_a_manifest_is_found_beside_what_the_actor_has_found(tmp_path: Path) -> None:
    known = Finding(rule="A12", severity=Severity.WARNING, text="no wsa:ReplyTo")
    unsound = provided(changed(unplaced), without_hash())
    request = sent("POST /c/repository HTTP/1.1", "ITI-41", unsound, asked=True)
    exchange = replace(an_exchange("RAD-68", request), findings=(known,))
    assert Message(exchange, tmp_path).findings == ("A12", "M34")
    report = sent("POST /c/repository HTTP/1.1", "ITI-41", a_provision(), asked=True)
    assert Message(replace(exchange, request=report), tmp_path).found == (known,)
