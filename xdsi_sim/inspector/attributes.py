"""What a message says, as tables by the names of the framework: metadata, queries, requests, errors.

Metadata are read by the reader of the actors, and each attribute stands in the order of its mapping table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from xdsi_sim.ebrim.model import (
    Author,
    Classification,
    Code,
    ExternalIdentifier,
    InternationalString,
    MetadataObject,
    Slot,
)
from xdsi_sim.ebrim.reader import read_object_list, read_slot
from xdsi_sim.ebrim.tables import AUTHOR_SLOTS, KINDS, Kind
from xdsi_sim.ebrim.xml import Element, local_name
from xdsi_sim.inspector.judgement import Told
from xdsi_sim.messages.stored_queries import STORED_QUERIES
from xdsi_sim.vocab import NS

__all__ = ["AttributeRow", "AttributeTable", "tables_of"]

_RIM: Final = f"{{{NS.RIM}}}"
_MOST: Final = 200
"""Tables of one message; an answer may have ten thousand entries, and nobody reads them all."""
_SLOT: Final = "Slot "
_SHOWN: Final = 2_000
"""Characters of one value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeRow:
    """One attribute, its values, and what was found in it."""

    name: str
    values: tuple[str, ...]
    told: tuple[Told, ...] = ()

    @property
    def attribute(self) -> str:
        """As a rule names it: of a slot that is no attribute, the name of the slot."""
        return self.name.removeprefix(_SLOT)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeTable:
    """One object of a message."""

    kind: str
    """`DocumentEntry`, `RegistryError`, …"""
    id: str
    rows: tuple[AttributeRow, ...]
    told: tuple[Told, ...] = ()
    """What was found in the object as a whole."""
    listed: bool = False
    """Whether it is one of many that are alike, and reads better as a line of a list."""

    @property
    def all_told(self) -> tuple[Told, ...]:
        """What was found in the object and in its attributes."""
        return (*self.told, *(one for row in self.rows for one in row.told))

    def values_of(self, name: str) -> tuple[str, ...]:
        """Of an attribute; none where it is absent."""
        return next((row.values for row in self.rows if row.name == name), ())


def tables_of(body: Element, told: Iterable[Told]) -> tuple[tuple[AttributeTable, ...], tuple[Told, ...]]:
    """The objects of a message, each with the findings about it; and the findings that are about none."""
    tables: list[AttributeTable] = []
    for element in body.iter("*"):
        if len(tables) >= _MOST:
            break
        make = _TABLES.get(local_name(element))
        tables += () if make is None else make(element)
    return _with_findings(tables[:_MOST], tuple(told))


def _with_findings(
    tables: Iterable[AttributeTable], told: tuple[Told, ...]
) -> tuple[tuple[AttributeTable, ...], tuple[Told, ...]]:
    placed: list[AttributeTable] = []
    left = list(told)
    for table in tables:
        own = [one for one in left if one.object and one.object == table.id.lower()]
        left = [one for one in left if one not in own]
        placed.append(_found_in(table, own) if own else table)
    return tuple(placed), tuple(left)


def _found_in(table: AttributeTable, told: list[Told]) -> AttributeTable:
    """The table with its findings; an attribute that should be there and is not gets a row."""
    names = {row.attribute for row in table.rows}
    missing = dict.fromkeys(one.attribute for one in told if one.attribute and one.attribute not in names)
    rows = (*table.rows, *(AttributeRow(name=name, values=()) for name in missing))
    return replace(
        table,
        rows=tuple(replace(row, told=_about(told, row.attribute)) for row in rows),
        told=_about(told, None),
    )


def _about(told: list[Told], attribute: str | None) -> tuple[Told, ...]:
    return tuple(one for one in told if one.attribute == attribute)


# --- metadata ---------------------------------------------------------------------------------


def _objects(element: Element) -> Iterator[AttributeTable]:
    read = read_object_list(element)
    objects = (*read.submissionSets, *read.documentEntries, *read.folders, *read.associations)
    kinds = {kind.type: kind for kind in KINDS.values()}
    yield from (_object(one, kinds[type(one)]) for one in objects)


