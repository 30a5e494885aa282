from __future__ import annotations

from itertools import combinations

import pytest
from a_drawing import ALL, SHIPPED, apart, with_peers, within

from xdsi_sim.topology.drawing.boxes import width_of
from xdsi_sim.topology.drawing.layout import drawing_of
from xdsi_sim.topology.model import Topology
from xdsi_sim.topology.ways import ways


@pytest.mark.parametrize("topology", [*ALL.values(), with_peers()], ids=[*ALL, "with peers"])
def test_boxes_and_panels_stand_apart_and_within(topology: Topology) -> None:
    drawing = drawing_of(topology)
    assert all(within(panel, drawing) for panel in drawing.panels)
    assert all(within(box, panel) for panel in drawing.panels for box in panel.boxes)
    assert all(apart(*pair) for pair in combinations(drawing.panels, 2))
    assert all(apart(*pair) for panel in drawing.panels for pair in combinations(panel.boxes, 2))


@pytest.mark.parametrize("topology", [*SHIPPED.values(), with_peers()], ids=[*SHIPPED, "with peers"])
def test_all_actors_are_there_and_every_way_is_on_a_line_or_a_bus(topology: Topology) -> None:
    drawing = drawing_of(topology)
    rows = {row.id for panel in drawing.panels for box in panel.boxes for row in box.rows}
    outside = {peer.id for peer in topology.peers if peer.plays is None}
    assert rows == {placed.actor.id for placed in topology.actors()} | outside
    homes = {placed.actor.id: placed.community.id for placed in topology.actors()}
    lines = {told for line in drawing.lines for told in line.title.splitlines()}
    said = {bus.label for bus in drawing.buses}
    for way in ways(topology):
        if homes[way.sender] == homes.get(way.receiver):
            assert any(told.startswith(f"{way.sender} to {way.receiver}: ") for told in lines)
        else:
            assert any(set(way.transactions) <= set(label.split(" · ")) for label in said)


def test_who_is_called_from_elsewhere_has_an_arrow_from_a_bus() -> None:
    drawing = drawing_of(SHIPPED["federated-10"])
    assert len(drawing.buses) == 3
    arrows = [line for line in drawing.lines if line.title.startswith("all others to ")]
    assert len(arrows) == 3 * 10
    assert all(line.arrow for line in arrows)


def test_a_foreign_system_is_told_from_our_own() -> None:
    drawing = drawing_of(with_peers())
    rows = {row.id: row for panel in drawing.panels for box in panel.boxes for row in box.rows}
    assert (rows["north-registry"].foreign, rows["north-registry"].note) == (True, "by v-registry")
    assert (rows["south-registry"].foreign, rows["v-rig"].foreign) == (False, True)
    assert [panel.title for panel in drawing.panels if panel.foreign] == ["Outside"]


def test_a_panel_is_as_wide_as_what_stands_over_it() -> None:
    (community,) = SHIPPED["central"].communities
    wide = community.model_copy(update={"title": "N" * 200})
    assert width_of(wide) >= 200 * 10
