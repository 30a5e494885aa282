from __future__ import annotations

import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from a_domain import domain, everything, response_of, topology
from a_port import free_port
from a_viewer import PAGE, a_viewer
from a_wait import until
from submissions import PATIENT, a_submission
from wire import QUERY, connect, get, message, post, read_answer

from xdsi_sim.actors.flow import Call
from xdsi_sim.actors.ports import NewDocument
from xdsi_sim.content import BytesContent
from xdsi_sim.errors import UsageError
from xdsi_sim.messages.response import status_name
from xdsi_sim.server.viewer import ViewerResource
from xdsi_sim.store.repository import SqliteDocumentStore
from xdsi_sim.topology.build import RunningTopology, start
from xdsi_sim.topology.loader import find_topology, load_topology
from xdsi_sim.topology.model import Listen, Log, Patience, Topology
from xdsi_sim.vocab import ON_DEMAND

FREE = Listen("127.0.0.1", 0)


@pytest.fixture
def central() -> Topology:
    return load_topology(find_topology("central"))


@pytest.fixture
def running(central: Topology, tmp_path: Path) -> Iterator[RunningTopology]:
    with start(central, tmp_path / "data", FREE) as started:
        yield started


def test_who_asks_while_it_starts_waits_for_the_actors(central: Topology, tmp_path: Path) -> None:
    """Whoever polls for a topology to be ready was told that no actor is there, until there was one."""
    listen = Listen("127.0.0.1", free_port())
    told: set[int] = set()
    over = threading.Event()

    def ask() -> None:
        while not over.is_set():
            with suppress(OSError):  # nobody listens yet, or no more
                told.add(get(f"http://127.0.0.1:{listen.port}/national/pacs-south?wsdl").status)

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        with start(central, tmp_path, listen):
            until(lambda: bool(told))
    finally:
        over.set()
        asking.join()
    assert told == {200}


def test_every_actor_answers_at_its_address(running: RunningTopology) -> None:
    for actor in ("registry", "repository", "pacs-north", "pacs-south"):
        assert running.url_of(actor).endswith(f"/national/{actor}")
        assert get(f"{running.url_of(actor)}?wsdl").status == 200
    assert get(f"{running.dicomweb_of('pacs-north')}/studies/1.2").status == 404
    with pytest.raises(KeyError):
        running.url_of("nobody")


