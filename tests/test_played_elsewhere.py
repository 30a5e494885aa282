"""A topology whose actors are played by several processes, and by foreign systems."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from a_scenario import PUBLISHED, write

from xdsi_sim.actors.flow import Call
from xdsi_sim.ebrim.model import Slot
from xdsi_sim.errors import UsageError
from xdsi_sim.messages.query import AdhocQueryRequest
from xdsi_sim.messages.response import status_name
from xdsi_sim.messages.stored_queries import FIND_DOCUMENTS
from xdsi_sim.scenario.loader import load_scenario
from xdsi_sim.scenario.record import RunRecord, Verdict
from xdsi_sim.scenario.runner import play
from xdsi_sim.topology.build import RunningTopology, start
from xdsi_sim.topology.loader import find_topology, load_topology
from xdsi_sim.topology.model import Listen, Topology
from xdsi_sim.vocab import APPROVED

COMMAND = [sys.executable, "-m", "xdsi_sim"]
FREE = Listen("127.0.0.1", 0)


def free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        servers = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [server.getsockname()[1] for server in servers]


@contextmanager
def up(*arguments: str) -> Iterator[dict[str, Any]]:
    """What the command says of its actors, while they answer."""
    with subprocess.Popen(
        [*COMMAND, "up", *arguments, "--json"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            told = json.loads(process.stdout.readline())
            yield {actor["id"]: actor for actor in told["actors"]}
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=20)


def test_two_processes_play_a_community_each_and_answer_as_one_federation(tmp_path: Path) -> None:
    text = find_topology("federated-2").read_text("utf-8")
    for old, new in zip(("8081", "8082"), free_ports(2), strict=True):
        text = text.replace(f":{old}", f":{new}")
    file = tmp_path / "two.yaml"
    file.write_text(text, encoding="utf-8")
    north = load_topology(file)
    ask = AdhocQueryRequest(id=FIND_DOCUMENTS.id, parameters=find("NAT-1001"))
    options = ("--only", "south", "--only", "south-rg", "--data", str(tmp_path / "south"))
    with up(str(file), *options) as actors:  # both count, not the last one alone
        assert {id_ for id_, actor in actors.items() if actor["here"]} == {
            id_ for id_, actor in actors.items() if actor["community"] == "south"
        }
        only = {placed.actor.id for placed in north.actors() if placed.community.id == "north"}
        with start(north, tmp_path / "north", only=only) as running:
            call = Call(url=running.url_of("north-ig"), transaction="ITI-18", message=ask)
            reply = running.client.call(call, sender="north-workstation", conversation="cafe")
            assert status_name(reply.answer.status) == "Success"
            hops = {(each.sender, each.transaction) for each in running.exchanges()}
            assert ("north-ig", "ITI-38") in hops
    with start(north, tmp_path / "north", only=only) as running:
        reply = running.client.call(call, sender="north-workstation", conversation="cafe")
        assert [error.errorCode for error in reply.answer.errors] == ["XDSUnavailableCommunity"]


def find(patient: str) -> tuple[Any, ...]:
    return (
        Slot("$XDSDocumentEntryPatientId", (f"'{patient}^^^&2.999.10.1&ISO'",)),
        Slot("$XDSDocumentEntryStatus", (f"('{APPROVED}')",)),
    )


def with_peers(name: str, theirs: RunningTopology, *played: str) -> Topology:
    """A topology that ships, some actors of which are those of another one."""
    peers = [{"id": f"their-{id_}", "plays": id_, "url": theirs.url_of(id_)} for id_ in played]
    for peer in peers:
        if "pacs" in peer["plays"]:
            peer["dicomweb"] = theirs.dicomweb_of(peer["plays"])
        if peer["plays"].endswith("-rig"):
            peer["xcWado"] = theirs.xc_wado_of(peer["plays"])
    return Topology.model_validate({**dict(load_topology(find_topology(name))), "peers": peers})


def played(folder: Path, name: str, steps: str, running: RunningTopology) -> RunRecord:
    path = folder / f"{name}.yaml"
    path.write_text(f"name: trial\ntitle: A trial\ntopology: {name}\nsteps:\n{steps}", encoding="utf-8")
    record = play(load_scenario(path), running)
    assert record.verdict is Verdict.PASS, [step for step in record.steps if step.verdict is not Verdict.PASS]
    return record


def whole(name: str) -> Topology:
    return load_topology(find_topology(name))


def test_a_shipped_scenario_is_played_with_a_foreign_registry(tmp_path: Path) -> None:
    with start(whole("central"), tmp_path / "theirs", FREE) as theirs:
        with start(with_peers("central", theirs, "registry"), tmp_path / "ours", FREE) as ours:
            assert ours.elsewhere == {"registry"}
            played(tmp_path, "central", PUBLISHED, ours)
        assert {each.transaction for each in theirs.exchanges()} == {"ITI-42", "ITI-18"}


LOAD = "  - {name: load, load: {source: %s, samples: [mr-knee], first: 2}, save: loaded}\n"
PUBLISH = "  - {name: publish, publish: {source: %s}, save: published}\n"
FIND = """\
  - name: find
    query:
      consumer: %s
      %s
      query: FindDocuments
      parameters: {patientId: "NAT-1001^^^&2.999.10.1&ISO", status: [Approved]}
    save: found
    expect: {count: 1}
