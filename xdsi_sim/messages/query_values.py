"""How the values of a query's parameters are written in a `rim:Value` (ITI TF-2: 3.18.4.1.2.3.5)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from xdsi_sim.ebrim.model import Slot
from xdsi_sim.messages.query_terms import Param

__all__ = ["LONGEST_VALUE", "Coded", "decode", "encode"]

LONGEST_VALUE: Final = 256
"""Characters of one `rim:Value`; longer lists are spread over several (ITI TF-2: 3.18.4.1.2.3.5)."""

_ITEM: Final = r"'(?:[^']|'')*'|[^'(),\s]+"
_ITEMS: Final = re.compile(_ITEM)
_SINGLE: Final = re.compile(r"'(?:[^']|'')*'|[^'(),]+")
_LIST: Final = re.compile(rf"\(\s*(?:{_ITEM})(?:\s*,\s*(?:{_ITEM}))*\s*\)")


@dataclass(frozen=True, slots=True)
class Coded:
    """What one `rim:Value` says, and in which form it says it."""

    values: tuple[str, ...]
    in_parentheses: bool
    quotes: tuple[bool, ...]
    """For each value whether it stood in quotes."""


def decode(text: str) -> Coded:
    """Read one `rim:Value`; blanks round commas and parentheses do not count.

    Raises ValueError where quotes or parentheses do not close, or a list is empty.
    """
    text = text.strip()
    if text.startswith("("):
        if not _LIST.fullmatch(text):
            raise ValueError("is not ('value', ...): quotes, commas or parentheses do not fit")
        items = _ITEMS.findall(text)
    elif _SINGLE.fullmatch(text):
        items = [text]
    else:
        raise ValueError("is empty, or its quotes do not fit: a quote in a text is doubled")
    quotes = tuple(item.startswith("'") for item in items)
    values = tuple(
        item[1:-1].replace("''", "'") if quoted else item for item, quoted in zip(items, quotes, strict=True)
    )
    return Coded(values, text.startswith("("), quotes)


def encode(param: Param, *values: str) -> Slot:
    """The slot that gives `values` to the parameter; a long list is split between values."""
    items = values if param.coding.is_number else tuple(_quoted(value) for value in values)
    if not param.many:
        return Slot(param.name, items)
    return Slot(param.name, tuple(f"({','.join(part)})" for part in _portions(items)))


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _portions(items: Iterable[str]) -> Iterator[list[str]]:
    """Neighbouring items together as far as LONGEST_VALUE allows."""
    portion: list[str] = []
    length = 1  # the opening parenthesis; each item then brings a comma or the closing one
    for item in items:
        if portion and length + len(item) + 1 > LONGEST_VALUE:
            yield portion
            portion, length = [], 1
        portion.append(item)
        length += len(item) + 1
    if portion:
        yield portion
