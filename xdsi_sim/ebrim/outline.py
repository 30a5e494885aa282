"""Where the elements of a content begin and end in its octets, without a tree of them.

Nothing is judged here. What is found is true of a content that is well-formed; whether it is, the parser has
to say (`ebrim.xml.check_content`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

__all__ = [
    "Attribute",
    "Beginning",
    "Child",
    "Masked",
    "attributes_in",
    "beginning",
    "children",
    "masked",
    "only_child",
    "plain",
]

_TAG: Final = re.compile(rb"""<([^\s<>/!?"'=]+)(?=[\s/>])([^<>"']*(?:(?:"[^"]*"|'[^']*')[^<>"']*)*+)>""")
_ANY_TAG: Final = re.compile(rb"<(?:/|" + _TAG.pattern[1:] + rb")")
_ATTRIBUTE: Final = re.compile(rb"""\s+([^\s=]+)\s*=\s*["']((?<=")[^"]*|(?<=')[^']*)["']""")
_ASIDE: Final = re.compile(rb"<(?:!--|!\[CDATA\[|\?)")
_CDATA: Final = b"<![CDATA["
_CLOSERS: Final = {b"<!--": b"-->", _CDATA: b"]]>", b"<?": b"?>"}
_BEHIND_A_NAME: Final = frozenset((b" ", b"\t", b"\r", b"\n", b"/", b">"))


class Child(NamedTuple):
    """One element, from the first octet of its start tag to the last one of its end tag."""

    name: bytes
    """With its prefix."""
    start: int
    inner: int
    """Where its start tag ends."""
    end: int


def children(text: bytes, end: int) -> Iterator[Child]:
    """The elements that stand one after the other in `text` before `end`, up to the first that is not whole.

    Every `<` in it is that of a tag.
    """
    at = 0
    while (start := text.find(b"<", at, end)) >= 0:
        tag = _TAG.match(text, start, end)
        if tag is None:
            return
        at = tag.end() if _is_empty(tag) else _end_of(text, tag[1], tag.end(), end)
        if at == 0:
            return
        yield Child(tag[1], start, tag.end(), at)


class Beginning(NamedTuple):
    """How a document begins, up to the end of a start tag."""

    end: int
    open: list[bytes]
    """The names of what is open there, from the root on."""
    empty: bool
    """Whether the last of them is an empty element after all."""


def beginning(text: bytes, end: int, names: Sequence[bytes]) -> Beginning | None:
    """Up to the first element that with those around it has these names, without their prefixes.

    Every `<` before `end` is that of a tag. None where there is no such element.
    """
    path: list[bytes] = []
    for tag in _ANY_TAG.finditer(text, 0, end):
        if tag[1] is None:
            del path[-1:]
            continue
        path.append(tag[1])
        if [name.rpartition(b":")[2] for name in path[-len(names) :]] == names:
            return Beginning(tag.end(), path, _is_empty(tag))
        if _is_empty(tag):
            path.pop()
    return None


def _is_empty(tag: re.Match[bytes]) -> bool:
    return tag[2].endswith(b"/")


def _end_of(text: bytes, name: bytes, at: int, end: int) -> int:
    """Where the element ends that is open at `at`; 0 where it does not."""
    closing, depth = b"</" + name, 1
    while depth:
        close = _named(text, closing, at, end)
        if close < 0:
            return 0
        depth += _opened(text, name, at, close) - 1
        at = close + len(closing)
    return text.find(b">", at, end) + 1


def _named(text: bytes, begun: bytes, at: int, end: int) -> int:
    """Where a tag stands that begins so, and its name is no longer; -1 where there is none."""
    found = text.find(begun, at, end)
    while found >= 0 and text[found + len(begun) : found + len(begun) + 1] not in _BEHIND_A_NAME:
        found = text.find(begun, found + 1, end)
    return found


def _opened(text: bytes, name: bytes, at: int, end: int) -> int:
    """How many elements of that name are begun and have content."""
    begun, count = b"<" + name, 0
    while (at := _named(text, begun, at, end)) >= 0:
        tag = _TAG.match(text, at, end)
        count += tag is not None and not _is_empty(tag)
        at += len(begun)
    return count


def only_child(text: bytes) -> Child | None:
    """The element that is all of `text`; its end tag is not looked for. None where none begins there."""
    tag = _TAG.match(text)
    return None if tag is None else Child(tag[1], 0, tag.end(), len(text))


class Attribute(NamedTuple):
    """One attribute, with the white space before it."""

    name: bytes
    value: bytes
    start: int
    """From the beginning of its element."""
    end: int


def attributes_in(text: bytes, child: Child) -> list[Attribute]:
    """What the start tag of an element says, values as they are written."""
    found = _ATTRIBUTE.finditer(text, child.start + 1 + len(child.name), child.inner)
    start = child.start
    return [Attribute(each[1], each[2], each.start() - start, each.end() - start) for each in found]


# --- what is no element ----------------------------------------------------------------------


class Masked(NamedTuple):
    """A content in which every `<` is that of a tag, as long as another one."""

    text: bytes
    sure: int
    """How far that is so: there something begins that is no element, and does not end."""
    asides: int
    """How many comments, processing instructions and CDATA sections end before that."""


def masked(text: bytes) -> Masked:
    """The same with blanks for each comment, processing instruction and CDATA section."""
    pieces, at, sure, count = list[bytes](), 0, len(text), 0
    for start, end, _ in _asides(text):
        if end == 0:
            sure = start
            break
        pieces += (text[at:start], b" " * (end - start))
        at = end
        count += 1
    return Masked(b"".join((*pieces, text[at:])) if pieces else text, sure, count)


def plain(text: bytes) -> bytes:
    """The same without comments and processing instructions, and CDATA as text."""
    pieces, at = [], 0
    for start, end, kind in _asides(text):
        pieces.append(text[at:start])
        if kind == _CDATA:
            pieces.append(_escaped(text[start + len(_CDATA) : end - len(_CLOSERS[_CDATA])]))
        at = end
    if not pieces:
        return text
    # what stood on both sides of a comment must not end a CDATA section that is none
    return b"".join((*pieces, text[at:])).replace(b"]]>", b"]]&gt;")


def _escaped(text: bytes) -> bytes:
    return text.replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b">", b"&gt;")


def _asides(text: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Where each begins and ends, and what it begins with; one without an end is the last, and ends at 0."""
    at = 0
    if b"!" not in text and b"?" not in text:  # mostly; to look for one octet costs nearly nothing
        return
    while found := _ASIDE.search(text, at):
        closer = _CLOSERS[found[0]]
        at = text.find(closer, found.end()) + len(closer)
        if at < found.end():
            yield found.start(), 0, found[0]
            return
        yield found.start(), at, found[0]
