from __future__ import annotations

from xdsi_sim.topology.drawing.buses import kinds_of
from xdsi_sim.topology.loader import find_topology, load_topology
from xdsi_sim.topology.ways import ways


def test_what_goes_between_communities_is_told_by_kind() -> None:
    topology = load_topology(find_topology("mixed"))
    kinds = kinds_of(topology, ways(topology))
    assert [(kind.sender, kind.receiver, kind.transactions, kind.above) for kind in kinds] == [
        ("initiatingGateway", "respondingGateway", ("ITI-38", "ITI-39", "ITI-80", "ITI-92"), True),
        ("initiatingImagingGateway", "respondingImagingGateway", ("RAD-75", "XC-WADO"), True),
        ("consumers", "sources", ("RAD-69", "WADO-RS"), False),
    ]


def test_a_single_community_has_none() -> None:
    topology = load_topology(find_topology("central"))
    assert kinds_of(topology, ways(topology)) == []
