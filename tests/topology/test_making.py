from __future__ import annotations

from pathlib import Path

import pytest

from xdsi_sim.topology.build import start
from xdsi_sim.topology.checked import check
from xdsi_sim.topology.listen import Listen
from xdsi_sim.topology.loader import find_topology
from xdsi_sim.topology.making import Plan, written
from xdsi_sim.topology.model import Topology
from xdsi_sim.topology.yaml import parse_yaml

MOST = 200
"""Communities that the command makes at the most."""


def made(plan: Plan) -> Topology:
    return check(Topology, parse_yaml(written(plan), "made.yaml"))


def test_the_largest_topology_that_ships_is_made_so() -> None:
    assert written(Plan(communities=10)) == find_topology("federated-10").read_text("utf-8")


@pytest.mark.parametrize("per_site", [False, True])
def test_all_communities_have_all_that_a_member_needs(per_site: bool) -> None:
    topology = made(Plan(communities=20, sources=3, per_site=per_site))
    assert len(topology.communities) == 20
    for community in topology.communities:
        assert len(community.sources) == 3
        assert len({source.publishesTo for source in community.sources}) == (3 if per_site else 1)
        assert len(community.repositories) == (3 if per_site else 1)
        assert community.initiatingImagingGateway is not None


def test_the_most_that_can_be_made_is_good_as_well() -> None:
    topology = made(Plan(communities=MOST, apart=True))
    assert len({community.listen for community in topology.communities}) == MOST
    assert len({placed.actor.id for placed in topology.actors()}) == MOST * 8


def test_the_same_words_give_the_same_file_and_other_words_another() -> None:
    plan = Plan(communities=3, root="2.999.7", listen=Listen("sim.test", 9000), name="mine", apart=True)
    assert written(plan) == written(plan)
    topology = made(plan)
    assert topology.name == "mine"
    assert [each.homeCommunityId for each in topology.communities] == [
        f"urn:oid:2.999.7.{n}" for n in (1, 2, 3)
    ]
    assert [str(each.listen) for each in topology.communities] == [f"sim.test:{9000 + n}" for n in range(3)]
    command = (
        "xdsi-sim topology make --communities 3 --name mine --listen sim.test:9000 --root 2.999.7 --apart"
    )
    assert f"Made by: {command}" in written(plan).splitlines()[0]


def test_what_is_made_can_be_started(tmp_path: Path) -> None:
    topology = made(Plan(communities=3, sources=2, per_site=True))
    with start(topology, tmp_path, Listen("127.0.0.1", 0)) as running:
        assert running.url_of("cedar-pacs-2").endswith("/cedar/cedar-pacs-2")
