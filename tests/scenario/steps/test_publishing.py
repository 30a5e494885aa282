from __future__ import annotations

from xdsi_sim.scenario.steps.publishing import publisher_of
from xdsi_sim.topology.loader import find_topology, load_topology
from xdsi_sim.topology.model import Source


def test_a_source_publishes_under_its_own_oid_for_its_community() -> None:
    placed = load_topology(find_topology("central")).find("pacs-north")
    assert isinstance(placed.actor, Source)
    publisher = publisher_of(placed, placed.actor)
    assert (publisher.sourceId, publisher.patient_authority) == (
        placed.actor.oid,
        placed.community.patientAuthority,
    )
