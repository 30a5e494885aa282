"""XML for reading: indented, coloured, and harmless.

The bytes come from peers and may be hostile: what the hardened reader refuses is not shown as XML.
"""

from __future__ import annotations

import re
from typing import Final

from lxml import etree
from markupsafe import Markup, escape

from xdsi_sim.ebrim.xml import parse, serialise
from xdsi_sim.errors import ProtocolViolation
from xdsi_sim.visible import visible

__all__ = ["coloured", "indented", "run_of"]

_LONGEST_RUN: Final = 2_000  # characters of one text or value: inline documents are base64 without end
_LINE: Final = Markup('<span class="line d{}">{}\n</span>')
_DEEPEST: Final = 16  # levels that have a style
_TOKEN: Final = re.compile(r"<!--.*?-->|<\?.*?\?>|(</?)([^\s/>]+)([^>]*)(>|\Z)|([^<]+)", re.DOTALL)
_ATTRIBUTE: Final = re.compile(r'([^\s=]+)="([^"]*)"')


def indented(data: bytes) -> str:
    """The document with an indent of two, without its comments; ValueError with the reason if it is none."""
    try:
        root = parse(data)
    except ProtocolViolation as error:
        raise ValueError(error.reason) from error
    etree.indent(root, "  ")
    return serialise(root).decode("utf-8")


def coloured(xml: str) -> Markup:
    """Indented XML as HTML: names in `b`, values of attributes in `i`, text in `em`.

    Each line of the indenting is a `span.line` with its depth as class, for a hanging indent where it wraps.
    """
    lines: list[tuple[int, list[Markup]]] = [(0, [])]
    for found in _TOKEN.finditer(xml):
        if (text := found[5]) is not None and "\n" in text and not text.strip():
            indent = len(text.rpartition("\n")[2])
            lines.append((min(indent // 2, _DEEPEST), []))
        else:
            lines[-1][1].append(_token(found))
    return Markup("").join(_LINE.format(depth, Markup("").join(tokens)) for depth, tokens in lines)


def _token(found: re.Match[str]) -> Markup:
    opening, name, attributes, closing, text = found.groups()
    if text is not None:
        return Markup("<em>{}</em>").format(_run(text)) if text.strip() else escape(text)
    if name is None:
        return escape(visible(found[0]))
    return escape(opening) + _named("b", name) + _attributes(attributes) + escape(closing)


def _attributes(text: str) -> Markup:
    pieces, done = [], 0
    for found in _ATTRIBUTE.finditer(text):
        pieces += [escape(visible(text[done : found.start()] + found[1] + '="')), _named("i", found[2]), '"']
        done = found.end()
    return Markup("").join([*pieces, escape(visible(text[done:]))])


def _named(element: str, text: str) -> Markup:
    return Markup("<{0}>{1}</{0}>").format(Markup(element), _run(text))


def _run(serialised: str) -> Markup:
    """One run of text; character references were written by the serialiser."""
    return run_of(_unescaped(serialised))


def run_of(text: str) -> Markup:
    """One run of text or one value, cut where it is long."""
    rest = len(text) - _LONGEST_RUN
    return escape(
        visible(text) if rest <= 0 else f"{visible(text[:_LONGEST_RUN])} … {rest:,} more characters"
    )


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&amp;", "&")
