from __future__ import annotations

from xdsi_sim.topology.checked import check
from xdsi_sim.topology.drawing.boxes import boxes_of, rows_of
from xdsi_sim.topology.making import Plan, written
from xdsi_sim.topology.model import Topology
from xdsi_sim.topology.yaml import parse_yaml


def test_of_many_actors_the_first_are_shown_and_the_rest_counted() -> None:
    topology = check(Topology, parse_yaml(written(Plan(communities=2, sources=20)), "t.yaml"))
    community = topology.communities[0]
    box = boxes_of(topology, community, 0, 0)["sources"]
    assert [row.id for row in box.rows] == [*(f"aspen-pacs-{n}" for n in range(1, 7)), "and 14 more"]
    assert "aspen-pacs-20" in box.rows[-1].title


def test_gateways_stand_above_what_they_lead_to_and_who_asks_at_the_foot() -> None:
    topology = check(Topology, parse_yaml(written(Plan(communities=2)), "t.yaml"))
    community = topology.communities[0]
    boxes = boxes_of(topology, community, 0, 0)
    heights = [sorted({boxes[key].y for key in row}) for row in rows_of(community)]
    assert [len(row) for row in heights] == [1, 1, 1]
    assert heights == sorted(heights)
    assert boxes["consumers"].y > boxes["registry"].y > boxes["initiatingGateway"].y
