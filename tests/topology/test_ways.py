from __future__ import annotations

from pathlib import Path

import pytest

from xdsi_sim.scenario.loader import find_scenario, load_scenario
from xdsi_sim.scenario.runner import play
from xdsi_sim.topology.build import start
from xdsi_sim.topology.loader import find_topology, load_topology
from xdsi_sim.topology.model import Listen, Topology
from xdsi_sim.topology.ways import Way, ways

OUTSIDE = {"id": "vendor-rg", "url": "http://127.0.0.1:9/rg", "role": "respondingGateway"}


@pytest.mark.parametrize("name", ["central", "federated", "on-demand", "point-to-point"])
def test_what_is_sent_in_a_scenario_goes_by_them(name: str, tmp_path: Path) -> None:
    loaded = load_scenario(find_scenario(name))
    with start(loaded.topology, tmp_path, Listen("127.0.0.1", 0)) as running:
        record = play(loaded, running)
    known = {
        (way.sender, way.receiver, transaction)
        for way in ways(loaded.topology)
        for transaction in way.transactions
    }
    sent = {
        (each.sender, each.receiver, each.transaction)
        for each in record.exchanges
        if each.transaction != "SOAP"  # nobody was there to answer
    }
    assert sent
    assert sent - known == set()


def test_every_gateway_knows_those_of_the_others_and_no_own() -> None:
    found = ways(load_topology(find_topology("federated-10")))
    assert sum(way.transactions == ("ITI-38", "ITI-39", "ITI-80", "ITI-92") for way in found) == 10 * 9
    assert sum(way.transactions == ("RAD-75", "XC-WADO") for way in found) == 10 * 9
    assert len(set(found)) == len(found)


def with_peer(home: str, **more: str | None) -> Topology:
    file = dict(load_topology(find_topology("federated-2")))
    return Topology.model_validate(file | {"peers": [OUTSIDE | {"homeCommunityId": home} | more]})


@pytest.mark.parametrize(
    ("xc_wado", "ways_there"), [(None, ("RAD-75",)), ("http://127.0.0.1:9/x", ("RAD-75", "XC-WADO"))]
)
def test_a_peer_is_asked_by_xc_wado_where_its_address_is_known(
    xc_wado: str | None, ways_there: tuple[str, ...]
) -> None:
    peer = {"role": "respondingImagingGateway", "id": "vendor-rig", "xcWado": xc_wado}
    found = ways(with_peer("urn:oid:2.999.77", **peer))
    assert {way.transactions for way in found if way.receiver == "vendor-rig"} == {ways_there}


def test_a_gateway_of_others_may_be_a_peer() -> None:
    found = ways(with_peer("urn:oid:2.999.77"))
    assert [way for way in found if way.receiver == "vendor-rg"] == [
        Way("north-ig", "vendor-rg", ("ITI-38", "ITI-39", "ITI-80", "ITI-92")),
        Way("south-ig", "vendor-rg", ("ITI-38", "ITI-39", "ITI-80", "ITI-92")),
    ]
