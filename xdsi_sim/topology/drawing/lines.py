"""Lines between the boxes of one community: curves between facing sides, ends spread along them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from xdsi_sim.topology.drawing.boxes import EDGE, Places
from xdsi_sim.topology.drawing.labels import Anchor, labels_at
from xdsi_sim.topology.drawing.shapes import Box, Label, Line, tone_of
from xdsi_sim.topology.model import Topology
from xdsi_sim.topology.ways import Way

__all__ = ["links_within"]

_BOW: Final = 44


@dataclass(frozen=True, slots=True)
class _Link:
    """Messages from one box to another."""

    sender: str
    receiver: str
    transactions: tuple[str, ...]
    title: str


@dataclass(frozen=True, slots=True)
class _End:
    """One end of a link: a side of a box."""

    key: str
    side: str
    """`top`, `bottom`, `left` or `right`."""


def links_within(
    topology: Topology, community: str, boxes: Places, found: Iterable[Way]
) -> tuple[list[Line], list[Label]]:
    """The lines of a community, and what is said beside them."""
    links = _links(topology, community, found)
    ports = _ports(links, boxes)
    lines = [
        Line(
            path=_path(link, boxes, ports),
            tone=tone_of(link.transactions),
            title=link.title,
            arrow=True,
        )
        for link in links
    ]
    return lines, list(labels_at(_anchors(links, boxes, ports), boxes))


def _links(topology: Topology, community: str, found: Iterable[Way]) -> list[_Link]:
    keys = {
        actor.id: str(place[0])
        for each in topology.communities
        if each.id == community
        for place, actor in each.actors()
    }
    merged: dict[tuple[str, str], dict[str, None]] = {}
    told: dict[tuple[str, str], list[str]] = defaultdict(list)
    for way in found:
        if way.sender in keys and way.receiver in keys:
            pair = keys[way.sender], keys[way.receiver]
            merged.setdefault(pair, {}).update(dict.fromkeys(way.transactions))
            told[pair].append(f"{way.sender} to {way.receiver}: {', '.join(way.transactions)}")
    return [_Link(*pair, tuple(sent), "\n".join(told[pair])) for pair, sent in merged.items()]


# --- ends ------------------------------------------------------------------------------------


def _sides(link: _Link, boxes: Places) -> tuple[_End, _End]:
    sender, receiver = boxes[link.sender], boxes[link.receiver]
    left, right = sorted((sender.x, receiver.x))
    if sender.y == receiver.y and any(box.y == sender.y and left < box.x < right for box in boxes.values()):
        sides = ("bottom", "bottom")  # below the boxes that stand between them
    elif sender.y == receiver.y:
        sides = ("left", "right") if receiver.x < sender.x else ("right", "left")
    else:
        sides = ("top", "bottom") if receiver.y < sender.y else ("bottom", "top")
    return _End(link.sender, sides[0]), _End(link.receiver, sides[1])


_Ports = Mapping[tuple[_Link, _End], tuple[int, int]]


def _ports(links: Sequence[_Link], boxes: Places) -> _Ports:
    """Where each line begins and ends: those at one side in the order of where they lead."""
    at: dict[_End, list[tuple[tuple[int, int], _Link]]] = defaultdict(list)
    for link in links:
        first, last = _sides(link, boxes)
        gap = _gap(boxes, first, last)
        at[first].append((_order(boxes[last.key], gap), link))
        at[last].append((_order(boxes[first.key], gap), link))
    ports: dict[tuple[_Link, _End], tuple[int, int]] = {}
    for end, those in at.items():
        ordered = sorted(those, key=lambda item: item[0])
        for number, (_, link) in enumerate(ordered, start=1):
            ports[link, end] = _port(boxes[end.key], end.side, number, len(ordered))
    return ports


def _order(box: Box, gap: int | None) -> tuple[int, int]:
    """Where a line leads to first; of two boxes above each other, to the farther one from farther out."""
    return box.centre if gap is None else gap, box.y


def _port(box: Box, side: str, number: int, count: int) -> tuple[int, int]:
    if side in ("left", "right"):
        return box.x if side == "left" else box.x + box.width, box.y + box.height * number // (count + 1)
    x = box.x + box.width * number // (count + 1)
    return x, box.y if side == "top" else box.bottom


# --- curves ----------------------------------------------------------------------------------


def _path(link: _Link, boxes: Places, ports: _Ports) -> str:
    first, last = _sides(link, boxes)
    x, y = ports[link, first]
    to_x, to_y = ports[link, last]
    if first.side in ("left", "right"):
        bend = (to_x - x) // 2
        return f"M{x} {y} C{x + bend} {y} {to_x - bend} {to_y} {to_x} {to_y}"
    if first.side == last.side:
        low = max(y, to_y) + _BOW
        return f"M{x} {y} C{x} {low} {to_x} {low} {to_x} {to_y}"
    gap = _gap(boxes, first, last)
    if gap is not None:
        return _around(_passed(boxes, y, to_y), gap, (x, y), (to_x, to_y))
    bend = (to_y - y) // 2
    return f"M{x} {y} C{x} {y + bend} {to_x} {to_y - bend} {to_x} {to_y}"


def _gap(boxes: Places, first: _End, last: _End) -> int | None:
    """Where a line passes the boxes that are in between: nearest to where it leads; None where none are."""
    sender, receiver = boxes[first.key], boxes[last.key]
    passed = _passed(boxes, min(sender.bottom, receiver.bottom), max(sender.y, receiver.y))
    return min(_gaps(passed), key=lambda gap: abs(gap - receiver.centre)) if passed else None


def _passed(boxes: Places, y: int, to_y: int) -> list[Box]:
    """The boxes of the rows between two heights."""
    low, high = min(y, to_y), max(y, to_y)
    return [box for box in boxes.values() if low < box.y and box.bottom < high]


def _around(passed: Sequence[Box], through: int, start: tuple[int, int], end: tuple[int, int]) -> str:
    (x, y), (to_x, to_y) = start, end
    near, far = max(box.bottom for box in passed), min(box.y for box in passed)
    if to_y > y:
        near, far = far, near
    return (
        f"M{x} {y} C{x} {(y + near) // 2} {through} {(y + near) // 2} {through} {near} "
        f"V{far} C{through} {(far + to_y) // 2} {to_x} {(far + to_y) // 2} {to_x} {to_y}"
    )


def _gaps(boxes: Sequence[Box]) -> Iterator[int]:
    """Where there is a way between boxes of one row, or beside them."""
    ordered = sorted(boxes, key=lambda box: box.x)
    yield ordered[0].x - EDGE // 2
    yield ordered[-1].x + ordered[-1].width + EDGE // 2
    for left, right in pairwise(ordered):
        yield (left.x + left.width + right.x) // 2


# --- what is said ----------------------------------------------------------------------------


def _anchors(links: Sequence[_Link], boxes: Places, ports: _Ports) -> Iterator[Anchor]:
    """At the receiving end, one for all lines that bring the same to one side."""
    ends: dict[tuple[_End, tuple[str, ...]], list[tuple[int, int]]] = defaultdict(list)
    for link in links:
        first, last = _sides(link, boxes)
        x, y = ports[link, last]
        if last.side in ("left", "right"):
            x, y = (x + ports[link, first][0]) // 2, min(y, ports[link, first][1])
        ends[last, link.transactions].append((x, y))
    for (end, transactions), points in ends.items():
        x = sum(x for x, _ in points) // len(points)
        yield Anchor(x=x, y=points[0][1], side=end.side, transactions=transactions)
