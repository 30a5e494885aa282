from __future__ import annotations

import pytest

from xdsi_sim.errors import UsageError
from xdsi_sim.topology.checked import check
from xdsi_sim.topology.model import Listen, Topology
from xdsi_sim.topology.whereabouts import moved_to, named, others, url_of
from xdsi_sim.topology.yaml import parse_yaml

TEXT = """\
name: two
listen: 127.0.0.1:9000
communities:
  - id: north
    homeCommunityId: urn:oid:2.999.1
    patientAuthority: 2.999.9
    listen: north.test:9001
    registry: {id: north-registry, port: 9009}
    repositories: [{id: north-repository, repositoryUniqueId: 2.999.1.3}]
    consumers: [{id: north-viewer}]
  - id: south
    homeCommunityId: urn:oid:2.999.2
    patientAuthority: 2.999.9
    registry: {id: south-registry}
peers:
  - {id: vendor, plays: north-repository, url: "http://vendor.test/repository"}
"""
NORTH = {"north-registry", "north-repository", "north-viewer"}


def topology(text: str = TEXT) -> Topology:
    return check(Topology, parse_yaml(text, "t.yaml"))


def urls(found: Topology) -> dict[str, str]:
    return {each.actor.id: url_of(found, each) for each in found.actors() if not each.address_less}


def test_an_address_is_that_of_the_actor_its_community_the_topology_or_a_peer() -> None:
    assert urls(topology()) == {
        "north-registry": "http://north.test:9009/north/north-registry",
        "north-repository": "http://vendor.test/repository",
        "south-registry": "http://127.0.0.1:9000/south/south-registry",
    }


def test_a_topology_that_is_moved_keeps_ports_of_actors_and_peers() -> None:
    assert urls(moved_to(topology(), Listen("sim.test", 80))) == {
        "north-registry": "http://sim.test:9009/north/north-registry",
        "north-repository": "http://vendor.test/repository",
        "south-registry": "http://sim.test:80/south/south-registry",
    }


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        (["north"], NORTH),
        (["north", "south-registry"], NORTH | {"south-registry"}),
        (["north-viewer"], {"north-viewer"}),
    ],
)
def test_communities_and_actors_are_named_alike(words: list[str], ids: set[str]) -> None:
    assert named(topology(), words) == ids


def test_who_is_not_there_is_told_with_who_may_be_meant() -> None:
    with pytest.raises(UsageError, match=r"no actor 'suoth'.*'south'"):
        named(topology(), ["suoth"])


def test_elsewhere_are_peers_and_all_who_are_not_named() -> None:
    all_ = urls(topology())
    assert others(topology(), None) == {"north-repository": all_["north-repository"]}
    assert others(topology(), {"north-registry"}) == {
        id_: all_[id_] for id_ in ("north-repository", "south-registry")
    }


def test_who_answers_elsewhere_needs_a_port() -> None:
    with pytest.raises(UsageError, match=r"south-registry is to be played elsewhere.* port 0"):
        others(topology(TEXT.replace(":9000", ":0")), NORTH)
