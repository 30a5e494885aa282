from __future__ import annotations

from itertools import combinations

import pytest
from a_drawing import ALL, apart, with_peers, within

from xdsi_sim.topology.drawing.labels import rectangle_of, wrapped
from xdsi_sim.topology.drawing.layout import drawing_of
from xdsi_sim.topology.model import Topology
from xdsi_sim.topology.ways import ways


@pytest.mark.parametrize("topology", [*ALL.values(), with_peers()], ids=[*ALL, "with peers"])
def test_what_is_said_stands_apart_from_all_else_and_in_its_panel(topology: Topology) -> None:
    drawing = drawing_of(topology)
    said = [rectangle_of(label) for label in drawing.labels]
    boxes = [box for panel in drawing.panels for box in panel.boxes]
    assert all(apart(*pair) for pair in combinations(said, 2))
    assert all(apart(one, box) for one in said for box in boxes)
    assert all(any(within(one, panel) for panel in drawing.panels) for one in said)


def test_all_that_is_sent_within_a_community_is_said() -> None:
    topology = ALL["mixed"]
    said = {
        word for label in drawing_of(topology).labels for text in label.texts for word in text.split(" · ")
    }
    homes = {placed.actor.id: placed.community.id for placed in topology.actors()}
    within = [way for way in ways(topology) if homes[way.sender] == homes[way.receiver]]
    assert said == {transaction for way in within for transaction in way.transactions}


@pytest.mark.parametrize(
    ("transactions", "texts"),
    [
        (("ITI-18",), ("ITI-18",)),
        (("ITI-18", "ITI-43", "ITI-92"), ("ITI-18 · ITI-43 · ITI-92",)),
        (("RAD-69", "RAD-55", "WADO-RS", "QIDO-RS"), ("RAD-69 · RAD-55", "WADO-RS · QIDO-RS")),
    ],
)
def test_a_long_line_is_wrapped(transactions: tuple[str, ...], texts: tuple[str, ...]) -> None:
    assert wrapped(transactions) == texts
