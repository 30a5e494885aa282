from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path

import pytest
from wire import QUERY

from xdsi_sim.actors.flow import Call
from xdsi_sim.actors.trace import Trace
from xdsi_sim.server.loop import running_loop
from xdsi_sim.store.exchanges import NOT_RECORDED
from xdsi_sim.topology.clients import Clients
from xdsi_sim.topology.loader import find_topology, load_topology
from xdsi_sim.topology.model import Patience


@pytest.fixture
def clients(tmp_path: Path) -> Clients:
    topology = load_topology(find_topology("central"))
    return Clients(
        topology.model_copy(update={"timeouts": Patience(firstByte=0.2)}),
        running_loop(),
        tls=None,
        recorder=NOT_RECORDED,
        spool=tmp_path,
        traces={},
        reply_to="http://127.0.0.1:9/replies",
    )


def test_who_asks_from_outside_waits_longer_than_an_actor_does(clients: Clients) -> None:
    call = Call(url="", transaction="ITI-18", message=QUERY)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        asked = replace(call, url=f"http://127.0.0.1:{silent.getsockname()[1]}/")
        outside = clients.outside.call(asked, sender="tester", conversation="cafe").answer
        actor = running_loop().call(clients.soap.call, asked, Trace.begin("tester")).answer
    clients.close()
    clients.close()
    assert "no answer within 0.4 s" in str(outside)
    assert "no answer within 0.2 s" in str(actor)