"""
GET = """\
  - {name: get, retrieve: {consumer: %s, entries: "${found.entries}" %s}, save: got, expect: {count: 1}}
  - {name: at, locate: {consumer: %s, manifests: "${got.manifests}", mode: location-uid}, save: at}
"""
FETCH = '  - {name: fetch, fetch: {consumer: %s, series: "${at.series}", by: %s}, expect: {count: 2}}\n'


def test_registry_repository_and_archive_may_be_foreign(tmp_path: Path) -> None:
    with start(whole("central"), tmp_path / "theirs", FREE) as theirs:
        played(tmp_path, "central", LOAD % "pacs-south" + PUBLISH % "pacs-south", theirs)
        mixed = with_peers("central", theirs, "registry", "repository", "pacs-south")
        steps = FIND % ("workstation", "registry: registry") + GET % ("workstation", "", "workstation")
        with start(mixed, tmp_path / "ours", FREE) as ours:
            both = "".join(FETCH % ("workstation", way) for way in ("rad-69", "wado-rs"))
            played(tmp_path, "central", steps + both, ours)


def test_gateways_that_answer_and_gateways_that_ask_may_be_foreign(tmp_path: Path) -> None:
    who = "north-workstation"
    steps = FIND % (who, "through: north-ig") + GET % (who, ", through: north-ig", who)
    both = "".join(FETCH % (who, f"{way}, through: north-iig") for way in ("rad-69", "xc-wado"))
    with start(whole("federated-2"), tmp_path / "theirs", FREE) as theirs:
        played(tmp_path, "federated-2", LOAD % "south-pacs" + PUBLISH % "south-pacs", theirs)
        answering = with_peers("federated-2", theirs, "south-rg", "south-rig")
        with start(answering, tmp_path / "ours", FREE) as ours:
            played(tmp_path, "federated-2", steps + both, ours)
        asking = with_peers("federated-2", theirs, "north-ig", "north-iig")
        with start(asking, tmp_path / "ours", FREE) as ours:
            played(tmp_path, "federated-2", steps + FETCH % (who, "rad-69, through: north-iig"), ours)


def test_a_recipient_may_be_foreign(tmp_path: Path) -> None:
    with start(whole("point-to-point"), tmp_path / "theirs", FREE) as theirs:
        with start(with_peers("point-to-point", theirs, "clinic"), tmp_path / "ours", FREE) as ours:
            played(tmp_path, "point-to-point", LOAD % "pacs-north" + PUBLISH % "pacs-north", ours)
        assert len(theirs.received_by("clinic")) == 1


def test_what_a_peer_plays_cannot_be_looked_into(tmp_path: Path) -> None:
    central = load_topology(find_topology("central"))
    peer = {"id": "vendor", "plays": "pacs-north", "url": "http://127.0.0.1:9/pacs"}
    mixed = Topology.model_validate({**dict(central), "peers": [peer]})
    loaded = load_scenario(write(tmp_path, PUBLISHED))
    with start(mixed, tmp_path / "ours", FREE) as running:
        record = play(loaded, running)
    assert record.steps[0].text == "pacs-north answers elsewhere, at http://127.0.0.1:9/pacs: it is not ours."


def test_an_address_of_its_own_is_nothing_that_the_others_would_find(tmp_path: Path) -> None:
    options = ("--only", "north", "--listen", "127.0.0.1:0", "--data", str(tmp_path))
    command = [*COMMAND, "up", "federated-2", *options]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 2
    assert "--only and --listen exclude each other" in ended.stderr


def test_who_only_asks_is_nobody_to_start(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="none of the actors that answer is to be played here"):
        start(whole("federated-2"), tmp_path, only={"north-workstation"})
