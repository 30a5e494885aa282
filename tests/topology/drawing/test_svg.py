from __future__ import annotations

from xdsi_sim.ebrim.xml import parse
from xdsi_sim.topology.drawing import as_svg, drawing_of
from xdsi_sim.topology.drawing.shapes import Tone
from xdsi_sim.topology.loader import find_topology, load_topology

SVG = "{http://www.w3.org/2000/svg}"


def test_a_drawing_is_xml_that_names_everybody() -> None:
    topology = load_topology(find_topology("mixed"))
    root = parse(as_svg(drawing_of(topology)).encode())
    texts = [element.text for element in root.iter(f"{SVG}text")]
    for placed in topology.actors():
        assert placed.actor.id in texts
        assert placed.actor.metadata_oid is None or placed.actor.metadata_oid in texts
    assert len(list(root.iter(f"{SVG}marker"))) == len(Tone)
    assert not list(root.iter(f"{SVG}script"))


def test_what_a_file_says_is_text_and_nothing_else() -> None:
    topology = load_topology(find_topology("central"))
    odd = topology.model_copy(update={"title": "</title><script>alert(1)</script>\x1b[31m"})
    root = parse(as_svg(drawing_of(odd)).encode())
    assert not list(root.iter(f"{SVG}script"))
    assert (root.findtext(f"{SVG}title") or "").startswith("</title><script>")
