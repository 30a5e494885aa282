from __future__ import annotations

from dataclasses import replace

import pytest
from an_exchange import an_exchange

from xdsi_sim.scenario.called import named
from xdsi_sim.topology.loader import find_topology, load_topology
from xdsi_sim.topology.model import Peer

PEERS = (
    Peer.model_validate({"id": "a", "plays": "registry", "url": "http://192.0.2.7:80/xds"}),
    Peer.model_validate({"id": "b", "plays": "repository", "url": "http://192.0.2.7:80/xds/repository"}),
)


@pytest.mark.parametrize(
    ("receiver", "target", "name"),
    [
        ("192.0.2.7:80", "/xds", "registry"),
        ("192.0.2.7:80", "/xds/repository", "repository"),
        ("192.0.2.7:80", "/elsewhere", "192.0.2.7:80"),
        ("192.0.2.8:80", "/xds", "192.0.2.8:80"),
        ("workstation", "/xds", "workstation"),
    ],
)
def test_a_peer_is_shown_as_the_actor_that_it_plays(receiver: str, target: str, name: str) -> None:
    topology = load_topology(find_topology("central")).model_copy(update={"peers": PEERS})
    exchange = an_exchange()
    request = replace(exchange.request, start_line=f"POST {target} HTTP/1.1")
    (found,) = named(topology, [replace(exchange, receiver=receiver, request=request)])
    assert found.receiver == name
