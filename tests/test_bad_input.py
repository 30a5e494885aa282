"""A table of bad messages over raw sockets: each gets its exact answer, and the next good one is served."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from a_domain import AUTHORITY, domain, provide, provision, response_of, root_of, topology
from submissions import an_entry
from wire import Answer, get, message, post, send

from xdsi_sim.content import read_all
from xdsi_sim.ebrim.xml import parse
from xdsi_sim.limits import Limits
from xdsi_sim.messages.imaging import ImagingDocumentRequest, RetrieveImagingDocumentSetRequest
from xdsi_sim.messages.query import AdhocQueryRequest
from xdsi_sim.messages.retrieve import DocumentRequest, RetrieveDocumentSetRequest
from xdsi_sim.messages.submit import SubmitObjectsRequest
from xdsi_sim.soap.envelope import read_envelope
from xdsi_sim.soap.faults import is_fault, read_fault
from xdsi_sim.topology.build import RunningTopology, start
from xdsi_sim.topology.model import Listen
from xdsi_sim.vocab import NS, TRANSACTIONS

SOAP = "application/soap+xml; charset=UTF-8"
GOOD = message("http://x")[1]
QUERY = TRANSACTIONS["ITI-18"].action.encode()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningTopology]:
    with domain(tmp_path_factory.mktemp("domain")) as started:
        yield started


def served_as_before(running: RunningTopology) -> None:
    """Up, nothing left in the spool, the next good request answered."""
    url = running.url_of("registry")
    assert send(url, post(url, SOAP, GOOD)).status == 200
    assert list(running._spool.iterdir()) == []


FAULTS = [
    ("no body at all", SOAP, b"", 400, "Sender", None, "A03"),
    ("not XML", SOAP, b"hello", 400, "Sender", None, "A03"),
    ("not SOAP", SOAP, b"<html/>", 400, "Sender", None, "A04"),
    (
        "SOAP 1.1",
        "text/xml",
        GOOD.replace(NS.SOAP.encode(), NS.SOAP11.encode()),
        500,
        "VersionMismatch",
        None,
        "A04",
    ),
    ("another media type", "application/json", b"{}", 415, "Sender", None, "A02"),
    ("no media type", "", GOOD, 415, "Sender", None, "A02"),
    ("a DOCTYPE", SOAP, b"<!DOCTYPE x [<!ENTITY e 'x'>]>" + GOOD, 400, "Sender", None, "A03"),
    ("an external DTD", SOAP, b"<!DOCTYPE x SYSTEM 'file:///etc/passwd'>" + GOOD, 400, "Sender", None, "A03"),
    (
        "another charset",
        SOAP,
        b'<?xml version="1.0" encoding="ISO-8859-1"?>' + GOOD,
        400,
        "Sender",
        None,
        "A22",
    ),
    ("invalid UTF-8", SOAP, GOOD.replace(b"LeafClass", b"Leaf\xff"), 400, "Sender", None, "A22"),
    (
        "two children in Body",
        SOAP,
        GOOD.replace(b"</soap:Body>", b"<x/></soap:Body>"),
        400,
        "Sender",
        None,
        "A05",
    ),
    (
        "an unknown operation",
        SOAP,
        GOOD.replace(QUERY, b"urn:other"),
        400,
        "Sender",
        "ActionNotSupported",
        "A08",
    ),
    (
        "an operation of another actor",
        SOAP,
        GOOD.replace(QUERY, TRANSACTIONS["ITI-43"].action.encode()),
        400,
        "Sender",
        "ActionNotSupported",
        "A08",
    ),
    (
        "an action that does not fit the body",
        SOAP,
        GOOD.replace(QUERY, TRANSACTIONS["ITI-42"].action.encode()),
        400,
        "Sender",
        None,
        "A09",
    ),
    (
        "a header that must be understood",
        SOAP,
        GOOD.replace(b"<soap:Header>", b'<soap:Header><t:T xmlns:t="urn:t" soap:mustUnderstand="1"/>'),
        500,
        "MustUnderstand",
        None,
        "A15",
    ),
    (
        "an action twice",
        SOAP,
        GOOD.replace(b"<soap:Header>", b"<soap:Header><wsa:Action>x</wsa:Action>"),
        400,
        "Sender",
        "InvalidAddressingHeader",
        "A06",
    ),
    (
        "an answer address of its own",
        SOAP,
        GOOD.replace(b"addressing/anonymous", b"addressing/elsewhere"),
        400,
        "Sender",
        "OnlyAnonymousAddressSupported",
        "A13",
    ),
    (
        "no ResponseOption",
        SOAP,
        GOOD.replace(b"query:ResponseOption", b"query:Other"),
        400,
        "Sender",
        None,
        "I02",
    ),
    ("multipart without boundary", "multipart/related", GOOD, 400, "Sender", None, "B03"),
    (
        "multipart cut short",
        "multipart/related; boundary=b",
        b"--b\r\n\r\n" + GOOD,
        400,
        "Sender",
        None,
        "B03",
    ),
    (
        "a start that names no part",
        'multipart/related; boundary=b; start="<x>"',
        b"--b\r\n\r\n" + GOOD + b"\r\n--b--",
        400,
        "Sender",
        None,
        "B06",
    ),
    ("a tree too wide", SOAP, b"<x>" + b"<y/>" * 200_001 + b"</x>", 413, "Sender", None, "A23"),
    ("a tree too deep", SOAP, b"<x>" * 5000 + b"</x>" * 5000, 413, "Sender", None, "A23"),
    ("a null in the text", SOAP, GOOD.replace(b"LeafClass", b"Leaf\x00"), 400, "Sender", None, "A03"),
]


@pytest.mark.parametrize(
    ("content_type", "body", "http", "code", "subcode", "rule"),
    [row[1:] for row in FAULTS],
    ids=[row[0] for row in FAULTS],
)
def test_a_broken_message_is_a_fault_that_says_what_and_by_which_rule(
    running: RunningTopology,
    content_type: str,
    body: bytes,
    http: int,
    code: str,
    subcode: str | None,
    rule: str,
) -> None:
    url = running.url_of("registry")
    answer = send(url, post(url, content_type, body))
    envelope = read_envelope(answer.body)
    fault = read_fault(envelope.body)
    assert is_fault(envelope.body)
    assert (answer.status, fault.code, fault.subcode) == (http, code, subcode)
    assert fault.reason.endswith(f"[{rule}]")
    assert b"Traceback" not in answer.body
    (exchange, *_) = reversed(running.exchanges())
    assert exchange.status == f"Fault {code}"
    assert read_all(exchange.request.body).startswith(body[:50])
    served_as_before(running)


def test_a_part_that_is_not_there_is_a_fault(running: RunningTopology) -> None:
    url = running.url_of("repository")
    content_type, body = message(url, "ITI-41", provision(1))
    answer = send(
        url, post(url, content_type, body.replace(b'href="cid:document-1', b'href="cid:document-9'))
    )
    assert (answer.status, b"[B08]" in answer.body) == (400, True)
    served_as_before(running)


def errors_of(answer: Answer) -> list[tuple[str, str]]:
    assert answer.status == 200
    return [(error.errorCode, error.codeContext) for error in response_of(answer).errors]


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"typeCode": None}, "XDSRegistryMetadataError", "attribute=typeCode"),
        ({"uniqueId": None}, "XDSRepositoryMetadataError", "attribute=uniqueId"),
        ({"hash": "0" * 40}, "XDSRepositoryMetadataError", f"attribute=hash; value={'0' * 40}"),
        ({"size": "77"}, "XDSRepositoryMetadataError", "attribute=size; value=77"),
        ({"patientId": "P^^^&1.2&ISO"}, "XDSUnknownPatientId", "value=P^^^&1.2&ISO"),
        ({"patientId": f"P9^^^&{AUTHORITY}&ISO"}, "XDSPatientIdDoesNotMatch", "attribute=patientId"),
        ({"creationTime": "yesterday"}, "XDSRegistryMetadataError", "value=yesterday; rule=D08"),
        ({"mimeType": "<b>&\u202e"}, "XDSRegistryMetadataError", "attribute=mimeType"),
    ],
)
def test_wrong_metadata_are_errors_with_attribute_and_value_and_leave_nothing(
    running: RunningTopology, changes: dict[str, str | None], code: str, words: str
) -> None:
    url = running.url_of("repository")
    request = provision(2)
    entry = replace(request.submission.objects.documentEntries[0], **changes)  # type: ignore[arg-type]
    objects = replace(request.submission.objects, documentEntries=(entry,))
    wrong = replace(request, submission=SubmitObjectsRequest(objects=objects))
    answer = provide(url, wrong)
    assert any(found == code and words in context for found, context in errors_of(answer)), errors_of(answer)
    assert answer.headers["content-type"].startswith("multipart/related")
    asked = RetrieveDocumentSetRequest(
        requests=(DocumentRequest(repositoryUniqueId="2.999.1.3", documentUniqueId=entry.uniqueId or ""),)
    )
    gone = send(url, post(url, *message(url, "ITI-43", asked)))
    assert errors_of(gone)[0][0] == "XDSDocumentUniqueIdError"
    served_as_before(running)


def test_a_document_without_metadata_and_metadata_without_document(running: RunningTopology) -> None:
    url = running.url_of("repository")
    request = provision(3)
    assert errors_of(provide(url, replace(request, documents=())))[0][0] == "XDSMissingDocument"
    more = replace(request, documents=(*request.documents, replace(request.documents[0], id="other")))
    assert "XDSMissingDocumentMetadata" in [code for code, _ in errors_of(provide(url, more))]
    served_as_before(running)


def test_an_unknown_document_instance_or_query_has_its_code(running: RunningTopology) -> None:
    asked = DocumentRequest(repositoryUniqueId="2.999.1.3", documentUniqueId="1.2.3")
    image = ImagingDocumentRequest(
        studyInstanceUID="1", seriesInstanceUID="2", document=replace(asked, repositoryUniqueId="2.999.1.21")
    )
    for actor, transaction, value, code in (
        ("repository", "ITI-43", RetrieveDocumentSetRequest(requests=(asked,)), "XDSDocumentUniqueIdError"),
        (
            "pacs",
            "RAD-69",
            RetrieveImagingDocumentSetRequest(requests=(image,), transferSyntaxUIDs=("1.2.840.10008.1.2.1",)),
            "XDSDocumentUniqueIdError",
        ),
    ):
        url = running.url_of(actor)
        assert errors_of(send(url, post(url, *message(url, transaction, value))))[0][0] == code
    url = running.url_of("registry")
    answer = send(url, post(url, *message(url, "ITI-18", AdhocQueryRequest(id="urn:uuid:none"))))
    assert b'errorCode="XDSUnknownStoredQuery"' in answer.body


def test_patients_that_were_not_fed_are_refused_where_they_must_be(tmp_path: Path) -> None:
    with domain(tmp_path, patients="fed-only") as strict:
        assert errors_of(provide(strict.url_of("repository"), provision(1)))[0][0] == "XDSUnknownPatientId"


def test_a_strict_endpoint_refuses_what_a_lenient_one_notes(running: RunningTopology, tmp_path: Path) -> None:
    bare = GOOD[: GOOD.index(b"<soap:Header>")] + GOOD[GOOD.index(b"</soap:Header>") + 14 :]
    url = running.url_of("registry")
    assert send(url, post(url, SOAP, bare)).status == 200
    assert [finding.rule for finding in running.exchanges()[-1].findings] == ["A06"]
    with domain(tmp_path, strictness="strict") as strict:
        url = strict.url_of("registry")
        answer = send(url, post(url, SOAP, bare))
        assert (answer.status, b"MessageAddressingHeaderRequired" in answer.body) == (400, True)


def test_garbage_on_the_port_costs_nobody_else(running: RunningTopology) -> None:
    url = running.url_of("registry")
    for garbage in (
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(100),
        b"\r\n\r\n\r\n",
        b"GET\r\n\r\n",
    ):
        with contextlib.suppress(ConnectionError, TimeoutError, IndexError, ValueError):
            send(url, garbage)
        served_as_before(running)
    assert get(f"{url}?wsdl").status == 200


def test_answers_are_well_formed_whatever_they_repeat(running: RunningTopology) -> None:
    url = running.url_of("registry")
    query = AdhocQueryRequest(id="urn:uuid:'\"<&>\u0085\u202e")
    answer = send(url, post(url, *message(url, "ITI-18", query)))
    assert parse(root_of(answer)) is not None
    assert an_entry().entryUUID not in answer.body.decode()


@pytest.mark.parametrize(
    ("limit", "body"),
    [
        ("soap_root=1000", GOOD + b" " * 1000),
        ("elements=5", GOOD),
        ("attributes=3", GOOD.replace(b"<soap:Body>", b"<soap:Body a='' b='' c='' d=''>")),
        ("namespaces=1", GOOD),
    ],
)
def test_a_limit_of_the_topology_holds_and_is_named(tmp_path: Path, limit: str, body: bytes) -> None:
    name, _, value = limit.partition("=")
    limited = topology().model_copy(update={"limits": Limits(**{name: int(value)})})
    with start(limited, tmp_path, Listen("127.0.0.1", 0)) as running:
        url = running.url_of("registry")
        answer = send(url, post(url, SOAP, body))
        assert answer.status == 413
        assert f"limits.{limit} [A23]" in read_fault(read_envelope(answer.body).body).reason


@pytest.mark.parametrize(
    ("limit", "value"), [("document", 3), ("parts", 1), ("part_headers", 20), ("header_count", 2)]
)
def test_a_limit_of_the_topology_holds_for_packages(tmp_path: Path, limit: str, value: int) -> None:
    limited = topology().model_copy(update={"limits": Limits(**{limit: value})})
    with start(limited, tmp_path, Listen("127.0.0.1", 0)) as running:
        url = running.url_of("repository")
        answer = provide(url, provision(4))
        assert answer.status in (413, 431)
        assert f"limits.{limit}={value}" in answer.body.decode()
        assert list(running._spool.iterdir()) == []
