"""Where elements stand in the octets that they were parsed from: file, line and column.

A tree keeps the line of an element at most. The n-th start tag of a text is the n-th element of its tree, so
that the text, looked through once, tells where each of them and its attributes begin.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import Final

from xdsi_sim.ebrim.xml import BOMS16, Element

__all__ = ["Position", "Positions"]

_SKIPPED: Final = rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|<![^>]*>|</[^>]*>"
_TAG: Final = re.compile(
    rb"(?s:" + _SKIPPED + rb")|(<[^\s!?/<>][^<>\"']*(?:\"[^\"]*\"[^<>\"']*|'[^']*'[^<>\"']*)*>)"
)
_BLANK: Final = re.compile(rb"[ \t]*")
_SIGNATURE: Final = 64  # octets by which a root is found again in its file


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a file; both count from 1."""

    line: int
    column: int


class Positions:
    """The places of one message in its file."""

    def __init__(self, file: bytes, root: bytes, tree: Element | None) -> None:
        """`root` are the octets that `tree` was parsed from; it may be elsewhere in the file, or coded."""
        if root[:2] in BOMS16:
            # nothing but the whole of a file can be shown in another encoding than the file's own
            file = root = file.decode("utf-16", "replace").encode() if root == file else b""
        self._file = file
        self._starts = [0, *(found.end() for found in re.finditer(b"\n", file))]
        self._offset = file.find(root[:_SIGNATURE]) if root else -1
        self._tags: dict[Element, tuple[int, bytes]] = {}
        if self._offset >= 0 and tree is not None:
            tags = ((m.start(), m[1]) for m in _TAG.finditer(file, self._offset) if m[1] is not None)
            self._tags = dict(zip(tree.iter(), tags, strict=False))

    def of(self, element: Element, attribute: str | None = None) -> Position | None:
        """Where the start tag begins, or that attribute in it; None where the file does not show it."""
        found = self._tags.get(element)
        if found is None:
            return None
        start, tag = found
        inside = attribute and re.search(rb"[\s:]" + re.escape(attribute.encode()) + rb"\s*=", tag)
        return self._at(start + (inside.start() + 1 if inside else 0))

    def line_of_root(self, line: int, column: int | None = None) -> Position | None:
        """A place in a line of the root's own octets; without a column, where the text of the line begins.

        None where the file does not show it.
        """
        number = bisect_right(self._starts, self._offset) + line - 1
        if self._offset < 0 or not 0 < number <= len(self._starts):
            return None
        start = self._starts[number - 1]
        if column is not None:
            return Position(number, column + max(0, self._offset - start))  # the root may begin in a line
        blank = _BLANK.match(self._file, start)
        return Position(number, 1 + (blank.end() - start if blank else 0))

    def of_text(self, text: bytes) -> Position | None:
        """Where `text` is first, in any case: a header, say."""
        at = self._file.lower().find(text.lower())
        return None if at < 0 else self._at(at)

    def _at(self, offset: int) -> Position:
        line = bisect_right(self._starts, offset)
        text = self._file[self._starts[line - 1] : offset]
        return Position(line, len(text.decode("utf-8", "replace")) + 1)
