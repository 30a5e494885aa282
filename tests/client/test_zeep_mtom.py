"""zeep publishes and fetches by MTOM, over sockets, against real actors."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import zeep
from a_domain import domain
from submissions import PATIENT, a_submission, an_entry
from tap import requests_in
from zeep.plugins import HistoryPlugin

from xdsi_sim.client.zeep_mtom import MtomTransport, connect, read_objects
from xdsi_sim.content import BytesContent
from xdsi_sim.ebrim.writer import write_object_list
from xdsi_sim.errors import ProtocolViolation, UsageError
from xdsi_sim.topology.build import RunningTopology
from xdsi_sim.vocab import ANONYMOUS, APPROVED, NS, SUCCESS

ROOT = Path(__file__).parents[2]
MANUAL = ROOT / "docs" / "zeep.md"
PROVIDE = "DocumentRepository_ProvideAndRegisterDocumentSet-b"
DOCUMENT = b"%PDF-1.7\r\n\x00\xff--\r\n"


@pytest.fixture
def running(tmp_path: Path) -> Iterator[RunningTopology]:
    with domain(tmp_path / "data") as started:
        yield started


@contextmanager
def answering(data: bytes) -> Iterator[int]:
    """A peer that reads one request and answers `data`; gives its port."""

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            received = bytearray()
            while not received.endswith(b"--\r\n"):
                received += connection.recv(65536)
            assert len([*requests_in(bytes(received))]) == 1
            connection.sendall(data)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


def metadata(client: zeep.Client) -> Any:
    """A submission of one document in zeep's types."""
    submission = a_submission(entries=(an_entry(hash=None, size=None),))
    return read_objects(client, write_object_list(submission.objects))


def provide(client: zeep.Client, content: bytes | Path | BytesContent) -> Any:
    return client.service[PROVIDE](
        SubmitObjectsRequest={"RegistryObjectList": metadata(client)},
        Document=[{"id": an_entry().entryUUID, "_value_1": client.transport.attach(content)}],
    )


def fetch(client: zeep.Client) -> bytes:
    wanted = [{"RepositoryUniqueId": "2.999.1.3", "DocumentUniqueId": "2.999.2.1"}]
    answer = client.service.DocumentRepository_RetrieveDocumentSet(DocumentRequest=wanted)
    value: bytes = answer.DocumentResponse[0].Document
    return value


@pytest.mark.parametrize("kind", ["bytes", "file", "content"])
def test_what_was_attached_comes_back(kind: str, running: RunningTopology, tmp_path: Path) -> None:
    (tmp_path / "report.pdf").write_bytes(DOCUMENT)
    given = {"bytes": DOCUMENT, "file": tmp_path / "report.pdf", "content": BytesContent(DOCUMENT)}
    client = connect(running.url_of("repository"))
    assert provide(client, given[kind]).status.endswith(":Success")
    assert fetch(client) == DOCUMENT


def test_actor_finds_nothing_wrong(running: RunningTopology) -> None:
    client = connect(running.url_of("repository"))
    provide(client, DOCUMENT)
    fetch(client)
    assert [
        (one.transaction, one.findings) for one in running.exchanges() if one.receiver == "repository"
    ] == [
        ("ITI-41", ()),
        ("ITI-43", ()),
    ]


def test_received_part_is_kept_as_a_file(running: RunningTopology, tmp_path: Path) -> None:
    large = os.urandom(3_000_000)
    kept = tmp_path / "kept"
    kept.mkdir()
    client = connect(running.url_of("repository"), MtomTransport(keep=kept))
    provide(client, large)
    path = Path(os.fsdecode(fetch(client)))
    assert path.read_bytes() == large
    assert [*kept.iterdir()] == [path]


def test_small_part_is_kept_as_a_file_too(running: RunningTopology, tmp_path: Path) -> None:
    client = connect(running.url_of("repository"), MtomTransport(keep=tmp_path))
    provide(client, DOCUMENT)
    assert Path(os.fsdecode(fetch(client))).read_bytes() == DOCUMENT


def test_document_above_the_limit_of_the_reader_comes_with_huge_trees(running: RunningTopology) -> None:
    large = os.urandom(9_000_000)
    client = connect(running.url_of("repository"), settings=zeep.Settings(xml_huge_tree=True))
    provide(client, large)
    assert fetch(client) == large


def test_value_that_was_sent_is_not_sent_again_as_a_document(running: RunningTopology) -> None:
    client = connect(running.url_of("repository"))
    value = client.transport.attach(DOCUMENT)
    document = [{"id": an_entry().entryUUID, "_value_1": value}]
    client.service[PROVIDE](SubmitObjectsRequest={"RegistryObjectList": metadata(client)}, Document=document)
    with pytest.raises(UsageError, match="Document was attached to another message"):
        client.service[PROVIDE](
            SubmitObjectsRequest={"RegistryObjectList": metadata(client)}, Document=document
        )


def test_file_that_is_not_there_is_told_at_once(running: RunningTopology, tmp_path: Path) -> None:
    client = connect(running.url_of("repository"))
    with pytest.raises(FileNotFoundError):
        client.transport.attach(tmp_path / "none.pdf")


