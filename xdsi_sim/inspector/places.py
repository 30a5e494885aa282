"""From what a finding says of its place to the element of the message, and to line and column of the file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from xdsi_sim.ebrim.tables import KINDS, Attr, Form
from xdsi_sim.ebrim.xml import Element, local_name
from xdsi_sim.errors import Finding
from xdsi_sim.inspector.positions import Position, Positions
from xdsi_sim.judging.judged import Judged
from xdsi_sim.judging.requests import Found
from xdsi_sim.rules.registry import Place
from xdsi_sim.soap.saved import Form as SavedAs
from xdsi_sim.vocab import NS

__all__ = ["Locator"]

_RIM: Final = f"{{{NS.RIM}}}"
_WSA: Final = f"{{{NS.WSA}}}"
_SOAP_HEADER: Final = f"{{{NS.SOAP}}}Header"
_LINE: Final = re.compile(r"line (\d+), ")
_OF_PARSER: Final = re.compile(r"(?:not well-formed XML|not valid UTF-8): .*, line (\d+), column (\d+)")
_HEADERS: Final = {"A18": "wsa:Action", "A19": "wsa:RelatesTo", "A20": "Content-Type"}
"""Where the finding of a rule is that names the sender as its place."""
_SEGMENTS: Final = {"K02": b"PID|", "K14": b"PID|", "K07": b"MRG|", "K08": b"MRG|"}
"""Where the finding of a rule is in HL7 v2."""
_OF_HTTP: Final = ("Content-Type", "Content-ID")
_CHILDREN: Final = {
    Form.SLOT: ("Slot", "name"),
    Form.CODE: ("Classification", "classificationScheme"),
    Form.AUTHOR: ("Classification", "classificationScheme"),
    Form.LABEL: ("Classification", "classificationNode"),
    Form.EXTERNAL_IDENTIFIER: ("ExternalIdentifier", "identificationScheme"),
}
"""By which child an object has an attribute, and which attribute of the child tells it."""
_TEXTS: Final = {Form.NAME: "Name", Form.DESCRIPTION: "Description", Form.VERSION: "VersionInfo"}
_IDS: Final = ("DocumentUniqueId", "RepositoryUniqueId")


class Locator:
    """Finds the places of one message's findings in its file."""

    def __init__(self, file: bytes, judged: Judged) -> None:
        self._judged = judged
        body = judged.body
        tree = None if body is None else body.getroottree().getroot()
        self._positions = Positions(file, judged.root, tree)
        self._by_id: dict[str, Element] = {}
        for element in () if body is None else body.iter():
            for id in _ids_of(element):
                self._by_id.setdefault(id.lower(), element)

    def position(self, found: Found) -> Position | None:
        """Where in the file; the first line of the body where nobody says more."""
        finding, place = found
        if line := _LINE.match(finding.location or ""):
            return self._positions.line_of_root(int(line[1]))
        if at := _OF_PARSER.search(finding.text):
            return self._positions.line_of_root(int(at[1]), int(at[2]))
        if self._judged.saved.form is SavedAs.HL7V2:
            return self._positions.of_text(_SEGMENTS.get(finding.rule, b"MSH"))
        if place is None:
            return self._of_protocol(finding)
        element, attribute = self._element(place)
        return None if element is None else self._positions.of(element, attribute)

    def element(self, found: Found) -> tuple[Element | None, str | None]:
        """The element that a finding is about, and the attribute in its tag.

        The body where nobody says more; None for what is in no XML.
        """
        finding, place = found
        if place is not None:
            return self._element(place)
        return (None, None) if _where(finding) in _OF_HTTP else (self._element_of_protocol(finding), None)

    def _of_protocol(self, finding: Finding) -> Position | None:
        where = _where(finding)
        if where in _OF_HTTP:
            return self._positions.of_text(f"{where}:".encode())
        element = self._element_of_protocol(finding)
        return None if element is None else self._positions.of(element)

    def _element_of_protocol(self, finding: Finding) -> Element | None:
        where = _where(finding)
        prefix, _, name = where.partition(":")
        if prefix in ("wsa", "soap"):
            return self._header(name)
        return self._by_id.get(where.lower(), self._judged.body)

    def _header(self, name: str) -> Element | None:
        body = self._judged.body
        root = None if body is None else body.getroottree().getroot()
        if root is None:
            return None
        return next(iter((*root.iter(f"{_WSA}{name}"), *root.iter(_SOAP_HEADER), root)))

    def _element(self, place: Place) -> tuple[Element | None, str | None]:
        """The element that a rule speaks of, and the attribute in its tag."""
        holder = self._by_id.get((place.object or "").lower(), self._judged.body)
        if holder is None or place.attribute is None:
            return holder, None
        named = _own_attribute(holder, place.attribute)
        if named is not None:
            return holder, named
        children = list(_children(holder, place.attribute))
        fitting = [child for child in children if place.value and _holds(child, place.value)]
        found = next(iter(fitting or children), holder)
        return found, place.attribute if _has(found, place.attribute) else None


def _where(finding: Finding) -> str:
    """Header or id that a finding of the protocol names as its place; empty where it names none."""
    return _HEADERS.get(finding.rule, finding.location or "")


def _ids_of(element: Element) -> Iterator[str]:
    """The ids by which findings name the element."""
    if id := element.get("id"):
        yield id
    for child in element:
        if local_name(child) in _IDS[:1] and child.text:
            yield child.text.strip()


def _own_attribute(holder: Element, attribute: str) -> str | None:
    """The XML attribute of the holder that the attribute of metadata is."""
    keys = [attr.key for attr in _attrs(holder, attribute) if attr.form is Form.XML_ATTRIBUTE]
    return next((key for key in (*keys, attribute) if _has(holder, key)), None)


def _attrs(holder: Element, attribute: str) -> Iterator[Attr]:
    """The attribute of metadata in the tables of the kinds that the element may be."""
    for kind in KINDS.values():
        if kind.element == holder.tag and attribute in kind.by_name:
            yield kind.by_name[attribute]


def _children(holder: Element, attribute: str) -> Iterator[Element]:
    """What may stand for the attribute, the likeliest first."""
    for attr in _attrs(holder, attribute):
        if attr.form in _CHILDREN:
            tag, key = _CHILDREN[attr.form]
            yield from (child for child in holder.iter(f"{_RIM}{tag}") if child.get(key) == attr.key)
        elif attr.form in _TEXTS:
            yield from holder.iterchildren(f"{_RIM}{_TEXTS[attr.form]}")
    yield from (child for child in holder.iter(f"{_RIM}Slot") if child.get("name") == attribute)
    yield from (child for child in holder.iter() if local_name(child) == attribute)
    yield from (child for child in holder.iter() if _has(child, attribute))


def _has(element: Element, attribute: str) -> bool:
    """Whether the tag has the attribute; to lxml, a name that can be none is a mistake of whoever asks."""
    return attribute in set(element.keys())


def _holds(element: Element, value: str) -> bool:
    return value in element.attrib.values() or any(value in text for text in map(str, element.itertext()))