def test_an_actor_may_have_a_port_of_its_own(central: Topology, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    plain = central.model_dump(mode="json", exclude_none=True)
    plain["listen"] = str(central.listen)
    plain["communities"][0]["registry"]["port"] = port
    with start(Topology.model_validate(plain), tmp_path, FREE) as running:
        assert running.url_of("registry") == f"http://127.0.0.1:{port}/national/registry"
        assert get(f"{running.url_of('registry')}?wsdl").status == 200


def test_a_source_speaks_dicomweb_as_its_settings_say(central: Topology, tmp_path: Path) -> None:
    plain = central.model_dump(mode="json", exclude_none=True)
    public = "https://pacs.example/dicom-web"
    plain["communities"][0]["sources"][0]["dicomweb"] = {
        "publicUrl": public,
        "origins": ["https://viewer.example"],
        "delete": True,
    }
    with start(Topology.model_validate({**plain, "listen": str(central.listen)}), tmp_path, FREE) as running:
        source = central.communities[0].sources[0].id
        here = f"{running.url_of(source)}/dicom-web"
        answer = get(here, "Origin: https://viewer.example")
        assert running.dicomweb_of(source) == public
        assert f'base="{public}"'.encode() in answer.body
        assert answer.headers["access-control-allow-origin"] == "https://viewer.example"
        assert get(f"{here}/studies/1.2", method="DELETE").status == 404
        assert get(f"{running.dicomweb_of('pacs-south')}/studies/1.2", method="DELETE").status == 405


def test_what_was_begun_is_undone_where_a_part_fails(central: Topology, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = Listen("127.0.0.1", taken.getsockname()[1])
        with pytest.raises(UsageError, match="cannot listen"):
            start(central, tmp_path, listen)
    start(central, tmp_path, FREE).close()  # the folder is free again


@pytest.mark.usefixtures("running")
def test_one_data_folder_has_one_user(central: Topology, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Stop the other process"):
        start(central, tmp_path / "data", FREE)


def test_without_a_folder_nothing_is_left(central: Topology) -> None:
    running = start(central, None, FREE)
    folder = running._folder
    running.close()
    running.close()
    assert not folder.exists()


def test_something_else_is_put_beside_the_faults(running: RunningTopology, tmp_path: Path) -> None:
    url = running.put("beside", ViewerResource(a_viewer(tmp_path / "viewer"), b""))
    assert url == running.admin.replace("faults", "beside")
    assert get(url).body == PAGE
    assert running.alone


def test_the_log_is_read_beside_those_who_write_it(running: RunningTopology) -> None:
    get(f"{running.dicomweb_of('pacs-north')}/studies/1.2")
    running.mark()
    assert running.log is not None
    assert [one.id for one in running.log.exchanges()] == [one.id for one in running.exchanges()]


def test_without_recording_nothing_is_recorded(central: Topology, tmp_path: Path) -> None:
    with start(central, tmp_path, FREE, record=False) as running:
        assert get(f"{running.dicomweb_of('pacs-north')}/studies/1.2").status == 404
        assert running.exchanges() == ()
        assert running.log is None
        assert not (tmp_path / "log").exists()


def test_peers_are_waited_for_as_long_as_the_topology_says(central: Topology, tmp_path: Path) -> None:
    impatient = central.model_copy(update={"timeouts": Patience(firstByte=0.2)})
    call = Call(url="", transaction="ITI-18", message=QUERY)
    with start(impatient, tmp_path, FREE) as running, socket.create_server(("127.0.0.1", 0)) as silent:
        address = replace(call, url=f"http://127.0.0.1:{silent.getsockname()[1]}/")
        reply = running.client.call(address, sender="tester", conversation="cafe")
    assert "no answer within 0.4 s" in str(reply.answer)  # longer than an actor waits for another one


def test_an_answer_may_be_asked_for_at_the_address_for_replies(central: Topology, tmp_path: Path) -> None:
    (community,) = central.communities
    registry = community.registry.model_copy(update={"asynchronous": True})
    changed = central.model_copy(
        update={"communities": (community.model_copy(update={"registry": registry}),)}
    )
    with start(changed, tmp_path, FREE) as running:
        call = Call(url=running.url_of("registry"), transaction="ITI-18", message=QUERY)
        reply = running.client.call(call, sender="tester", conversation="cafe", asynchronous=True)
        first, second = running.exchanges("cafe")
    assert status_name(reply.answer.status) == second.status == "Failure"  # it names no patient
    assert (first.status, reply.exchange, reply.findings) == ("HTTP 202", second.id, ())
    assert second.request.start_line == "POST /replies HTTP/1.1"


def test_the_log_keeps_as_much_as_the_topology_says(central: Topology, tmp_path: Path) -> None:
    small = central.model_copy(update={"log": Log(exchanges=2)})
    with start(small, tmp_path, FREE) as running:
        for number in range(1, 5):
            get(f"{running.dicomweb_of('pacs-north')}/studies/1.{number}")
            running.exchanges()  # written, so that each is a batch of its own
        kept = [exchange.request.start_line.split()[1] for exchange in running.exchanges()]
    assert [path.rpartition("/")[2] for path in kept] == ["1.3", "1.4"]


def test_a_connection_that_was_kept_is_over_when_all_is_closed(
    running: RunningTopology, caplog: pytest.LogCaptureFixture
) -> None:
    url = running.url_of("registry")
    with connect(url) as kept:
        kept.sendall(post(url, *message(url)))
        assert read_answer(kept).status == 200
        running.close()
        with pytest.raises(ConnectionError):
            ask_again(kept, post(url, *message(url)))
    assert caplog.text == ""


def ask_again(connection: socket.socket, data: bytes) -> None:
    connection.sendall(data)
    read_answer(connection)


def test_what_is_under_way_when_all_is_closed_finds_its_store_open(tmp_path: Path) -> None:
    running = domain(tmp_path)
    url = running.url_of("registry")
    (site,) = running._sites.values()
    closing = threading.Thread(target=running.close)
    with connect(url) as connection, sqlite3.connect(tmp_path / "registry" / "registry.db") as busy:
        busy.execute("BEGIN IMMEDIATE")  # the store cannot commit
        connection.sendall(post(url, *message(url, "ITI-42", a_submission())))
        while not any(channel.requests for channel in running._loop.call(lambda: {*site._front.channels})):
            pass
        closing.start()
        while site._front.numPorts:
            running._loop.call(lambda: None)
        busy.rollback()
        assert status_name(response_of(read_answer(connection)).status) == "Success"
    closing.join(10)
    assert not closing.is_alive()


def offering(**registry: object) -> Topology:
    plain = topology(**registry).model_dump(mode="json", exclude_none=True)
    plain["listen"] = "127.0.0.1:0"
    plain["communities"][0]["onDemandSources"][0]["offers"] = ["P1", PATIENT.replace("P1", "P2")]
    return Topology.model_validate(plain)


def test_what_a_source_offers_from_the_start_is_registered_once(tmp_path: Path) -> None:
    found = []
    for _ in "ab":
        with start(offering(), tmp_path, FREE) as running:
            found.append(everything(running.url_of("registry"), PATIENT, ON_DEMAND).objects.documentEntries)
            told = [each for each in running.exchanges() if each.transaction == "ITI-61"]
            assert [(each.sender, each.receiver, each.status) for each in told] == [
                ("summaries", "registry", "Success")
            ] * 2
    assert [entry.uniqueId for entry in found[0]] == [entry.uniqueId for entry in found[1]]
    assert [entry.repositoryUniqueId for entry in found[0]] == ["2.999.1.4"]


def test_an_offer_that_is_not_taken_is_told_and_nothing_is_left_running(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="summaries cannot offer a document of patient 'P1': patientId is"):
        start(offering(patients="fed-only"), tmp_path, FREE)
    start(offering(), tmp_path, FREE).close()  # the folder is free again


@pytest.mark.parametrize("actor", ["repository", "summaries"])
def test_what_a_crash_cut_short_is_settled_before_anybody_asks(actor: str, tmp_path: Path) -> None:
    store = SqliteDocumentStore(tmp_path / actor)
    store.keep("s", [NewDocument(uniqueId="1.2", mimeType="m", content=BytesContent(b"text"))]).result()
    store.close()
    with start(topology(), tmp_path, FREE):
        pass
    store = SqliteDocumentStore(tmp_path / actor)
    assert (store.unsettled(), store.find(("1.2",))) == ({}, {})
    store.close()
