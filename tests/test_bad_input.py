"""A table of bad messages over raw sockets: each gets its exact answer, and the next good one is served."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from a_domain import AUTHORITY, domain, provide, provision, response_of, root_of, topology
from bad_messages import FRAMING, ROWS, Bad, Framing
from submissions import an_entry
from wire import Answer, connect, message, post, read_answer, send

from xdsi_sim.actors.trace import TRACE_HEADER
from xdsi_sim.ebrim.xml import parse
from xdsi_sim.ids import new_token
from xdsi_sim.limits import Limits
from xdsi_sim.messages.imaging import ImagingDocumentRequest, RetrieveImagingDocumentSetRequest
from xdsi_sim.messages.query import AdhocQueryRequest
from xdsi_sim.messages.retrieve import DocumentRequest, RetrieveDocumentSetRequest
from xdsi_sim.messages.submit import SubmitObjectsRequest
from xdsi_sim.soap.envelope import read_envelope
from xdsi_sim.soap.faults import is_fault, read_fault
from xdsi_sim.topology.build import RunningTopology, start
from xdsi_sim.topology.model import Listen
from xdsi_sim.vocab import NS

SOAP = "application/soap+xml; charset=UTF-8"
GOOD = message("http://x")[1]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningTopology]:
    with domain(tmp_path_factory.mktemp("domain")) as started:
        for row in ROWS:  # what is opened once, is open from now on
            if row.status == 200:
                send(started.url_of(row.actor), post(started.url_of(row.actor), row.content_type, row.body))
        yield started


def served_as_before(running: RunningTopology) -> None:
    """Up, nothing left in the spool, the next good request answered."""
    url = running.url_of("registry")
    assert send(url, post(url, SOAP, GOOD)).status == 200
    assert list(running._spool.iterdir()) == []


def held() -> tuple[int, int]:
    """Descriptors and threads of this process, in which the actors run."""
    return len([*Path("/proc/self/fd").iterdir()]), threading.active_count()


class Watch:
    """What must be after a bad message as it was before, and its record in the log."""

    def __init__(self, running: RunningTopology) -> None:
        self.running = running
        self.conversation = new_token()
        served_as_before(running)
        self.before = self.settled((0, 0))

    @property
    def trace(self) -> str:
        return f"{self.conversation};tester"

    def settled(self, wanted: tuple[int, int]) -> tuple[int, int]:
        """Once the reactor has seen that connections are closed: each turn it looks at all of them."""
        for _ in range(50):
            if held() <= wanted:
                break
            self.running._loop.call(lambda: None)
        return held()

    def check(self, outcome: str | None) -> None:
        """The outcome is the status of the one record; None: there is none."""
        served_as_before(self.running)
        descriptors, threads = self.settled(self.before)
        assert descriptors <= self.before[0], "descriptors are left open"
        assert threads <= self.before[1], "threads are left"
        recorded = [exchange.status for exchange in self.running.exchanges(self.conversation)]
        assert recorded == ([] if outcome is None else [outcome])


def fault_of(body: bytes) -> tuple[str, str | None, str]:
    """Code, subcode and reason of a fault, in the words of either version of SOAP."""
    root = parse(body)
    old = root.find(f"{{{NS.SOAP11}}}Body/{{{NS.SOAP11}}}Fault")
    if old is not None:
        return old.findtext("faultcode").rpartition(":")[2], None, old.findtext("faultstring")
    element = read_envelope(body).body
    assert is_fault(element)
    fault = read_fault(element)
    return fault.code, fault.subcode, fault.reason


def errors_in(body: bytes) -> list[tuple[str, str]]:
    """errorCode and rule of each RegistryError."""
    errors = parse(body).iter(f"{{{NS.RS}}}RegistryError")
    return [(error.get("errorCode"), error.get("codeContext").rpartition("rule=")[2]) for error in errors]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_bad_message_gets_its_answer_and_leaves_nothing_else(running: RunningTopology, row: Bad) -> None:
    watch = Watch(running)
    url = running.url_of(row.actor)
    answer = send(url, post(url, row.content_type, row.body, f"{TRACE_HEADER}: {watch.trace}", *row.headers))
    assert (answer.status, b"Traceback" in answer.body) == (row.status, False)
    if row.status == 200:
        assert (row.code, row.rule) in errors_in(answer.body)
    else:
        code, subcode, reason = fault_of(answer.body)
        assert (code, subcode) == (row.code, row.subcode)
        assert reason.endswith(f" [{row.rule}]")
    watch.check("Failure" if row.status == 200 else f"Fault {row.code}")


@pytest.mark.parametrize("row", FRAMING, ids=lambda row: row.name)
def test_what_is_hardly_http_costs_nobody_else(running: RunningTopology, row: Framing) -> None:
    watch = Watch(running)
    url = urlsplit(running.url_of("registry"))
    data = row.data
    for name, value in (("path", url.path), ("host", url.netloc), ("trace", watch.trace)):
        data = data.replace(b"{%s}" % name.encode(), value.encode())
    with connect(url.geturl()) as connection:
        connection.sendall(data)
        if row.status is not None:
            assert read_answer(connection).status == row.status
    watch.check(row.outcome)


def test_the_table_is_long_and_no_row_is_there_twice() -> None:
    names = [row.name for row in (*ROWS, *FRAMING)]
    assert len(names) == len(set(names)) >= 60


@pytest.mark.parametrize("content_type", ["text/xml", SOAP])
def test_who_speaks_soap_1_1_is_told_so_in_soap_1_1(running: RunningTopology, content_type: str) -> None:
    url = running.url_of("registry")
    old = GOOD.replace(NS.SOAP.encode(), NS.SOAP11.encode())
    answer = send(url, post(url, content_type, old))
    root = parse(answer.body)
    assert answer.headers["content-type"] == "text/xml; charset=UTF-8"
    assert root.tag == f"{{{NS.SOAP11}}}Envelope"
    upgrade = root.find(f"{{{NS.SOAP11}}}Header/{{{NS.SOAP}}}Upgrade/{{{NS.SOAP}}}SupportedEnvelope")
    assert upgrade.nsmap[upgrade.get("qname").partition(":")[0]] == NS.SOAP


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
    assert errors_of(gone)[0][0] == ("XDSDocumentUniqueIdError" if entry.uniqueId else "XDSRepositoryError")
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
    assert running.exchanges()[-1].findings[0].rule == "A06"
    with domain(tmp_path, strictness="strict") as strict:
        url = strict.url_of("registry")
        answer = send(url, post(url, SOAP, bare))
        assert (answer.status, b"MessageAddressingHeaderRequired" in answer.body) == (400, True)


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
