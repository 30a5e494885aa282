"""Ways through all attributes of one form, whatever the kind of the object.

What a kind has is worked out once from `ebrim.tables`; walking an object costs no look at the table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat
from operator import attrgetter
from typing import Any, Final

from xdsi_sim.ebrim.model import Author, Classification, Code, InternationalString, MetadataObject, Slot
from xdsi_sim.ebrim.tables import AUTHOR_SLOTS, KINDS, Attr, Form

__all__ = [
    "MANY_SLOTS",
    "SINGLE_SLOTS",
    "Reader",
    "SlotHolder",
    "coded_extras",
    "codes_of",
    "extra_slots",
    "fields",
    "has_extras",
    "slot_attrs",
    "slot_holders",
    "strings_of",
]

SlotHolder = MetadataObject | Author
Reader = Callable[[object], Iterable[tuple[str, Any]]]
"""Gives name and value of some attributes, absent ones too."""


def fields(names: Sequence[str]) -> Reader:
    """A reader of the attributes `names`, in this order, by one call of attrgetter."""
    if not names:
        return lambda _value: ()
    get = attrgetter(*names)
    if len(names) == 1:  # then it gives the attribute itself
        return lambda value: ((names[0], get(value)),)
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


SINGLE_SLOTS: Final = {type_: ways.slot for type_, ways in _WAYS.items()}
"""By the class of an object or author, a reader of the slots that hold one value."""
MANY_SLOTS: Final = {type_: ways.slots for type_, ways in _WAYS.items()}
"""The same of those that may hold several."""


# --- codes and texts -------------------------------------------------------------------------


def codes_of(value: MetadataObject) -> list[tuple[str, Code]]:
    """Attribute and code, for all codes of an object."""
    ways = _WAYS[type(value)]
    codes = [pair for pair in ways.code(value) if pair[1] is not None]
    for name, some in ways.codes(value):
        codes.extend(zip(repeat(name), some))
    return codes


def coded_extras(value: MetadataObject) -> Iterable[tuple[Attr, Classification]]:
    """The classifications that should have become a code, but do not express one, or one too many.

    Not those that say that they belong to another object: they are no code of this one (C11).
    """
    return _coded(value) if value.extra else ()


def _coded(value: MetadataObject) -> Iterator[tuple[Attr, Classification]]:
    attrs = _WAYS[type(value)].code_attrs
    for extra in value.extra:
        if not isinstance(extra, Classification) or extra.classifiedObject is not None:
            continue
        if extra.classificationScheme in attrs:
            yield attrs[extra.classificationScheme], extra


def strings_of(value: MetadataObject) -> list[tuple[str, InternationalString]]:
    """Attribute and text, for the texts of an object that are there."""
    return [pair for pair in _WAYS[type(value)].strings(value) if pair[1] is not None]


# --- slots -----------------------------------------------------------------------------------


def slot_holders(value: MetadataObject) -> tuple[SlotHolder, ...]:
    """The object and its authors: each has slots of its own."""
    authors: tuple[Author, ...] = getattr(value, "author", ())
    return (value, *authors)


def has_extras(value: MetadataObject) -> bool:
    """Whether the object, or one of its authors, holds anything that became no attribute."""
    return any(map(_EXTRA, slot_holders(value)))


_EXTRA: Final = attrgetter("extra")


def slot_attrs(holder: SlotHolder) -> dict[str, Attr]:
    """The slots that the framework foresees there, by name."""
    return _WAYS[type(holder)].slot_attrs


def extra_slots(holder: SlotHolder) -> list[Slot]:
    """The slots that did not become an attribute."""
    return [extra for extra in holder.extra if isinstance(extra, Slot)] if holder.extra else []
