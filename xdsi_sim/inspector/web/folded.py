"""An XML document that folds, each finding beside the element that it is about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from markupsafe import Markup, escape

from xdsi_sim.ebrim.xml import Element
from xdsi_sim.scenario.reports.xml_view import run_of

__all__ = ["Marks", "folded"]

Marks = Mapping[Element, Sequence[tuple[str, Markup]]]
"""By element: how grave a finding is, and the finding as it is shown."""

_MOST: Final = 5_000
"""Elements that are shown."""
_OPEN: Final = 3
"""Levels that are open from the start; deeper ones where something was found in them."""


def folded(root: Element, marks: Marks) -> Markup:
    """The document from `root` on."""
    above = {one for element in marks for one in (element, *element.iterancestors())}
    left = [_MOST]
    made = Markup("").join(_element(root, 0, marks, above, left))
    if left[0] <= 0:
        made += Markup('<p class="note">only the first {:,} elements are shown</p>').format(_MOST)
    return made


def _element(
    element: Element, depth: int, marks: Marks, above: set[Element], left: list[int]
) -> Iterator[Markup]:
    left[0] -= 1
    if left[0] <= 0:
        return
    told = Markup("").join(shown for _, shown in marks.get(element, ()))
    tag, name = _tag(element), _name(element)
    mark = _mark(marks.get(element, ()))
    if not len(element):
        text = element.text or ""
        rest = (
            Markup("&gt;<em>{}</em>&lt;/<b>{}</b>&gt;").format(run_of(text), name)
            if text
            else Markup("/&gt;")
        )
        yield Markup('<div class="leaf{}">{}{}</div>{}').format(mark, tag, rest, told)
        return
    is_open = Markup(" open") if depth < _OPEN or element in above else Markup("")
    yield Markup('<details class="node{}"{}><summary>{}&gt;</summary>{}').format(mark, is_open, tag, told)
    if (element.text or "").strip():
        yield Markup('<div class="leaf"><em>{}</em></div>').format(run_of(element.text or ""))
    for child in element.iterchildren("*"):
        yield from _element(child, depth + 1, marks, above, left)
        if (child.tail or "").strip():
            yield Markup('<div class="leaf"><em>{}</em></div>').format(run_of(child.tail or ""))
    yield Markup('<div class="shut">&lt;/<b>{}</b>&gt;</div></details>').format(name)


def _mark(found: Sequence[tuple[str, Markup]]) -> Markup:
    if not found:
        return Markup("")
    grave = "error" if any(severity == "error" for severity, _ in found) else "warning"
    return Markup(" marked ") + escape(grave)


def _tag(element: Element) -> Markup:
    """The start tag, without its end."""
    pieces = [Markup("&lt;<b>{}</b>").format(_name(element))]
    pieces += (_attribute(*pair) for pair in (*_declared(element), *_attributes(element)))
    return Markup("").join(pieces)


def _name(element: Element) -> Markup:
    local = str(element.tag).rpartition("}")[2]
    return run_of(f"{element.prefix}:{local}" if element.prefix else local)


def _attribute(name: str, value: str) -> Markup:
    return Markup(' {}="<i>{}</i>"').format(run_of(name), run_of(value))


def _declared(element: Element) -> Iterator[tuple[str, str]]:
    """Namespaces that are declared here."""
    parent = element.getparent()
    known = {} if parent is None else parent.nsmap
    for prefix, uri in element.nsmap.items():
        if known.get(prefix) != uri:
            yield f"xmlns:{prefix}" if prefix else "xmlns", uri


def _attributes(element: Element) -> Iterator[tuple[str, str]]:
    prefixes = {uri: prefix for prefix, uri in element.nsmap.items() if prefix}
    for key, value in element.items():
        uri, brace, local = str(key).removeprefix("{").rpartition("}")
        prefix = "xml" if uri.endswith("/XML/1998/namespace") else prefixes.get(uri, "")
        yield (f"{prefix}:{local}" if brace and prefix else local), str(value)
