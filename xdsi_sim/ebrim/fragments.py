"""Registry objects as the bytes that they travel in: what their start tags say, and another `home` for them.

A gateway passes metadata on without reading it. It looks at the start tag of each object alone, so an answer
of any size stays where it is, in a file or on its way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from typing import BinaryIO, Final, NamedTuple

from xdsi_sim.content import BytesContent, Content, Edit, Segment, body_size, edited, read_all
from xdsi_sim.ebrim.xml import escape

__all__ = [
    "HOMED",
    "FragmentRun",
    "Head",
    "at_hand",
    "at_home",
    "heads_of",
    "objects_in",
    "read_head",
    "without",
]

HOMED: Final = frozenset({"ExtrinsicObject", "ObjectRef", "RegistryPackage"})
"""What names its community in an answer of a gateway; an Association need not (ITI TF-2: 3.38.4.1.3)."""


_NAME: Final = re.compile(rb"<(?:[^\s<>/:]+:)?([^\s<>/:]+)")
_ATTRIBUTE: Final = re.compile(rb"\s+([^\s=]+)=\"([^\"]*)\"")


class Head(NamedTuple):
    """What the start tag of an object says, and where it says it."""

    element: str
    """Local name: `ExtrinsicObject`."""
    id: str
    home: str | None
    start: int
    """Of the object, in octets from the beginning of what holds it."""
    size: int
    """Of the object, to the end of its end tag."""
    at: int
    """Where the attribute `home` stands, or would, from the start of the object."""
    cut: int
    """Octets of the attribute with the blank before it; 0 where there is none."""


def read_head(fragment: bytes, start: int = 0) -> Head:
    """The head of one object that `ebrim.xml.serialise` or `ebrim.writer` has written."""
    name = _NAME.match(fragment)
    if name is None:
        raise ValueError(f"no object: {fragment[:40]!r}")
    id, home = "", None
    at, cut = name.end(), 0
    position = at
    while attribute := _ATTRIBUTE.match(fragment, position):
        position = attribute.end()
        if attribute[1] == b"id":
            id = unescape(attribute[2].decode())
        elif attribute[1] == b"home":
            home, at, cut = _often(attribute[2]), attribute.start(), position - attribute.start()
    return Head(_often(name[1]), id, home, start, len(fragment), at, cut)


@lru_cache(256)
def _often(octets: bytes) -> str:
    """A text that many objects have, once: a hundred thousand heads are held at a time."""
    return unescape(octets.decode())


@dataclass(frozen=True, slots=True)
class FragmentRun:
    """A content that holds objects one after the other, and what it holds."""

    content: Content
    heads: tuple[Head, ...]

    @property
    def size(self) -> int:
        """Number of octets."""
        return self.content.size

    def open(self) -> BinaryIO:
        """A fresh reader at the first octet."""
        return self.content.open()


def at_hand(fragments: Iterable[Segment]) -> Iterator[Segment]:
    """The same objects; what is in memory already as bytes, which travel with what is around them."""
    for fragment in fragments:
        in_memory = isinstance(fragment, FragmentRun) and isinstance(fragment.content, BytesContent)
        yield _bytes(fragment) if in_memory else fragment


def heads_of(fragments: Iterable[Segment]) -> Iterator[Head]:
    """What is in an answer, object by object."""
    for fragment in fragments:
        yield from fragment.heads if isinstance(fragment, FragmentRun) else (read_head(_bytes(fragment)),)


def objects_in(fragments: Iterable[Segment]) -> Iterator[bytes]:
    """The objects themselves, one after the other; no more than one is read at a time."""
    for fragment in fragments:
        if not isinstance(fragment, FragmentRun):
            yield _bytes(fragment)
            continue
        with fragment.open() as reader:
            for head in fragment.heads:
                reader.seek(head.start)
                yield reader.read(head.size)


def _bytes(fragment: Segment) -> bytes:
    if isinstance(fragment, FragmentRun):
        return read_all(fragment.content)
    return fragment if isinstance(fragment, bytes) else read_all(fragment)


def at_home(fragments: Iterable[Segment], home: str) -> tuple[Segment, ...]:
    """The same objects, each that names its community at home there (ITI TF-2: 3.38.4.1.3)."""
    attribute = f' home="{escape(home)}"'.encode()

    def stamp(head: Head) -> Edit | None:
        """How the start tag of an object becomes one with that home; None where it need not."""
        if head.element not in HOMED or head.home == home:
            return None
        return Edit(head.start + head.at, head.cut, attribute)

    return tuple(_changed(fragment, stamp) for fragment in fragments)


def without(fragments: Iterable[Segment], unwanted: Callable[[Head], bool]) -> tuple[Segment, ...]:
    """The same objects, but for those that are unwanted."""

    def cut(head: Head) -> Edit | None:
        """The object taken out whole, if it is unwanted."""
        return Edit(head.start, head.size, b"") if unwanted(head) else None

    changed = (_changed(fragment, cut) for fragment in fragments)
    return tuple(fragment for fragment in changed if body_size((fragment,)))


def _changed(fragment: Segment, change: Callable[[Head], Edit | None]) -> Segment:
    edits = [edit for head in heads_of((fragment,)) if (edit := change(head)) is not None]
    if not edits:
        return fragment
    if isinstance(fragment, FragmentRun) and not isinstance(fragment.content, BytesContent):
        return edited(fragment.content, edits)
    return read_all(edited(BytesContent(_bytes(fragment)), edits))
