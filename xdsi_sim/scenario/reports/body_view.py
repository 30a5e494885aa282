"""What a report shows of a body: its kind, its text as far as that is useful, its parts.

Work and output are bounded whatever the size of the body: text comes from its first octets, and only
a multipart body is read through, once, for the places of its parts.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from markupsafe import Markup, escape

from xdsi_sim.content import BytesContent, Content
from xdsi_sim.scenario.reports.media import Kind, head_of, kind_of
from xdsi_sim.scenario.reports.parts import MOST_PARTS, Part, parts_of
from xdsi_sim.scenario.reports.wording import size_text
from xdsi_sim.scenario.reports.xml_view import coloured, indented
from xdsi_sim.soap.media import Headers, header
from xdsi_sim.visible import visible

__all__ = ["PARSED", "PLAIN", "BodyView", "Dress", "PartView", "view_of"]

Dress = Mapping[Kind, Callable[[str], str]]
"""For each kind that is shown, what makes its text harmless where it is shown."""

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
    text: str | None = None
    """Markup, unless another dress was asked for."""
    notes: tuple[str, ...] = ()
    """What the reader must know about the text: that it is cut, why it is not indented."""
    parts: tuple[PartView, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PartView:
    """One part of a multipart body."""

    headers: Headers
    body: BodyView


@dataclass(frozen=True, slots=True, kw_only=True)
class _Manner:
    """How text is shown: at most about so many characters in each part, and for whom."""

    limit: int
    dress: Dress


def view_of(headers: Headers, body: Content, limit: int = PARSED, dress: Dress | None = None) -> BodyView:
    """View of a body with at most about `limit` characters of text in each part, as HTML or in `dress`."""
    return _view_of(headers, body, _Manner(limit=limit, dress=dress or _HTML))


def _view_of(headers: Headers, body: Content, manner: _Manner) -> BodyView:
    if header(headers, "content-encoding").strip().lower() not in ("", "identity"):
        return _inflated(headers, body, manner)
    head = head_of(body, PARSED + 1)
    kind = kind_of(headers, head)
    if kind is Kind.MULTIPART:
        return _multipart(headers, body, manner)
    return _single(kind, head, body.size, manner)


def _inflated(headers: Headers, body: Content, manner: _Manner) -> BodyView:
    coding = header(headers, "content-encoding")
    rest = tuple(pair for pair in headers if pair[0].lower() != "content-encoding")
    try:
        plain = zlib.decompressobj(_INFLATE_ANY).decompress(head_of(body, _INFLATED), _INFLATED)
    except zlib.error:
        return BodyView(kind=f"compressed ({coding})", size=body.size)
    view = _view_of(rest, BytesContent(plain), manner)
    note = f"compressed ({coding}); shown inflated"
    return replace(view, size=body.size, notes=(note, *view.notes))


def _multipart(headers: Headers, body: Content, manner: _Manner) -> BodyView:
    parts = parts_of(body, header(headers, "content-type"))
    if not parts:
        view = _single(Kind.TEXT, head_of(body, _AS_TEXT), body.size, manner)
        return replace(view, kind=Kind.MULTIPART, notes=("no part found in it", *view.notes))
    views = tuple(_part(part, body, manner) for part in parts)
    cut = (f"only the first {MOST_PARTS} parts are listed",) if len(parts) == MOST_PARTS else ()
    return BodyView(kind=Kind.MULTIPART, size=body.size, parts=views, notes=cut)


def _part(part: Part, body: Content, manner: _Manner) -> PartView:
    head = head_of(body, min(part.size, PARSED + 1), part.start)
    return PartView(headers=part.headers, body=_single(kind_of(part.headers, head), head, part.size, manner))


def _single(kind: Kind, head: bytes, size: int, manner: _Manner) -> BodyView:
    if kind not in _READ:
        return BodyView(kind=kind, size=size)
    if size > PARSED:
        return _plain(kind, head, size, manner)
    try:
        text = _READ[kind](head)
    except ValueError as error:
        return _plain(kind, head, size, manner, f"{error}; shown as text")
    less = ("without its comments",) if kind is Kind.XML and b"<!--" in head else ()
    shown = text[: manner.limit]
    cut = (f"first {manner.limit:,} of {len(text):,} characters",) if len(text) > len(shown) else ()
    return BodyView(kind=kind, size=size, text=manner.dress[kind](shown), notes=less + cut)


def _plain(kind: Kind, head: bytes, size: int, manner: _Manner, *notes: str) -> BodyView:
    shown = head[: min(_AS_TEXT, manner.limit)]
    cut = (f"first {size_text(len(shown))} of {size_text(size)}",) if len(shown) < size else ()
    return BodyView(kind=kind, size=size, text=manner.dress[Kind.TEXT](_text(shown)), notes=notes + cut)


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


_READ: Final[dict[Kind, Callable[[bytes], str]]] = {
    Kind.XML: indented,
    Kind.JSON: _json,
    Kind.TEXT: _text,
    Kind.HL7: _segments,
}
"""The text of each kind that is shown; ValueError says why there is none."""
_HTML: Final[Dress] = {**dict.fromkeys(_READ, _escaped), Kind.XML: coloured}
PLAIN: Final[Dress] = dict.fromkeys(_READ, visible)
"""For a terminal."""
