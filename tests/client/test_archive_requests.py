from __future__ import annotations

import socket

import pytest
from a_peer import Peer, said

from xdsi_sim.actors.ports import BackendFailed
from xdsi_sim.client.archive_requests import JSON, ArchiveRequests
from xdsi_sim.client.dicomweb import DicomWebClient
from xdsi_sim.server.loop import running_loop
from xdsi_sim.store.exchanges import ExchangeLog


def requests_to(url: str, dicomweb: DicomWebClient) -> ArchiveRequests:
    return ArchiveRequests(url, dicomweb, running_loop().call, sender="front")


def test_what_is_asked_is_in_the_log_as_a_request_of_the_source(
    peer: Peer, dicomweb: DicomWebClient, log: ExchangeLog
) -> None:
    archive = requests_to(peer(lambda _request: said("200 OK", b"[]")), dicomweb)
    assert archive.data_sets("/studies", "QIDO-RS")[0] == []
    (exchange,) = log.exchanges()
    assert (exchange.sender, exchange.transaction, exchange.status) == ("front", "QIDO-RS", "HTTP 200")


@pytest.mark.parametrize("status", ["204 No Content", "404 Not Found", "410 Gone"])
def test_nothing_there_is_no_failure(peer: Peer, dicomweb: DicomWebClient, status: str) -> None:
    archive = requests_to(peer(lambda _request: said(status, b"")), dicomweb)
    assert archive.get("/studies/1.2", JSON, "WADO-RS") is None
    assert archive.data_sets("/studies/1.2/metadata", "WADO-RS") == ([], None)


@pytest.mark.parametrize(
    ("answer", "words", "late"),
    [
        (said("500 Oops", b"disk\nand more", "text/plain"), "/peer/studies: HTTP 500, disk", False),
        (said("401 Unauthorized", b""), "/peer/studies: HTTP 401", False),
        (said("302 Found", b""), "/peer/studies: HTTP 302", False),
        (said("200 OK", b"<html/>", "text/html"), "is not JSON", False),
        (said("200 OK", b'{"a": 1}'), "is no list of data sets", False),
        (said("200 OK", b'[{"00080018": {"vr": "UI", "Value": "1.2"}}]'), "is no list of data sets", False),
        (said("200 OK", b"[]")[:-1], "the connection broke", False),
        (b"HELO\r\n\r\n", "the connection broke", False),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", "the connection broke", False),
        (None, "no answer within 0.2 s", True),
    ],
)
def test_an_answer_that_is_none_is_told_in_words(
    peer: Peer, dicomweb: DicomWebClient, answer: bytes | None, words: str, late: bool
) -> None:
    archive = requests_to(peer(lambda _request: answer), dicomweb)
    with pytest.raises(BackendFailed, match=words) as failed:
        archive.data_sets("/studies", "QIDO-RS")
    assert failed.value.late is late


def test_a_connection_that_breaks_once_is_no_failure(peer: Peer, dicomweb: DicomWebClient) -> None:
    answers = iter([b"", said("200 OK", b"[]")])
    archive = requests_to(peer(lambda _request: next(answers)), dicomweb)
    assert archive.data_sets("/studies", "QIDO-RS")[0] == []


def test_an_archive_that_is_not_there_is_told_at_once(dicomweb: DicomWebClient) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        archive = requests_to(f"http://127.0.0.1:{free.getsockname()[1]}/none", dicomweb)
        with pytest.raises(BackendFailed, match="the connection was refused") as failed:
            archive.get("/studies", JSON, "QIDO-RS")
    assert failed.value.late is False
