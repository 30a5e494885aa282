"""Ways through all attributes of one form, whatever the kind of the object.

What a kind has is worked out once from `ebrim.tables`; walking an object costs no look at the table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final

from xdsi_sim.ebrim.model import Author, Classification, Code, InternationalString, MetadataObject, Slot
from xdsi_sim.ebrim.tables import AUTHOR_SLOTS, KINDS, Attr, Form

__all__ = [
    "Reader",
    "SlotHolder",
    "coded_extras",
    "codes_of",
    "extra_slots",
    "fields",
    "slot_attrs",
    "slot_holders",
    "slots_of",
    "strings_of",
]

SlotHolder = MetadataObject | Author
Reader = Callable[[object], Iterator[tuple[str, Any]]]
"""Gives name and value of some attributes, absent ones too."""


def fields(names: Sequence[str]) -> Reader:
    """A reader of the attributes `names`, in this order, by one call of attrgetter."""
    if len(names) < 2:
        return lambda value: ((name, getattr(value, name)) for name in names)
    get = attrgetter(*names)
    return lambda value: zip(names, get(value), strict=True)


@dataclass(frozen=True, slots=True)
class _Ways:
    """The attributes of one kind by form and number."""

    code: Reader
    codes: Reader
    slot: Reader
    slots: Reader
    strings: Reader
    code_attrs: dict[str, Attr]
    """By scheme."""
    slot_attrs: dict[str, Attr]
    """By slot name."""

    @classmethod
    def of(cls, attrs: tuple[Attr, ...]) -> _Ways:
        """Readers of the attributes of one kind."""

        def reader(*forms: Form, many: bool = False) -> Reader:
            """Reads the attributes of these forms, at once."""
            return fields([attr.name for attr in attrs if attr.form in forms and attr.many is many])

        return cls(
            code=reader(Form.CODE),
            codes=reader(Form.CODE, many=True),
            slot=reader(Form.SLOT),
            slots=reader(Form.SLOT, many=True),
            strings=reader(Form.NAME, Form.DESCRIPTION),
            code_attrs={attr.key: attr for attr in attrs if attr.form is Form.CODE},
            slot_attrs={attr.key: attr for attr in attrs if attr.form is Form.SLOT},
        )


_WAYS: Final[dict[type, _Ways]] = {
    Author: _Ways.of(AUTHOR_SLOTS),
    **{type_: _Ways.of(kind.attrs) for type_, kind in KINDS.items()},
}


# --- codes and texts -------------------------------------------------------------------------


def codes_of(value: MetadataObject) -> Iterator[tuple[str, Code]]:
    """Attribute and code, for all codes of an object."""
    ways = _WAYS[type(value)]
    for name, code in ways.code(value):
        if code is not None:
            yield name, code
    for name, codes in ways.codes(value):
        for code in codes:
            yield name, code


def coded_extras(value: MetadataObject) -> Iterator[tuple[Attr, Classification]]:
    """The classifications that should have become a code, but do not express one, or one too many.

    Not those that say that they belong to another object: they are no code of this one (C11).
    """
    attrs = _WAYS[type(value)].code_attrs
    for extra in value.extra:
        if not isinstance(extra, Classification) or extra.classifiedObject is not None:
            continue
        if extra.classificationScheme in attrs:
            yield attrs[extra.classificationScheme], extra


def strings_of(value: MetadataObject) -> Iterator[tuple[str, InternationalString]]:
    """Attribute and text, for the texts of an object that are there."""
    for name, string in _WAYS[type(value)].strings(value):
        if string is not None:
            yield name, string


# --- slots -----------------------------------------------------------------------------------


def slot_holders(value: MetadataObject) -> tuple[SlotHolder, ...]:
    """The object and its authors: each has slots of its own."""
    authors: tuple[Author, ...] = getattr(value, "author", ())
    return (value, *authors)


def slot_attrs(holder: SlotHolder) -> dict[str, Attr]:
    """The slots that the framework foresees there, by name."""
    return _WAYS[type(holder)].slot_attrs


def extra_slots(holder: SlotHolder) -> list[Slot]:
    """The slots that did not become an attribute."""
    return [extra for extra in holder.extra if isinstance(extra, Slot)] if holder.extra else []


def slots_of(holder: SlotHolder) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Attribute (or slot name, where it is none) and values, for all slots that are there."""
    ways = _WAYS[type(holder)]
    for name, value in ways.slot(holder):
        if value is not None:
            yield name, (value,)
    for name, values in ways.slots(holder):
        if values:
            yield name, values
    for slot in extra_slots(holder):
        yield slot.name, slot.values
