from __future__ import annotations

import gc
import re
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from a_domain import a_query, response_of, root_of
from a_peak import peak_of
from a_wait import emptied, until
from submissions import PATIENT, an_entry
from twisted.internet.defer import Deferred
from wire import Answer, Vendor, connect, get, message, post, read_answer, send

from xdsi_sim.actors.flow import Flow, Wait
from xdsi_sim.actors.registry import DocumentRegistry
from xdsi_sim.actors.registry_port import RegistryChange
from xdsi_sim.content import BytesContent, FileContent, read_all
from xdsi_sim.ebrim.model import RegistryObjectList
from xdsi_sim.ebrim.xml import parse
from xdsi_sim.errors import StoreBusy, StoreFull, StoreTrouble
from xdsi_sim.exchange import Exchange
from xdsi_sim.messages.imaging import ImagingDocumentRequest, RetrieveImagingDocumentSetRequest
from xdsi_sim.messages.query import AdhocQueryRequest, AdhocQueryResponse
from xdsi_sim.messages.remove import RemoveObjectsRequest
from xdsi_sim.messages.response import RegistryResponse, read_registry_response, status_name
from xdsi_sim.messages.retrieve import (
    DocumentRequest,
    DocumentResponse,
    RetrieveDocumentSetRequest,
    RetrieveDocumentSetResponse,
)
from xdsi_sim.messages.stored_queries import FIND_DOCUMENTS, encode
from xdsi_sim.messages.submit import (
    Document,
    ProvideAndRegisterDocumentSetRequest,
    SubmitObjectsRequest,
)
from xdsi_sim.server.http import FrontRequest
from xdsi_sim.server.loop import running_loop
from xdsi_sim.services.host import Invocation
from xdsi_sim.soap.envelope import Envelope, read_envelope
from xdsi_sim.soap.faults import read_fault
from xdsi_sim.soap.mtom import PackageReader
from xdsi_sim.soap.multipart import MultipartReader
from xdsi_sim.soap.peers import Peers
from xdsi_sim.soap.spool import SpooledBody
from xdsi_sim.store.answers import AT_HAND
from xdsi_sim.store.exchanges import ExchangeLog
from xdsi_sim.store.registry import SqliteRegistryStore
from xdsi_sim.vocab import ANONYMOUS, APPROVED, NS

Serve = Callable[..., str]
IMAGES = RetrieveImagingDocumentSetRequest(
    requests=(
        ImagingDocumentRequest(
            studyInstanceUID="1",
            seriesInstanceUID="2",
            document=DocumentRequest(repositoryUniqueId="1", documentUniqueId="2"),
        ),
    ),
    transferSyntaxUIDs=("1.2.840.10008.1.2.1",),
)
ASKED = RetrieveDocumentSetRequest(requests=(DocumentRequest(repositoryUniqueId="1", documentUniqueId="2"),))


class Registry:
    """Finds nothing, whatever is asked."""

    def query(self, _request: AdhocQueryRequest) -> AdhocQueryResponse:
        return AdhocQueryResponse()


class Waiting:
    """Answers when somebody else lets it; what the waiting ends with is its own end."""

    def __init__(self) -> None:
        self.future: Future[None] = Future()

    def query(self, _request: AdhocQueryRequest) -> Flow[AdhocQueryResponse]:
        yield Wait(self.future)
        return AdhocQueryResponse()


class Repository:
    """Delivers one large file."""

    def __init__(self, path: Path) -> None:
        self._content = FileContent.of(path)

    def retrieve(self, request: RetrieveDocumentSetRequest) -> RetrieveDocumentSetResponse:
        document = DocumentResponse(request=request.requests[0], mimeType="a/b", content=self._content)
        return RetrieveDocumentSetResponse(documents=(document,))


def ask(url: str, *headers: str) -> Answer:
    return send(url, post(url, *message(url), *headers))


def test_a_message_is_answered_and_recorded_once(serve: Serve, log: ExchangeLog) -> None:
    url = serve("registry", Registry())
    answer = ask(url, "Xdsi-Trace: cafe01;workstation")
    (exchange,) = log.exchanges("cafe01")
    assert answer.status == 200
    assert answer.headers["xdsi-exchange"] == f"{log.name}/{exchange.id}"
    assert (exchange.sender, exchange.receiver, exchange.transaction) == ("workstation", "registry", "ITI-18")
    assert exchange.status == "Success"
    assert read_all(exchange.request.body) == message(url)[1]
    assert exchange.response is not None
    assert read_all(exchange.response.body) == answer.body