def test_message_of_a_plain_transaction_stays_plain(running: RunningTopology) -> None:
    client = connect(running.url_of("registry"))
    objects = metadata(client)
    entry = objects.Identifiable[1]
    entry.Slot += [
        {"name": name, "ValueList": {"Value": [value]}}
        for name, value in (("hash", "00" * 20), ("size", "4"), ("repositoryUniqueId", "2.999.1.3"))
        if name not in [slot.name for slot in entry.Slot]
    ]
    answer = client.service["DocumentRegistry_RegisterDocumentSet-b"](RegistryObjectList=objects)
    assert answer.status.endswith(":Success")
    (exchange,) = running.exchanges()
    assert dict(exchange.request.headers)["Content-Type"] == "application/soap+xml; charset=UTF-8"


def test_metadata_of_an_answer_has_zeeps_types(running: RunningTopology) -> None:
    provide(connect(running.url_of("repository")), DOCUMENT)
    slots = {"$XDSDocumentEntryPatientId": f"'{PATIENT}'", "$XDSDocumentEntryStatus": f"('{APPROVED}')"}
    query = {
        "id": "urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d",
        "Slot": [{"name": name, "ValueList": {"Value": [value]}} for name, value in slots.items()],
    }
    answer = connect(running.url_of("registry")).service.DocumentRegistry_RegistryStoredQuery(
        ResponseOption={"returnType": "LeafClass", "returnComposedObjects": True}, AdhocQuery=query
    )
    (entry,) = answer.RegistryObjectList.Identifiable
    assert entry.mimeType == "application/octet-stream"
    assert [value for slot in entry.Slot if slot.name == "creationTime" for value in slot.ValueList.Value]
    assert entry.Classification[0].Slot[0].name


def test_addressing_is_complete_and_said_once(running: RunningTopology) -> None:
    history = HistoryPlugin()
    client = connect(running.url_of("repository"), plugins=[history])
    provide(client, DOCUMENT)
    (header,) = history.last_sent["envelope"].iter(f"{{{NS.SOAP}}}Header")
    assert sorted(element.tag.rpartition("}")[2] for element in header) == [
        "Action",
        "MessageID",
        "ReplyTo",
        "To",
    ]
    assert header.find(f"{{{NS.WSA}}}Action").get(f"{{{NS.SOAP}}}mustUnderstand") == "true"
    assert header.findtext(f"{{{NS.WSA}}}ReplyTo/{{{NS.WSA}}}Address") == ANONYMOUS


def test_fault_is_the_one_of_zeep(running: RunningTopology) -> None:
    client = connect(running.url_of("repository"))
    (binding,) = client.wsdl.bindings
    elsewhere = client.create_service(binding, running.url_of("registry"))
    with pytest.raises(zeep.exceptions.Fault):
        elsewhere.DocumentRepository_RetrieveDocumentSet(
            DocumentRequest=[{"RepositoryUniqueId": "1", "DocumentUniqueId": "2"}]
        )


def test_mtom_answer_whose_include_leads_nowhere_is_a_violation(running: RunningTopology) -> None:
    document = f'<x:Document><o:Include xmlns:o="{NS.XOP}" href="cid:none"/></x:Document>'
    envelope = f'<s:Envelope xmlns:s="{NS.SOAP}"><s:Body xmlns:x="{NS.XDS}">{document}</s:Body></s:Envelope>'
    body = f"--b\r\nContent-Type: application/xop+xml\r\n\r\n{envelope}\r\n--b--\r\n".encode()
    head = (
        'HTTP/1.1 200 OK\r\nContent-Type: multipart/related; boundary=b; type="application/xop+xml"\r\n'
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    client = connect(running.url_of("repository"))
    (binding,) = client.wsdl.bindings
    with answering(head.encode() + body) as port, pytest.raises(ProtocolViolation, match="names no part"):
        client.create_service(binding, f"http://127.0.0.1:{port}/").DocumentRepository_RetrieveDocumentSet(
            DocumentRequest=[{"RepositoryUniqueId": "1", "DocumentUniqueId": "2"}]
        )


def test_nothing_is_kept_of_an_answer_that_breaks_off(running: RunningTopology, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    head = "HTTP/1.1 200 OK\r\nContent-Type: multipart/related; boundary=b\r\nContent-Length: 9000000\r\n\r\n"
    part = "--b\r\n\r\n<a/>\r\n--b\r\nContent-ID: <c>\r\n\r\n" + "x" * 3_000_000
    client = connect(running.url_of("repository"), MtomTransport(keep=kept))
    (binding,) = client.wsdl.bindings
    with answering((head + part).encode()) as port, pytest.raises(OSError, match="IncompleteRead"):
        client.create_service(binding, f"http://127.0.0.1:{port}/").DocumentRepository_RetrieveDocumentSet(
            DocumentRequest=[{"RepositoryUniqueId": "1", "DocumentUniqueId": "2"}]
        )
    assert [*kept.iterdir()] == []


def test_script_of_the_manual_publishes_and_fetches(running: RunningTopology, tmp_path: Path) -> None:
    manual = MANUAL.read_text(encoding="utf-8")
    (script,) = re.findall(r"^```python\n(.*?)^```", manual, re.MULTILINE | re.DOTALL)
    file = tmp_path / "report.pdf"
    file.write_bytes(b"%PDF-1.7 " + DOCUMENT)
    done = subprocess.run(
        [sys.executable, "-", running.url_of("repository"), "2.999.1.3", PATIENT, str(file)],
        input=script,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.splitlines() == [SUCCESS, "application/pdf True"], done.stderr
    assert [finding for exchange in running.exchanges() for finding in exchange.findings] == []
