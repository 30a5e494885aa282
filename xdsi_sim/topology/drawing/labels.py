"""What is said of lines: beside the arrow, where nothing else stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

from xdsi_sim.topology.drawing.boxes import EDGE, WIDTH, Places
from xdsi_sim.topology.drawing.shapes import Box, Label, tone_of

__all__ = ["LEADING", "Anchor", "labels_at", "rectangle_of", "wrapped"]

LEADING: Final = 13
"""Between lines of text."""
_LIFT: Final = 15
"""From the end of an arrow to what is said of it."""
_CHARACTER: Final = 6.6
_ASCENT: Final = 10
_LINE: Final = " · "
_LEVELS: Final = 8
_ASIDE: Final = (0, -18, 18, -36, 36)
"""How far from its arrow a label may stand, the nearest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """Where lines that bring the same end."""

    x: int
    y: int
    side: str
    """Of the box: `top`, `bottom`, `left` or `right`."""
    transactions: tuple[str, ...]


def labels_at(anchors: Iterable[Anchor], boxes: Places) -> Iterator[Label]:
    """One for each anchor, none over another one or over a box; those between boxes have no choice."""
    taken = list(boxes.values())
    for anchor in sorted(anchors, key=lambda each: (each.side in ("top", "bottom"), each.y, each.x)):
        label = _free(anchor, boxes, taken)
        taken.append(rectangle_of(label))
        yield label


def wrapped(transactions: Sequence[str]) -> tuple[str, ...]:
    """The lines of a label that is no wider than a box, about as long as each other."""
    count = 1
    while True:
        size = -(-len(transactions) // count)
        parts = [transactions[start : start + size] for start in range(0, len(transactions), size)]
        texts = tuple(_LINE.join(part) for part in parts)
        if size == 1 or max(map(len, texts)) * _CHARACTER <= WIDTH:
            return texts
        count += 1


def rectangle_of(label: Label) -> Box:
    """The room that a label takes."""
    width = round(max(map(len, label.texts)) * _CHARACTER)
    height = _ASCENT + LEADING * (len(label.texts) - 1) + 2
    return Box(x=label.x - width // 2, y=label.y - _ASCENT, width=width, height=height, role="", rows=())


def _free(anchor: Anchor, boxes: Places, taken: Sequence[Box]) -> Label:
    """The place that is nearest to the arrow; where none is left, the nearest all the same."""
    candidates = [_label(anchor, boxes, level, aside) for level, aside in product(range(_LEVELS), _ASIDE)]
    return next((each for each in candidates if _is_free(rectangle_of(each), taken)), candidates[0])


def _label(anchor: Anchor, boxes: Places, level: int, aside: int) -> Label:
    beside = anchor.side in ("left", "right")  # between boxes there is little room
    texts = anchor.transactions if beside else wrapped(anchor.transactions)
    higher = LEADING * (len(texts) - 1)
    y = {
        "top": anchor.y - _LIFT - higher - LEADING * level,
        "bottom": anchor.y + _LIFT + 7 + LEADING * level,
    }.get(anchor.side, anchor.y - 5 - higher - LEADING * level)
    label = Label(x=anchor.x + aside, y=y, texts=texts, tone=tone_of(anchor.transactions))
    half = rectangle_of(label).width // 2 + 3
    left = min(box.x for box in boxes.values()) - EDGE + half
    right = max(box.x + box.width for box in boxes.values()) + EDGE - half
    return Label(x=max(left, min(right, label.x)), y=y, texts=texts, tone=label.tone)


def _is_free(one: Box, taken: Iterable[Box]) -> bool:
    return all(
        one.x + one.width <= two.x or two.x + two.width <= one.x or one.bottom <= two.y or two.bottom <= one.y
        for two in taken
    )
