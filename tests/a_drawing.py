"""Topologies that tests draw, and how rectangles of a drawing stand to each other."""

from __future__ import annotations

from xdsi_sim.resources import scenarios
from xdsi_sim.topology.checked import check
from xdsi_sim.topology.drawing.shapes import Box, Drawing, Panel
from xdsi_sim.topology.loader import load_topology
from xdsi_sim.topology.making import Plan, written
from xdsi_sim.topology.model import Topology
from xdsi_sim.topology.yaml import parse_yaml

__all__ = ["ALL", "SHIPPED", "apart", "with_peers", "within"]

Rectangle = Box | Panel

SHIPPED = {path.stem: load_topology(path) for path in sorted((scenarios() / "topologies").glob("*.yaml"))}
MADE = {
    f"made {plan.communities}": check(Topology, parse_yaml(written(plan), "made.yaml"))
    for plan in (Plan(communities=3, sources=9, per_site=True), Plan(communities=20, sources=3))
}
ALL = SHIPPED | MADE
HOME = "urn:oid:2.999.9"
PEERS = [
    {"id": "v-rg", "url": "http://v/rg", "role": "respondingGateway", "homeCommunityId": HOME},
    {
        "id": "v-rig",
        "url": "http://v/i",
        "role": "respondingImagingGateway",
        "homeCommunityId": HOME,
    },
    {"id": "v-registry", "url": "http://v/r", "plays": "north-registry"},
    {"id": "v", "url": "http://v/else"},
]


def with_peers() -> Topology:
    return Topology.model_validate({**dict(SHIPPED["federated-2"]), "peers": PEERS})


def apart(one: Rectangle, two: Rectangle) -> bool:
    beside = one.x + one.width <= two.x or two.x + two.width <= one.x
    return beside or one.y + one.height <= two.y or two.y + two.height <= one.y


def within(inner: Rectangle, outer: Panel | Drawing) -> bool:
    x, y = (0, 0) if isinstance(outer, Drawing) else (outer.x, outer.y)
    right, bottom = inner.x + inner.width, inner.y + inner.height
    return x <= inner.x and y <= inner.y and right <= x + outer.width and bottom <= y + outer.height
