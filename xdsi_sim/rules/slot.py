"""Slots of an object and of its authors: their names and the number of their values.

The subject is one object of any kind. A slot that could not become an attribute lies in `extra`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from xdsi_sim.ebrim.model import MetadataObject, Slot
from xdsi_sim.ebrim.tables import Attr
from xdsi_sim.rules.registry import Violation, rule
from xdsi_sim.rules.walks import MANY_SLOTS, SINGLE_SLOTS, SlotHolder, extra_slots, slot_attrs, slot_holders

__all__ = ["is_parted"]

_PART: Final = re.compile(r"[1-9][0-9]*\|.+")


@rule("C20", cites="ITI TF-3: 4.2.3.1.6", of_extras=True)
def slot_names_are_unique(value: MetadataObject) -> Iterator[Violation]:
    """No two slots of one object, or of one author, have the same name."""
    for holder in slot_holders(value):
        seen = _names_of_attributes(holder)
        for slot in extra_slots(holder):
            if slot.name in seen:
                yield Violation("slot is there twice", attribute=slot.name)
            seen.add(slot.name)


def _names_of_attributes(holder: SlotHolder) -> set[str]:
    attrs = slot_attrs(holder).values()
    return {attr.key for attr in attrs if getattr(holder, attr.name) not in (None, ())}


@rule("C21", cites="ebRIM 3.0")
def slots_have_values(value: MetadataObject) -> Iterator[Violation]:
    """A slot has at least one value, and no value is empty."""
    for holder in slot_holders(value):
        for slot in extra_slots(holder):
            if not slot.values:
                yield Violation("slot has no value", attribute=slot.name)
        for name in _empty(holder):
            yield Violation("slot has an empty value", attribute=name)


def _empty(holder: SlotHolder) -> Iterator[str]:
    """Attribute or name of each slot that has an empty value."""
    for name, text in SINGLE_SLOTS[type(holder)](holder):
        if text == "":
            yield name
    for name, texts in MANY_SLOTS[type(holder)](holder):
        if "" in texts:
            yield name
    for slot in extra_slots(holder):
        if "" in slot.values:
            yield slot.name


@rule("C23", cites="ITI TF-3: 4.2.3.2", of_extras=True)
def single_valued_slot_has_one_value(value: MetadataObject) -> Iterator[Violation]:
    """A slot that the framework gives one value has no more."""
    for slot in extra_slots(value):
        attr = slot_attrs(value).get(slot.name)
        if attr is None or attr.many or (slot.name == "URI" and is_parted(slot.values)):  # D37 has that
            continue
        if len(slot.values) > 1:
            text = f"slot has {len(slot.values)} values, one is expected"
            yield Violation(text, attribute=slot.name, value=", ".join(slot.values))


def is_parted(values: tuple[str, ...]) -> bool:
    """Whether a long value is given in numbered parts, `1|…`, as old editions of the framework had it."""
    return bool(values) and all(map(_PART.fullmatch, values))


@rule("C26", cites="ITI TF-3: 4.2.3.1.6; ITI TF-2: 3.42.4.1.3.2", of_extras=True)
def extra_slot_names_are_urns(value: MetadataObject) -> Iterator[Violation]:
    """A slot that the framework does not name has a URN as name, and not one below urn:ihe:."""
    for holder in slot_holders(value):
        for slot in extra_slots(holder):
            foreseen = slot_attrs(holder)
            if slot.name in foreseen or _right_case(slot, foreseen):
                continue
            if not slot.name.startswith("urn:"):
                yield Violation("slot name is neither one of the framework nor a URN", attribute=slot.name)
            elif slot.name.startswith("urn:ihe:"):
                yield Violation("slot name begins with urn:ihe:, but is none of IHE", attribute=slot.name)


@rule("C29", ground="choice", of_extras=True)
def slot_names_have_the_right_case(value: MetadataObject) -> Iterator[Violation]:
    """The name of a slot is written as the framework writes it, upper and lower case."""
    for holder in slot_holders(value):
        for slot in extra_slots(holder):
            right = _right_case(slot, slot_attrs(holder))
            if right is not None:
                yield Violation(f"slot name is written wrong, {right} is expected", attribute=slot.name)


def _right_case(slot: Slot, foreseen: dict[str, Attr]) -> str | None:
    """The foreseen name that differs from the slot's in case alone."""
    if slot.name in foreseen:
        return None
    folded = slot.name.casefold()
    return next((name for name in foreseen if name.casefold() == folded), None)
