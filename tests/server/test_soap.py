from __future__ import annotations

import re
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

import pytest
from wire import Answer, connect, get, message, post, read_answer, send

from xdsi_sim.actors.flow import Flow, Wait
from xdsi_sim.content import FileContent, read_all
from xdsi_sim.ebrim.xml import parse
from xdsi_sim.messages.query import AdhocQueryRequest, AdhocQueryResponse
from xdsi_sim.messages.retrieve import (
    DocumentRequest,
    DocumentResponse,
    RetrieveDocumentSetRequest,
    RetrieveDocumentSetResponse,
)
from xdsi_sim.store.exchanges import ExchangeLog

Serve = Callable[..., str]


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


def test_others_are_served_while_one_waits(serve: Serve) -> None:
    waiting = Waiting()
    url = serve("registry", waiting)
    with connect(url) as connection:
        connection.sendall(post(url, *message(url)))
        other = serve("repository", Registry())
        assert get(f"{other}?wsdl").status == 200
        waiting.future.set_result(None)
        assert read_answer(connection).status == 200


def test_a_large_document_is_streamed_and_a_slow_reader_slows_nobody(serve: Serve, tmp_path: Path) -> None:
    path = tmp_path / "large"
    path.write_bytes(bytes(range(256)) * 40_000)
    url = serve("repository", Repository(path))
    asked = RetrieveDocumentSetRequest(
        requests=(DocumentRequest(repositoryUniqueId="1", documentUniqueId="2"),)
    )
    request = post(url, *message(url, "ITI-43", asked))
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
        while not list(spool.iterdir()):
            pass
    deadline = threading.Event()
    for _ in range(200):
        if not list(spool.iterdir()):
            break
        deadline.wait(0.01)
    assert list(spool.iterdir()) == []
    assert ask(url).status == 200


def test_a_path_below_an_address_leads_nowhere(serve: Serve) -> None:
    url = serve("registry", Registry())
    assert get(f"{url}/?wsdl").status == 200
    assert get(f"{url}/other").status == 404
