"""The parts of a multipart body, found in one pass over a stream of any size (RFC 2046: 5.1.1).

For showing, not for serving: a body that is cut or odd gives the parts that can be seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Final

from xdsi_sim.content import Content, chunks_of
from xdsi_sim.scenario.reports.media import head_of
from xdsi_sim.soap.media import Headers, parse_media_type

__all__ = ["MOST_PARTS", "Part", "parts_of"]

MOST_PARTS: Final = 200
_MOST_HEADER_OCTETS: Final = 16_384
_FOLD: Final = re.compile(r"\r\n[ \t]+")  # a header that goes on in the next line


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part by its place in the body."""

    headers: Headers
    start: int
    """Offset of its first octet."""
    size: int


def parts_of(body: Content, content_type: str) -> tuple[Part, ...]:
    """The first `MOST_PARTS` parts in order; none of what is not multipart, or has not its boundary in it."""
    media = parse_media_type(content_type)
    boundary = media.parameters.get("boundary", "")
    if not boundary or not media.type.startswith("multipart/"):
        return ()
    delimiter = b"--" + boundary.encode("utf-8", "surrogateescape")
    lines = (at for at in _places(body, delimiter) if _is_whole(body, at + len(delimiter)))
    places = list(islice(lines, MOST_PARTS + 1))
    ends = pairwise([*places, *([] if len(places) > MOST_PARTS else [body.size])])
    found = (_part(body, start + len(delimiter), end) for start, end in ends)
    return tuple(part for part in found if part is not None)


def _places(body: Content, delimiter: bytes) -> Iterator[int]:
    """Offsets of the delimiter where it begins a line."""
    window, base = b"\r\n", -2  # the first delimiter needs no line break before it
    wanted = b"\n" + delimiter
    for piece in chunks_of(body):
        window += piece
        at = window.find(wanted)
        while at >= 0:
            yield base + at + 1
            at = window.find(wanted, at + len(wanted))
        keep = min(len(window), len(wanted) - 1)
        base += len(window) - keep
        window = window[len(window) - keep :]


def _is_whole(body: Content, end: int) -> bool:
    """Whether the delimiter ends there: a boundary may be the beginning of a line that is none."""
    following = head_of(body, 2, end)
    return following == b"--" or following[:1] in (b"", b"\r", b"\n", b" ", b"\t")


def _part(body: Content, start: int, end: int) -> Part | None:
    """What stands between two delimiters, or after the last one of a cut body; None after the closing one."""
    head = head_of(body, min(end - start, _MOST_HEADER_OCTETS), start)
    if head.startswith(b"--"):
        return None
    first_line, _, rest = head.partition(b"\n")
    headers, blank, _ = rest.partition(b"\r\n\r\n")
    if rest.startswith(b"\r\n"):
        headers, blank = b"", b"\r\n"
    begin = start + len(first_line) + 1 + len(headers) + len(blank)
    line_break = 0 if end == body.size else len(b"\r\n")  # the one before a delimiter belongs to it
    return Part(headers=_headers(headers), start=begin, size=max(0, end - line_break - begin))


def _headers(lines: bytes) -> Headers:
    text = _FOLD.sub(" ", lines.decode("utf-8", "replace"))
    pairs = (line.partition(":") for line in text.split("\r\n") if line)
    return tuple((name.strip(), value.strip()) for name, _, value in pairs)
