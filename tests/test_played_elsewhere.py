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
from xdsi_sim.messages.query import AdhocQueryRequest
from xdsi_sim.messages.response import status_name
from xdsi_sim.messages.stored_queries import FIND_DOCUMENTS
from xdsi_sim.scenario.loader import load_scenario
from xdsi_sim.scenario.record import Verdict
from xdsi_sim.scenario.runner import play
from xdsi_sim.topology.build import start
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
    with up(str(file), "--only", "south", "--data", str(tmp_path / "south")) as actors:
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


@pytest.mark.parametrize("role", ["registry", "repository"])
def test_a_shipped_topology_is_played_with_a_foreign_system_in_its_midst(role: str, tmp_path: Path) -> None:
    central = load_topology(find_topology("central"))
    loaded = load_scenario(write(tmp_path, PUBLISHED))
    with start(central, tmp_path / "theirs", FREE) as theirs:
        peers = [{"id": "vendor", "plays": role, "url": theirs.url_of(role)}]
        if role == "repository":  # theirs registers with their own registry
            peers.append({"id": "theirs", "plays": "registry", "url": theirs.url_of("registry")})
        mixed = Topology.model_validate({**dict(central), "peers": peers})
        with start(mixed, tmp_path / "ours", FREE) as ours:
            assert ours.elsewhere == {peer["plays"] for peer in peers}
            record = play(loaded, ours)
        assert record.verdict is Verdict.PASS, record.steps
        assert any(each.receiver == role for each in theirs.exchanges())


def test_what_a_peer_plays_cannot_be_looked_into(tmp_path: Path) -> None:
    central = load_topology(find_topology("central"))
    peer = {"id": "vendor", "plays": "pacs-north", "url": "http://127.0.0.1:9/pacs"}
    mixed = Topology.model_validate({**dict(central), "peers": [peer]})
    loaded = load_scenario(write(tmp_path, PUBLISHED))
    with start(mixed, tmp_path / "ours", FREE) as running:
        record = play(loaded, running)
    assert record.steps[0].text == "pacs-north answers elsewhere, at http://127.0.0.1:9/pacs: it is not ours."


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--only", "suoth"], "no community and no actor 'suoth'. Did you mean 'south'?"),
        (["--only", "north", "--listen", "127.0.0.1:0"], "--only and --listen exclude each other"),
        (["--only", "north-workstation"], "none of the actors that answer is to be played here"),
    ],
)
def test_what_cannot_be_meant_by_only_is_told(arguments: list[str], words: str, tmp_path: Path) -> None:
    command = [*COMMAND, "up", "federated-2", *arguments, "--data", str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 2
    assert words in ended.stderr
