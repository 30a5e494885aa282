"""Where the boxes of a community stand: gateways above, what they lead to below, who asks at the foot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from xdsi_sim.topology.drawing.shapes import Box, Row
from xdsi_sim.topology.model import Actor, Community, Placed, Topology
from xdsi_sim.topology.whereabouts import url_of

__all__ = [
    "EDGE",
    "HEAD",
    "WIDTH",
    "Places",
    "boxes_of",
    "height_of",
    "rows_of",
    "subtitle_of",
    "title_of",
    "width_of",
]

WIDTH: Final = 196
"""Of a box."""
GAP: Final = 58
"""Between boxes of a row."""
EDGE: Final = 26
"""Between a panel and its boxes."""
HEAD: Final = 50
"""For the title of a panel."""
_BETWEEN: Final = 92
"""Between rows: room for arrows and what is said of them."""
_ROLE, _LINE, _NOTE, _FOOT = 21, 17, 14, 7
_MOST: Final = 6
"""Actors that a box shows; of more it tells the number."""
_LONGEST: Final = 26

_GATEWAYS: Final = (
    "mhd",
    "initiatingGateway",
    "respondingGateway",
    "initiatingImagingGateway",
    "respondingImagingGateway",
)
_KEPT: Final = ("registry", "repositories", "onDemandSources", "recipients", "sources")
_ASKING: Final = ("consumers",)

Places = Mapping[str, Box]
"""Boxes of a community by the key of their actors in the file."""


@dataclass(frozen=True, slots=True)
class _Group:
    key: str
    actors: tuple[Actor, ...]


def boxes_of(topology: Topology, community: Community, x: int, y: int) -> Places:
    """The boxes of a panel whose corner is at `x`, `y`."""
    rows = rows_of(community)
    width = width_of(community)
    found: dict[str, Box] = {}
    top = y + HEAD
    for keys in rows:
        groups = [_group(community, key) for key in keys]
        lefts = _lefts(keys, x + EDGE, width - 2 * EDGE)
        for group, left in zip(groups, lefts, strict=True):
            found[group.key] = _box(topology, community, group, left, top)
        top = max(found[key].bottom for key in keys) + _BETWEEN
    return found


def rows_of(community: Community) -> list[tuple[str, ...]]:
    """Keys of the boxes, row by row; rows with nothing in them are left out."""
    present = {str(place[0]) for place, _ in community.actors()}
    rows = (tuple(key for key in keys if key in present) for keys in (_GATEWAYS, _KEPT, _ASKING))
    return [row for row in rows if row]


def width_of(community: Community) -> int:
    """Of the panel of a community."""
    most = max((len(row) for row in rows_of(community)), default=1)
    boxes = 2 * EDGE + most * WIDTH + (most - 1) * GAP
    return max(boxes, 36 + 10 * len(title_of(community)), 36 + round(6.1 * len(subtitle_of(community))))


def title_of(community: Community) -> str:
    """What stands over a panel."""
    return community.title or community.id


def subtitle_of(community: Community) -> str:
    """Its ids."""
    return f"{community.id} · {community.homeCommunityId} · patients of {community.patientAuthority}"


def height_of(boxes: Places, y: int) -> int:
    """Of the panel that holds the boxes."""
    return max(box.bottom for box in boxes.values()) + EDGE - y


def _lefts(keys: Sequence[str], x: int, width: int) -> Iterator[int]:
    """Where the boxes of a row begin: spread over the width, images at its right end."""
    step = WIDTH + GAP
    columns = (width + GAP) // step
    if keys == _ASKING:
        yield x + max(0, (columns - 2) // 2) * step + (step // 2 if columns > 1 else 0)
        return
    for number, key in enumerate(keys):
        last = key == "sources" and number == len(keys) - 1
        if last and columns - number > 1:  # below the two imaging gateways
            yield x + (columns - 2) * step + (step // 2 if columns - number > 1 and columns > 3 else step)
        else:
            yield x + number * step


def _group(community: Community, key: str) -> _Group:
    return _Group(key, tuple(actor for place, actor in community.actors() if place[0] == key))


def _box(topology: Topology, community: Community, group: _Group, x: int, y: int) -> Box:
    rows: list[Row] = []
    at = y + _ROLE
    for actor in group.actors[: _MOST if len(group.actors) > _MOST + 1 else None]:
        rows.append(_row(topology, community, actor, at))
        at += _LINE + (_NOTE if rows[-1].note else 0)
    if (more := len(group.actors) - len(rows)) > 0:
        titles = ", ".join(actor.id for actor in group.actors[len(rows) :])
        rows.append(Row(y=at, id=f"and {more} more", note="", title=titles, foreign=False))
        at += _LINE
    role = group.actors[0].role
    return Box(x=x, y=y, width=WIDTH, height=at + _FOOT - y, role=role, rows=tuple(rows))


def _row(topology: Topology, community: Community, actor: Actor, y: int) -> Row:
    placed, peer = Placed(community, actor), topology.played_by(actor.id)
    told = [
        actor.title or actor.id,
        "asks only" if placed.address_less else url_of(topology, placed),
        f"{actor.oid_key} {actor.metadata_oid}" if actor.metadata_oid else "",
        f"played by {peer.id}" if peer is not None else "",
    ]
    notes = (actor.metadata_oid, f"by {peer.id}" if peer is not None else None)
    return Row(
        y=y,
        id=_shortened(actor.id),
        note=_shortened(" · ".join(filter(None, notes)), 29),
        title="\n".join(filter(None, told)),
        foreign=peer is not None,
    )


def _shortened(text: str, longest: int = _LONGEST) -> str:
    """The end of an id tells more than its middle."""
    return text if len(text) <= longest else f"{text[: longest - 9]}…{text[-8:]}"
