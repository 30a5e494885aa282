from __future__ import annotations

from xdsi_sim.topology.drawing.boxes import boxes_of
from xdsi_sim.topology.drawing.layout import drawing_of
from xdsi_sim.topology.drawing.lines import links_within
from xdsi_sim.topology.drawing.shapes import Tone
from xdsi_sim.topology.loader import find_topology, load_topology
from xdsi_sim.topology.ways import ways


def test_lines_lead_from_box_to_box_and_tell_all_that_goes_there() -> None:
    topology = load_topology(find_topology("central"))
    (community,) = topology.communities
    boxes = boxes_of(topology, community, 0, 0)
    lines, labels = links_within(topology, "national", boxes, ways(topology))
    assert len(lines) == 10  # of them four of the FHIR face
    publishing = next(line for line in lines if line.title.startswith("pacs-north to repository"))
    assert publishing.tone is Tone.PUBLISH
    assert publishing.title.splitlines()[1] == "pacs-south to repository: ITI-41, RAD-68"
    assert {label.texts for label in labels} == {
        ("ITI-18",),
        ("ITI-41 · ITI-43",),
        ("ITI-65",),
        ("ITI-66 · ITI-67 · ITI-68",),
        ("ITI-42",),
        ("ITI-57",),
        ("ITI-43",),
        ("ITI-41", "RAD-68"),
        ("RAD-69 · RAD-55", "WADO-RS · QIDO-RS"),
    }


def test_a_line_past_a_row_of_boxes_crosses_none_of_them() -> None:
    topology = load_topology(find_topology("federated-2"))
    panel = drawing_of(topology).panels[0]
    boxes = boxes_of(topology, topology.communities[0], panel.x, panel.y)
    lines, _ = links_within(topology, "north", boxes, ways(topology))
    passing = [line.path for line in lines if " V" in line.path]  # straight down between boxes
    assert len(passing) == 3
    for path in passing:
        through = int(path.partition(" V")[0].split()[-2])
        kept = [boxes[key] for key in ("registry", "repositories", "sources")]
        assert not any(box.x <= through <= box.x + box.width for box in kept)