def _object(one: MetadataObject, kind: Kind) -> AttributeTable:
    named = ((attr.name, _texts(getattr(one, attr.name, None))) for attr in kind.attrs)
    rows = [AttributeRow(name=name, values=values) for name, values in named if values]
    rows += (AttributeRow(name=name, values=(value,)) for name, value in one.xmlAttributes)
    rows += (_extra(extra) for extra in one.extra)
    return AttributeTable(kind=kind.name, id=one.entryUUID, rows=tuple(rows))


def _extra(extra: Slot | Classification | ExternalIdentifier) -> AttributeRow:
    """What no attribute of the object expresses."""
    if isinstance(extra, Slot):
        return AttributeRow(name=_SLOT + extra.name, values=tuple(map(_shown, extra.values)))
    if isinstance(extra, Classification):
        scheme = extra.classificationScheme or extra.classificationNode or ""
        return AttributeRow(name=f"Classification {scheme}", values=_texts(extra.nodeRepresentation or ""))
    return AttributeRow(name=f"ExternalIdentifier {extra.identificationScheme}", values=_texts(extra.value))


def _texts(value: Any) -> tuple[str, ...]:
    """The values of an attribute, one text each; none where it is absent."""
    if value is None or value is False:  # absent, or a mark that is not set
        return ()
    if isinstance(value, tuple):
        return tuple(text for one in value for text in _texts(one))
    return (_shown(_WORDS.get(type(value), str)(value)),)


def _code(code: Code) -> str:
    name = f" {code.displayName}" if code.displayName is not None else ""
    return f"{code.code}{name} ({code.codingScheme})"


def _author(author: Author) -> str:
    given = ((attr.name, getattr(author, attr.name)) for attr in AUTHOR_SLOTS)
    return "; ".join(f"{name} {', '.join(_texts(value))}" for name, value in given if value)


def _international(text: InternationalString) -> str:
    return " | ".join(one.value if one.lang is None else f"{one.value} ({one.lang})" for one in text.strings)


_WORDS: Final[dict[type, Callable[[Any], str]]] = {
    Code: _code,
    Author: _author,
    InternationalString: _international,
}


def _shown(text: str) -> str:
    rest = len(text) - _SHOWN
    return text if rest <= 0 else f"{text[:_SHOWN]} … {rest:,} more characters"


# --- requests and answers ---------------------------------------------------------------------


def _query(element: Element) -> Iterator[AttributeTable]:
    id = element.get("id", "")
    known = STORED_QUERIES.get(id.lower())
    slots = (read_slot(child) for child in element.iterchildren(f"{_RIM}Slot"))
    rows = tuple(AttributeRow(name=slot.name, values=tuple(map(_shown, slot.values))) for slot in slots)
    home = element.get("home")
    named = (AttributeRow(name="home", values=(home,)), *rows) if home is not None else rows
    yield AttributeTable(kind=known.name if known is not None else "AdhocQuery", id=id, rows=named)


def _document(element: Element) -> Iterator[AttributeTable]:
    """What a retrieve asks for, or gets: one document."""
    texts = [(local_name(child), (child.text or "").strip()) for child in element.iterchildren("*")]
    rows = tuple(AttributeRow(name=name, values=(_shown(text),)) for name, text in texts if text)
    id = next((text for name, text in texts if name == "DocumentUniqueId"), "")
    yield AttributeTable(kind=local_name(element), id=id, rows=rows, listed=True)


def _error(element: Element) -> Iterator[AttributeTable]:
    rows = tuple(AttributeRow(name=str(key), values=(_shown(str(value)),)) for key, value in element.items())
    yield AttributeTable(kind="RegistryError", id="", rows=rows, listed=True)


_TABLES: Final[dict[str, Callable[[Element], Iterator[AttributeTable]]]] = {
    "RegistryObjectList": _objects,
    "AdhocQuery": _query,
    "DocumentRequest": _document,
    "DocumentResponse": _document,
    "RegistryError": _error,
}
"""By the local name of an element."""
