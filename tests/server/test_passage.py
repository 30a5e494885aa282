"""What passes a proxy, over sockets: byte for byte, recorded, replayed, and told where it fails."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from a_domain import a_query, domain, provide, provision, topology
from a_peer import Peer, peers, said
from a_proxy import FREE, before, in_front
from a_wait import emptied
from submissions import uuid
from wire import Answer, connect, get, message, post, send

from xdsi_sim.content import read_all
from xdsi_sim.dicom.samples import write_sample
from xdsi_sim.exchange import Exchange
from xdsi_sim.messages.retrieve import DocumentRequest, RetrieveDocumentSetRequest
from xdsi_sim.soap.envelope import read_envelope
from xdsi_sim.soap.faults import read_fault
from xdsi_sim.store.instances import StoredInstance
from xdsi_sim.topology.build import RunningTopology, start
from xdsi_sim.topology.model import Topology

LARGE = 3 << 20
IMAGES: list[StoredInstance] = []
"""What the real archive has."""
RELATES = re.compile(rb"<[^<>/]*RelatesTo[^>]*>([^<]*)<")


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningTopology]:
    with domain(tmp_path_factory.mktemp("real")) as running:
        files = write_sample("cr-chest", tmp_path_factory.mktemp("images"))
        IMAGES[:] = running.store_of("pacs").add_all(files).instances
        provide(running.url_of("repository"), provision(1, bytes(range(256)) * (LARGE // 256)))
        yield running


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory, real: RunningTopology) -> Iterator[RunningTopology]:
    with before(tmp_path_factory.mktemp("recording"), "record", real) as running:
        yield running


@pytest.fixture
def peer() -> Iterator[Peer]:
    with peers() as found:
        yield found


def asked(running: RunningTopology, id_: str = "urn:uuid:asked", patient: str | None = None) -> Answer:
    """A query of the registry."""
    url = running.url_of("registry")
    media, body = message(url, "ITI-18", a_query())
    body = body.replace(b"urn:uuid:asked", id_.encode())
    if patient is not None:
        body = re.sub(rb"'[^']*\^\^\^", f"'{patient}^^^".encode(), body)
    return send(url, post(url, media, body))


def fetched(running: RunningTopology, number: int = 1) -> Answer:
    """The document of a submission."""
    url = running.url_of("repository")
    wanted = DocumentRequest(repositoryUniqueId="2.999.1.3", documentUniqueId=f"2.999.2.{number}")
    return send(url, post(url, *message(url, "ITI-43", RetrieveDocumentSetRequest(requests=(wanted,)))))


def logged(running: RunningTopology, receiver: str) -> list[Exchange]:
    return [each for each in running.exchanges() if each.receiver == receiver]


def reason_of(answer: Answer) -> str:
    return read_fault(read_envelope(answer.body).body).reason


# --- passing on ------------------------------------------------------------------------------


def test_request_and_answer_pass_byte_for_byte(recording: RunningTopology) -> None:
    answer = asked(recording)
    assert answer.status == 200
    assert RELATES.findall(answer.body) == [b"urn:uuid:asked"]
    came, went = recording.exchanges()[-2:]
    assert (came.receiver, went.sender) == ("registry", "registry")
    assert read_all(came.request.body) == read_all(went.request.body)
    for each in (came, went):
        assert read_all(each.response.body) == answer.body  # type: ignore[union-attr]
    assert came.transaction == went.transaction == "ITI-18"
    assert came.conversation == went.conversation


def test_a_large_document_passes_and_nothing_of_it_stays_in_the_spool(recording: RunningTopology) -> None:
    answer = fetched(recording)
    assert bytes(range(256)) * (LARGE // 256) in answer.body
    assert emptied(recording.folder / "spool")


def test_what_is_no_message_passes_as_it_is(recording: RunningTopology) -> None:
    url = recording.url_of("registry")
    broken = b"--no\r\n\r\n<broken \xff\x00"
    answer = send(url, post(url, 'multipart/related; boundary="other"', broken))
    assert answer.status == 400
    came = logged(recording, "registry")[-1]
    assert read_all(came.request.body) == broken
    assert [finding.rule for finding in came.findings] == ["B03"]


def test_findings_of_the_request_are_where_it_came_and_those_of_the_answer_where_that_came(
    recording: RunningTopology, tmp_path: Path, peer: Peer
) -> None:
    url = recording.url_of("registry")
    send(url, post(url, *message(url)))  # without its parameters
    came = logged(recording, "registry")[-1]
    assert [finding.rule for finding in came.findings] == ["I04", "I04"]
    with in_front(tmp_path, "spy", registry=peer(lambda _asked: said("200 OK", _UNRELATED, _SOAP))) as spying:
        asked(spying)
        first, second = spying.exchanges()
    assert first.findings == ()
    assert "A19" in {finding.rule for finding in second.findings}


_SOAP = "application/soap+xml; charset=UTF-8"
_UNRELATED = (
    b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
    b'xmlns:a="http://www.w3.org/2005/08/addressing"><s:Header>'
    b'<a:Action s:mustUnderstand="true">urn:ihe:iti:2007:RegistryStoredQueryResponse</a:Action>'
    b"<a:RelatesTo>urn:uuid:other</a:RelatesTo></s:Header><s:Body>"
    b'<q:AdhocQueryResponse xmlns:q="urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0" '
    b'status="urn:oasis:names:tc:ebxml-regrep:ResponseStatusType:Success">'
    b'<r:RegistryObjectList xmlns:r="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"/>'
    b"</q:AdhocQueryResponse></s:Body></s:Envelope>"
)


def test_headers_of_one_hop_and_of_ours_are_not_passed_on(tmp_path: Path, peer: Peer) -> None:
    heads: list[bytes] = []

    def answer(request: bytes) -> bytes:
        heads.append(request.partition(b"\r\n\r\n")[0].lower())
        return said("200 OK", b"[]").replace(b"\r\n", b"\r\nServer: theirs\r\nX-Own: kept\r\n", 1)

    with in_front(tmp_path, "spy", pacs=(peer(answer), peer(answer))) as running:
        url = f"{running.dicomweb_of('pacs')}/studies?PatientID=1"
        found = get(url, "Accept: application/dicom+json", "TE: trailers", "X-Asked: yes", "Xdsi-Trace: a;b")
    (head,) = heads
    assert head.startswith(b"get /peer/studies?patientid=1 http/1.1")
    assert b"x-asked: yes" in head
    assert b"te: trailers" not in head
    assert b"xdsi-trace" not in head
    assert (found.headers["server"], found.headers["x-own"]) == ("theirs", "kept")
    assert found.body == b"[]"


def test_images_pass_by_the_web_and_are_recorded(recording: RunningTopology) -> None:
    image = IMAGES[0]
    path, accept = f"studies/{image.studyInstanceUID}", f"Accept: {_DICOM}"
    passed = get(f"{recording.dicomweb_of('pacs')}/{path}", accept)
    assert passed.status == 200
    assert read_all(image.content) in passed.body
    came, went = recording.exchanges()[-2:]
    assert (came.transaction, came.status) == ("WADO-RS", "HTTP 200")
    assert went.request.start_line.startswith(f"GET /c/pacs/dicom-web/{path} ")
    (kept,) = (recording.folder / "recordings" / "pacs").glob("*-response.http")
    assert kept.read_bytes().endswith(b"\r\n\r\n" + passed.body)


_DICOM = 'multipart/related; type="application/dicom"; transfer-syntax=*'


def test_a_description_is_that_of_the_real_system(recording: RunningTopology, real: RunningTopology) -> None:
    told = get(f"{recording.url_of('registry')}?wsdl")
    assert told.status == 200
    assert real.url_of("registry").encode() in told.body


def test_a_transaction_goes_to_the_address_that_the_system_has_for_it(tmp_path: Path, peer: Peer) -> None:
    asked_for: list[bytes] = []

    def answer(request: bytes) -> bytes:
        asked_for.append(request.partition(b" HTTP")[0])
        return said("200 OK", _UNRELATED, _SOAP)

    url = peer(answer)
    told = topology().model_dump(exclude_unset=True)
    system = {
        "id": "r",
        "plays": "registry",
        "proxy": "spy",
        "url": url,
        "addresses": {"ITI-18": f"{url}/query"},
    }
    with start(Topology.model_validate({**told, "peers": [system]}), tmp_path, FREE) as running:
        asked(running)
        registry = running.url_of("registry")
        send(registry, post(registry, *message(registry, "ITI-42", provision(1).submission)))
    assert asked_for == [b"POST /peer/query", b"POST /peer"]


# --- what is behind fails --------------------------------------------------------------------


def test_a_system_that_is_down_is_told_in_a_fault(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with in_front(tmp_path, "record", registry=f"http://127.0.0.1:{port}/real") as running:
        answer = asked(running, "urn:uuid:mine")
        web = get(running.url_of("registry"))
        rows = [each.status for each in running.exchanges()]
    assert answer.status == 500
    assert "what is behind it gave no answer" in reason_of(answer)
    assert "the connection was refused" in reason_of(answer)
    assert RELATES.findall(answer.body) == [b"urn:uuid:mine"]
    assert (web.status, b"the connection was refused" in web.body) == (504, True)
    assert rows[0] == "Fault Receiver"
    assert rows[1].startswith("no answer: http://")
    assert not (tmp_path / "recordings" / "registry").exists()


def test_a_system_that_says_nothing_is_told_in_a_fault(tmp_path: Path, peer: Peer) -> None:
    haste = {"firstByte": 0.5}
    with in_front(tmp_path, "record", haste, registry=peer(lambda _request: None)) as running:
        assert "no answer within 0.5 s" in reason_of(asked(running))


def test_an_answer_that_is_cut_is_cut_and_not_recorded(tmp_path: Path, peer: Peer) -> None:
    cut = said("200 OK", bytes(200_000))[:-5]
    with in_front(tmp_path, "record", registry=peer(lambda _request: cut)) as running:
        with pytest.raises(ConnectionError):
            asked(running)
        assert "cut short" in logged(running, "registry")[0].status
    assert not (tmp_path / "recordings" / "registry").exists()


def test_a_sender_that_leaves_ends_what_it_asked_for(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        behind = f"http://127.0.0.1:{silent.getsockname()[1]}/real"
        with in_front(tmp_path, "spy", {"firstByte": 20}, registry=behind) as running:
            url = running.url_of("registry")
            with connect(url) as caller:
                caller.sendall(post(url, *message(url)))
                asked_for, _ = silent.accept()
            with asked_for:
                asked_for.settimeout(10)
                with suppress(ConnectionResetError):
                    while asked_for.recv(65536):  # the request, then the end of the connection
                        pass


# --- replaying -------------------------------------------------------------------------------


def test_a_recording_answers_without_the_real_system(tmp_path: Path, real: RunningTopology) -> None:
    with before(tmp_path, "record", real) as running:
        first = (asked(running), fetched(running))
    with in_front(
        tmp_path, "replay", registry="http://127.0.0.1:9/", repository="http://127.0.0.1:9/"
    ) as running:
        again = (asked(running, "urn:uuid:a-longer-message-id"), fetched(running))
        row = logged(running, "registry")[-1]
    assert RELATES.findall(again[0].body) == [b"urn:uuid:a-longer-message-id"]
    assert again[0].body.replace(b"a-longer-message-id", b"asked") == first[0].body
    assert again[1].body == first[1].body
    assert row.status == "Success"
    assert int(again[0].headers["content-length"]) == len(again[0].body)


def test_what_is_not_in_the_recording_gets_a_fault_that_tells_what_came_close(
    tmp_path: Path, real: RunningTopology
) -> None:
    with before(tmp_path, "record", real) as running:
        asked(running)
    with in_front(tmp_path, "replay", registry="http://127.0.0.1:9/") as running:
        reason = reason_of(asked(running, patient="OTHER"))
        web = get(f"{running.url_of('registry')}/nothing")
    assert "the recording has no such ITI-18; the nearest is 000001" in reason
    assert "'OTHER^^^" in reason
    assert "$XDSDocumentEntryPatientId" in reason
    assert web.status == 404
    assert b"the recording has no GET nothing; it has ITI-18" in web.body


def test_answers_to_the_same_request_come_in_their_order_and_the_last_stays(
    tmp_path: Path, peer: Peer
) -> None:
    bodies = iter([b"[1]", b"[2]"])
    url = peer(lambda _request: said("200 OK", next(bodies)))
    with in_front(tmp_path, "record", pacs=(url, url)) as running:
        assert [get(f"{running.dicomweb_of('pacs')}/studies").body for _ in range(2)] == [b"[1]", b"[2]"]
        assert [each.transaction for each in logged(running, "pacs")] == ["QIDO-RS", "QIDO-RS"]
    with in_front(tmp_path, "replay", pacs=(url, url)) as running:
        found = [get(f"{running.dicomweb_of('pacs')}/studies").body for _ in range(3)]
        assert get(f"{running.dicomweb_of('pacs')}/studies?limit=1").status == 404
    assert found == [b"[1]", b"[2]", b"[2]"]


def test_replay_else_record_asks_once(tmp_path: Path, peer: Peer) -> None:
    times: list[bytes] = []

    def answer(request: bytes) -> bytes:
        times.append(request)
        return said("200 OK", b"[]")

    url = peer(answer)
    with in_front(tmp_path, "replay-else-record", pacs=(url, url)) as running:
        for _ in range(2):
            assert get(f"{running.dicomweb_of('pacs')}/studies").status == 200
    with in_front(tmp_path, "replay-else-record", pacs=(url, url)) as running:
        assert get(f"{running.dicomweb_of('pacs')}/studies").status == 200
    assert len(times) == 1


def test_a_submission_is_found_again_whatever_ids_it_has_invented(
    tmp_path: Path, real: RunningTopology
) -> None:
    with before(tmp_path, "record", real) as running:
        provide(running.url_of("repository"), provision(7))
    with in_front(tmp_path, "replay", repository="http://127.0.0.1:9/") as running:
        again = provide(running.url_of("repository"), provision(8))
        assert again.status == 200
        assert b"ResponseStatusType:Success" in again.body
        miss = fetched(running, 8)
    assert uuid(8) != uuid(7)
    assert "the recording has no ITI-43; it has ITI-41" in reason_of(miss)
