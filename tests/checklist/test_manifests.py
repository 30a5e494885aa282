from __future__ import annotations

from xdsi_sim.checklist.manifests import with_manifests
from xdsi_sim.topology.loader import find_topology, load_topology


def test_all_sources_make_manifests_of_the_profile_that_is_asked_for() -> None:
    topology = load_topology(find_topology("federated-2"))
    assert with_manifests(topology, None) is topology
    changed = with_manifests(topology, "mado")
    made = [source.manifest for each in changed.communities for source in each.sources]
    assert set(made) == {"mado"}
    assert len(made) == sum(len(each.sources) for each in topology.communities)
