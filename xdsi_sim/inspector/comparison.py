"""Two messages beside each other, line by line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Final

from xdsi_sim.exchange import HttpMessage
from xdsi_sim.inspector.pieces import Piece
from xdsi_sim.scenario.reports.body_view import PLAIN, view_of
from xdsi_sim.scenario.reports.wording import one_line, size_text

__all__ = ["Pair", "compared", "lines_of"]

_MOST: Final = 3_000
"""Lines of each: the time that it takes grows with their square."""
_LONGEST: Final = 1_000
_AROUND: Final = 3
"""Equal lines that stand round what is different."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One line of each; None where one has none."""

    kind: str
    """`equal`, `replace`, `delete`, `insert`, as difflib has them; `skipped` for equal lines left out."""
    one: str | None
    other: str | None


def lines_of(message: HttpMessage | None, pieces: Sequence[Piece]) -> list[str]:
    """Start line, headers and what is text of the bodies, indented; of the rest, what and how much it is."""
    if message is None:
        return ["no answer came"]
    lines = [one_line(message.start_line), *(one_line(f"{name}: {value}") for name, value in message.headers)]
    for piece in pieces:
        lines += ("", *_of_piece(piece))
    return [line[:_LONGEST] for line in lines[:_MOST]]


def _of_piece(piece: Piece) -> Iterator[str]:
    try:
        view = view_of(piece.headers, piece.body, dress=PLAIN)
    except OSError as error:
        yield f"the log has lost it: {error.strerror or error}"
        return
    if not piece.whole:
        yield from (one_line(f"{name}: {value}") for name, value in piece.headers)
    if view.text is None:
        yield f"{view.kind}, {size_text(view.size)}"
    else:
        yield from view.text.splitlines()


def compared(one: Sequence[str], other: Sequence[str]) -> tuple[Pair, ...]:
    """Line by line, long stretches that are equal left out."""
    codes = SequenceMatcher(None, one, other, autojunk=False).get_opcodes()
    pairs: list[Pair] = []
    for place, (kind, first, last, others_first, others_last) in enumerate(codes, start=1):
        both = zip_longest(one[first:last], other[others_first:others_last])
        found = [Pair(kind, *pair) for pair in both]
        pairs += _shortened(found, place == 1, place == len(codes)) if kind == "equal" else found
    return tuple(pairs)


def _shortened(pairs: list[Pair], is_first: bool, is_last: bool) -> list[Pair]:
    before = 0 if is_first else _AROUND
    after = 0 if is_last else _AROUND
    left_out = len(pairs) - before - after
    if left_out <= 1:
        return pairs
    words = f"{left_out} equal lines"
    return [*pairs[:before], Pair("skipped", words, words), *(pairs[-after:] if after else ())]
