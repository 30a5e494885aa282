"""Between communities all reach all: one bus for each kind of message, and a tap for each who is at it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from xdsi_sim.topology.drawing.boxes import EDGE, HEAD, Places
from xdsi_sim.topology.drawing.shapes import Box, Bus, Line, Panel, tone_of
from xdsi_sim.topology.model import Topology
from xdsi_sim.topology.ways import Way

__all__ = ["LANE", "OUTSIDE", "Kind", "Stand", "buses_between", "kinds_of"]

LANE: Final = 12
"""Between the ways of two kinds within a panel."""
OUTSIDE: Final = "outside"
"""Id of the panel of peers."""
_ROUND: Final = 7


@dataclass(frozen=True, slots=True)
class Stand:
    """A panel with its boxes by the key of their actors."""

    id: str
    panel: Panel
    boxes: Places


@dataclass(frozen=True, slots=True)
class Kind:
    """Messages between communities that have one bus."""

    sender: str
    receiver: str
    transactions: tuple[str, ...]

    @property
    def above(self) -> bool:
        """Whether its lines leave the panels over the boxes, as those of gateways do."""
        return self.sender.endswith("Gateway")


def kinds_of(topology: Topology, found: Iterable[Way]) -> list[Kind]:
    """What is sent from one community to others, each kind once; those that differ in part are one."""
    homes = {placed.actor.id: placed.community.id for placed in topology.actors()}
    keys = _keys_of_actors(topology)
    merged: dict[tuple[str, str], dict[str, None]] = {}
    for way in found:
        if homes.get(way.sender) != homes.get(way.receiver, OUTSIDE):
            pair = keys[way.sender], keys[way.receiver]
            merged.setdefault(pair, {}).update(dict.fromkeys(way.transactions))
    return [Kind(*pair, tuple(transactions)) for pair, transactions in merged.items()]


def _keys_of_actors(topology: Topology) -> Mapping[str, str]:
    peers = {peer.id: str(peer.role or "") for peer in topology.peers}
    placed = (each for community in topology.communities for each in community.actors())
    return peers | {actor.id: str(place[0]) for place, actor in placed}


def buses_between(
    kinds: Sequence[Kind], stands: Sequence[Stand], gutter: int, step: int
) -> tuple[tuple[Bus, ...], list[Line]]:
    """The buses in a gutter, `step` apart, and the lines between them and the boxes."""
    buses, taps = [], []
    for number, kind in enumerate(kinds):
        x = gutter + (number + 1) * step
        lines, heights = _taps(kind, number, stands, x)
        taps += lines
        if heights:
            buses.append(
                Bus(
                    x=x,
                    top=min(heights),
                    bottom=max(heights),
                    label=" · ".join(kind.transactions),
                    above=not kind.above,
                    tone=tone_of(kind.transactions),
                )
            )
    return tuple(buses), taps


def _taps(kind: Kind, number: int, stands: Sequence[Stand], x: int) -> tuple[list[Line], list[int]]:
    """The lines between the boxes and the bus at `x`, and the heights at which they meet it."""
    lines, heights = [], []
    for stand in stands:
        for key, arrow in ((kind.sender, False), (kind.receiver, True)):
            if (box := stand.boxes.get(key)) is not None:
                lane = _lane(stand, number, above=kind.above, arrow=arrow)
                path = _above(stand, box, lane, x) if kind.above else _below(stand, box, lane, x, number)
                lines.append(_tap(box, path, kind, arrow=arrow))
                heights.append(lane)
    return lines, heights


def _lane(stand: Stand, number: int, *, above: bool, arrow: bool) -> int:
    """The height at which a tap leaves the panel: over its gateways, or at its foot."""
    panel = stand.panel
    if above:
        return panel.y + HEAD + (number % 2) * LANE - 4 + (6 if arrow else 0)
    return panel.y + panel.height - 10 - (number % 3) * LANE - (6 if arrow else 0)


def _above(stand: Stand, box: Box, lane: int, x: int) -> list[tuple[int, int]]:
    """Corners of the way from a box to a bus, over the boxes; by the left edge where another one is above."""
    if any(other.y < box.y for other in stand.boxes.values()):
        side, edge = box.y + box.height // 2, stand.panel.x + EDGE // 2
        return [(box.x, side), (edge, side), (edge, lane), (x, lane)]
    return [(box.centre, box.y), (box.centre, lane), (x, lane)]


def _below(stand: Stand, box: Box, lane: int, x: int, number: int) -> list[tuple[int, int]]:
    """The same at the foot; by the right edge where another box is in the way."""
    at, shift = box.x + box.width - 16 - 14 * (number % 4), 6 * (number % 3)
    if any(other.y > box.y and other.x < at < other.x + other.width for other in stand.boxes.values()):
        side, edge = box.y + box.height // 2 + shift, stand.panel.x + stand.panel.width - 9 - shift
        return [(box.x + box.width, side), (edge, side), (edge, lane), (x, lane)]
    return [(at, box.bottom), (at, lane), (x, lane)]


def _tap(box: Box, corners: list[tuple[int, int]], kind: Kind, *, arrow: bool) -> Line:
    """The line to a bus, or with an arrow the one from it."""
    who = f"all others to {box.rows[0].id}" if arrow else f"{box.rows[0].id} to all others"
    return Line(
        path=_rounded(corners[::-1] if arrow else corners),
        tone=tone_of(kind.transactions),
        title=f"{who}: {', '.join(kind.transactions)}",
        arrow=arrow,
    )


def _rounded(corners: Sequence[tuple[int, int]]) -> str:
    """Straight lines whose corners are round."""
    path = "M{} {}".format(*corners[0])
    for before, (x, y), after in zip(corners, corners[1:], corners[2:], strict=False):
        (from_x, from_y), (to_x, to_y) = _near((x, y), before), _near((x, y), after)
        path += f" L{from_x} {from_y} Q{x} {y} {to_x} {to_y}"
    return path + " L{} {}".format(*corners[-1])


def _near(corner: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    """A point beside a corner, on the way to another one."""
    return tuple(  # type: ignore[return-value]  # two of them
        at + max(-_ROUND, min(_ROUND, (to - at) // 2)) for at, to in zip(corner, other, strict=True)
    )
