from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from a_domain import domain
from a_peer import peers

from xdsi_sim.client.faults import FaultsClient
from xdsi_sim.errors import CannotRun, UsageError
from xdsi_sim.server.loop import running_loop
from xdsi_sim.topology.build import RunningTopology


def client_of(url: str) -> FaultsClient:
    loop = running_loop()
    return FaultsClient(url, loop.reactor, loop.call)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[RunningTopology]:
    with domain(tmp_path) as started:
        yield started


@pytest.mark.parametrize("ending", ["", "/", "/faults"])
def test_faults_are_switched_at_the_address_of_the_actors(running: RunningTopology, ending: str) -> None:
    client = client_of(running.admin.removesuffix("/faults") + ending)
    made = client.on({"actor": "registry", "deviation": "delay"})
    assert client.faults() == [made]
    assert client.off(made["number"]) == 1
    client.on({"actor": "registry", "deviation": "delay"})
    client.on({"actor": "registry", "deviation": "http-503"})
    assert client.off() == 2
    client.close()


def test_what_is_wrong_is_told(running: RunningTopology) -> None:
    client = client_of(running.admin)
    with pytest.raises(UsageError, match=r"unknown deviation 'dely'\. Did you mean 'delay'"):
        client.on({"actor": "registry", "deviation": "dely"})
    with pytest.raises(UsageError, match="no fault has the number '7'"):
        client.off(7)
    client.close()


@pytest.mark.parametrize("body", [b"<html/>", b"[]", b'{"text": 1'])
def test_somebody_who_is_no_actor_is_told(body: bytes) -> None:
    head = f"HTTP/1.1 404 Not Found\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    with peers() as peer:
        client = client_of(peer(lambda _request: head + body))
        with pytest.raises(UsageError, match="answers HTTP 404, and not as actors do"):
            client.faults()
        client.close()


def test_nobody_is_there() -> None:
    client = client_of("http://127.0.0.1:1")
    with pytest.raises(CannotRun, match="the connection was refused"):
        client.faults()
    client.close()
