"""What a report shows of a body: its kind, its text as far as that is useful, its parts.

Work and output are bounded whatever the size of the body: text comes from its first octets, and only
a multipart body is read through, once, for the places of its parts.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from markupsafe import Markup, escape

from xdsi_sim.content import BytesContent, Content
from xdsi_sim.scenario.reports.media import Headers, Kind, head_of, header, kind_of
from xdsi_sim.scenario.reports.parts import MOST_PARTS, Part, parts_of
from xdsi_sim.scenario.reports.wording import size_text, visible
from xdsi_sim.scenario.reports.xml_view import coloured, indented
from xdsi_sim.soap.media import parse_media_type

__all__ = ["PARSED", "BodyView", "PartView", "view_of"]

PARSED: Final = 256_000
"""Octets up to which XML and JSON are parsed and indented."""
_AS_TEXT: Final = 64_000  # octets shown of what is not parsed
_INFLATED: Final = 4_000_000
_INFLATE_ANY: Final = 47  # zlib and gzip wrappers alike


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyView:
    """One body, or the body of one part."""

    kind: str
    size: int
    """Octets as on the wire."""
    text: Markup | None = None
    notes: tuple[str, ...] = ()
    """What the reader must know about the text: that it is cut, why it is not indented."""
    parts: tuple[PartView, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PartView:
    """One part of a multipart body."""

    headers: Headers
    body: BodyView


def view_of(headers: Headers, body: Content, limit: int = PARSED) -> BodyView:
    """View of a body with at most about `limit` characters of text in each part."""
    if header(headers, "content-encoding").strip().lower() not in ("", "identity"):
        return _inflated(headers, body, limit)
    head = head_of(body, PARSED + 1)
    kind = kind_of(headers, head)
    if kind is Kind.MULTIPART:
        return _multipart(headers, body, limit)
    return _single(kind, head, body.size, limit)


def _inflated(headers: Headers, body: Content, limit: int) -> BodyView:
    coding = header(headers, "content-encoding")
    rest = tuple(pair for pair in headers if pair[0].lower() != "content-encoding")
    try:
        plain = zlib.decompressobj(_INFLATE_ANY).decompress(head_of(body, _INFLATED), _INFLATED)
    except zlib.error:
        return BodyView(kind=f"compressed ({coding})", size=body.size)
    view = view_of(rest, BytesContent(plain), limit)
    note = f"compressed ({coding}); shown inflated"
    return replace(view, size=body.size, notes=(note, *view.notes))


def _multipart(headers: Headers, body: Content, limit: int) -> BodyView:
    media = parse_media_type(header(headers, "content-type"))
    parts = parts_of(body, media.parameters.get("boundary", ""))
    if not parts:
        view = _single(Kind.TEXT, head_of(body, _AS_TEXT), body.size, limit)
        return replace(view, kind=Kind.MULTIPART, notes=("no part found in it", *view.notes))
    views = tuple(_part(part, body, limit) for part in parts)
    cut = (f"only the first {MOST_PARTS} parts are listed",) if len(parts) == MOST_PARTS else ()
    return BodyView(kind=Kind.MULTIPART, size=body.size, parts=views, notes=cut)


def _part(part: Part, body: Content, limit: int) -> PartView:
    head = head_of(body, min(part.size, PARSED + 1), part.start)
    return PartView(headers=part.headers, body=_single(kind_of(part.headers, head), head, part.size, limit))


def _single(kind: Kind, head: bytes, size: int, limit: int) -> BodyView:
    if kind not in _SHOW:
        return BodyView(kind=kind, size=size)
    if size > PARSED:
        return _plain(kind, head, size, limit)
    read, colour = _SHOW[kind]
    try:
        text = read(head)
    except ValueError as error:
        return _plain(kind, head, size, limit, f"{error}; shown as text")
    less = ("without its comments",) if kind is Kind.XML and b"<!--" in head else ()
    cut = (f"first {limit:,} of {len(text):,} characters",) if len(text) > limit else ()
    return BodyView(kind=kind, size=size, text=colour(text[:limit]), notes=less + cut)


def _plain(kind: Kind, head: bytes, size: int, limit: int, *notes: str) -> BodyView:
    shown = head[: min(_AS_TEXT, limit)]
    cut = (f"first {size_text(len(shown))} of {size_text(size)}",) if len(shown) < size else ()
    return BodyView(kind=kind, size=size, text=_escaped(_text(shown)), notes=notes + cut)


def _escaped(text: str) -> Markup:
    return escape(visible(text))


def _json(data: bytes) -> str:
    try:
        return json.dumps(json.loads(data), indent=2, ensure_ascii=False)
    except RecursionError as error:
        raise ValueError("is nested too deep") from error
    except ValueError as error:
        raise ValueError(f"is not JSON: {error}") from error


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace").replace("\r\n", "\n")


def _segments(data: bytes) -> str:
    """HL7 v2, one segment a line."""
    return _text(data).replace("\r", "\n")


_SHOW: Final[dict[Kind, tuple[Callable[[bytes], str], Callable[[str], Markup]]]] = {
    Kind.XML: (indented, coloured),
    Kind.JSON: (_json, _escaped),
    Kind.TEXT: (_text, _escaped),
    Kind.HL7: (_segments, _escaped),
}
"""For each kind that is shown: its text, and how that becomes HTML."""