def living() -> Counter[str]:
    """What there is of messages, by its type, once the reactor is done with what it is at."""
    of_messages = (PackageReader, MultipartReader, SpooledBody, Envelope, Invocation, FrontRequest, Deferred)
    found = (type(one).__name__ for one in gc.get_objects() if isinstance(one, of_messages))
    counted: Counter[str] = running_loop().call(Counter, found)
    return counted


@pytest.fixture
def no_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_collector")
def test_a_message_that_is_answered_is_gone_without_the_collector(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(bytes(200_000))
    waiting = Waiting()
    waiting.future.set_result(None)
    registry, repository = serve("registry", waiting), serve("repository", Repository(tmp_path / "large"))
    before = living()
    for _ in range(5):
        ask(registry)
        send(repository, post(repository, *message(repository, "ITI-43", ASKED)))
    assert living() - before == Counter()


def test_a_connection_is_kept_and_requests_may_be_pipelined(serve: Serve) -> None:
    url = serve("registry", Registry())
    with connect(url) as connection:
        rest = bytearray()
        connection.sendall(post(url, *message(url)) * 3)
        assert [read_answer(connection, rest).status for _ in range(3)] == [200, 200, 200]


def test_a_request_may_be_chunked(serve: Serve) -> None:
    url = serve("registry", Registry())
    content_type, body = message(url)
    head = post(url, content_type, b"").replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")
    chunks = b"".join(
        b"%x\r\n%s\r\n" % (len(body[i : i + 100]), body[i : i + 100]) for i in range(0, len(body), 100)
    )
    assert send(url, head + chunks + b"0\r\n\r\n").status == 200


def test_who_expects_100_continue_gets_it_before_the_body(serve: Serve) -> None:
    url = serve("registry", Registry())
    whole = post(url, *message(url), "Expect: 100-continue")
    at = whole.index(b"\r\n\r\n") + 4
    with connect(url) as connection:
        connection.sendall(whole[:at])
        assert connection.recv(100).startswith(b"HTTP/1.1 100 Continue")
        connection.sendall(whole[at:])
        assert read_answer(connection).status == 200


def test_http_1_0_is_answered_and_closed(serve: Serve) -> None:
    url = serve("registry", Registry())
    with connect(url) as connection:
        connection.sendall(post(url, *message(url)).replace(b"HTTP/1.1", b"HTTP/1.0", 1))
        assert read_answer(connection).status == 200
        assert connection.recv(1) == b""


def test_the_description_names_this_address_and_all_that_it_imports_is_there(serve: Serve) -> None:
    url = serve("repository", Registry())
    seen, wanted = set(), {f"{url}?wsdl"}
    while wanted:
        address = wanted.pop()
        seen.add(address)
        answer = get(address)
        assert (answer.status, answer.headers["content-type"]) == (200, "text/xml; charset=UTF-8")
        parse(answer.body)
        found = re.findall(r'(?:schemaLocation|location)="([^"]+)"', answer.body.decode())
        wanted |= {link for link in found if "?xsd=" in link} - seen
        if address.endswith("?wsdl"):
            assert url in found
    assert len(seen) > 3


@pytest.mark.parametrize(
    "query", ["xsd=../setup.cfg", "xsd=/etc/passwd", "xsd=schema/../../README.md", "xsd=none.xsd"]
)
def test_no_other_file_can_be_had(serve: Serve, query: str) -> None:
    assert get(f"{serve('registry', Registry())}?{query}").status == 404


def test_a_get_without_a_question_is_told_what_to_do(serve: Serve) -> None:
    answer = get(serve("registry", Registry()))
    assert (answer.status, answer.headers["allow"]) == (405, "POST")
    assert b"?wsdl" in answer.body


def test_what_an_operation_waits_for_may_fail(
    serve: Serve, caplog: pytest.LogCaptureFixture, log: ExchangeLog
) -> None:
    waiting = Waiting()
    url = serve("registry", waiting)
    threading.Timer(0.05, waiting.future.set_exception, [OSError("a secret")]).start()
    answer = ask(url)
    (exchange,) = log.exchanges()
    assert answer.status == 500
    assert b"secret" not in answer.body
    assert exchange.id.encode() in answer.body
    assert exchange.status == "Fault Receiver"
    assert exchange.id in caplog.text


class OutOfOrder:
    """Its store fails, at once or when it is waited for."""

    def __init__(self, trouble: StoreTrouble, *, waiting: bool) -> None:
        self.trouble = trouble
        self.waiting = waiting

    def _fail(self, _request: object, *_more: object) -> Any:
        return self._flow() if self.waiting else self._raise()

    def _raise(self) -> Any:
        raise self.trouble

    def _flow(self) -> Flow[Any]:
        future: Future[None] = Future()
        future.set_exception(self.trouble)
        yield Wait(future)

    query = retrieve = remove = _fail


@pytest.mark.parametrize("waiting", [False, True])
@pytest.mark.parametrize(
    ("role", "transaction", "request_", "trouble", "code"),
    [
        ("registry", "ITI-18", a_query(), StoreFull("no room"), "XDSRegistryOutOfResources"),
        ("registry", "ITI-62", RemoveObjectsRequest(), StoreBusy("no room"), "XDSRegistryBusy"),
        ("repository", "ITI-43", ASKED, StoreBusy("no room"), "XDSRepositoryBusy"),
        ("source", "RAD-69", IMAGES, StoreTrouble("no room"), "XDSRepositoryError"),
    ],
)
def test_a_store_in_trouble_is_told_by_the_code_of_its_actor(
    serve: Serve,
    role: str,
    transaction: str,
    request_: object,
    trouble: StoreTrouble,
    code: str,
    waiting: bool,
) -> None:
    url = serve(role, OutOfOrder(trouble, waiting=waiting))
    answer = send(url, post(url, *message(url, transaction, request_)))
    elements = parse(root_of(answer)).iter(
        f"{{{NS.RS}}}RegistryResponse", f"{{{NS.QUERY}}}AdhocQueryResponse"
    )
    response = read_registry_response(next(elements))
    (error,) = response.errors
    assert (answer.status, status_name(response.status), error.errorCode) == (200, "Failure", code)
    assert error.codeContext == "the store could not do it, and nothing has changed: no room; rule=F33"


def test_documents_that_cannot_be_spooled_are_told_by_their_transaction(
    serve: Serve, spool: Path, log: ExchangeLog
) -> None:
    url = serve("repository", OutOfOrder(StoreTrouble("nobody asks"), waiting=False))
    large = Document(id="d", content=BytesContent(bytes(1_000_000)))
    submission = SubmitObjectsRequest(objects=RegistryObjectList())
    request = ProvideAndRegisterDocumentSetRequest(submission=submission, documents=(large,))
    spool.rmdir()
    answer = send(url, post(url, *message(url, "ITI-41", request)))
    spool.mkdir()
    (error,) = response_of(answer).errors
    assert (answer.status, error.errorCode) == (200, "XDSRepositoryError")
    assert "No such file or directory" in error.codeContext
    assert answer.headers["content-type"].startswith("multipart/related")
    assert [exchange.transaction for exchange in log.exchanges()] == ["ITI-41"]


def test_others_are_served_while_one_waits(serve: Serve) -> None:
    waiting = Waiting()
    url = serve("registry", waiting)
    with connect(url) as connection:
        connection.sendall(post(url, *message(url)))
        other = serve("repository", Registry())
        assert get(f"{other}?wsdl").status == 200
        waiting.future.set_result(None)
        assert read_answer(connection).status == 200


class Defective:
    """Fails at once."""

    def query(self, _request: AdhocQueryRequest) -> AdhocQueryResponse:
        raise OSError("a secret")


def test_a_defect_is_a_receiver_fault_without_particulars_that_are_in_the_log_under_its_id(
    serve: Serve, caplog: pytest.LogCaptureFixture, log: ExchangeLog
) -> None:
    answer = ask(serve("registry", Defective()))
    (exchange,) = log.exchanges()
    envelope = read_envelope(answer.body)
    assert (answer.status, exchange.status) == (500, "Fault Receiver")
    assert read_fault(envelope.body).code == "Receiver"
    assert envelope.addressing.relatesTo == "urn:uuid:asked"
    assert b"secret" not in answer.body
    assert exchange.id.encode() in answer.body
    (record,) = caplog.records
    assert exchange.id in record.getMessage()
    assert "a secret" in caplog.text


@pytest.mark.parametrize(
    ("old", "new", "status", "code"),
    [
        (NS.SOAP, "urn:other", 500, "VersionMismatch"),
        ("<wsa:Action", '<t:T xmlns:t="urn:t" soap:mustUnderstand="1"/><wsa:Action', 500, "MustUnderstand"),
        ("RegistryStoredQuery</wsa", "RetrieveDocumentSet</wsa", 400, "Sender"),
        ("addressing/anonymous", "addressing/elsewhere", 400, "Sender"),
    ],
)
def test_a_message_that_is_wrong_gets_a_fault_and_the_status_that_goes_with_it(
    serve: Serve, log: ExchangeLog, old: str, new: str, status: int, code: str
) -> None:
    url = serve("registry", Registry())
    content_type, body = message(url)
    answer = send(url, post(url, content_type, body.replace(old.encode(), new.encode())))
    (exchange,) = log.exchanges()
    assert (answer.status, exchange.status) == (status, f"Fault {code}")
    envelope = read_envelope(answer.body)
    assert read_fault(envelope.body).code == code
    assert envelope.addressing.relatesTo == (None if old == NS.SOAP else "urn:uuid:asked")


class Keeping:
    """Keeps what it is given while it waits, and reads it then."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.future: Future[None] = Future()
        self.read: Future[int] = Future()

    def provide_and_register(self, request: ProvideAndRegisterDocumentSetRequest) -> Flow[RegistryResponse]:
        self.asked.set()
        yield Wait(self.future)
        self.read.set_result(len(read_all(request.documents[0].content)))
        return RegistryResponse()


@pytest.mark.parametrize(
    ("headers", "statuses"),
    [([], ["no answer: the sender left before it (Success)"]), (["Xdsi-Trace: cafe;a client of ours"], [])],
)
def test_who_leaves_before_the_answer_takes_nothing_from_the_actor_and_is_recorded_by_one_side(
    serve: Serve, spool: Path, log: ExchangeLog, headers: list[str], statuses: list[str]
) -> None:
    keeping = Keeping()
    url = serve("repository", keeping)
    provided = ProvideAndRegisterDocumentSetRequest(
        submission=SubmitObjectsRequest(objects=RegistryObjectList()),
        documents=(Document(id="d", content=BytesContent(bytes(300_000))),),
    )
    with connect(url) as connection:
        connection.sendall(post(url, *message(url, "ITI-41", provided), *headers))
        assert keeping.asked.wait(10)
    assert get(f"{url}?wsdl").status == 200  # served after the reactor has seen the other one go
    keeping.future.set_result(None)
    assert keeping.read.result(10) == 300_000
    assert get(f"{url}?wsdl").status == 200
    assert list(spool.iterdir()) == []
    assert [(exchange.status, exchange.response) for exchange in log.exchanges()] == [
        (status, None) for status in statuses
    ]


@pytest.mark.parametrize("size", [1_000_000, 2_000_000])
def test_a_file_that_is_not_of_its_size_ends_the_connection(
    serve: Serve, tmp_path: Path, caplog: pytest.LogCaptureFixture, size: int
) -> None:
    path = tmp_path / "changing"
    path.write_bytes(bytes(1_500_000))
    url = serve("repository", Repository(path))
    path.write_bytes(bytes(size))
    with pytest.raises(ConnectionError):
        send(url, post(url, *message(url, "ITI-43", ASKED)))
    assert "not of the size" in caplog.text
    assert get(f"{url}?wsdl").status == 200


def test_memory_does_not_grow_with_a_document(serve: Serve, tmp_path: Path) -> None:
    size = 64_000_000
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(size)
    url = serve("repository", Repository(path))

    def fetch() -> None:
        received = 0
        with connect(url) as connection:
            connection.sendall(post(url, *message(url, "ITI-43", ASKED)))
            while received < size:
                received += len(connection.recv(1_000_000))
                if received < 3_000_000:
                    assert get(f"{url}?wsdl").status == 200  # another is served in between

    _, peak = peak_of(fetch, 16_000_000)
    assert peak < 16_000_000


def test_a_large_document_is_streamed_and_a_slow_reader_slows_nobody(serve: Serve, tmp_path: Path) -> None:
    path = tmp_path / "large"
    path.write_bytes(bytes(range(256)) * 40_000)
    url = serve("repository", Repository(path))
    request = post(url, *message(url, "ITI-43", ASKED))
    with connect(url) as slow:
        slow.sendall(request)
        slow.recv(1000)
        answer = send(url, request)
        assert answer.body.count(bytes(range(256))) == 40_000


def test_a_sender_that_leaves_in_the_middle_leaves_nothing(serve: Serve, spool: Path) -> None:
    url = serve("registry", Registry())
    body = b"--b\r\n\r\n<x/>\r\n--b\r\nContent-ID: <d>\r\n\r\n" + bytes(200_000)
    with connect(url) as connection:
        sent = post(url, "multipart/related; boundary=b", body)
        connection.sendall(sent.replace(b"Content-Length: ", b"Content-Length: 9"))
        until(lambda: any(spool.iterdir()))
    assert emptied(spool)
    assert ask(url).status == 200


def test_a_path_below_an_address_leads_nowhere(serve: Serve) -> None:
    url = serve("registry", Registry())
    assert get(f"{url}/?wsdl").status == 200
    assert get(f"{url}/other").status == 404


def elsewhere(url: str, address: str) -> bytes:
    content_type, body = message(url)
    return post(url, content_type, body.replace(ANONYMOUS.encode(), address.encode()), "Xdsi-Trace: cafe;v")


def recorded(log: ExchangeLog, count: int) -> list[Exchange]:
    """The exchanges of the conversation, once there are that many."""
    until(lambda: len(log.exchanges("cafe")) >= count)
    return list(log.exchanges("cafe"))


def test_a_dead_reply_address_is_recorded_and_given_up_after_a_few_attempts(
    serve: Serve, log: ExchangeLog
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        dead = f"http://127.0.0.1:{server.getsockname()[1]}/"
    url = serve("registry", Registry(), peers=Peers((dead,)))
    answer = send(url, elsewhere(url, dead))
    first, second = recorded(log, 2)
    assert (answer.status, answer.body, first.status) == (202, b"", "HTTP 202")
    assert "the connection was refused (3 attempts)" in second.status
    assert (second.sender, second.response) == ("registry", None)


def test_the_sender_has_its_202_before_the_operation_ends(serve: Serve, log: ExchangeLog) -> None:
    waiting = Waiting()
    with Vendor() as vendor:
        url = serve("registry", waiting, peers=Peers((vendor.url,)))
        assert send(url, elsewhere(url, vendor.url)).status == 202
        assert log.exchanges("cafe") == ()
        waiting.future.set_result(None)
        assert b"AdhocQueryResponse" in vendor.received().body
        first, second = recorded(log, 2)
    assert (first.status, second.status) == ("HTTP 202", "Success")
    assert first.response is not None
    assert first.duration < second.started - first.started + second.duration


def test_what_an_operation_ends_with_after_the_202_is_a_fault_at_its_address(
    serve: Serve, log: ExchangeLog, caplog: pytest.LogCaptureFixture
) -> None:
    with Vendor() as vendor:
        url = serve("registry", Defective(), peers=Peers((vendor.url,)))
        assert send(url, elsewhere(url, vendor.url)).status == 202
        envelope = read_envelope(vendor.received().body)
        assert [exchange.status for exchange in recorded(log, 2)] == ["HTTP 202", "Fault Receiver"]
    assert read_fault(envelope.body).code == "Receiver"
    assert envelope.addressing.to == vendor.url
    assert "a secret" in caplog.text


def test_a_large_answer_is_sent_and_recorded_as_it_is_read(
    serve: Serve, log: ExchangeLog, tmp_path: Path
) -> None:
    store = SqliteRegistryStore(tmp_path / "registry")
    change = RegistryChange(added=tuple(an_entry(n, availabilityStatus=APPROVED) for n in range(1, 2001)))
    store.apply(change, lambda _view: RegistryChange()).result()
    url = serve("registry", DocumentRegistry(store=store))
    slots = tuple(
        encode(FIND_DOCUMENTS.by_name[name], value)
        for name, value in (("$XDSDocumentEntryPatientId", PATIENT), ("$XDSDocumentEntryStatus", APPROVED))
    )
    query = AdhocQueryRequest(id=FIND_DOCUMENTS.id, parameters=slots)
    answer = send(url, post(url, *message(url, "ITI-18", query)))
    assert answer.body.count(b"</rim:ExtrinsicObject>") == 2000
    assert len(answer.body) > 4 * AT_HAND
    assert answer.body.endswith(b"</soap:Envelope>")
    (exchange,) = log.exchanges()
    assert exchange.response is not None
    assert read_all(exchange.response.body) == answer.body
    for _ in range(2):  # once these are answered, whoever sent the large answer has let go of it
        send(url, post(url, *message(url)))
    log.close()
    store.close()
    assert [*(tmp_path / "registry" / "answers").iterdir()] == []
