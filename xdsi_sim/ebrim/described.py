"""What metadata say of the documents that they describe, read and completed in the ebRIM itself.

A repository needs little of the metadata that it passes on, and must not lose what it does not know
(ITI TF-2: 3.41.4.1.3). So it looks at the elements, and puts its own slots into them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from lxml import etree

from xdsi_sim.ebrim.reader import read_slot
from xdsi_sim.ebrim.tables import DOCUMENT_ENTRY, FOLDER, UNIQUE_ID_SCHEMES
from xdsi_sim.ebrim.xml import Element
from xdsi_sim.vocab import NS

__all__ = ["Described", "complete", "described"]

_RIM: Final = f"{{{NS.RIM}}}"
_SLOT, _IDENTIFIER = _RIM + "Slot", _RIM + "ExternalIdentifier"
_CLASSIFICATION: Final = _RIM + "Classification"
_REFERENCES: Final = DOCUMENT_ENTRY.by_name["referenceIdList"].key
_OF_THE_DOCUMENT: Final = ("hash", "size", _REFERENCES)
_FORMAT: Final = DOCUMENT_ENTRY.by_name["formatCode"].key


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """An object that has a uniqueId and, if it is a DocumentEntry, what it says of its document."""

    entryUUID: str
    is_entry: bool
    uniqueId: str | None
    mimeType: str | None = None
    hash: str | None = None
    size: str | None = None
    formatCode: str | None = None
    """The code alone, without its scheme."""
    referenceIdList: tuple[str, ...] = ()


def described(objects: Element) -> tuple[Described, ...]:
    """The entries, sets and folders of a `rim:RegistryObjectList`.

    Of an attribute that cannot be read, because it is there twice, say, nothing is said: that is for the
    registry to judge.
    """
    kinds = {DOCUMENT_ENTRY.element: _entry, FOLDER.element: _package}
    return tuple(kinds[child.tag](child) for child in objects if child.tag in kinds)


def _entry(element: Element) -> Described:
    slots = {
        slot.name: slot.values
        for child in element
        if child.tag == _SLOT and child.get("name") in _OF_THE_DOCUMENT
        for slot in (read_slot(child),)
    }
    return Described(
        entryUUID=element.get("id", ""),
        is_entry=True,
        uniqueId=_unique_id(element),
        mimeType=element.get("mimeType"),
        hash=_only(slots.get("hash")),
        size=_only(slots.get("size")),
        formatCode=_format(element),
        referenceIdList=slots.get(_REFERENCES, ()),
    )


def _only(values: tuple[str, ...] | None) -> str | None:
    return values[0] if values is not None and len(values) == 1 else None


def _format(element: Element) -> str | None:
    codes = (
        child.get("nodeRepresentation")
        for child in element
        if child.tag == _CLASSIFICATION and child.get("classificationScheme") == _FORMAT
    )
    return next(codes, None)


def _package(element: Element) -> Described:
    return Described(entryUUID=element.get("id", ""), is_entry=False, uniqueId=_unique_id(element))


def _unique_id(element: Element) -> str | None:
    values = (
        child.get("value")
        for child in element
        if child.tag == _IDENTIFIER and child.get("identificationScheme") in UNIQUE_ID_SCHEMES
    )
    return next(values, None)


def complete(submission: Element, slots: Mapping[str, Mapping[str, str]]) -> None:
    """Give entries these slots, by entryUUID and name, in place of their own.

    The submission itself is changed: a copy of it would cost as much as reading it.
    """
    for entry in submission.iter(DOCUMENT_ENTRY.element):
        own = slots.get(entry.get("id", ""), {})
        for child in [child for child in entry if child.tag == _SLOT and child.get("name") in own]:
            entry.remove(child)
        for place, slot in enumerate(_slots(own)):
            entry.insert(place, slot)


def _slots(values: Mapping[str, str]) -> Iterator[Element]:
    for name, text in values.items():
        slot = etree.Element(_SLOT, name=name)
        value = etree.SubElement(etree.SubElement(slot, _RIM + "ValueList"), _RIM + "Value")
        value.text = text
        yield slot
