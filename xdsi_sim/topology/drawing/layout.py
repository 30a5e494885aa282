"""From a topology to a drawing: panels side by side, with the buses between them in a gutter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from xdsi_sim.topology.drawing.boxes import (
    EDGE,
    HEAD,
    WIDTH,
    boxes_of,
    height_of,
    rows_of,
    subtitle_of,
    title_of,
    width_of,
)
from xdsi_sim.topology.drawing.buses import LANE, OUTSIDE, Kind, Stand, buses_between, kinds_of
from xdsi_sim.topology.drawing.lines import links_within
from xdsi_sim.topology.drawing.shapes import Box, Drawing, Panel, Row
from xdsi_sim.topology.federation import Peer
from xdsi_sim.topology.model import Community, Topology
from xdsi_sim.topology.ways import ways
from xdsi_sim.topology.within import PATH

__all__ = ["drawing_of"]

_MARGIN: Final = 28
_TOP: Final = 84
_SPACE: Final = 34
"""Between panels of one column."""
_BUS: Final = 34
"""Between buses."""
_LEGEND: Final = 46


def drawing_of(topology: Topology) -> Drawing:
    """Lay out all communities and peers; whoever is called has a line that ends at its box."""
    found = ways(topology)
    kinds = kinds_of(topology, found)
    stands, gutter = _stands(topology, kinds)
    within = [links_within(topology, stand.id, stand.boxes, found) for stand in stands]
    buses, taps = buses_between(kinds, stands, gutter, _BUS)
    right = max(stand.panel.x + stand.panel.width for stand in stands)
    right = max(right, *(bus.x + _BUS for bus in buses)) if buses else right
    bottom = max(stand.panel.y + stand.panel.height for stand in stands)
    return Drawing(
        width=max(right, 640) + _MARGIN,
        height=bottom + _LEGEND + _MARGIN,
        title=topology.title or topology.name,
        subtitle=_subtitle(topology),
        panels=tuple(stand.panel for stand in stands),
        lines=(*taps, *(line for lines, _ in within for line in lines)),
        buses=buses,
        labels=tuple(label for _, labels in within for label in labels),
    )


def _subtitle(topology: Topology) -> str:
    communities, actors = len(topology.communities), len(topology.actors())
    words = [topology.name, f"{communities} communit{'y' if communities == 1 else 'ies'}", f"{actors} actors"]
    words += (
        [f"{len(topology.peers)} peer{'' if len(topology.peers) == 1 else 's'}"] if topology.peers else []
    )
    words += [f"sessions {topology.sessions}, below /{PATH}/NAME"] if topology.sessions != "off" else []
    return " · ".join(words)


# --- panels ----------------------------------------------------------------------------------


def _stands(topology: Topology, kinds: Sequence[Kind]) -> tuple[list[Stand], int]:
    """Panels in two columns, the gutter with the buses between them; gives where that begins."""
    outside = [peer for peer in topology.peers if peer.plays is None]
    gutter = _MARGIN + max(width_of(community) for community in topology.communities[::2])
    second = gutter + (len(kinds) + 1) * _BUS
    foot = LANE * sum(not kind.above for kind in kinds)
    members: list[Community | None] = [*topology.communities, *([None] if outside else [])]
    stands: list[Stand] = []
    y = _TOP
    for number in range(0, len(members), 2):
        row = []
        for community, left in zip(members[number : number + 2], (True, False), strict=False):
            width = _OUTSIDE_WIDTH if community is None else width_of(community)
            x = gutter - width if left else second
            if community is None:
                row.append(_peers(outside, x, y))
            else:
                row.append(_community(topology, community, x, y, foot))
        highest = max(stand.panel.height for stand in row)
        stands += (replace(each, panel=replace(each.panel, height=highest)) for each in row)
        y += highest + _SPACE
    return stands, gutter


def _community(topology: Topology, community: Community, x: int, y: int, foot: int) -> Stand:
    lanes = LANE * 2 if any(key.endswith("Gateway") for key in _keys(community)) else 0
    boxes = boxes_of(topology, community, x, y + lanes)
    panel = Panel(
        x=x,
        y=y,
        width=width_of(community),
        height=height_of(boxes, y) + foot,
        title=title_of(community),
        subtitle=subtitle_of(community),
        foreign=False,
        boxes=tuple(boxes.values()),
    )
    return Stand(community.id, panel, boxes)


def _keys(community: Community) -> set[str]:
    return {key for row in rows_of(community) for key in row}


_OUTSIDE_WIDTH: Final = 2 * EDGE + WIDTH + 60


def _peers(peers: Sequence[Peer], x: int, y: int) -> Stand:
    """One panel of all peers that play nobody: a box for each role."""
    roles: dict[str, list[Peer]] = defaultdict(list)
    for peer in peers:
        roles[peer.role or ""].append(peer)
    boxes: dict[str, Box] = {}
    top = y + HEAD + 2 * LANE
    for role, those in roles.items():
        boxes[role] = _peer_box(those, x + EDGE, top)
        top = boxes[role].bottom + 2 * EDGE
    panel = Panel(
        x=x,
        y=y,
        width=_OUTSIDE_WIDTH,
        height=height_of(boxes, y),
        title="Outside",
        subtitle="foreign systems",
        foreign=True,
        boxes=tuple(boxes.values()),
    )
    return Stand(OUTSIDE, panel, boxes)


def _peer_box(peers: Sequence[Peer], x: int, y: int) -> Box:
    rows, at = [], y + 21
    for peer in peers:
        title = "\n".join(filter(None, (peer.id, peer.url, peer.homeCommunityId)))
        rows.append(Row(y=at, id=peer.id, note=peer.homeCommunityId or peer.url, title=title, foreign=True))
        at += 31
    return Box(x=x, y=y, width=WIDTH + 60, height=at + 7 - y, role=_ROLES[peers[0].role], rows=tuple(rows))


_ROLES: Final = {
    None: "Answers may go there",
    "respondingGateway": "Responding Gateway",
    "respondingImagingGateway": "Responding Imaging Gateway",
}
